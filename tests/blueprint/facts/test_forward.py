"""Facts from what a forward computes, on sources whose names say nothing or lie."""

import pytest

from .decoder import MLP, NORM, facts_with


def test_the_plain_decoder() -> None:
    facts = facts_with()
    shown = {
        name: facts[name].value
        for name in ("norm_type", "activation", "ffn_gated", "norm_placement", "qk_norm")
    }
    assert shown == {
        "norm_type": "RMSNorm",
        "activation": "silu",
        "ffn_gated": True,
        "norm_placement": "pre",
        "qk_norm": None,
    }
    heads = [
        facts[name].value
        for name in ("num_attention_heads", "num_key_value_heads", "head_dim", "attention_type")
    ]
    assert heads == [2, 1, 4, "MQA"]
    assert facts["attention_bias"].value == {"q": True, "k": False, "v": False, "o": False}
    assert facts["position_scheme"].value == "none"
    assert facts["intermediate_size"].value == 12
    assert any("modeling_tiny.py#L" in line for line in facts["norm_type"].locations)


@pytest.mark.parametrize(
    ("old", "new", "fact", "value"),
    [
        (
            "x * torch.rsqrt(x.pow(2)",
            "(x - x.mean(-1, keepdim=True)) * torch.rsqrt((x - x.mean(-1, keepdim=True)).pow(2)",
            "norm_type",
            "LayerNorm",
        ),
        ("self.weight * (", "(1.0 + self.weight) * (", "norm_unit_offset", True),
        ("self.weight * (", "1.0 * (", "norm_type", "RMSNorm (no affine)"),
        ("eps=1e-6", "eps=3e-4", "norm_eps", 3e-4),
        ("+ self.eps))", "+ self.eps)) + self.bias", "norm_bias", True),
    ],
)
def test_a_norm_is_what_it_computes(old: str, new: str, fact: str, value: object) -> None:
    norm = NORM.replace(old, new).replace(
        "self.eps = eps", "self.eps = eps\n        self.bias = nn.Parameter(torch.zeros(width))"
    )
    norm = norm if fact == "norm_bias" else NORM.replace(old, new)
    assert facts_with(norm=norm)[fact].value == value


@pytest.mark.parametrize(
    ("flow", "placement"),
    [
        (
            "        x = x + self.first(self.attention(x))\n        return x + self.second(self.mlp(x))",
            "post",
        ),
        (
            "        x = self.first(x + self.attention(x))\n        return self.second(x + self.mlp(x))",
            "post_residual",
        ),
        ("        h = self.first(x)\n        return x + self.attention(h) + self.mlp(h)", "parallel"),
        (
            "        x = x + self.second(self.attention(self.first(x)))\n"
            "        return x + self.fourth(self.mlp(self.third(x)))",
            "sandwich",
        ),
    ],
)
def test_placement_follows_the_stream(flow: str, placement: str) -> None:
    assert facts_with(flow=flow)["norm_placement"].value == placement


def test_a_placement_without_a_name_is_unknown() -> None:
    flow = "        x = x + self.attention(self.first(x))\n        return x + self.second(self.mlp(x))"
    fact = facts_with(flow=flow)["norm_placement"]
    assert fact.value is None and "without a name" in (fact.unknown or "")


@pytest.mark.parametrize(
    ("body", "activation", "gated"),
    [
        ("g, u = self.up(x), self.gate(x)\n        return self.down(u * g * torch.sigmoid(g))", "silu", True),
        ("return self.down(torch.nn.functional.relu(self.up(x)).pow(2))", "relu2", False),
        ("return self.down(torch.nn.functional.relu(self.up(x)) ** 2)", "relu2", False),
        (
            "h = self.up(x)\n        return self.down(0.5 * h * (1 + torch.erf(h / 1.4142135623730951)))",
            "gelu",
            False,
        ),
        ("h = self.up(x)\n        return self.down(h * torch.sigmoid(1.702 * h))", "quick_gelu", False),
    ],
)
def test_an_activation_is_what_it_computes(body: str, activation: str, gated: bool) -> None:
    old = "return self.down(torch.nn.functional.silu(self.gate(x)) * self.up(x))"
    facts = facts_with(mlp=MLP.replace(old, body))
    assert (facts["activation"].value, facts["ffn_gated"].value) == (activation, gated)


