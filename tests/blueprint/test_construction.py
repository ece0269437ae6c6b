"""Layers that are copied are what building each of them gives, whatever is done with their number."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from archinspect.blueprint.build import Built, build_model
from archinspect.blueprint.configs import evaluator, run_bounded
from archinspect.blueprint.interp.values import Tensor
from archinspect.blueprint.library import construction
from archinspect.blueprint.tree import SourceTree, installed_tree
from archinspect.errors import BlueprintError
from tests.blueprint.sources import CONFIG, model_with, tree_of

LAYERS = "self.layers = nn.ModuleList([Layer(config, i) for i in range(7)])"
ATTENTION = """
class Attention(nn.Module):
    def __init__(self, config, layer_idx=None):
        super().__init__()
        self.layer_idx = layer_idx
        self.proj = nn.Linear(config.hidden_size, 4)
"""
CARRIES = {
    "kept": "self.layer_idx = layer_idx",
    "kept twice": "self.layer_idx = layer_idx\nself.position = layer_idx",
    "handed on": "self.layer_idx = layer_idx\nself.attention = Attention(config, layer_idx)",
    "handed on by name": "self.attention = Attention(config=config, layer_idx=layer_idx)",
    "looks up a kind": "self.kind = config.kinds[layer_idx]\nself.own = nn.Linear(8, self.kind)",
    "looks up a part": "self.part = layer_idx % 2\nself.own = nn.Linear(8, 4 + self.part)",
    "none or not": "self.layer_idx = layer_idx\nif layer_idx is None:\n    self.own = nn.Linear(8, 3)",
    "beside one of its own": "self.layer_idx = layer_idx\nself.inner = nn.ModuleList([Attention(config, j) for j in range(3)])",  # noqa: E501
}
CARRIES["two places"] = CARRIES["handed on"] + "\nself.other = Attention(config, layer_idx)"
USES = {
    "a size": "self.own = nn.Linear(8, layer_idx + 1)",
    "a name": "self.add_module(f'own_{layer_idx}', nn.Linear(8, 2))",
    "a read of what was kept": "self.layer_idx = layer_idx\nself.own = nn.Linear(8, 1 + self.layer_idx)",
    "a method that reads it": "self.layer_idx = layer_idx\nself.make()",
    "getattr": "self.layer_idx = layer_idx\nself.own = nn.Linear(8, 1 + getattr(self, 'layer_idx'))",
    "__dict__": "self.layer_idx = layer_idx\nself.own = nn.Linear(8, 1 + self.__dict__['layer_idx'])",
    "vars": "self.layer_idx = layer_idx\nself.own = nn.Linear(8, 1 + vars(self)['layer_idx'])",
    "a local of another name": "index = layer_idx\nself.own = nn.Linear(8, index + 1)",
    "a list": "self.places = [layer_idx, 1]",
    "a function of its own": "self.run = lambda x: x * layer_idx",
    "the config": "config.last = layer_idx\nself.own = nn.Linear(8, 1 + config.last)",
    "a child that uses it": "self.child = Using(config, layer_idx)",
    "a parent that uses it": "self.plain = 1",
    "locals": "self.own = nn.Linear(8, 1 + locals()['layer_idx'])",
    "written anew": "layer_idx = layer_idx + 1\nself.own = nn.Linear(8, layer_idx)",
    "a setter": "self.watched = layer_idx",
    "a function called len": "self.own = nn.Linear(8, len(config, layer_idx))",
}
BEFORE = (
    ATTENTION
    + """
def len(config, number):
    return number + 1

class Using(nn.Module):
    def __init__(self, config, layer_idx):
        super().__init__()
        self.own = nn.Linear(8, 1 + layer_idx)

class Layer({base}):
    def __init__(self, config, layer_idx):
        super().__init__({given})
{body}
    def make(self):
        self.own = nn.Linear(8, 1 + self.layer_idx)
    @property
    def watched(self):
        return 0
    @watched.setter
    def watched(self, value):
        self.own = nn.Linear(8, 1 + value)
