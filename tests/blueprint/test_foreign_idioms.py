"""What repositories write that transformers does not: old torch, registries, named tuples, einops."""
# ruff: noqa: E501 - small sources and their results read best on one line

from typing import Any

import pytest

from archinspect.blueprint.read import read_model, totals, unknowns

from .sources import CONFIG, model_with, shapes_with, tree_of

REGISTRY = """
SIZES = {}
def register(name, size):
    keep(name, size)
def keep(name, size):
    SIZES[name] = size
register('a', 3)
LAYERS = {}
def named(name):
    def put(cls):
        LAYERS[name] = cls
        return cls
    return put
class Table:
    def __init__(self): self.kept = {}
    def add(self, cls):
        self.kept[cls.__name__] = cls
        return cls
TABLE = Table()
@named('twice')
class Twice(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.w = nn.Parameter(torch.ones(2 * n))
@TABLE.add
class Thrice(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.w = nn.Parameter(torch.ones(3 * n))
"""
IDIOMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "skipped initialisation": ("", "self.a = nn.utils.skip_init(nn.Linear, 2, 3, bias=False, device='cpu')", {"a.weight": (3, 2)}),
    "a registry filled by calls": (REGISTRY, "self.a = nn.Parameter(torch.ones(SIZES['a']))", {"a": (3,)}),
    "a registry filled by decorators": (REGISTRY, "self.a = LAYERS['twice'](4)", {"a.w": (8,)}),
    "a registry filled by its own method": (REGISTRY, "self.a = TABLE.kept['Thrice'](4)", {"a.w": (12,)}),
    "numbers given to Tensor": ("", "self.a = nn.Parameter(torch.Tensor([1.0, 2.0, 4.0]))", {"a": (3,)}),
    "a size given to Tensor": ("", "self.a = nn.Parameter(torch.Tensor(2, 3))", {"a": (2, 3)}),
    "a namespace": ("from argparse import Namespace", "n = Namespace(**{'width': 5})\nself.a = nn.Parameter(torch.ones(n.width))", {"a": (5,)}),
    "a named tuple": ("from typing import NamedTuple\nclass Size(NamedTuple):\n    width: int\n    height: int = 7",
                      "s = Size(2)\nw, h = s\nself.a = nn.Parameter(torch.ones(s.height, w))", {"a": (7, 2)}),
    "suppressed errors": ("from contextlib import suppress", "n = 2\nwith suppress(KeyError):\n    {}['a']\n    n = 3\nself.a = nn.Parameter(torch.ones(n))", {"a": (2,)}),
    "leaving by finally": ("def f():\n    try:\n        raise ValueError('x')\n    finally:\n        return 4", "self.a = nn.Parameter(torch.ones(f()))", {"a": (4,)}),
    "torch.cuda beside x.cuda()": ("FAST = torch.cuda.is_available()", "self.a = nn.Parameter(torch.ones(3 if FAST else 2).cuda())", {"a": (2,)}),
    "match on values": ("", "match 'b':\n    case 'a' | 'c': n = 1\n    case 'b': n = 2\n    case _: n = 3\nself.a = nn.Parameter(torch.ones(n))", {"a": (2,)}),
    "match with a guard": ("", "match 5:\n    case n if n > 9: k = 1\n    case n if n > 4: k = n\n    case None: k = 7\nself.a = nn.Parameter(torch.ones(k))", {"a": (5,)}),
    "a name first looked up in an arm of a branch": (
        "import unknown_package\ndef more(n): return n + 2\nif unknown_package.there:\n    NEW = more(1)\nelse:\n    NEW = 3",
        "self.a = nn.Parameter(torch.ones(NEW, more(2)))", {"a": (3, 4)}),
    "a parameter that is not trained": ("", "self.a = nn.Parameter(torch.zeros(3, 2)).requires_grad_(False)", {"a": (3, 2)}),
    "the content of a parameter": ("", "self.a = nn.Parameter(torch.ones(2))\nself.b = nn.Parameter(torch.ones(3)).data", {"a": (2,)}),
    "a changed copy of a dataclass": (
        "from dataclasses import dataclass, field, replace\n@dataclass\nclass Sizes:\n    width: int = 2\n    height: int = 3\n    area: int = field(init=False)\n"
        "    def __post_init__(self): self.area = self.width * self.height",
        "s = replace(Sizes(height=5), width=4)\nself.a = nn.Parameter(torch.ones(s.width, s.height, s.area))", {"a": (4, 5, 20)}),
    "a mapping of typing's": (
        "from typing import MutableMapping\nclass Cache(dict, MutableMapping[str, int]):\n    pass",
        "c = Cache()\nc['n'] = 3\nself.a = nn.Parameter(torch.ones(c['n']))", {"a": (3,)}),
    "what a library is known to have": (
        "from torch.nn import functional as F", "n = 2 if hasattr(F, 'silu') else 3\nself.a = nn.Parameter(torch.ones(n))", {"a": (2,)}),
    "what it may have": (
        "from torch.nn import functional as F", "n = 2 if hasattr(F, 'silu_of_later') else 3\nself.a = nn.Parameter(torch.ones(n))", {"a": None}),
    "all names of an outside module": (
        "from einops import *", "self.a = nn.Parameter(rearrange(torch.ones(2, 3), 'a b -> b a'))", {"a": (3, 2)}),
    "a name that an outside module may bring": (
        "from einops import *\nfrom unheard_of import *", "self.a = nn.Parameter(torch.ones(len(repeat('x')), sizes(3), max(4, 5)))", {"a": (None, None, 5)}),
    "a listing of a module": (
        "class Part(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.w, self.n = nn.Linear(2, 2), 3\n    def run(self): return 0",
        "names = dir(Part())\nself.a = nn.Parameter(torch.ones(*('w' in names, 'n' in names, 'run' in names, 'eval' in names, 2 * ('m' not in names))))",
        {"a": (1, 1, 1, 1, 2)}),
    "match that takes apart": ("", "match [1, 2]:\n    case [x, y]: n = y\n    case _: n = 9\nself.a = nn.Parameter(torch.ones(n))", {"a": None}),
}  # fmt: skip


