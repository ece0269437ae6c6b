"""What mixes the tokens of a layer is stated only where everything in its stream is known."""

import pytest

from .decoder import facts_with

SELF = "self.mix = nn.MultiheadAttention(config.hidden_size, 2, batch_first=True)"
MASK = "torch.triu(torch.ones(x.shape[1], x.shape[1]), diagonal=1).bool()"

MLP = """
class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.up, self.down = nn.Linear(config.hidden_size, 12), nn.Linear(12, config.hidden_size)
    def forward(self, x):
        return self.down(torch.nn.functional.gelu(self.up(x)))
"""


def _layer(flow: str, made: str = "pass", *, before: str = "", **config: object) -> dict[str, object]:
    """Values (of what is unknown: the reason) of a decoder whose layers mix tokens by ``flow`` alone."""
    source = f"""
{before}
class Mix(nn.Module):
    def __init__(self, config):
        super().__init__()
        {made}
    def forward(self, x):
        {flow}
"""
    facts = facts_with(
        mlp=source + MLP,
        flow="        x = x + self.mix(self.first(x))\n        return x + self.mlp(self.second(x))",
        stored="for layer in self.layers: layer.mix = Mix(config)",
        **config,
    )
    return {name: one.unknown or one.value for name, one in facts.items()}


def test_layers_that_mix_nothing() -> None:
    facts = _layer("return self.line(x)", "self.line = nn.Linear(config.hidden_size, config.hidden_size)")
    assert (facts["attention_type"], facts["layer_types"]) == ("none", ["mlp"] * 2)


def test_torchs_multihead_attention_is_softmax_attention() -> None:
    facts = _layer(f"return self.mix(x, x, x, attn_mask={MASK}, need_weights=False)[0]", SELF)
    assert [facts[name] for name in ("attention_type", "num_attention_heads", "head_dim")] == ["MHA", 2, 4]
    assert facts["attention_bias"] == {"q": True, "k": True, "v": True, "o": True}
    assert facts["layer_types"] == ["full_attention"] * 2


def test_its_mask_says_what_is_not_seen() -> None:
    narrow = MASK.replace(
        ".bool()", ".bool() | torch.tril(torch.ones(x.shape[1], x.shape[1]), diagonal=-3).bool()"
    )
    facts = _layer(f"return self.mix(x, x, x, attn_mask={narrow}, need_weights=False)[0]", SELF)
    assert facts["sliding_window"] == [3] * 2
    facts = _layer("return self.mix(x, x, x)[0]", SELF)
    assert "without a mask" in str(facts["layer_types"])
    added = "torch.triu(torch.full((x.shape[1], x.shape[1]), float('-inf')), diagonal=1)"
    told = f"return self.mix(x, x, x, attn_mask={added}, need_weights=False, is_causal=True)[0]"
    assert _layer(told, SELF)["layer_types"] == ["full_attention"] * 2


def test_the_order_of_dimensions_is_the_layers() -> None:
    made = SELF.replace(", batch_first=True", "")
    facts = _layer("y = x.transpose(0, 1)\n        return self.mix(y, y, y)[0].transpose(0, 1)", made)
    assert (facts["num_attention_heads"], facts["head_dim"]) == (2, 4)
    # Over the batch: there are no heads of tokens to count.
    assert "head" in str(_layer("return self.mix(x, x, x)[0]", made)["num_attention_heads"])


def test_keys_of_something_else_have_projections_of_their_own() -> None:
    facts = _layer("return self.mix(x, x * 2, x * 2, need_weights=False)[0]", SELF)
    assert (facts["attention_type"], facts["num_attention_heads"]) == ("MHA", 2)
    wide = SELF.replace("2, batch", "2, kdim=4, vdim=4, batch")
    facts = _layer("return self.mix(x, x[..., :4], x[..., :4], need_weights=False)[0]", wide)
    assert (facts["attention_type"], facts["num_attention_heads"]) == ("MHA", 2)


