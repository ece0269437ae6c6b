"""Holds every verdict against the one expected before the first audit: docs/verdicts.md.

Run: python scripts/verdicts.py [--check]
The page keeps, for each claim, which verdict was expected from reading the documents. This script
fills in the verdict of a run on the bundled snapshot and how the two compare. Where they differ the
last column must say why, by hand, beginning with one of EXPLANATIONS; it is then left as it is. With
--check nothing is written, and a stale or unexplained line ends the run with 1.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from archinspect.records import Verdict

PAGE = Path(__file__).resolve().parent.parent / "docs" / "verdicts.md"
EXPLANATIONS = ("ours wrong", "expectation wrong", "no file can tell")
ROW = re.compile(
    r"^\| (?P<row>\S+) \| `(?P<claim>[^`]+)` \| (?P<expected>[a-z ]+) \|.*\| ?(?P<why>[^|]*?) ?\|$"
)
COUNTS = re.compile(r"(<!-- counts -->\n).*?(<!-- end -->)", re.DOTALL)
UNEXPLAINED = "UNEXPLAINED"


class Line(NamedTuple):
    """One claim of the page."""

    row: str
    claim: str
    expected: str
    why: str


def main() -> int:
    """Write, or with --check only compare."""
    import archinspect

    old = PAGE.read_text(encoding="utf-8")
    verdicts = {item.claim.id: item for item in archinspect.audit(bundled=True).verdicts}
    new, problems = page(old, verdicts)
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(new, encoding="utf-8")
    elif new != old:
        problems.append("docs/verdicts.md is stale; run python scripts/verdicts.py")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def page(old: str, verdicts: Mapping[str, Verdict]) -> tuple[str, list[str]]:
    """The page with these verdicts, and what is wrong with it."""
    counts: Counter[str] = Counter()
    problems: list[str] = []
    seen: set[str] = set()
    lines: list[str] = []
    for text in old.splitlines():
        match = ROW.match(text)
        if match is None:
            lines.append(text)
            continue
        line = Line(**match.groupdict())
        seen.add(line.claim)
        verdict = verdicts.get(line.claim)
        if verdict is None:
            problems.append(f"{line.claim}: no such claim; remove its line")
            continue
        how = compared(line, verdict)
        if how == UNEXPLAINED:
            problems.append(f"{line.claim}: expected {line.expected}, found {verdict.word}: say why")
        counts[next((word for word in EXPLANATIONS if how.startswith(word)), how.split(":")[0])] += 1
        lines.append(f"| {line.row} | `{line.claim}` | {line.expected} | {found(verdict)} | {how} |")
    problems += [f"{claim}: has no line in docs/verdicts.md" for claim in verdicts if claim not in seen]
    summary = ", ".join(f"{how}: {count}" for how, count in sorted(counts.items()))
    filled = COUNTS.sub(
        lambda part: f"{part[1]}{sum(counts.values())} claims. {summary}.\n{part[2]}", "\n".join(lines)
    )
    return filled + "\n", problems


def found(verdict: Verdict) -> str:
    """The verdict in a word or two."""
    marks = [word for word, on in (("known", verdict.acknowledged), ("unverified", verdict.unverified)) if on]
    return verdict.word + (f" ({', '.join(marks)})" if marks else "")


def compared(line: Line, verdict: Verdict) -> str:
    """How a verdict compares with the one expected."""
    if verdict.word == "undetermined" and verdict.reason is not None:
        return f"open: {cell(verdict.reason.detail)}"
    if line.expected == "in part" and verdict.word in ("confirmed", "contradicted"):
        return "agrees in part"
    if line.expected == "in part" and verdict.word == "documented":
        return f"agrees in part: {cell(verdict.notes[0]) if verdict.notes else 'recorded'}"
    if line.expected == verdict.word:
        return "agrees"
    return line.why if line.why.startswith(EXPLANATIONS) else UNEXPLAINED


def cell(text: str) -> str:
    """Text that stays within its cell and its line."""
    return " ".join(text.replace("|", "/").split())[:140]


if __name__ == "__main__":
    sys.exit(main())
