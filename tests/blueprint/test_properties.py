"""A config's property is worked out once for equal attributes, and only if nothing else decides it."""

from typing import Any

import pytest

from archinspect.blueprint.build import build_model
from archinspect.blueprint.configs import evaluator, run_bounded
from archinspect.blueprint.interp import properties
from archinspect.blueprint.interp.properties import Settled
from archinspect.errors import BlueprintError
from tests.blueprint.sources import CONFIG, CONFIGURATION, model_with, tree_of

READS = """
import copy

class Part(nn.Module):
    def __init__(self, config, place):
        super().__init__()
        found = config.asked
        self.found = copy.copy(found)
        self.own = nn.Linear(1, 1 + place)
        {after}

self_places = 0
"""
MODEL = "self.parts = nn.ModuleList([Part(config, place) for place in range(8)])"
SETTLED = {
    "a list": "return [one + 1 for one in self.kinds]",
    "a tuple": "return tuple(self.kinds)",
    "a number": "return self.hidden_size * 2",
    "a text": "return 'wide' if self.hidden_size > 4 else 'narrow'",
    "a loop": "modes = [None] * len(self.kinds)\nlast = [i for i in range(2)]\nfor i in last:\n    last[i] = i\nreturn modes",  # noqa: E501
    "entries of a list made here": "made = [0 for _ in self.kinds]\nfor i in range(3):\n    made[i] = self.kinds[i]\nreturn made",  # noqa: E501
    "a search": "return self.kinds.index(4) + self.kinds.count(3)",
    "an absent attribute": "if self.kinds[0] == 3:\n    return 3\nraise ValueError(self.unheard_of)",
}
OTHERWISE = {
    "a module's name": "return OUTSIDE",
    "a builtin that the module replaces": "return sum(self.kinds)",
    "a tuple within": "return [(1, 2), 1]",
    "a config below": "return self.inner.size",
    "a property": "return self.another",
    "a write": "self.seen = getattr(self, 'seen', 0) + 1\nreturn self.seen",
    "a write to a list of the config": "kinds = self.kinds\nkinds[0] = kinds[0] + 1\nreturn kinds[0]",
    "a call": "return self.count()",
    "a dict": "return {'a': self.hidden_size}",
    "a yield": "yield self.hidden_size",
}
AFTER = {
    "nothing": "",
    "changes what it was given": "found.append(1) if isinstance(found, list) else None",
    "changes an attribute": "config.hidden_size = config.hidden_size + 1",
    "changes a list": "config.kinds[place % 3] = 4",
    "changes a list's length": "config.kinds.append(place)",
    "changes a number's type": "config.hidden_size = float(config.hidden_size) if place % 2 else 8",
}


def found(body: str, after: str) -> tuple[list[Any], bool, dict[str, str]]:
    """What eight modules read, whether the property was settled, and which keys were read where."""
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    configuration = CONFIGURATION.replace(
        "class TinyConfig",
        "OUTSIDE = 5\n\ndef sum(values):\n    return 1\n\nclass Inner:\n    size = 3\n\nclass TinyConfig",
    )
    configuration += f"""
        self.inner = Inner()
    @property
    def another(self):
        return OUTSIDE
    def count(self):
        return 2
    @property
    def asked(self):
{lines}
"""
    tree = tree_of(model_with(MODEL, before=READS.format(after=after)), configuration)
    config = {**CONFIG, "kinds": [3, 4, 5, 3]}

    def build() -> tuple[list[Any], bool, dict[str, str]]:
        ev = evaluator(tree)
        built = build_model(ev, config)
        parts = [built.modules[f"parts.{place}"].attrs["found"] for place in range(8)]
        shown = [one if isinstance(one, int | float | str | list | tuple) else type(one) for one in parts]
        return shown, any(isinstance(one, Settled) for one in ev.settled.values()), ev.reads

    return run_bounded("test", build)


@pytest.mark.parametrize("body", SETTLED.values(), ids=SETTLED)
def test_what_plain_attributes_decide_is_settled(body: str) -> None:
    assert found(body, "")[1]


@pytest.mark.parametrize("body", OTHERWISE.values(), ids=OTHERWISE)
def test_what_anything_else_decides_is_read_each_time(body: str) -> None:
    assert not found(body, "")[1]


@pytest.mark.parametrize("after", AFTER.values(), ids=AFTER)
@pytest.mark.parametrize("body", [*SETTLED.values(), *OTHERWISE.values()], ids=[*SETTLED, *OTHERWISE])
def test_the_values_and_the_reads_are_those_of_reading_each_time(
    body: str, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outcome() -> Any:
        try:
            values, _, reads = found(body, after)
        except BlueprintError as error:
            return str(error)
        return [(type(one), one) for one in values], reads

    quick = outcome()
    monkeypatch.setattr(properties, "_OFTEN", 10**9)
    assert quick == outcome()
