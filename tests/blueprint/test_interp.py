"""The interpreter against what Python does: constructors' idioms, and branches on what is not known."""
# ruff: noqa: E501 - small sources and their results read best on one line

import os
import subprocess
import sys

import pytest

from archinspect.blueprint.read import read_blueprint, read_model, totals, unknowns

from .sources import CONFIG, model_with, shapes_with, tree_of

IDIOMS = {
    "loop": ("self.a = nn.ModuleList()\nfor i in range(2): self.a.append(nn.Linear(i + 1, 3, bias=False))",
             {"a.0.weight": (3, 1), "a.1.weight": (3, 2)}),
    "dispatch": ("self.a = {'x': nn.Linear, 'y': nn.Embedding}['y'](5, config.hidden_size)", {"a.weight": (5, 8)}),
    "names by text": ("for k in ('q', 'k'): setattr(self, f'{k}_proj', nn.Linear(2, 3, bias=False))",
                      {"q_proj.weight": (3, 2), "k_proj.weight": (3, 2)}),
    "partial": ("import functools\nself.a = functools.partial(nn.Linear, bias=False)(2, 4)", {"a.weight": (4, 2)}),
    "closure": ("def make(n):\n    return lambda m: nn.Linear(n, m, bias=False)\nself.a = make(2)(3)", {"a.weight": (3, 2)}),
    "walrus": ("if (n := config.hidden_size) > 4: self.a = nn.Linear(n, n // 2, bias=False)", {"a.weight": (4, 8)}),
    "try": ("try:\n    import nothing_like_it\nexcept ImportError:\n    self.a = nn.Linear(1, 1, bias=False)", {"a.weight": (1, 1)}),
    "star": ("args = (2, 3)\nself.a = nn.Linear(*args, **{'bias': False})", {"a.weight": (3, 2)}),
    "shared": ("self.a = nn.Linear(2, 2, bias=False)\nself.b = self.a", {"a.weight": (2, 2), "b.weight": (2, 2)}),
    "replaced": ("self.a = nn.Linear(2, 2)\nself.a = nn.Embedding(3, 4)", {"a.weight": (3, 4)}),
    "deleted": ("self.a = nn.Linear(2, 2)\ndel self.a", {}),
    "absent bias": ("self.register_parameter('b', None)", {}),
    "buffers": ("self.register_buffer('b', torch.zeros(3))\nself.c = nn.Parameter(torch.ones(2, 3).repeat(2, 1).T)", {"c": (3, 4)}),
    "rounding": ("n = int(2 * config.hidden_size / 3)\nn = 4 * ((n + 3) // 4)\nself.a = nn.Parameter(torch.empty(n))", {"a": (8,)}),
    "sequential": ("self.a = nn.Sequential(nn.Linear(2, 3, bias=False), nn.ReLU(), nn.Linear(3, 2, bias=False))",
                   {"a.0.weight": (3, 2), "a.2.weight": (2, 3)}),
    "dict of modules": ("self.a = nn.ModuleDict({k: nn.Linear(1, 2, bias=False) for k in 'xy'})",
                        {"a.x.weight": (2, 1), "a.y.weight": (2, 1)}),
    "generator": ("def sizes():\n    for i in range(2): yield i + 1\nself.a = nn.ParameterList([nn.Parameter(torch.ones(n)) for n in sizes()])",
                  {"a.0": (1,), "a.1": (2,)}),
    "abstract classes": ("from collections.abc import Callable, Iterable, Mapping, Sequence\nimport numbers\n"
                         "checks = [isinstance([1], Sequence), isinstance((), Iterable), isinstance({}, Mapping), isinstance(len, Callable)]\n"
                         "checks += [isinstance(1, numbers.Number), not isinstance({}, Sequence), not isinstance(3, Iterable), not isinstance('a', numbers.Real)]\n"
                         "self.a = nn.Parameter(torch.ones(sum(checks), len(checks)))", {"a": (8, 8)}),
    "next of an iterator": ("import itertools\nc = itertools.cycle([2, 3])\nself.a = nn.Parameter(torch.ones(next(c), next(c), next(c)))",
                            {"a": (2, 3, 2)}),
}  # fmt: skip


@pytest.mark.parametrize("idiom", IDIOMS)
def test_constructors(idiom: str) -> None:
    body, expected = IDIOMS[idiom]
    assert shapes_with(body) == expected