@pytest.mark.parametrize("idiom", IDIOMS)
def test_constructors(idiom: str) -> None:
    before, body, expected = IDIOMS[idiom]
    assert shapes_with(body, before=before) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("'b (s t) -> b s t', t=4", (2, 3, 4)),
        ("'b s -> s b'", (12, 2)),
        ("'b (h d) -> (b h) d', h=3", (6, 4)),
        ("'b ... -> ... b'", (12, 2)),
        ("'b s -> b s 1'", (2, 12, 1)),
        ("'b s -> b'", None),
        ("'b s t -> b s'", None),
        ("'b (s t) -> b s t'", None),
        ("'((b s)) -> b s'", None),
        ("5", None),
    ],
)
def test_rearranging(pattern: str, expected: Any) -> None:
    body = f"self.a = nn.Parameter(rearrange(torch.ones(2, 12), {pattern}))"
    assert shapes_with(body, before="from einops import rearrange") == {"a": expected}


def test_repeating() -> None:
    body = "self.a = nn.Parameter(repeat(torch.ones(2, 3), 'b s -> b (s k) n', k=4, n=5))"
    assert shapes_with(body, before="from einops import repeat") == {"a": (2, 12, 5)}


UNKNOWN = {
    "a metaclass of the source": ("class M(type):\n    def __call__(c, *a): return nn.Linear(7, 7)\nclass C(metaclass=M): pass", "self.a = C()"),
    "a base that is not known": ("from fast_kernels import Linear\nclass C(Linear): pass", "self.a = C(2, 3)"),
    "an attribute without a known name": ("import secret", "setattr(self, secret.name, nn.Linear(2, 3))\nself.b = self.hidden"),
    "a builtin that nothing stands for": ("", "self.a = nn.Parameter(torch.ones(locals()['x']))"),
    "an async statement": ("", "f = lambda: 1\nself.a = nn.Parameter(torch.ones(len(bytearray(3))))"),
    "an unknown part of a module's class": ("from fast_kernels import Mixin\nclass C(Mixin, nn.Module): pass", "self.a = C()"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_is_not_known_leaves_no_total(case: str) -> None:
    before, body = UNKNOWN[case]
    reading, built = read_model(CONFIG, tree_of(model_with(body, before=before)))
    assert totals(built, "", "embed", None).total is None
    assert unknowns(built, reading)


def test_the_launch_of_a_kernel_names_it() -> None:
    kernel = "import triton\n@triton.jit\ndef turned(x): ..."
    source = model_with("pass", before=kernel, forward="turned[lambda meta: (4,)](x)\n        return x")
    reading, _ = read_model(CONFIG, tree_of(source))
    assert "turned is a function, and not subscriptable (modeling_tiny.py#L" in str(reading.trace_unknown)
