"""Windows are told by the masks that reach the scores, and only where nothing else restricts them."""

import pytest

from .decoder import facts_with

MASK = "from transformers.masking_utils import create_causal_mask; scores = scores + create_causal_mask(None)"
TABLE = "self.register_buffer('table', torch.tril(torch.ones(64, 64)).bool())"


def test_a_full_mask_alone_is_full_attention() -> None:
    facts = facts_with(scores=MASK)
    assert facts["layer_types"].value == ["full_attention"] * 2
    assert facts["sliding_window"].value == [None] * 2


def test_a_table_that_selects_scores_too_is_read_for_what_it_hides() -> None:
    facts = facts_with(made=TABLE, scores=f"{MASK}; scores = torch.where(self.table[:s, :s], scores, -1e9)")
    assert facts["layer_types"].value == ["full_attention"] * 2
    narrow = TABLE.replace("torch.tril(torch.ones(64, 64))", "torch.tril(torch.ones(64, 64)).triu(-3)")
    facts = facts_with(made=narrow, scores=f"{MASK}; scores = torch.where(self.table[:s, :s], scores, -1e9)")
    assert facts["layer_types"].value == ["sliding_attention"] * 2
    assert facts["sliding_window"].value == [4] * 2


def test_a_selection_that_the_mask_makes_is_the_masks() -> None:
    chosen = "from transformers.masking_utils import create_causal_mask; m = create_causal_mask(None)"
    facts = facts_with(scores=f"{chosen}; scores = (scores + m).masked_fill(m < 0, -1e9)")
    assert facts["layer_types"].value == ["full_attention"] * 2


@pytest.mark.parametrize(
    "hidden",
    [
        "torch.log(torch.tril(torch.ones(s, s)))",
        "-1.0 / torch.tril(torch.ones(s, s)) + 1.0",
        "1.0 - torch.reciprocal(torch.tril(torch.ones(s, s)))",
        "1.0 - torch.rsqrt(torch.tril(torch.ones(s, s)))",
    ],
)
def test_numbers_without_an_end_are_torchs(hidden: str) -> None:
    facts = facts_with(scores=f"scores = scores + ({hidden})")
    assert facts["layer_types"].value == ["full_attention"] * 2
    assert facts["sliding_window"].value == [None] * 2


SDPA = "mixed = torch.nn.functional.scaled_dot_product_attention(q, k, v{}).transpose(1, 2).reshape(b, s, -1)"
LOWER = "torch.tril(torch.ones(s, s)).bool()"


@pytest.mark.parametrize(
    ("given", "window"),
    [
        (", is_causal=True", None),
        (", None, 0.0, True", None),
        (", is_causal=self.missing is None", None),
        (f", attn_mask={LOWER}", None),
        (f", attn_mask={LOWER} & torch.triu(torch.ones(s, s), -4).bool()", 5),
        (", attn_mask=torch.triu(torch.full((s, s), float('-inf')), 1)", None),
    ],
)
def test_torchs_own_attention_is_as_causal_as_it_is_told(given: str, window: int | None) -> None:
    facts = facts_with(made="self.missing = None", scores=f"{SDPA.format(given)}; return self.o(mixed)")
    kind = "full_attention" if window is None else "sliding_attention"
    assert facts["layer_types"].value == [kind] * 2
    assert facts["sliding_window"].value == [window] * 2


@pytest.mark.parametrize(
    "given",
    [
        "",
        ", is_causal=x.sum() > 0",
        f", attn_mask={LOWER} & (x.sum(-1) > 0).unsqueeze(1).unsqueeze(1)",
        ", is_causal=True, attn_mask=(x.sum(-1) > 0).unsqueeze(1).unsqueeze(1)",
    ],
)
def test_torchs_own_attention_without_a_mask_that_is_known(given: str) -> None:
    facts = facts_with(scores=f"{SDPA.format(given)}; return self.o(mixed)")
    assert facts["layer_types"].unknown
    assert facts["sliding_window"].unknown


def test_causal_over_more_keys_than_queries_is_not_followed() -> None:
    more = "k, v = (torch.cat([t[:, :, :1], t], dim=2) for t in (k, v)); "
    facts = facts_with(scores=f"{more}{SDPA.format(', is_causal=True')}; return self.o(mixed)")
    assert facts["layer_types"].unknown


WIDE = "if {}: scores = scores.masked_fill(torch.tril(torch.ones(s, s), -{}).bool(), -1e9)"


@pytest.mark.parametrize("asked", ["s > self.window", "self.window <= q.shape[2]", "s >= 40"])
@pytest.mark.parametrize(("longest", "unclear"), [(64, True), (40, False), (None, True)])
def test_what_longer_inputs_bring_is_not_known(asked: str, longest: int | None, unclear: bool) -> None:
    """Up to the model's longest input."""
    scores = f"{MASK}\n        {WIDE.format(asked, 40)}"
    facts = facts_with(made="self.window = 40", scores=scores, max_position_embeddings=longest)
    for name in ("layer_types", "sliding_window"):
        assert bool(facts[name].unknown) == unclear
        assert not unclear or "more than 40 tokens" in str(facts[name].unknown)


def test_a_module_may_keep_a_number_as_large_as_the_input() -> None:
    scores = f"{MASK}\n        {WIDE.format('self.index > 20', 2)}"
    facts = facts_with(made="self.index = 7", scores=scores)
    assert facts["layer_types"].value == ["full_attention"] * 2


@pytest.mark.parametrize("size", ["kept.shape[0]", "kept.size(0)"])
def test_a_table_may_be_longer_than_the_input(size: str) -> None:
    scores = f"{MASK}\n        kept = torch.ones(2 * s, 2)\n        {WIDE.format(f's > {size}', 2)}"
    facts = facts_with(scores=scores)
    assert facts["layer_types"].value == ["full_attention"] * len(facts["layer_types"].value)
