"""Writes docs/rules-on-real-files.md: every rule against every published repository, each alarm judged.

    python scripts/rules_on_real_files.py FOLDER [--check]

FOLDER holds ORG/NAME/FILE as published, without weights and not always complete: no listing is assumed.
Where torch has built the config (tests/fixtures/truth), a header with torch's names and shapes in the
config's dtype stands in for the published one. An alarm that JUDGED does not know ends the run with 1.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from msgspec.structs import replace

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
OUT = ROOT / "docs" / "rules-on-real-files.md"
DTYPES = {"bfloat16": "BF16", "float16": "F16", "float32": "F32"}
MARKS = {"error": "E", "warning": "W", "note": "n"}

JUDGED: dict[tuple[str, str], str] = {
    (
        "auto-map-missing-file",
        "'Xenova/gpt-4o'",
    ): "right: the entry names a repository where a class belongs; nothing uses it",
    ("chat-template-impure", "today's date"): "right: Llama 3.2 prints the date of the day",
    (
        "class-rewrites-value",
        "hidden_act is 'gelu'",
    ): "right: Gemma's class replaces the legacy key, the tanh form runs",
    (
        "class-rewrites-value",
        "Ministral",
    ): "right of this copy: its edited model_type lets the class ignore text_config",
    (
        "context-inconsistent",
        "cuts texts at 131072 tokens, max_position_embeddings is 40960",
    ): "right: 131072 needs YaRN, which is off",
    (
        "context-inconsistent",
        "cuts texts at 131072 tokens, max_position_embeddings is 32768",
    ): "right: 131072 needs YaRN, which is off",
    (
        "eos-mismatch",
        "'<|end|>' (200020)",
    ): "right: the known case of Phi-4-mini; generate() itself is fine, hence a note",
    (
        "eos-mismatch",
        "'<end_of_turn>' (106)",
    ): "right: Gemma's tokenizer names <eos> only; generate() is fine, hence a note",
    ("inert-key", "max_window_layers"): "right: no Qwen of these has a window that is on",
    (
        "inert-key",
        "hidden_act is 'gelu_pytorch_tanh'",
    ): "right: Gemma 2 reads hidden_activation; both say the same here",
    ("needs-remote-code", "brings its own code"): "right: the type is the repository's own",
    ("pad-is-eos", "<|endoftext|>"): "right: both are 199999; trainers of Phi-4-mini have to change it",
    ("template-hidden-text", "You are Qwen"): "right: Qwen 2.5's default system message",
    ("template-hidden-text", "Cutting Knowledge Date"): "right: Llama 3.2's preamble",
    ("template-hidden-text", "named SmolLM"): "right: SmolLM3's default instructions",
    (
        "tokenizer-exceeds-embedding",
        "<image_soft_token>",
    ): "right: the 1B shares the tokenizer of the larger ones and lacks that row",
    ("window-without-effect", "use_sliding_window is false"): "right: switched off, as the Qwen team says",
    (
        "window-without-effect",
        "the context ends at 131072",
    ): "right: a window of 262144 in a context of 131072",
}
"""(rule, part of the message or of the repository's name) -> right or wrong, and why."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; end with 1 when the page is stale"
    )
    args = parser.parse_args()
    from archinspect.rules import all_rules

    rows, alarms = look(args.folder)
    unjudged = sorted({key for key in alarms if judgement(*key, alarms[key]) is None})
    for rule, message in unjudged:
        print(f"not judged: {rule}: {message}")
    page = document(list(all_rules()), rows, alarms)
    stale = not OUT.exists() or OUT.read_text(encoding="utf-8") != page
    if args.check and stale:
        print(f"{OUT.name}: stale")
    elif stale:
        OUT.write_text(page, encoding="utf-8")
    return 1 if unjudged or (args.check and stale) else 0


