"""For each predicate and each selector: one value of the registry edited, and the audit fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from archinspect import check
from archinspect.records import Audit
from archinspect.report import View, formats, render
from tests.check.worlds import TODAY, Model, claim, read

LOCAL, GLOBAL = "sliding_attention", "full_attention"
OLD = Model(
    {
        "attention_type": "MHA",
        "vocab_size": 32_064,
        "hidden_size": 64,
        "created_at": "2024-01-31",
    }
)
NEW = Model(
    {
        "attention_type": "GQA",
        "num_key_value_heads": 8,
        "num_attention_heads": 24,
        "num_hidden_layers": 2,
        "hidden_size": 64,
        "vocab_size": 200_064,
        "parameters": {"total": 3_836_021_760},
        "sliding_window": [4096, 4096],
        "layer_types": [LOCAL, GLOBAL],
        "rope_scaling": None,
        "chat_template": {"thinking_toggle": True, "tools": False},
        "created_at": "2025-02-19T01:00:58.000Z",
        "base_model": [{"repo": "org/base", "relation": "finetune"}],
    },
    files={"model.safetensors.index.json": b'{"weight_map": {"lm_head.weight": "a"}}'},
)
DIMENSIONS = "".join(
    claim(fact, kind="equals", value=value).replace('"it"', f'"{fact.replace("_", "-")}"')
    for fact, value in {
        "num_hidden_layers": 2,
        "hidden_size": 64,
        "vocab_size": 200_064,
        "num_attention_heads": 24,
    }.items()
)
IDS = [f"third/{name}" for name in ("num-hidden-layers", "hidden-size", "vocab-size", "num-attention-heads")]
ALL = {"select": "forall", "scope": "current"}

CASES = {
    "equals": (claim("num_key_value_heads", kind="equals", value=8), "value = 8", "value = 4"),
    "one-of": (claim("attention_type", kind="one-of", values=["GQA"]), '["GQA"]', '["MHA"]'),
    "range": (claim("vocab_size", kind="range", min=200_000), "min = 200000", "min = 200065"),
    "approx": (claim("parameters.total", kind="approx", value=3.8, unit="B"), "3.8", "3.6"),
    "rounded-to": (claim("parameters.total", kind="rounded-to", value="3.8", unit="B"), "3.8", "3.7"),
    "ratio": (
        claim("num_key_value_heads", kind="ratio", over="num_attention_heads", value=[1, 3]),
        "[1, 3]",
        "[1, 4]",
    ),
    "product": (
        claim("sliding_window", kind="product", times="num_hidden_layers", value=8192),
        "8192",
        "8193",
    ),
    "pattern": (claim("layer_types", kind="pattern", match=LOCAL, count=1), "count = 1", "count = 2"),
    "present": (claim("rope_scaling", kind="present", value=False), "false", "true"),
    "includes": (claim("base_model", kind="includes", value={"repo": "org/base"}), "org/base", "org/other"),
    "template": (
        claim("chat_template", kind="template", can=["thinking_toggle"]),
        "thinking_toggle",
        "tools",
    ),
    "date": (claim("created_at", kind="date", value="2025-02"), "2025-02", "2025-03"),
    "tensor": (claim(None, kind="tensor", tensor="lm_head.weight", present=True), "true", "false"),
    "adds-up": (
        DIMENSIONS.replace("value = 24", "value = 1")
        + claim("intermediate_size", kind="equals", value=128).replace('"it"', '"width"')
        + claim(None, kind="adds-up", value=12_886_336, dimensions=[*IDS, "third/width"], tied=True),
        "12886336",
        "22886784",
    ),
    "model": (
        claim("vocab_size", None, model="third", kind="equals", value=200_064),
        'model = "third"',
        'model = "second"',
    ),
    "forall": (claim("attention_type", None, **ALL, kind="equals", value="GQA"), "current", "all"),
    "exists": (
        claim("attention_type", None, select="exists", scope="all", kind="equals", value="GQA"),
        '"GQA"',
        '"MQA"',
    ),
    "introduced": (
        claim(
            "attention_type", None, select="introduced", lineage="line", at="2", kind="equals", value="GQA"
        ),
        'at = "2"',
        'at = "1.5"',
    ),
    "changed": (claim(None, select="changed", facts=["vocab_size"]), "vocab_size", "hidden_size"),
    "unchanged": (claim(None, select="unchanged", facts=["hidden_size"]), "hidden_size", "vocab_size"),
    "order": (
        claim("created_at", None, select="order", models=["first", "third"]),
        '["first", "third"]',
        '["third", "first"]',
    ),
    "duration": (
        claim(None, None, select="duration", between=["2023-02", "2026-04"], months=38),
        "months = 38",
        "months = 36",
    ),
}


def judged(text: str, folder: Path) -> Audit:
    """The audit of the one claim `it` of a registry."""
    known = read(text, folder)
    models = {"first": OLD, "second": OLD, "third": NEW}
    reports = {name: model.report(name) for name, model in models.items()}
    found = check.judge(known, reports, list(known.models), TODAY)
    about = [item for item in found if item.claim.id.removeprefix("third/") == "it"]
    assert [item.word for item in about] in (["confirmed"], ["contradicted"])
    code = check.summarise(about, reports.values()).exit_code
    return Audit(tuple(reports.values()), tuple(about), code, complete=True)


def test_every_predicate_and_selector_has_a_case() -> None:
    assert set(CASES) | {"documented"} == {*check.kind_specs(), *check.selector_specs()}


@pytest.mark.parametrize(("text", "old", "new"), CASES.values(), ids=CASES)
def test_one_edited_value_contradicts(tmp_path: Path, text: str, old: str, new: str) -> None:
    assert text.count(old) == 1
    assert judged(text, tmp_path).exit_code == 0
    audit = judged(text.replace(old, new), tmp_path)
    assert audit.exit_code == 1
    for format in formats():
        shown = render(audit, format, View())
        assert audit.verdicts[0].claim.id in shown, format
        assert "contradicted" in shown.lower(), format
