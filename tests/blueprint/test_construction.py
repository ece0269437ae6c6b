"""Layers that are copied are what building each of them gives, whatever is done with their number."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from archinspect.blueprint.build import Built, build_model
from archinspect.blueprint.configs import evaluator, run_bounded
from archinspect.blueprint.interp.values import ClassValue, ConfigObject, Tensor
from archinspect.blueprint.library import construction
from archinspect.blueprint.library.same import memo_part
from archinspect.blueprint.tree import SourceTree, installed_tree
from archinspect.errors import BlueprintError
from tests.blueprint.sources import CONFIG, model_with, tree_of

LAYERS = """config.views = Views(config)
self.layers = nn.ModuleList([Layer(config, i) for i in range(7)])"""
ATTENTION = """
class Attention(nn.Module):
    def __init__(self, config, layer_idx=None):
        super().__init__()
        self.layer_idx = layer_idx
        self.proj = nn.Linear(config.hidden_size, 4)
"""
KINDS = {"kinds": [3, 5, 3, 5, 3, 3, 5], "plain": [1, 1, 1, 1, 1, 2, 1]}
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
OWN_CONFIGS = {
    "a config of its own": "mine = config.views[layer_idx]\nself.own = nn.Linear(8, mine.hidden_size)",
    "one it keeps": "self.config = config.views[layer_idx]",
    "one it keeps twice": "mine = config.views[layer_idx]\nself.config = mine\nself.other = mine",
    "one in place of the whole": "whole = config\nconfig = config.views[layer_idx]\nself.config = config\nself.kind = whole.kinds[layer_idx]\nself.own = nn.Linear(8, config.kinds[layer_idx])",  # noqa: E501
    "one it hands on": "config = config.views[layer_idx]\nself.attention = Attention(config, layer_idx)",
    "one it hands to what keeps it": "config = config.views[layer_idx]\nself.a = Keeping(config)\nself.b = Keeping(config)",  # noqa: E501
}
BOUND = {
    "a local": "kind = config.kinds[layer_idx]\nself.own = nn.Linear(8, kind + 1)",
    "a local of a local": "wide = config.hidden_size\nkind = config.kinds[layer_idx % wide]\nself.kind = kind",  # noqa: E501
    "one written anew": "n = config.hidden_size\nn = n + 1\nself.kind = config.kinds[layer_idx] * n",
}
CARRIES |= OWN_CONFIGS | BOUND
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
    "a list that is changed": "kinds = [3, 3, 3, 3, 3, 3, 3]\nkinds[5] = 9\nself.own = nn.Linear(8, kinds[layer_idx])",  # noqa: E501
    "a config that is changed": "mine = config.views[layer_idx]\nmine.kinds = [1, 2, 7, 4, 7, 6, 7]\nself.own = nn.Linear(8, mine.kinds[layer_idx])",  # noqa: E501
    "a config of one arm": "if config.hidden_size > 4:\n    config = config.views[layer_idx]\nself.own = nn.Linear(8, config.kinds[layer_idx])",  # noqa: E501
    "a config of a loop": "for config in [config.views[layer_idx]]:\n    self.own = nn.Linear(8, config.kinds[layer_idx])",  # noqa: E501
    "another number": "number = 3\nfor number in [layer_idx]:\n    self.own = nn.Linear(8, number + 1)",
}
BEFORE = (
    ATTENTION
    + """
import copy

def len(config, number):
    return number + 1

class Views:
    def __init__(self, config):
        self.config = config
    def __getitem__(self, number):
        made = copy.copy(self.config)
        made.hidden_size = 3 + self.config.kinds[number]
        made.plain = [1, 1, 1, 1, 1, 1, 1]
        return made

class Keeping(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.own = nn.Linear(config.hidden_size, 2)

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
    if isinstance(value, ConfigObject):
        return (value.path, value.attrs.get("hidden_size"), value.attrs.get("kinds"))
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
    tree, config = source(CARRIES[name]), {**CONFIG, **KINDS}
    found = described(built(tree, config))
    assert "Layer" in copies
    assert found == one_by_one(monkeypatch, tree, config)


@pytest.mark.parametrize("name", USES)
def test_layers_that_use_their_number_are_built(
    name: str, monkeypatch: pytest.MonkeyPatch, copies: list[str]
) -> None:
    parent = name == "a parent that uses it"
    tree = source(USES[name], *(("Using", "config, layer_idx") if parent else ()))
    config = {**CONFIG, **KINDS}
    found = described(built(tree, config))
    assert "Layer" not in copies
    assert found == one_by_one(monkeypatch, tree, config)


@pytest.mark.parametrize("name", [name for name, body in OWN_CONFIGS.items() if "self.config" in body])
def test_each_copy_keeps_a_config_of_its_own(name: str, copies: list[str]) -> None:
    found = built(source(OWN_CONFIGS[name]), {**CONFIG, **KINDS})
    layers = [found.modules[f"layers.{position}"] for position in range(7)]
    configs = [one.attrs["config"] for one in layers]
    assert "Layer" in copies
    assert len({id(one) for one in configs}) == 7
    assert [one.attrs["hidden_size"] for one in configs] == [6, 8, 6, 8, 6, 6, 8]
    assert all(one.attrs.get("other", one.attrs["config"]) is one.attrs["config"] for one in layers)


def test_a_local_stays_what_it_was_when_its_source_is_assigned(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "whole = config\nconfig = config.views[layer_idx]\nself.own = nn.Linear(8, whole.plain[layer_idx])"
    tree, config = source(body), {**CONFIG, **KINDS}
    assert described(built(tree, config)) == one_by_one(monkeypatch, tree, config)


def test_a_config_is_known_after_it_is_gone() -> None:
    """Another object may take its place in memory."""
    kind = ClassValue("Config")
    assert len({memo_part(ConfigObject(kind)) for _ in range(20)}) == 20


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
    "mine = config.views[layer_idx]\nmine.hidden_size = 9\nself.m = mine.hidden_size",
    "mine = config.views[layer_idx]\nmine.kinds = [3, 3]\nself.n = mine.kinds[layer_idx % 2]",
    "whole = config\nconfig = config.views[layer_idx]\nself.w = whole.kinds[layer_idx]",
    "config = config.views[layer_idx]\nself.d = Attention(config, layer_idx)\nself.k = Keeping(config)",
    "config.hidden_size = config.kinds[layer_idx]\nself.h = nn.Linear(config.hidden_size, 1)",
    "kinds = config.kinds\nself.p = kinds[layer_idx]",
    "kinds = list(config.kinds)\nkinds[0] = 4\nself.q = kinds[layer_idx]",
    "if config.kinds[layer_idx] == 3:\n    config = config.views[layer_idx]\nself.r = config.kinds[layer_idx]",  # noqa: E501
    "n = config.kinds[layer_idx]\nn = n + 1\nself.s = nn.Linear(n, 1)",
    "from copy import copy as config\nself.t = config",
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
        ("gemma4_text", "Gemma4ForCausalLM"),
        ("gemma3n_text", "Gemma3nForCausalLM"),
        ("dots3_note_text", "Dots3NoteForCausalLM"),
    ],
)
def test_published_models_are_the_same_either_way(
    kind: str, name: str, monkeypatch: pytest.MonkeyPatch, copies: list[str]
) -> None:
    tree, config = installed_tree(), {"model_type": kind, "architectures": [name]}
    found = described(built(tree, config))
    assert copies
    assert found == one_by_one(monkeypatch, tree, config)
