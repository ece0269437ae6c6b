"""Which modules are the decoder's layers, and how they are called."""

import pytest

from .decoder import LISTED, MLP, facts_with

SEQUENCE = "nn.Sequential(*[Layer(config) for _ in range(3)])"
NUMBERED = "nn.ModuleDict({f'layer_{i}': Layer(config) for i in range(3)})"
PARTS = MLP.replace(
    "self.up = ",
    "self.parts = nn.ModuleList([nn.Linear(config.hidden_size, config.hidden_size) for _ in range(5)])\n"
    "        self.up = ",
).replace("return ", "for part in self.parts: x = x + part(x)\n        return ")


@pytest.mark.parametrize(
    ("listed", "through", "count"),
    [
        (SEQUENCE, "x = self.layers(x)", 3),
        (SEQUENCE, "for layer in self.layers: x = layer(x)", 3),
        (NUMBERED, "for layer in self.layers.values(): x = layer(x)", 3),
        (f"nn.ModuleDict(dict(h={SEQUENCE}))", "x = self.layers.h(x)", 3),
        (f"nn.ModuleDict(dict(h={LISTED}))", "for layer in self.layers.h: x = layer(x)", 2),
    ],
)
def test_layers_in_sequence_or_numbered_are_a_list(listed: str, through: str, count: int) -> None:
    """Lists within the layers, longer or not, are no lists of layers."""
    facts = facts_with(mlp=PARTS, listed=listed, through=through)
    assert facts["num_hidden_layers"].value == count
    assert facts["num_attention_heads"].value == 2


def test_what_stands_in_sequence_beside_a_list_is_told_by_what_it_holds() -> None:
    short = "self.more = nn.ModuleList([Mlp(config) for _ in range(5)])"
    facts = facts_with(stored=short, listed=SEQUENCE, through="x = self.layers(x)")
    assert facts["num_hidden_layers"].value == 3


def test_a_sequence_of_torchs_own_layers_is_no_list() -> None:
    """A list of one layer beside a projection of several steps."""
    steps = "self.steps = nn.Sequential(nn.Linear(8, 900), nn.Linear(900, 8))"
    facts = facts_with(stored=steps, stream="x = self.steps(x)")
    assert facts["num_hidden_layers"].value == 2


def test_a_class_that_is_called_without_a_forward() -> None:
    facts = facts_with(mlp=MLP.replace("def forward", "def __call__"))
    assert (facts["ffn_type"].value, facts["intermediate_size"].value) == ("SwiGLU", 12)


@pytest.mark.parametrize(
    ("asked", "used"),
    [
        ("times, *, noise", "x = x + (times * noise).view(-1, 1, 1)"),
        ("token_mask", "x = x * token_mask[:, :, None]"),
        ("token_ids", "x = x + self.embed(token_ids)"),
    ],
)
def test_what_a_forward_asks_for_is_given(asked: str, used: str) -> None:
    names = asked.replace("*, ", "")
    facts = facts_with(
        stream=used, asked=asked, given=", ".join(f"{name}={name}" for name in names.split(", "))
    )
    assert facts["ffn_type"].value == "SwiGLU"
    assert facts["norm_placement"].value == "pre"
