"""Windows are told by the masks that reach the scores, and only where nothing else restricts them."""

from .decoder import facts_with

MASK = "from transformers.masking_utils import create_causal_mask; scores = scores + create_causal_mask(None)"
TABLE = "self.register_buffer('table', torch.tril(torch.ones(64, 64)).bool())"


def test_a_full_mask_alone_is_full_attention() -> None:
    facts = facts_with(scores=MASK)
    assert facts["layer_types"].value == ["full_attention"] * 2
    assert facts["sliding_window"].value == [None] * 2


def test_a_table_that_selects_scores_too_may_hold_a_window() -> None:
    facts = facts_with(made=TABLE, scores=f"{MASK}; scores = torch.where(self.table[:s, :s], scores, -1e9)")
    for name in ("layer_types", "sliding_window"):
        assert facts[name].value is None and "table of positions" in (facts[name].unknown or "")


def test_a_selection_that_the_mask_makes_is_the_masks() -> None:
    chosen = "from transformers.masking_utils import create_causal_mask; m = create_causal_mask(None)"
    facts = facts_with(scores=f"{chosen}; scores = (scores + m).masked_fill(m < 0, -1e9)")
    assert facts["layer_types"].value == ["full_attention"] * 2