"""
)


def built(tree: SourceTree, config: dict[str, Any]) -> Built:
    return run_bounded("test", lambda: build_model(evaluator(tree), config))


def described(one: Built) -> list[Any]:
    """Everything about every module: attributes, and tensors with their places in the source."""
    return [
        (
            path,
            module.cls.name,
            module.location,
            {name: shown(value) for name, value in module.attrs.items()},
            {name: shown(value) for name, value in (*module.params.items(), *module.buffers.items())},
        )
        for path, module in one.modules.items()
    ] + [sorted(one.parameters), one.tied]


def shown(value: Any) -> Any:
    if isinstance(value, Tensor):
        return (value.shape, value.kind, value.dtype, value.location)
    if isinstance(value, list | tuple):
        return [shown(one) for one in value]
    return value if isinstance(value, int | float | str | type(None)) else repr(type(value))


def one_by_one(monkeypatch: pytest.MonkeyPatch, tree: SourceTree, config: dict[str, Any]) -> list[Any]:
    with monkeypatch.context() as patch:
        patch.setattr(construction, "_WORTH_IT", 10**9)
        return described(built(tree, config))


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The classes of which copies were made."""
    made: list[str] = []
    swaps = construction.Template.swaps

    def counting(self: Any, numbers: dict[str, int]) -> dict[int, int]:
        made.append(self.module.cls.name)
        return swaps(self, numbers)

    monkeypatch.setattr(construction.Template, "swaps", counting)
    yield made


def source(body: str, base: str = "nn.Module", given: str = "") -> SourceTree:
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    return tree_of(model_with(LAYERS, before=BEFORE.format(body=lines, base=base, given=given)))


@pytest.mark.parametrize("name", CARRIES)
def test_layers_that_carry_their_number_are_copied(
    name: str, monkeypatch: pytest.MonkeyPatch, copies: list[str]
) -> None:
    tree, config = source(CARRIES[name]), {**CONFIG, "kinds": [3, 5, 3, 5, 3, 3, 5]}
    found = described(built(tree, config))
    assert "Layer" in copies
    assert found == one_by_one(monkeypatch, tree, config)


@pytest.mark.parametrize("name", USES)
def test_layers_that_use_their_number_are_built(
    name: str, monkeypatch: pytest.MonkeyPatch, copies: list[str]
) -> None:
    parent = name == "a parent that uses it"
    tree = source(USES[name], *(("Using", "config, layer_idx") if parent else ()))
    found = described(built(tree, CONFIG))
    assert "Layer" not in copies
    assert found == one_by_one(monkeypatch, tree, CONFIG)


PARTS = [
    *CARRIES.values(),
    *(one for name, one in USES.items() if name not in {"a parent that uses it", "locals"}),
    "if config.kinds[layer_idx] == 3:\n    self.three = nn.Linear(1, 3)",
    "for j in range(2):\n    self.add_module(f'm{j}', Attention(config, layer_idx))",
    "self.register_buffer('b', torch.ones(config.kinds[layer_idx]))",
    "try:\n    self.o = nn.Linear(4, config.kinds[layer_idx + 3])\nexcept IndexError:\n    self.o = None",
    "config.seen = getattr(config, 'seen', 0) + 1\nself.seen = config.seen",
    "del self.layer_idx",
    "self.c = Using(config, config.kinds[layer_idx])",
    "self.most = max(config.kinds[layer_idx], 4)\nself.last = nn.Linear(self.most, 1)",
]


@pytest.mark.parametrize("seed", range(60))
def test_any_mixture_is_the_same_either_way(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    tree = source("\n".join(chance.sample(PARTS, chance.randint(2, 4))))
    config = {**CONFIG, "kinds": [chance.choice([3, 4, 5]) for _ in range(7)]}

    def outcome() -> Any:
        try:
            return described(built(tree, config))
        except BlueprintError as error:
            return str(error)

    found = outcome()
    monkeypatch.setattr(construction, "_WORTH_IT", 10**9)
    assert found == outcome()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("llama", "LlamaForCausalLM"),
        ("zamba", "ZambaForCausalLM"),
        ("qwen3_moe", "Qwen3MoeForCausalLM"),
        ("gemma2", "Gemma2ForCausalLM"),
        ("gpt2", "GPT2LMHeadModel"),
        ("jamba", "JambaForCausalLM"),
    ],
)
def test_published_models_are_the_same_either_way(
    kind: str, name: str, monkeypatch: pytest.MonkeyPatch, copies: list[str]
) -> None:
    tree, config = installed_tree(), {"model_type": kind, "architectures": [name]}
    found = described(built(tree, config))
    assert copies
    assert found == one_by_one(monkeypatch, tree, config)
