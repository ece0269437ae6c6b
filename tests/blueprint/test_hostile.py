"""Hostile source and configs: bounded time and memory, only our own error, and nothing happens."""

import contextlib
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archinspect.blueprint.interp.budget import Limits
from archinspect.blueprint.interp.values import Unknown
from archinspect.blueprint.read import read_blueprint, read_model
from archinspect.blueprint.resolved import resolve_config
from archinspect.blueprint.tree import SourceTree, installed_tree
from archinspect.errors import BlueprintError

from .sources import CONFIG, CONFIGURATION, model_with, tree_of

LIMITS = Limits(seconds=5.0)
# What each does must end early, by a bound or as unknown, whatever it is.
ATTACKS = {
    "endless loop": "while True: pass",
    "endless recursion": "f = lambda n: f(n + 1)\nf(0)",
    "mutual recursion": "def a(n): return b(n)\ndef b(n): return a(n)\na(1)",
    "list of 10^9": "x = [0] * 10**9",
    "range made a list": "x = list(range(10**12))",
    "range of a huge int": "x = [i for i in range(10**400)]",
    "zip of ranges": "x = list(zip(range(10**9), range(10**9)))",
    "sum of a range": "x = sum(range(10**10))",
    "any of a range": "x = any(i > 10**9 for i in range(10**9))",
    "power tower": "x = 9 ** 9 ** 9 ** 9",
    "shift": "x = 1 << 10**9",
    "product of big ints": "x = 3\nfor _ in range(64): x = x * x",
    "doubling list": "x = [0]\nfor _ in range(64): x = x + x",
    "doubling in place": "x = [0]\nfor _ in range(64): x += x",
    "doubling string": "x = 'a'\nfor _ in range(64): x = x + x",
    "doubling f-string": "x = 'a'\nfor _ in range(64): x = f'{x}{x}'",
    "joined string": "x = ('a' * 10**6).join(['b'] * 10**6)",
    "replaced string": "x = ('a' * 10**6).replace('a', 'b' * 10**6)",
    "padded format": "x = f'{1:999999999999}'",
    "padded text": "x = 'a'.ljust(10**12)",
    "format method": "x = '{:>999999999999}'.format(1)",
    "percent": "x = '%999999999d' % 1",
    "nested tuple key": "t = ()\nfor _ in range(200000): t = (t,)\nx = {t: 1}",
    "nested list compared": "a = []\nb = []\nfor _ in range(100000):\n    a = [a]\n    b = [b]\nx = a == b",
    "nested list shown": "a = []\nfor _ in range(100000): a = [a]\nx = str(a)\nraise ValueError(a)",
    "nested copy": "import copy\na = []\nfor _ in range(100000): a = [a]\nx = copy.deepcopy(a)",
    "catastrophic pattern": "import re\nx = re.match('(a+)+$', 'a' * 60 + 'b')",
    "product of iterables": "import itertools\nx = list(itertools.product(range(1000), repeat=10))",
    "endless cycle": "import itertools\nx = list(itertools.cycle([1]))",
    "endless generator": "def g():\n    while True:\n        yield 1\nx = list(g())",
    "million layers": "self.layers = nn.ModuleList([nn.Linear(1, 1) for _ in range(900000)])",
    "billion layers": "self.layers = nn.ModuleList([nn.Linear(1, 1) for _ in range(10**9)])",
    "huge rank": "self.w = nn.Parameter(torch.empty(*([1] * 10**6)))",
    "deep classes": "x = object\nfor i in range(5000):\n    class C(x): pass\n    x = C",
    "wide classes": "cs = [type('C', (), {}) for i in range(3000)]\nx = type('D', tuple(cs), {})",
    "shared modules": "x = nn.Linear(1, 1)\nfor _ in range(60): x = nn.Sequential(x, x)\nself.x = x",
    "module in itself": "self.me = self",
    "sort that lies": "class K:\n    def __lt__(s, o): return True\nx = sorted([K() for _ in range(100000)])",
    "bound caught": "try:\n    while True: pass\nexcept BaseException:\n    pass",
    "finally loops": "try:\n    x = 1\nfinally:\n    while True: pass",
    "many locals": "\n".join(f"v{i} = [0] * 100000" for i in range(2000)),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_end_early(attack: str) -> None:
    started = time.monotonic()
    for source in (
        model_with(ATTACKS[attack]),
        model_with("", before=ATTACKS[attack] + "\nX = x if 'x' else 0"),
    ):
        try:
            read_blueprint(CONFIG, tree_of(source), limits=LIMITS)
        except BlueprintError as error:
            assert len(str(error)) < 2000
    assert time.monotonic() - started < 30


FORBIDDEN = {
    "open": "open('PROOF', 'w').write('x')",
    "path": "from pathlib import Path\nPath('PROOF').write_text('x')",
    "os": "import os\nos.system('touch PROOF')",
    "os by import": "__import__('os').system('touch PROOF')",
    "importlib": "import importlib\nimportlib.import_module('os').system('touch PROOF')",
    "subprocess": "import subprocess\nsubprocess.run(['touch', 'PROOF'])",
    "eval": "eval(\"open('PROOF', 'w')\")",
    "exec": "exec(\"open('PROOF', 'w')\")",
    "compile": "exec(compile(\"open('PROOF', 'w')\", 'x', 'exec'))",
    "subclasses": "[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == 'Popen'][0](['touch', 'PROOF'])",  # noqa: E501
    "globals of a function": "torch.cat.__globals__['__builtins__']['open']('PROOF', 'w')",
    "globals of a method": "self.forward.__func__.__globals__['__builtins__']['open']('PROOF', 'w')",
    "frames": "import sys\nsys._getframe(0).f_globals['open']('PROOF', 'w')",
    "getattr": "getattr(getattr('', '__class__'), '__mro__')[1].__subclasses__()",
    "format walks": "'{0.__class__.__init__.__globals__}'.format(self)",
    "builtins module": "import builtins\nbuiltins.open('PROOF', 'w')",
    "metaclass": "class M(type):\n    def __new__(m, *a): return open('PROOF', 'w')\nclass C(metaclass=M): pass",  # noqa: E501
    "decorator": "@open\ndef f(): pass",
    "del hook": "class D:\n    def __del__(s): open('PROOF', 'w')\nd = D()\ndel d",
    "pickle": "import pickle\npickle.loads(b\"cos\\nsystem\\n(S'touch PROOF'\\ntR.\")",
    "torch load": "torch.load('PROOF')",
    "hub": "torch.hub.load('x/y', 'z')",
}


@pytest.mark.parametrize("act", FORBIDDEN)
def test_nothing_happens(act: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for source in (model_with(FORBIDDEN[act]), model_with("", before=FORBIDDEN[act])):
        with contextlib.suppress(BlueprintError):
            read_blueprint(CONFIG, tree_of(source), limits=LIMITS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        b"(" * 100_000,
        b"1" + b"+1" * 200_000,
        b"-" * 100_000 + b"1",
        b"x = " + b"[" * 90 + b"]" * 90,
        b"\x00",
        b"\xff\xfe",
        b"def f(:",
        b"lambda " * 50_000 + b":0",
        b"if 1:\n" * 100 + b" x",
        b"x" + b".x" * 100_000,
        b"x = '" + b"a" * 3_000_000 + b"'",
        b"#" * 5_000_000,
    ],
    ids=lambda text: text[:12].decode("latin-1"),
)
def test_source_that_cannot_be_parsed_is_our_error(text: bytes) -> None:
    files = {"configuration_tiny.py": CONFIGURATION.encode(), "modeling_tiny.py": text}
    with pytest.raises(BlueprintError):
        read_model(CONFIG, SourceTree.from_files(files, installed_tree()), limits=LIMITS)


@pytest.mark.parametrize(
    "reference",
    [
        "..secrets.X",
        "/etc/passwd.X",
        "../../x.X",
        "a..b.X",
        "modeling_tiny",
        "",
        ".",
        "modeling_tiny.",
        "x" * 10_000,
        "os.path",
    ],
)
def test_auto_map_never_leaves_the_repository(reference: str) -> None:
    config = {**CONFIG, "auto_map": {"AutoConfig": reference, "AutoModelForCausalLM": reference}}
    with pytest.raises(BlueprintError):
        read_model(config, tree_of(model_with("")), limits=LIMITS)


def test_relative_imports_never_leave_the_repository() -> None:
    source = model_with("from .... import etc\nself.x = etc", before="from ..secret import thing")
    read_model(CONFIG, tree_of(source), limits=LIMITS)


NUMBERS = [
    "num_hidden_layers",
    "hidden_size",
    "vocab_size",
    "num_attention_heads",
    "num_key_value_heads",
    "num_labels",
    "head_dim",
]
WRONG = [
    -1,
    0,
    4_000_000,
    10**30,
    4e6,
    0.5,
    float("nan"),
    float("inf"),
    "12",
    "",
    None,
    True,
    [],
    [1],
    {},
    {"a": 1},
]


@pytest.mark.parametrize("key", NUMBERS)
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_wrong_numbers_in_configs(key: str, value: Any) -> None:
    config = {
        "model_type": "llama",
        "num_hidden_layers": 2,
        "hidden_size": 64,
        "num_attention_heads": 4,
        key: value,
    }
    started = time.monotonic()
    try:
        read_model(config, installed_tree(), limits=LIMITS)
    except BlueprintError as error:
        assert len(str(error)) < 2000
        assert "the reader failed" not in str(error)
    assert time.monotonic() - started < 20


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    [
        "rope_scaling",
        "rope_parameters",
        "rope_theta",
        "layer_types",
        "sliding_window",
        "architectures",
        "auto_map",
        "text_config",
        "id2label",
        "num_labels",
        "torch_dtype",
        "quantization_config",
        "tie_word_embeddings",
        "attention_bias",
        "hidden_act",
        "head_dim",
        "per_layer_config",
        "_attn_implementation",
        "__class__",
        "attribute_map",
        "model_type",
        "use_cache",
        "pad_token_id",
        "_heterogeneity_spec",
    ]
)
TYPES = st.sampled_from(
    ["llama", "gemma3", "gemma3_text", "qwen3_moe", "deepseek_v3", "phi3", "mamba", "gpt2", "falcon"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(TYPES, st.dictionaries(KEYS | st.text(max_size=8), JSON, max_size=5))
def test_any_config_gives_a_result_or_our_error(model_type: str, config: dict[str, Any]) -> None:
    small = {
        "num_hidden_layers": 2,
        "hidden_size": 64,
        "intermediate_size": 32,
        "vocab_size": 32,
        "model_type": model_type,
    }
    for read in (resolve_config, read_blueprint):
        with contextlib.suppress(BlueprintError):
            read({**small, **config}, installed_tree(), limits=LIMITS)


LINES = st.lists(
    st.sampled_from(
        [
            "x = 1", "y = x + 1", "x = self.embed", "x = config.hidden_size", "x = [x, y]", "x = {}", "x = y.shape", "x = nn.Linear(3, x)",  # noqa: E501
            "self.a = nn.Linear(2, 3)", "self.b = x", "del self.a", "for i in range(3): x = i", "x = torch.zeros(x, 2)", "x = x[0]",  # noqa: E501
            "if torch.rand(1) > 0: self.c = nn.Linear(1, 1)", "x = lambda a: a", "x = x(y)", "assert x", "raise ValueError(x)",  # noqa: E501
            "try: x = y.z\nexcept Exception as e: x = e", "with x: y = 2", "match x:\n    case 1: y = 1", "global x", "x: int = 3",  # noqa: E501
            "x = yield", "async def f(): pass", "class C(x): y = x", "x = super()", "x = f'{x!r:{y}}'", "x = x if y else self",  # noqa: E501
            "self.__dict__['a'] = x", "x = self.__class__", "setattr(self, 'd', x)", "x = *y, *y", "x = {**y}", "x, *y = y", "x = x @ y",  # noqa: E501
            "while x: break", "x = not y", "x = -y", "x **= 2", "self.e = nn.ModuleList([x])", "x = torch.nn.nothing(y)", "x = 3j",  # noqa: E501
        ]
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(LINES)
def test_any_source_gives_a_result_or_our_error(lines: list[str]) -> None:
    with contextlib.suppress(BlueprintError):
        read_blueprint(CONFIG, tree_of(model_with("\n".join(lines) or "pass")), limits=LIMITS)


@pytest.mark.parametrize(
    "body",
    [
        "import re\nself.n = re.search('a*a*a*a*a*a*b', 'a' * 900)",
        "import re\nself.n = re.sub('(?:a|a)*b', 'x', 'a' * 900)",
        "import re\nself.n = re.findall('a{1,}a{1,}a{1,}a{1,}a{1,}b', 'a' * 900)",
    ],
)
def test_no_pattern_is_tried_that_could_take_for_ever(body: str) -> None:
    """``re`` cannot be interrupted: what may take long is not begun."""
    _, built = read_model(CONFIG, tree_of(model_with(body)), limits=LIMITS)
    assert isinstance(built.root.attrs["n"], Unknown)
