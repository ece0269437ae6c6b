"""Bounds that single operations or many small ones could escape, and what a failed reading leaves behind."""
# ruff: noqa: E501 - small sources read best on one line

import time

import pytest

from archinspect.blueprint.interp.budget import Limits, resident
from archinspect.blueprint.read import read_blueprint
from archinspect.blueprint.tree import installed_tree
from archinspect.errors import BlueprintError

from .sources import CONFIG, model_with, tree_of

MEGABYTE = 1_000_000
# Each keeps little per step, and would hold gigabytes within the steps it is allowed.
HOARDS = {
    "a dict of pairs": "x = {(a, b): [a] for a in range(10**4) for b in range(10**4)}",
    "objects that refer to each other": (
        "class Node:\n    def __init__(self, before): self.before, self.after = before, [self]\n"
        "x = None\nwhile True: x = Node(x)"
    ),
}


@pytest.mark.parametrize("hoard", HOARDS)
def test_memory_is_bounded_and_given_back(hoard: str) -> None:
    limits = Limits(memory=40 * MEGABYTE, seconds=20.0)
    source = tree_of(model_with(HOARDS[hoard]))
    held = resident()
    with pytest.raises(BlueprintError, match="MB of memory") as caught:
        read_blueprint(CONFIG, source, limits=limits)
    assert resident() < held + 3 * limits.memory
    assert caught.value.__context__ is None


QUICK = {
    "rounding to a power of ten": "x = round(10**400, -10**9)",
    "rounding the other way": "x = round(10, 10**9)",
    "an endless generator cut short": "def g():\n    while True: yield 1\nfor x in g(): break",
    "finally that swallows": "while True:\n    try:\n        1 / 0\n    finally:\n        continue",
    "a metaclass": "class M(type):\n    def __call__(c): return M('x', (), {})()\nclass C(metaclass=M): pass\nC()",
    "match without end": "def f(x):\n    match x:\n        case y if y >= 0: return f(y + 1)\nf(0)",
    "a pattern of many axes": "from einops import rearrange\nx = rearrange(torch.ones(1), '"
    + "a " * 200
    + "-> a')",
    "a rearrangement of huge sizes": "from einops import repeat\nx = repeat(torch.ones(1), 'a -> a b', b=10**300)",
    "huge names of axes": "from einops import rearrange\nx = rearrange(torch.ones(2), 'a' * 10**6)",
    "a registry that calls itself": "def put(x): T.append(put(x))\nT = []\nput(1)",
    "sums without end": "import itertools\nx = list(itertools.accumulate(['a' * 10**5] * 10**5))",
    "a slice that doubles": "x = [0]\nwhile True: x[len(x):] = x",
    "a thicket of kinds": "a = ()\nfor _ in range(90): a = (a, a)\nx = isinstance(1, a)",
    "a thicket of bases": "a = ()\nfor _ in range(90): a = (a, a)\nx = issubclass(int, a)",
    "a thicket of errors": "a = ()\nfor _ in range(90): a = (a, a)\ntry: 1 / 0\nexcept a: pass",
    "a thicket of arguments": "a = ()\nfor _ in range(90): a = (a, a)\nclass M(nn.Module):\n    def __init__(self, a): super().__init__()\nx = M(a)",
    "attributes without names": "import secret\nwhile True: setattr(self, secret.x, 1)",
}  # fmt: skip


@pytest.mark.parametrize("attack", QUICK)
def test_attacks_end_early(attack: str) -> None:
    started = time.monotonic()
    for source in (model_with(QUICK[attack]), model_with("", before=QUICK[attack] + "\nX = x if 'x' else 0")):
        try:
            read_blueprint(CONFIG, tree_of(source), limits=Limits(steps=60_000, seconds=5.0))
        except BlueprintError as error:
            assert "the reader failed" not in str(error)
    assert time.monotonic() - started < 15


def test_experts_without_end_are_not_counted_out() -> None:
    """Held in memory as one tensor, stored as one per expert."""
    config = {"model_type": "minimax", "num_local_experts": 10**9, "num_hidden_layers": 1}
    started = time.monotonic()
    with pytest.raises(BlueprintError, match="beyond the reader's bounds"):
        read_blueprint(config, installed_tree())
    assert time.monotonic() - started < 10


def test_heads_that_make_no_groups_are_one_unknown_fact() -> None:
    config = {"model_type": "qwen2", "num_key_value_heads": 0.5, "num_hidden_layers": 1}
    facts = read_blueprint(config, installed_tree()).facts
    assert facts["num_key_value_groups"].unknown
    assert facts["norm_type"].value == "RMSNorm"


def test_a_long_model_type_makes_a_short_message() -> None:
    with pytest.raises(BlueprintError) as caught:
        read_blueprint({"model_type": list(range(100_000))}, installed_tree())
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("name", ["AutoConfig", "AutoModelForCausalLM"])
def test_code_of_another_repository_is_not_guessed(name: str) -> None:
    there = "someone/else--modeling_tiny.TinyForCausalLM"
    config = {**CONFIG, "auto_map": {**dict(CONFIG["auto_map"]), name: there}}
    with pytest.raises(BlueprintError, match="another repository"):
        read_blueprint(config, tree_of(model_with("")))


def test_code_that_is_not_there_is_not_replaced_by_transformers() -> None:
    config = {"model_type": "llama", "auto_map": {"AutoConfig": "configuration_other.OtherConfig"}}
    with pytest.raises(BlueprintError, match="not among the repository's files"):
        read_blueprint(config, tree_of(model_with("")))


def test_one_reading_leaves_the_next_as_it_was() -> None:
    """The source of a release is shared by all readings of a process, whatever each of them looked up."""
    text = {"model_type": "gemma3_text", "num_hidden_layers": 1, "hidden_size": 64, "vocab_size": 32}
    for config in ({"model_type": "gemma3"}, text, {"model_type": "gemma3"}):
        assert read_blueprint(config, installed_tree()).parameters


def test_what_the_clock_ended_is_not_the_last_word() -> None:
    endless = tree_of(model_with("while True: pass"))
    slow = tree_of(model_with("", forward="while True: x = x + 1"))
    hurried, patient = Limits(steps=10**9, seconds=0.5), Limits(steps=10_000)
    for limits, transient in ((hurried, True), (patient, False)):
        with pytest.raises(BlueprintError, match="beyond the reader's bounds") as caught:
            read_blueprint(CONFIG, endless, limits=limits)
        assert caught.value.transient is transient
        half = read_blueprint(CONFIG, slow, limits=limits)
        assert (half.transient, len(half.parameters)) == (transient, 1)