@pytest.mark.parametrize(
    ("flow", "made"),
    [
        ("return self.mix(x, x, x)[0]", SELF.replace("2, batch", "2, add_bias_kv=True, batch")),
        ("return fast_attention(x, x, x)", "pass"),
        ("return self.lost(x)", "self.lost = Elsewhere(config)"),
    ],
)
def test_attention_may_hide_in_what_is_not_known(flow: str, made: str) -> None:
    facts = _layer(flow, made, before="from elsewhere import fast_attention, Elsewhere")
    for name in ("attention_type", "layer_types", "num_attention_heads", "position_scheme"):
        assert isinstance(facts[name], str), name
        assert facts[name] != "none", name


def test_attention_written_out_without_softmax() -> None:
    flow = "e = torch.exp(x @ x.transpose(1, 2))\n        return (e / e.sum(-1, keepdim=True)) @ x"
    assert "exponential" in str(_layer(flow)["attention_type"])


@pytest.mark.parametrize("name", ["LSTM", "GRU", "RNN"])
def test_recurrent_layers_of_torch(name: str) -> None:
    made = f"self.mix = nn.{name}(config.hidden_size, config.hidden_size, batch_first=True)"
    facts = _layer("return self.mix(x)[0]", made)
    assert (facts["attention_type"], facts["layer_types"]) == ("none", ["recurrent"] * 2)
    over_batch = _layer("return self.mix(x)[0]", made.replace(", batch_first=True", ""))
    assert name.lower() in str(over_batch["layer_types"])


def test_a_recurrence_gives_its_last_state() -> None:
    made = "self.mix = nn.LSTM(config.hidden_size, config.hidden_size, batch_first=True, bidirectional=True)"
    flow = (
        "y, (h, c) = self.mix(x)\n        return y.chunk(2, -1)[0] if h.shape == c.shape == (2, 2, 8) else x"
    )
    facts = _layer(flow, made)
    assert facts["layer_types"] == ["recurrent"] * 2


@pytest.mark.parametrize(
    "flow",
    [
        "return torch.cat([x[:, :1], x[:, :-1]], dim=1)",
        "return x + x.mean(dim=1, keepdim=True)",
        "return torch.softmax(x, dim=1)",
        "return nn.functional.normalize(x)",
        "return x[:, torch.arange(6, -1, -1)]",
        "return torch.cumsum(x, dim=1)",
        "return self.table[:7, :7] @ x",
        "return torch.einsum('st,btd->bsd', self.table[:7, :7], x)",
        "return (x.transpose(1, 2) @ self.table[:7, :7]).transpose(1, 2)",
        "return x.gather(1, torch.zeros_like(x).long())",
        "return torch.cat([x[:, at:at + 1] for at in range(x.shape[1])], 1)",
    ],
)
def test_what_reaches_other_tokens_is_no_mlp(flow: str) -> None:
    facts = _layer(flow, "self.table = nn.Parameter(torch.ones(64, 64))")
    assert "what mixes the tokens" in str(facts["layer_types"])


CONV = "self.mix = nn.Conv1d(config.hidden_size, config.hidden_size, 3, padding=2, groups=config.hidden_size)"


def test_a_convolution_is_one_where_nothing_else_mixes() -> None:
    flow = "y = self.mix(x.transpose(1, 2))[..., :x.shape[1]].transpose(1, 2)"
    assert _layer(f"{flow}\n        return y", CONV)["layer_types"] == ["conv"] * 2
    assert "getitem" in str(_layer(f"{flow}\n        return y + y[:, :1]", CONV)["layer_types"])


def test_attention_beside_the_layers_is_attention() -> None:
    flow = "        return x + self.mlp(self.second(x))"
    facts = facts_with(flow=flow, stream="x = x + torch.softmax(x @ x.transpose(1, 2), -1) @ x")
    assert "outside of the layers" in str(facts["attention_type"].unknown)