def test_a_fused_gate_is_seen() -> None:
    mlp = MLP.replace("self.gate = nn.Linear(config.hidden_size, 12, bias=False)", "").replace(
        "(config.hidden_size, 12,", "(config.hidden_size, 24,"
    )
    mlp = mlp.replace(
        "return self.down(torch.nn.functional.silu(self.gate(x)) * self.up(x))",
        "u, g = self.up(x).chunk(2, dim=-1)\n        return self.down(torch.tanh(g) * u)",
    )
    facts = facts_with(mlp=mlp)
    assert (facts["activation"].value, facts["ffn_gated"].value, facts["intermediate_size"].value) == (
        "tanh",
        True,
        12,
    )


@pytest.mark.parametrize(("shape", "known"), [("12", True), ("1, 1, 12", True), ("7, 12", False)])
def test_a_gain_per_channel_belongs_to_the_down_projection(shape: str, known: bool) -> None:
    gain = f"self.gain = nn.Parameter(torch.ones({shape}))"
    mlp = MLP.replace("self.up(x))", "self.up(x) * self.gain)").replace(
        "(x)) * self.up", "(x) * 1.0) * self.up"
    )
    mlp = mlp.replace("super().__init__()", f"super().__init__()\n        {gain}")
    facts = facts_with(mlp=mlp)
    assert (facts["activation"].value, facts["ffn_gated"].value) == (
        ("silu", True) if known else (None, None)
    )


def test_a_function_without_a_name_is_unknown() -> None:
    facts = facts_with(mlp=MLP.replace("silu(self.gate(x))", "silu(self.gate(x) * 3.0)"))
    assert facts["activation"].value is None and "not recognised" in (facts["activation"].unknown or "")


def test_qk_norm_and_its_width() -> None:
    over_head = facts_with(made="self.a, self.b = Norm(4), Norm(4)", head="q, k = self.a(q), self.b(k)")
    over_all = facts_with(made="self.a, self.b = Norm(8), Norm(4)", full="q, k = self.a(q), self.b(k)")
    assert over_head["qk_norm"].value == {"kind": "RMSNorm", "over": "head"}
    assert over_all["qk_norm"].value == {"kind": "RMSNorm", "over": "full"}


def test_sinks_and_soft_caps() -> None:
    capped = facts_with(scores="scores = torch.tanh(scores / 30.0) * 30.0")
    assert capped["attention_logit_softcapping"].value == 30.0
    sunk = facts_with(
        made="self.sink = nn.Parameter(torch.zeros(2))",
        scores="scores = torch.cat([scores, self.sink.reshape(1, -1, 1, 1).expand(b, -1, s, 1)], dim=-1);"
        " v = torch.cat([v, v[:, :, :1]], dim=2)",
    )
    assert sunk["attention_sinks"].value is True


def test_a_sub_norm_is_seen() -> None:
    mlp = (
        MLP.replace("self.down = nn", "self.inner = Norm(12)\n        self.down = nn").replace(
            "self.down(torch", "self.down(self.inner(torch"
        )
        + ")"
    )
    mlp = mlp.replace("self.up(x))\n)", "self.up(x)))\n")
    facts = facts_with(mlp=mlp)
    assert (facts["sub_norm"].value, facts["activation"].value) == (True, "silu")


def test_an_undecided_branch_is_unknown() -> None:
    facts = facts_with(head="q = q * 2 if x.sum() > 0 else self.a(q)", made="self.a = Norm(4)")
    assert facts["qk_norm"].unknown is not None


LIBRARY_NORM = """
class Norm(nn.LayerNorm):
    def forward(self, x):
        return torch.nn.functional.layer_norm(x, self.normalized_shape, {weight}, self.bias, self.eps)
"""


@pytest.mark.parametrize(("weight", "unit"), [("self.weight", False), ("self.weight + 1.0", True)])
def test_what_a_library_norm_is_given_for_its_weight(weight: str, unit: bool) -> None:
    facts = facts_with(norm=LIBRARY_NORM.format(weight=weight))
    assert (facts["norm_type"].value, facts["norm_unit_offset"].value) == ("LayerNorm", unit)


