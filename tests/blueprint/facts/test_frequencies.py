"""Bases and scalings of rotations, from the numbers that the cosines are made of."""

import pytest

from .decoder import facts_with
from .test_positions import TURN, rotated

NAMES = ("rope_type", "rope_theta", "rope_local_theta")
STEPS = "torch.arange(0, 4, 2).float() / 4"
WRITTEN = (
    f"t = torch.outer(torch.arange(64).float(), 1.0 / (10000 ** ({STEPS})))\n"
    "        self.register_buffer('table', torch.cat((t.sin(), t.cos()), 1), persistent=False)"
)
LOOKED_UP = (
    "n, c = self.table[torch.arange(s)].chunk(2, dim=-1); n, c = (torch.cat((t, t), -1) for t in (n, c));"
    " turn = lambda t: " + TURN.format(h=2) + "; q, k = turn(q), turn(k)"
)


def made_with(inverse: str) -> str:
    """A constructor's line that stores the inverse frequencies."""
    return f"self.register_buffer('inv', {inverse})"


def answers(inverse: str, **config: object) -> list[object]:
    """The three facts of a decoder that rotates all four dimensions with these inverse frequencies."""
    facts = facts_with(made=made_with(inverse), head=rotated(4, TURN), **config)
    return [facts[name].value if facts[name].unknown is None else "unknown" for name in NAMES]


def test_a_base_that_the_config_states() -> None:
    assert answers(f"1.0 / (config.rope_theta ** ({STEPS}))", rope_theta=5000.0) == ["default", 5000.0, None]


def test_a_stated_base_that_is_not_the_one_in_the_table_is_not_repeated() -> None:
    inverse = f"1.0 / (777.0 ** ({STEPS})) * (config.rope_theta > 0)"
    assert answers(inverse, rope_theta=5000.0) == ["unknown"] * 3


def test_a_constant_of_the_source() -> None:
    assert answers(f"1.0 / (10000 ** ({STEPS}))") == ["default", 10000.0, None]


def test_scaling_is_what_the_numbers_show() -> None:
    scaled = {
        "base_theta": 5000.0,
        "rope_parameters": {"rope_type": "linear", "rope_theta": 5000.0, "factor": 4.0},
    }
    inverse = f"1.0 / (config.base_theta ** ({STEPS}))"
    assert answers(f"{inverse} / 4.0", **scaled) == ["linear", 5000.0, None]
    assert answers(inverse, **scaled) == ["default", 5000.0, None]
    assert answers(f"{inverse} / 3.0", **scaled) == ["unknown"] * 3


def test_a_table_of_sines_and_cosines_that_is_stored() -> None:
    facts = facts_with(made=WRITTEN, head=LOOKED_UP)
    assert [facts[name].value for name in NAMES] == ["default", 10000.0, None]
    assert facts["rotary_dim"].value == 4


def test_frequencies_of_three_axes_that_are_interleaved() -> None:
    """As Qwen3-VL does: every third pair is taken from another axis of the positions."""
    taken = "b = torch.stack((a, a, a)); a = b[0]; a[..., slice(1, 2, 3)] = b[1, ..., slice(1, 2, 3)]"
    head = rotated(4, TURN).replace("a = torch.cat", f"{taken}; a = torch.cat", 1)
    facts = facts_with(
        made=made_with(f"1.0 / (config.rope_theta ** ({STEPS}))"), head=head, rope_theta=5000.0
    )
    assert [facts[name].value for name in NAMES] == ["default", 5000.0, None]
    other = head.replace("] = b[1", "] = 2 * b[1")
    facts = facts_with(
        made=made_with(f"1.0 / (config.rope_theta ** ({STEPS}))"), head=other, rope_theta=5000.0
    )
    assert facts["rope_theta"].value is None and facts["rope_theta"].unknown


@pytest.mark.parametrize(
    "changed",
    ["self.table[:, 1] = 0.5", "t.mul_(2)", "self.table.view(-1).fill_(0.1)", "self.table[:8].zero_()"],
)
def test_a_table_that_is_changed_afterwards_is_unknown(changed: str) -> None:
    made = WRITTEN.replace("\n", f"; {changed}\n") if changed.startswith("t.") else f"{WRITTEN}; {changed}"
    facts = facts_with(made=made, head=LOOKED_UP)
    for name in ("rope_type", "rope_theta"):
        assert facts[name].value is None and facts[name].unknown


LOCAL = (
    "number = Attention.made = getattr(Attention, 'made', -1) + 1\n"
    "        base = config.rope_theta if number else config.narrow_theta\n"
    f"        self.register_buffer('inv', 1.0 / (base ** ({STEPS})))"
)


def test_layers_with_bases_of_their_own() -> None:
    facts = facts_with(
        made=LOCAL,
        head=rotated(4, TURN),
        rope_theta=5000.0,
        narrow_theta=300.0,
    )
    # Both layers see everything: the bases are known, but none is that of the sliding layers.
    assert facts["rope_type"].value == "default"
    assert facts["rope_theta"].value is None and "differs" in (facts["rope_theta"].unknown or "")
