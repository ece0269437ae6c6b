"""Masks, windows and slopes that are written out, and positions that join the stream."""

import pytest

from .decoder import facts_with

AWAY = "a = torch.arange(s); d = a[:, None] - a[None, :]; "
SLOPES = AWAY + "scores = scores + torch.tensor([0.5, 0.25])[:, None, None] * -d"
CAUSAL = "scores = scores + torch.full((s, s), -1e9).triu(1)"
WINDOW = AWAY + "scores = scores.masked_fill((d < 0) | (d >= 40), -1e9)"
STORED = "t = torch.ones(128, 128, dtype=torch.bool).tril(); self.register_buffer('near', t ^ t.tril(-40))"
KEPT = "scores = torch.where(self.near[:s, :s], scores, -1e9)"


def answers(scores: str, made: str = "") -> list[object]:
    """position_scheme, and what the first layer sees."""
    facts = facts_with(scores=scores, made=made, max_position_embeddings=128)
    found = [facts[name] for name in ("position_scheme", "layer_types", "sliding_window")]
    values = ["unknown" if one.unknown else one.value for one in found]
    return [one[0] if isinstance(one, list) else one for one in values]


def test_slopes_that_differ_by_head_are_alibi() -> None:
    assert answers(f"{SLOPES}; {CAUSAL}") == ["alibi", "full_attention", None]


def test_a_mask_that_is_written_out_says_nothing_about_positions() -> None:
    assert answers(CAUSAL) == ["none", "full_attention", None]


@pytest.mark.parametrize(("scores", "made"), [(WINDOW, ""), (KEPT, STORED)])
def test_a_window_far_beyond_the_traced_length(scores: str, made: str) -> None:
    assert answers(scores, made) == ["none", "sliding_attention", 40]


def test_a_window_as_long_as_all_positions_is_none() -> None:
    assert answers(WINDOW.replace("40", "128")) == ["none", "full_attention", None]


@pytest.mark.parametrize(
    "scores",
    [
        AWAY + "scores = scores.masked_fill((d < 0) | (d % 3 == 1), -1e9)",
        AWAY + "scores = scores - (d.abs() + 1).float().log()",
        AWAY + "scores = torch.where(d < 3, scores, scores * 0.5)",
    ],
)
def test_other_things_made_of_positions_are_unknown(scores: str) -> None:
    scheme, kind, window = answers(scores)
    assert (kind, window) == ("unknown", "unknown")
    assert scheme != "alibi"


ANGLES = "t = torch.arange(64)[:, None] / 10000 ** (torch.arange(4) / 4)[None, :]; "
SINES = ANGLES + "self.register_buffer('table', torch.cat((t.sin(), t.cos()), 1))"
TABLE = """
class Places(nn.Embedding):
    def __init__(self, count, width):
        super().__init__(count + 2, width)
        {made}
    {method}
    def forward(self, x):
        return super().forward(torch.arange(x.shape[1]) + 2)
"""
PLACES = {"stored": "self.places = Places(64, config.hidden_size)", "stream": "x = x + self.places(x)"}


def test_rows_of_sines_and_cosines_are_sinusoidal() -> None:
    facts = facts_with(stored=SINES, stream="x = x + self.table[: x.shape[1]]")
    assert facts["position_scheme"].value == "sinusoidal"


def test_rows_of_anything_else_are_unknown() -> None:
    facts = facts_with(stored=SINES.replace("t.cos()", "t.sin()"), stream="x = x + self.table[: x.shape[1]]")
    assert facts["position_scheme"].value is None and facts["position_scheme"].unknown


def test_a_class_that_only_looks_rows_up_is_learned() -> None:
    facts = facts_with(before=TABLE.format(made="pass", method="pass"), **PLACES)
    assert facts["position_scheme"].value == "learned"


@pytest.mark.parametrize(
    ("made", "method"),
    [
        ("pass", "def fill(self): self.weight.copy_(torch.ones(3))"),
        ("self.weight = nn.Parameter(torch.arange(66.0)[:, None].sin().expand(66, 8))", "pass"),
        ("self.weight[:2] = self.weight[:2] * 0.0", "pass"),
    ],
)
def test_a_class_that_may_fill_its_rows_is_unknown(made: str, method: str) -> None:
    facts = facts_with(before=TABLE.format(made=made, method=method), **PLACES)
    assert facts["position_scheme"].value is None and "computed" in (facts["position_scheme"].unknown or "")


def test_a_row_that_is_the_same_for_all_is_no_position() -> None:
    same = "x = x + self.kinds(torch.zeros((2, 7), dtype=torch.long))"
    facts = facts_with(stored="self.kinds = nn.Embedding(5, config.hidden_size)", stream=same)
    assert facts["position_scheme"].value == "none"