def look(folder: Path) -> tuple[dict[str, dict[str, str]], dict[tuple[str, str], list[str]]]:
    """Per repository the outcome of each rule; per distinct alarm the repositories it was raised for."""
    from archinspect.derive import derive
    from archinspect.modelling import read_sources
    from archinspect.rules import all_rules
    from archinspect.rules._rule import applies, apply
    from archinspect.witness import witnesses_of
    from archinspect.witness.architectures import known_architectures

    snapshots = [snapshot(folder, path.parent) for path in sorted(folder.glob("*/*/config.json"))]
    rows: dict[str, dict[str, str]] = {}
    alarms: dict[tuple[str, str], list[str]] = defaultdict(list)
    for at, source in zip(snapshots, read_sources(snapshots), strict=True):
        witnesses = witnesses_of(at, source.view, source.testimony)
        facts = derive(witnesses)
        inputs: dict[str, Any] = {**witnesses, **facts, "facts": facts, "snapshot": at}
        inputs |= {"blueprint": source.blueprint, "known_architectures": known_architectures()}
        row = rows[at.target.model] = {}
        for rule in all_rules().values():
            found = apply(rule, inputs)
            row[rule.id] = "o" if applies(rule, inputs) else "."
            for finding in found:
                row[rule.id] = MARKS[finding.severity]
                alarms[rule.id, finding.message].append(at.target.model)
    return rows, alarms


def snapshot(folder: Path, path: Path) -> Any:
    """The files of one repository, with the stand-in for its header."""
    from archinspect.records import Target
    from archinspect.sources import local
    from tests.witness.checkpoints import header_bytes
    from tests.witness.tensors.published import entries, stored_shapes

    name = str(path.relative_to(folder))
    at = local.read(Target(name, str(path)))
    further = {"tokenizer.json": at.more("tokenizer.json")} if at.has("tokenizer.json") and at.more else {}
    entry = entries().get(f"hub:{name}")
    headers = {}
    if entry is not None and "quantization_config" not in entry["config"]:
        dtype = DTYPES[entry["config"].get("torch_dtype", "bfloat16")]
        tensors = {tensor: (dtype, shape) for tensor, shape in stored_shapes(entry).items()}
        headers = {"model.safetensors": header_bytes(tensors)}
    files = {path: file for path, file in at.files.items() if not headers or not path.endswith("index.json")}
    return replace(at, files={**files, **further}, headers=headers, listing=None, more=None)


def judgement(rule: str, message: str, repositories: list[str]) -> str | None:
    """What JUDGED says of this alarm."""
    for (judged, part), words in JUDGED.items():
        if judged == rule and (part in message or any(part in name for name in repositories)):
            return words
    return None


def document(
    rules: list[str], rows: dict[str, dict[str, str]], alarms: dict[tuple[str, str], list[str]]
) -> str:
    """The page."""
    lines = [
        "# Every rule on real files",
        "",
        "Written by `scripts/rules_on_real_files.py`; do not edit. The files are those that 62",
        "repositories publish, without weights. Where the published safetensors header is not at hand, one",
        "with torch's own names and shapes for the config stands in, so that the rules about tensors are",
        "applied too. Copies that are not the published file byte for byte are included: rules must read",
        "those too.",
        "",
        "## Each alarm, judged",
        "",
        "| rule | alarm | repositories | judgement |",
        "|---|---|---|---|",
    ]
    for (rule, message), names in sorted(alarms.items()):
        shown = message if len(message) <= 150 else message[:149] + "…"
        where = ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:2])} and {len(names) - 2} more"
        verdict = judgement(rule, message, names) or "not judged"
        lines.append(f"| `{rule}` | {shown.replace('|', chr(92) + '|')} | {where} | {verdict} |")
    lines += [
        "",
        "## Every rule, every repository",
        "",
        "`o` applied and silent, `.` not applicable to what is at hand, `n` note, `W` warning, `E` error.",
        "",
        *(f"{number}. `{rule}`" for number, rule in enumerate(rules, 1)),
        "",
        "| repository | " + " | ".join(str(number) for number in range(1, len(rules) + 1)) + " |",
        "|---|" + "---|" * len(rules),
    ]
    lines += [f"| {name} | " + " | ".join(row[rule] for rule in rules) + " |" for name, row in rows.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
