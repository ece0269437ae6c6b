"""torch's names for point-wise operations, by how they behave."""

from __future__ import annotations

SAME = (
    "neg", "abs", "exp", "exp2", "log", "log2", "log10", "log1p", "expm1", "sqrt", "rsqrt", "sin",
    "cos", "tan", "sinh", "cosh", "asin", "acos", "atan", "floor", "ceil", "round", "sign",
    "reciprocal", "square", "erf", "erfc", "erfinv", "isnan", "isinf", "isfinite", "logical_not",
    "bitwise_not", "nan_to_num", "positive", "cumsum", "cumprod", "logcumsumexp", "clamp",
    "clamp_min", "clamp_max", "clip", "masked_fill", "tril", "triu", "flip", "roll", "softmax",
    "log_softmax", "softmin", "normalize", "index_add", "index_copy", "index_fill", "scatter",
    "scatter_add", "scatter_reduce", "masked_scatter", "zero", "fill", "copy", "uniform", "trunc",
    "sinc", "angle", "conj", "frac", "rot90", "bernoulli", "fill_diagonal", "trunc_normal", "polygamma",
    "digamma", "lgamma", "logit", "renorm", "index_put", "resolve_conj", "resolve_neg", "rsub",
    "exponential",
)  # fmt: skip
ACTIVATIONS = (
    "silu", "gelu", "relu", "relu6", "sigmoid", "tanh", "softplus", "mish", "elu", "leaky_relu",
    "hardswish", "hardsigmoid", "hardtanh", "logsigmoid", "selu", "celu", "softsign", "tanhshrink",
    "softshrink", "swish", "prelu", "glu",
)  # fmt: skip
BINARY = (
    "add", "sub", "subtract", "mul", "multiply", "div", "divide", "true_divide", "pow", "float_power",
    "maximum", "minimum", "fmax", "fmin", "eq", "ne", "lt", "le", "gt", "ge", "logical_and",
    "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor", "remainder",
    "floor_divide", "fmod", "atan2", "greater", "less", "greater_equal", "less_equal", "not_equal",
    "lerp", "addcmul", "addcdiv", "xlogy", "where", "lshift", "rshift", "bitwise_left_shift",
    "bitwise_right_shift", "hypot", "logaddexp", "isclose", "polar", "complex", "copysign",
)  # fmt: skip
PASS = (
    "contiguous", "clone", "detach", "cpu", "cuda", "dropout", "dropout2d",
    "alpha_dropout", "feature_dropout", "pin_memory", "retain_grad", "clone_",
    "checkpoint_name", "mark_static_address", "as_subclass",
)  # fmt: skip
CASTS = {
    "float": "torch.float32", "half": "torch.float16", "double": "torch.float64", "bfloat16":
    "torch.bfloat16", "long": "torch.int64", "int": "torch.int32", "bool": "torch.bool", "short":
    "torch.int16", "byte": "torch.uint8", "char": "torch.int8", "cfloat": "torch.complex64",
}  # fmt: skip
REDUCTIONS = (
    "sum", "mean", "prod", "amax", "amin", "std", "var", "norm", "logsumexp", "any", "all", "median",
    "nansum", "nanmean", "count_nonzero", "argmax", "argmin", "max", "min", "vector_norm", "aminmax",
)  # fmt: skip
COMPARISONS = frozenset((
    "all", "any", "eq", "ge", "greater", "greater_equal", "gt", "isclose", "isfinite", "isinf", "isnan",
    "le", "less", "less_equal", "logical_and", "logical_not", "logical_or", "logical_xor", "lt", "ne",
    "not_equal",
))  # fmt: skip
CANONICAL = {
    "subtract": "sub", "multiply": "mul", "divide": "div", "true_divide": "div", "clip": "clamp",
    "swish": "silu", "less": "lt", "greater": "gt", "greater_equal": "ge", "less_equal": "le",
    "not_equal": "ne", "relu_": "relu", "vector_norm": "norm",
}  # fmt: skip
