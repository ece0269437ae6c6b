"""Writes docs/measured.md: our facts beside torch's, counted by fact, and each difference explained.

Run: python scripts/measured_table.py
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from archinspect import pipeline, versions  # noqa: E402
from archinspect.names import Named  # noqa: E402
from archinspect.records import Target  # noqa: E402
from tests.conftest import config_bytes  # noqa: E402
from tests.measured import MEASURED, Pair, pairs  # noqa: E402


def main() -> None:
    """Read every measured config and write the page."""
    found = list(compared())
    page = HEAD.format(models=len(MEASURED), pairs=len(found), version=versions.installed("transformers"))
    (ROOT / "docs" / "measured.md").write_text(page + counts(found) + explained(found) + unknown(found))


def compared() -> Iterable[Pair]:
    """Every measured quantity beside ours, from config.json and the modelling source alone."""
    with tempfile.TemporaryDirectory() as root:
        chosen = []
        for repo in MEASURED:
            folder = Path(root) / repo.replace("/", "--")
            folder.mkdir()
            (folder / "config.json").write_bytes(config_bytes(repo))
            chosen.append(Named(Target(repo, str(folder)), "local"))
        for report in pipeline.read_models(chosen, pipeline.Options()):
            yield from pairs(report.snapshot.target.model, report.facts)


def counts(found: list[Pair]) -> str:
    """A row per fact."""
    rows = {}
    for pair in found:
        row = rows.setdefault(pair.name, Counter())
        row["equal" if pair.agrees else "unknown" if not pair.fact.known else "different"] += 1
    lines = [f"| `{name}` | {cells(row)} |" for name, row in sorted(rows.items())]
    return "\n".join(["| fact | equal | unknown | different |", "|---|---|---|---|", *lines, "", ""])


def cells(row: Counter[str]) -> str:
    """The three counts of one row."""
    return " | ".join(str(row[key]) for key in ("equal", "unknown", "different"))


def explained(found: list[Pair]) -> str:
    """Values that are written differently and say the same."""
    lines = [
        f"| {pair.repo} | `{pair.name}` | {short(pair.measured)} | {short(pair.ours)} | {pair.reason} |"
        for pair in found
        if pair.reason
    ]
    head = ["## Written differently", "", "| model | fact | measured | ours | why |", "|---|---|---|---|---|"]
    return "\n".join([*head, *lines, "", ""])


def unknown(found: list[Pair]) -> str:
    """What we do not know, with the reason."""
    reasons = [(pair.repo, pair.fact.unknown, pair.name) for pair in found if not pair.fact.known]
    lines = [f"| {repo} | `{name}` | {reason} |" for repo, reason, name in sorted(reasons)]
    return "\n".join(["## Unknown", "", "| model | fact | because |", "|---|---|---|", *lines, ""])


def short(value: object) -> str:
    """A value fit for a cell."""
    text = str(value)
    return text if len(text) < 40 else f"{text[:30]} ..."


HEAD = """# Facts beside torch's measurements

{models} published configs, {pairs} quantities measured on torch's meta device (torch 2.13.0,
transformers 5.23.0; `tests/fixtures/measured.json`), against archinspect's facts from config.json and
the source of transformers {version}. The measurements were made without archinspect. Made by
`scripts/measured_table.py`; the same comparison is a test (`tests/test_measured.py`), which allows no
difference.

"""

if __name__ == "__main__":
    main()
