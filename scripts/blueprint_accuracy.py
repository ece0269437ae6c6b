"""Writes docs/blueprint-accuracy.md: what the blueprint reads from source against what torch built and
computed.

    python scripts/blueprint_accuracy.py [PACKAGE_DIRECTORY_OR_WHEEL ...]

Without arguments the installed transformers is compared. Each source needs tests/fixtures/truth/<its
version>.json.xz.

    python scripts/blueprint_accuracy.py --other TRUTH SOURCE [--other TRUTH SOURCE ...]

writes the section on other versions alone: a row for each pair of a truth file, wherever it is, and a
source.
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from archinspect.blueprint.read import read_model  # noqa: E402
from archinspect.blueprint.tree import SourceTree, installed_tree  # noqa: E402
from archinspect.errors import BlueprintError  # noqa: E402
from tests.blueprint.truth_compare import Verdict, compare  # noqa: E402
from tests.blueprint.truth_fixture import load, load_file, shapes, tied  # noqa: E402

PAGE = ROOT / "docs" / "blueprint-accuracy.md"
OTHERS = "## Other versions\n"
OTHERS_HEAD = """
The same measurement on releases that the reader was not written on: every type's default config and the same
real configs. Before 4.53 each model makes its own masks: torch shows no windows there, and none is counted.
Last column: what torch refuses and the reader reads; it refuses the rest too.

| transformers | exact of built | facts right | unknown | wrong | read, refused by torch |
|---|---|---|---|---|---|"""
INTRODUCTION = """# Accuracy of the blueprint

The denominator is every type of the causal-LM mapping that transformers can build at its default config,
and real configs. Truth is what torch shows: built on the meta device, run, and evaluated on numbers
(scripts/torch_truth.py).
A fact that torch did not show conclusively is not counted. Written by scripts/blueprint_accuracy.py.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sources", nargs="*")
    parser.add_argument("--other", nargs=2, action="append", default=[], metavar=("TRUTH", "SOURCE"))
    args = parser.parse_args()
    before, _, others = PAGE.read_text().partition(OTHERS)
    if args.other:
        rows = [_row(load_file(Path(truth)), SourceTree.from_path(source)) for truth, source in args.other]
        PAGE.write_text("".join([before.rstrip("\n") + "\n\n", OTHERS, OTHERS_HEAD, *rows, "\n"]))
        return
    sources = [SourceTree.from_path(one) for one in args.sources] or [installed_tree()]
    pages = [_section(tree) for tree in sources]
    PAGE.write_text("\n".join([INTRODUCTION, *pages]) + (f"\n{OTHERS}{others}" if others else ""))


def _section(tree: SourceTree) -> str:
    truth = load(tree.version)
    started = time.perf_counter()
    exact, broken, found = _measured(tree, truth)
    return _page(tree, truth, exact, broken, found, time.perf_counter() - started)


def _row(truth: Any, tree: SourceTree) -> str:
    if truth["transformers"] != tree.version:
        raise SystemExit(f"the truth of {truth['transformers']} is not that of {tree.version}")
    exact, _, found = _measured(tree, truth)
    words = Counter(one.word for _, one in found)
    share = words["right"] / max(1, sum(words.values()))
    refused = [
        one for one in truth["failed"] if not one["error"].startswith("over ")
    ]  # the rest took too long
    read = [one["id"].partition(":")[2] for one in refused if _is_read(one["config"], tree)]
    return (
        f"\n| {tree.version} | {exact} of {len(truth['entries'])} | {words['right']} ({share:.1%}) "
        f"| {words['unknown']} | {words['wrong']} | {', '.join(read) or 'none'} |"
    )


def _is_read(config: dict[str, Any], tree: SourceTree) -> bool:
    try:
        read_model(config, tree)
    except BlueprintError:
        return False
    return True


def _measured(tree: SourceTree, truth: Any) -> tuple[int, list[str], list[tuple[str, Verdict]]]:
    """How many are exact, what is not, and every fact's verdict."""
    exact, broken, found = 0, [], []
    for entry in truth["entries"]:
        try:
            reading = read_model(entry["config"], tree)[0]
        except BlueprintError as error:
            broken.append(f"{entry['id']}: {error}")
            continue
        names = {name: one.shape for name, one in reading.parameters.items()}
        if names == shapes(entry) and {frozenset(group) for group in reading.tied} == tied(entry):
            exact += 1
        else:
            broken.append(f"{entry['id']}: names, shapes or ties differ")
        found += [(entry["id"], one) for one in compare(entry, reading)]
    return exact, broken, found


def _page(
    tree: SourceTree,
    truth: Any,
    exact: int,
    broken: list[str],
    found: list[tuple[str, Verdict]],
    seconds: float,
) -> str:
    total = len(truth["entries"])
    words = Counter(one.word for _, one in found)
    share = words["right"] / max(1, sum(words.values()))
    wrong = [
        f"{key} {one.fact}: {one.ours!r:.80} (torch: {one.truth!r:.80})"
        for key, one in found
        if one.word == "wrong"
    ]
    failed = [f"{one['id']}: {one['error'].splitlines()[0][:110]}" for one in truth["failed"]]
    each = seconds / max(1, total)
    lines = [
        f"## transformers {tree.version}",
        "",
        f"Names, shapes and ties exact: {exact} of {total} ({each:.2f} s each, facts included).",
        f"Facts: {words['right']} right ({share:.1%}), {words['unknown']} unknown, {words['wrong']} wrong.",
        "",
        *_table(found),
        "",
        *_listed("Not exact", broken),
        *_listed("Wrong", wrong),
        *_listed("Unknown", _reasons(found)),
        *_listed("Not built by torch", failed),
    ]
    return "\n".join(lines)


def _table(found: list[tuple[str, Verdict]]) -> list[str]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for _, one in found:
        counts[one.fact][one.word] += 1
    rows = [
        f"| `{name}` | {c['right']} | {c['unknown']} | {c['wrong']} |" for name, c in sorted(counts.items())
    ]
    return ["| fact | right | unknown | wrong |", "|---|---|---|---|", *rows]


def _reasons(found: list[tuple[str, Verdict]]) -> list[str]:
    reasons: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key, one in found:
        if one.word == "unknown":
            reasons[key, one.reason[:150]].append(one.fact)
    return [f"{key}: {reason} ({', '.join(facts)})" for (key, reason), facts in sorted(reasons.items())]


def _listed(title: str, items: list[str]) -> list[str]:
    return [f"### {title}", "", *(f"- {one}" for one in items or ["none"]), ""]


if __name__ == "__main__":
    main()