def test_cooperative_inheritance_follows_c3() -> None:
    before = """
# ruff: noqa: E501 - small sources and their results read best on one line
class Base(nn.Module):
    def __init__(self, n, **kw):
        super().__init__()
        self.base = nn.Linear(n, 1, bias=False)
class Left(Base):
    def __init__(self, n, left, **kw):
        super().__init__(n, **kw)
        self.left = nn.Linear(left, 1, bias=False)
class Right(Base):
    def __init__(self, n, right=5, **kw):
        super().__init__(n + 1, **kw)
        self.right = nn.Linear(right, 1, bias=False)
class Both(Left, Right): pass
"""
    # ruff: noqa: E501 - small sources and their results read best on one line
    found = shapes_with("self.a = Both(2, left=3)", before=before)
    assert found == {"a.base.weight": (1, 3), "a.right.weight": (1, 5), "a.left.weight": (1, 3)}


def test_an_unknown_condition_takes_neither_arm() -> None:
    body = (
        "import secret\nif secret.flag():\n    self.a = nn.Linear(1, 1)\nelse:\n    self.b = nn.Linear(2, 2)"
    )
    reading, built = read_model(CONFIG, tree_of(model_with(body)))
    assert set(built.parameters) == {"embed.weight"}
    assert {one.affects for one in unknowns(built, reading)} >= {"a", "b"}
    assert totals(built, "", "embed", None).total is None
    assert all(
        one.location.startswith("modeling_tiny.py#L") for one in unknowns(built, reading) if one.location
    )


def test_arms_that_agree_are_known() -> None:
    body = (
        "import secret\nif secret.flag():\n    n = 3\nelse:\n    n = 3\nself.a = nn.Parameter(torch.ones(n))"
    )
    assert shapes_with(body) == {"a": (3,)}


def test_an_arm_that_raises_is_a_refusal() -> None:
    body = (
        "import secret\nif secret.flag():\n    raise ValueError('no')\nself.a = nn.Parameter(torch.ones(2))"
    )
    assert shapes_with(body) == {"a": (2,)}


def test_an_unknown_size_is_unknown_not_guessed() -> None:
    body = "import secret\nself.a = nn.Linear(secret.n, 3, bias=False)"
    assert shapes_with(body) == {"a.weight": (3, None)}


def test_lines_are_those_of_the_file() -> None:
    _, built = read_model(CONFIG, tree_of(model_with("self.a = nn.Linear(\n    2,\n    3)")))
    source = tree_of(model_with("self.a = nn.Linear(\n    2,\n    3)")).source("repository.modeling_tiny")
    assert source is not None
    line = source[0].split("\n").index("        self.a = nn.Linear(") + 1
    assert built.parameters["a.weight"].location == f"modeling_tiny.py#L{line}"


def test_a_tie_that_hangs_on_an_unknown_flag_is_unknown() -> None:
    """Neither tied nor not: and so no total either."""
    head = (
        "self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)\n"
        "config.tie_word_embeddings = torch.cuda.is_bf16_supported()"
    )
    before = "import torch"
    source = model_with(head, before=before).replace(
        "    config_class = TinyConfig\n",
        "    config_class = TinyConfig\n    _tied_weights_keys = {'lm_head.weight': 'embed.weight'}\n",
    )
    source += (
        "\n    def get_input_embeddings(self): return self.embed\n"
        "    def get_output_embeddings(self): return self.lm_head\n"
    )
    blueprint = read_blueprint(CONFIG, tree_of(source))
    fact = blueprint.facts["tie_word_embeddings"]
    assert fact.value is None and "whether weights are tied" in (fact.unknown or "")
    assert blueprint.totals.total is None
    assert blueprint.facts["parameters"].value is None


def test_sets_are_walked_in_the_same_order_in_every_process() -> None:
    code = (
        "from tests.blueprint.sources import shapes_with\n"
        "print(shapes_with('kinds = set(config.kinds)\\nfor k in kinds:\\n    self.add_module(k, nn.Linear(1, 1))\\n'"
        "'self.one = nn.Linear(1, len(kinds.pop()))', kinds=['full', 'sliding', 'no', 'a', 'bb', 'ccc']))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in "123"
    }
    assert len(found) == 1 and "full.weight" in found.pop()
