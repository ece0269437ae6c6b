"""Names that use the vocabulary of checkpoints in senseless ways: answers or none, never an exception."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from archinspect.records import Reading
from archinspect.witness import tensors
from archinspect.witness.tensors import names
from tests.witness.checkpoints import checkpoint, header_bytes, snapshot

WORDS = [
    "model", "layers", "h", "0", "1", "2", "7", "weight", "bias", "self_attn", "mlp", "qweight",
    "scales", "norm", "gate_up_proj", "up_proj", *names.TOKEN_EMBEDDINGS, *names.HEADS,
    *names.FINAL_NORMS, *names.LATENT, *names.LATENT_QUERY, *names.DOWN, *names.EXPERTS,
    *names.SHARED_EXPERTS, *names.QUERY_NORMS, *names.SUB_NORMS, *names.DRAFT_MARKS, *names.NOT_SOFTMAX,
    *(name for row in names.ATTENTION.values() for name in row),
]  # fmt: skip
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(".".join)
SHAPES = st.lists(st.sampled_from([0, 1, 4, 8, 16]), max_size=3).map(tuple)
METHODS = st.sampled_from([None, {}, {"quant_method": "bitnet"}, {"quant_method": "gptq", "bits": 4}])


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(NAMES, st.tuples(st.sampled_from(["BF16", "U8", "I32"]), SHAPES), max_size=12),
    st.sampled_from(["", "model.layers.0.", "model."]),
    METHODS,
)
def test_any_names(found: dict[str, tuple[str, tuple[int, ...]]], prefix: str, method: object) -> None:
    stored = {"model.embed_tokens.weight": ("BF16", (16, 8))}
    stored |= {prefix + name: one for name, one in found.items()}
    config = {} if method is None else {"quantization_config": method}
    testimony = tensors.testify(
        snapshot({"config.json": config}, {"model.safetensors": header_bytes(stored)})
    )
    for answer in testimony.answers.values():
        assert not isinstance(answer, Reading) or answer.evidence


def test_many_names_take_seconds_at_most() -> None:
    count = 30_000
    cases = [
        {f"s{n}.layers.0.x.weight": (1,) for n in range(count)},
        {f"s{n}.embed_tokens.weight": (2, 2) for n in range(count)} | {f"s{n}.h.0.x": (1,) for n in range(9)},
        {"embed_tokens.weight": (4, 4)} | {f"layers.0.m{n}.q_proj.weight": (4, 4) for n in range(count)},
        {"embed_tokens.weight": (4, 4)} | {f"layers.{n}.eh_proj.weight": (4, 4) for n in range(count)},
        {"embed_tokens.weight": (4, 4)} | {f"layers.{n}." + "a." * 400 + "weight": (4,) for n in range(999)},
    ]
    for shapes in cases:
        at = checkpoint(shapes)
        started = time.perf_counter()
        tensors.testify(at)
        assert time.perf_counter() - started < 20, next(iter(shapes))
