"""What cannot be built names its cause everywhere, and no total is shown over it."""

from __future__ import annotations

import pytest

from archinspect.blueprint.facts import derive
from archinspect.blueprint.fold import built_model
from archinspect.blueprint.read import read_blueprint, read_model
from archinspect.records import ModuleNode
from tests.blueprint.sources import CONFIG, CONFIGURATION, model_with, tree_of
from tests.witness.checkpoints import snapshot

KERNELS = """
try:
    from fast_kernels import Mixer, gate
except ImportError:
    raise ImportError("install fast-kernels")
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.up = nn.Linear(width, 2)
        self.mix = Part(width)
    def forward(self, x): return self.mix(x)
class Part(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.kernel = {first}
"""
BLOCKS = "self.layers = nn.ModuleList([Block(8) for _ in range(3)])"
ASSERTED = """
kernel = None
class Part(nn.Module):
    def __init__(self):
        super().__init__()
        assert kernel is not None, "install fast-kernels"
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part()
"""


@pytest.mark.parametrize("first", ["Mixer(width)", "gate if width else Mixer(width)"])
def test_every_part_names_the_import_that_fails(first: str) -> None:
    source = model_with(BLOCKS, before=KERNELS.replace("{first}", first))
    reading, _ = read_model(CONFIG, tree_of(source))
    reasons = [reading.missing[f"layers.{at}.mix"][0] for at in range(3)]
    assert all("ImportError: install fast-kernels" in reason for reason in reasons)


def test_a_part_that_is_not_there_is_the_reason_rather_than_what_follows_from_it() -> None:
    body = "self.block = Block()\nself.call = None"
    source = model_with(body, before=ASSERTED, forward="return self.call(x)")
    facts = derive(read_model(CONFIG, tree_of(source))[0])
    assert "AssertionError: install fast-kernels" in (facts["activation"].unknown or "")


def test_no_total_is_shown_over_a_part_that_is_not_there() -> None:
    source = model_with(
        BLOCKS + "\nself.out = nn.Linear(8, 2)", before=KERNELS.replace("{first}", "Mixer(1)")
    )
    root = built_model(read_blueprint(CONFIG, tree_of(source, CONFIGURATION)), snapshot({}), CONFIG).root
    assert root.elements is None
    below = {one.name: one for one in root.children}
    assert (below["layers"].elements, below["out"].elements) == (None, 18)
    block = below["layers"].children[0]
    assert (block.name, block.elements, _named(block, "up")) == ("0-2", None, 18)


def _named(node: ModuleNode, name: str) -> int | None:
    return next(one.elements for one in node.children if one.name == name)
