"""Windows are told by the masks that reach the scores, and only where nothing else restricts them."""

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