def test_a_weight_that_is_made_otherwise_leaves_the_norm_unknown() -> None:
    facts = facts_with(norm=LIBRARY_NORM.format(weight="self.weight * 3.0"))
    assert facts["norm_unit_offset"].value is None and facts["norm_unit_offset"].unknown


@pytest.mark.parametrize("bounds", ["-1.0, 1.0", "min=-1.0, max=1.0"])
def test_bounds_of_a_clamp_however_they_are_given(bounds: str) -> None:
    facts = facts_with(mlp=MLP.replace("silu(self.gate(x))", f"silu(self.gate(x)).clamp({bounds})"))
    assert facts["activation"].value is None and facts["activation"].unknown


def test_a_part_that_cannot_be_built_is_not_absent() -> None:
    facts = facts_with(made="self.limit = config.never_stated_anywhere")
    for name in (
        "parameters",
        "attention_type",
        "position_scheme",
        "layer_types",
        "num_experts",
        "activation",
    ):
        assert facts[name].value is None and "never_stated_anywhere" in (facts[name].unknown or "")


HEADWISE = (
    "self.norms = nn.ModuleList([Norm(4) for _ in range(2)])",
    "q = torch.cat([one(t) for one, t in zip(self.norms, q.split(1, dim=1))], dim=1); k = self.norms[0](k)",
)


def test_a_norm_of_its_own_for_each_head() -> None:
    facts = facts_with(made=HEADWISE[0], head=HEADWISE[1])
    assert facts["qk_norm"].value == {"kind": "RMSNorm", "over": "head"}


def test_norms_one_after_the_other_are_not_one_for_each_head() -> None:
    facts = facts_with(made=HEADWISE[0], head="q = self.norms[1](self.norms[0](q)); k = self.norms[0](k)")
    assert facts["qk_norm"].value is None and "more than one norm" in (facts["qk_norm"].unknown or "")


def test_a_cap_on_the_logits_is_known_where_the_layers_are_not() -> None:
    facts = facts_with(flow="        return layers.unknown_to_all(x)")
    assert facts["final_logit_softcapping"].value is None


EACH = "k, v = (t.repeat_interleave(2, dim=1) for t in (k, v)); "
BACK = "return self.o({mixed}.transpose(1, 2).reshape(b, s, -1))"
WITHIN = "torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)"
SUMMED = "torch.softmax(torch.einsum('bhid,bhjd->bhij', q, k), dim=-1) @ v"


@pytest.mark.parametrize("mixed", [WITHIN, f"({SUMMED})"])
def test_attention_that_is_written_in_other_ways(mixed: str) -> None:
    facts = facts_with(head=EACH + BACK.format(mixed=mixed))
    assert (facts["num_attention_heads"].value, facts["attention_type"].value) == (2, "MQA")
    assert facts["attention_logit_softcapping"].value is None
    assert facts["attention_logit_softcapping"].unknown is None


def test_a_cap_on_scores_by_einsum() -> None:
    capped = SUMMED.replace("torch.einsum(", "9.0 * torch.tanh(torch.einsum(").replace(
        "q, k)", "q, k) / 9.0)"
    )
    facts = facts_with(head=EACH + BACK.format(mixed=f"({capped})"))
    assert facts["attention_logit_softcapping"].value == 9.0


IN_A_ROW = "self.layers = nn.Sequential(*[{made} for _ in range(config.num_hidden_layers)])"


def test_layers_in_a_sequential_are_layers_and_their_heads_are_not() -> None:
    heads = "self.heads = nn.ModuleList([nn.Linear(8, 4) for _ in range(5)])"
    facts = facts_with(
        made=heads,
        full="v = v + sum(one(x) for one in self.heads)",
        stored=IN_A_ROW.format(made="Layer(config)"),
    )
    assert facts["num_hidden_layers"].value == 2 and facts["norm_placement"].value == "pre"
    assert facts["activation"].value == "silu"


def test_modules_in_a_row_without_parts_are_no_layers() -> None:
    facts = facts_with(stored=IN_A_ROW.format(made="nn.Linear(8, 8)"))
    assert "no list of decoder layers" in (facts["num_hidden_layers"].unknown or "")
