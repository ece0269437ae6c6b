"""Fills the generated parts of README.md and docs/: tables of facts, claim kinds, rules and formats.

Run: python scripts/make_docs.py [--check]
A generated part stands between `<!-- generated: NAME -->` and `<!-- end -->`. With --check nothing is
written and a stale part ends the run with 1.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archinspect.records import Verdict

ROOT = Path(__file__).resolve().parent.parent
PART = re.compile(r"(<!-- generated: ([^\n]+?) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def main() -> int:
    """Write, or with --check only compare."""
    check = "--check" in sys.argv[1:]
    stale = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        old = path.read_text(encoding="utf-8")
        new = PART.sub(lambda match: match[1] + part(match[2]) + match[4], old)
        if new != old:
            stale.append(str(path.relative_to(ROOT)))
            if not check:
                path.write_text(new, encoding="utf-8")
    for name in stale:
        print(f"{name}: {'stale; run python scripts/make_docs.py' if check else 'written'}")
    return 1 if check and stale else 0


def part(name: str) -> str:
    """The text of one generated part: a table, or what a command prints."""
    return run(name.removeprefix("run ")) if name.startswith("run ") else PARTS[name]()


def run(arguments: str) -> str:
    """The command and what it prints, as a code block."""
    command = [sys.executable, "-m", "archinspect", *shlex.split(arguments)]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False)
    shown = done.stdout.replace("python -m archinspect", "archinspect").rstrip()
    return f"```console\n$ archinspect {arguments}\n{shown}\n```\n"


def facts() -> str:
    """A table of facts by family."""
    from archinspect.derive import all_facts

    rules = sorted(all_facts().values(), key=lambda rule: (rule.family, rule.name))
    rows = [f"| {rule.family} | `{rule.name}` | {cell(rule.summary)} |\n" for rule in rules]
    return "| family | fact | what it is |\n|---|---|---|\n" + "".join(rows)


def kinds() -> str:
    """A table of claim kinds and selectors with their fields."""
    from archinspect import check

    lines = ["| | name | fields | it holds when |\n|---|---|---|---|\n"]
    for label, specs in (("kind", check.kind_specs()), ("selector", check.selector_specs())):
        for spec in specs.values():
            fields = ", ".join(f"`{item.name}`" for item in spec.fields)
            lines.append(f"| {label} | `{spec.name}` | {fields} | {cell(spec.summary)} |\n")
    return "".join(lines)


def rules() -> str:
    """A table of consistency rules."""
    from archinspect import catalogue

    found = catalogue.rule_list()
    rows = [f"| `{rule.id}` | {rule.severity} | {cell(rule.summary)} |\n" for rule in found.rules]
    return "| rule | severity | what goes wrong |\n|---|---|---|\n" + "".join(rows)


def formats() -> str:
    """A table of report formats and the file suffix that chooses each."""
    from archinspect import report

    rows = [
        f"| `{item.name}` | {', '.join(f'`{one}`' for one in item.suffixes)} | {cell(item.summary)} |\n"
        for item in report.formats().values()
    ]
    return "| format | suffix | what for |\n|---|---|---|\n" + "".join(rows)


def dossier() -> str:
    """Every statement of the dossier beside what the bundled files say, from a run."""
    import archinspect

    verdicts = archinspect.audit(bundled=True).verdicts
    rows = [dossier_row(one) for one in verdicts if one.claim.source.kind == "dossier"]
    words = Counter(
        "acknowledged" if one.acknowledged else one.word
        for one in verdicts
        if one.claim.source.kind == "dossier"
    )
    counts = ", ".join(f"{count} {word}" for word, count in sorted(words.items()))
    head = "| claim | the dossier says | the files say | verdict | where |\n|---|---|---|---|---|\n"
    return f"{sum(words.values())} claims: {counts}.\n\n{head}{''.join(rows)}"


def dossier_row(verdict: Verdict) -> str:
    """One row of the dossier's table."""
    claim = verdict.claim
    said = claim.params.get("statement") or claim.note or f"{claim.about}: {plain(verdict.expected)}"
    seen = verdict.reason.detail if verdict.reason else plain(verdict.observed)
    against = ", ".join(str(one["model"]) for one in verdict.counterexamples)
    if verdict.word == "contradicted" and against:
        seen = f"{seen}; not {against}" if seen else f"not {against}"
    if claim.acknowledged and verdict.acknowledged:
        seen = f"{seen}. {claim.acknowledged.reason}"
    word = f"{verdict.word}, known" if verdict.acknowledged else verdict.word
    where = verdict.evidence[0].location if verdict.evidence else ""
    return f"| `{claim.id}` | {cell(str(said))} | {cell(seen)} | {word} | {cell(where)} |\n"


def plain(value: object) -> str:
    """A value in words."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {plain(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(item) for item in value)
    return "" if value is None else str(value)


def cell(text: str) -> str:
    """Text fit for a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")


PARTS: dict[str, Callable[[], str]] = {
    "dossier": dossier,
    "facts": facts,
    "kinds": kinds,
    "rules": rules,
    "formats": formats,
}

if __name__ == "__main__":
    sys.exit(main())
