"""Input embedding and output head of models whose accessors name none."""

import pytest

from archinspect.blueprint.facts import derive
from archinspect.blueprint.read import read_model
from archinspect.blueprint.records import CodeFact

from ..sources import CONFIG, model_with, tree_of
from .decoder import facts_with

HEAD = "self.out = nn.Linear(8, 16)\n"
ACCESSORS = (
    "    def get_input_embeddings(self):\n        return self.model.embed\n",
    "    def get_output_embeddings(self):\n        return self.lm_head\n",
)


def facts_of(made: str, forward: str) -> dict[str, CodeFact]:
    """Facts of a model without layers: what its constructor makes and its forward returns."""
    return derive(read_model(CONFIG, tree_of(model_with(made, forward=forward)))[0])


def test_a_table_looked_up_by_the_ids_is_the_embedding() -> None:
    facts = facts_of(HEAD, "return (self.out(x),)")
    assert facts["vocab_size"].value == 16
    assert facts["parameters"].value == {"total": 272, "embedding": 128, "non_embedding": 0, "model": 272}
    assert facts["tie_word_embeddings"].value is False and facts["lm_head_bias"].value is True


@pytest.mark.parametrize(
    "order", ["self.out.weight = self.embed.weight", "self.embed.weight = self.out.weight"]
)
def test_a_head_tied_by_hand(order: str) -> None:
    facts = facts_of(HEAD + order, "return 30.0 * torch.tanh(self.out(x[:, -1:]) / 30.0)")
    assert facts["tie_word_embeddings"].value is True
    assert facts["parameters"].value["embedding"] == 128


@pytest.mark.parametrize(
    ("made", "forward"),
    [
        ("self.more = nn.Embedding(16, 8)", "return self.out(x + self.more(input_ids))"),
        ("self.more = nn.Embedding(99, 8)", "return self.out(x + self.more(input_ids * 7 % 99))"),
        ("self.more = nn.Embedding(99, 8)", "return self.out(x + self.more(self.missing(x)))"),
    ],
)
def test_ids_that_choose_rows_of_more_than_one_table_settle_none(made: str, forward: str) -> None:
    facts = facts_of(HEAD + made, forward)
    assert facts["vocab_size"].unknown == "the input embedding is not one table"


def test_comparing_the_ids_chooses_no_rows() -> None:
    facts = facts_of(HEAD, "return self.out(x * (input_ids != 3).unsqueeze(-1))")
    assert facts["vocab_size"].value == 16


@pytest.mark.parametrize(
    ("made", "forward"),
    [
        ("self.other = nn.Linear(8, 16)", "return self.out(x), self.other(x)"),
        ("self.down = nn.Linear(16, 5)", "return self.down(self.out(x))"),
        ("pass", "return self.out(x) + self.out.bias"),
    ],
)
def test_a_product_that_is_not_alone_or_not_returned_is_no_head(made: str, forward: str) -> None:
    facts = facts_of(HEAD + made, forward)
    assert facts["vocab_size"].value == 16
    assert facts["lm_head_bias"].unknown == "the model has no output head of its own"


def test_a_table_of_positions_is_not_taken_for_the_tokens() -> None:
    facts = facts_with(
        without=(*ACCESSORS, "    def get_input_embeddings(self):\n        return self.embed\n"),
        stored="self.places = nn.Embedding(9, 8)",
        stream="x = x + self.places(torch.arange(x.shape[1]))",
    )
    assert (facts["position_scheme"].value, facts["vocab_size"].value) == ("learned", 16)
    assert facts["tie_word_embeddings"].value is False
