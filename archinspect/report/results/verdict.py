"""One claim explained: what is documented where, what was found where, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archinspect.records import Json, ModelReport, Verdict
from archinspect.report._document import (
    Block,
    Document,
    Entry,
    Field,
    Heading,
    Text,
    Tree,
    code,
    joined,
    plain,
)
from archinspect.report._engine import Presentation, Rows
from archinspect.report._view import View
from archinspect.report.results import audit as audits
from archinspect.report.results._audit_parts import basis_notes, remark
from archinspect.report.results._data import evidence_tree, model_data, verdict_data
from archinspect.report.results._lines import (
    VERDICT_TONES,
    counted,
    documented_line,
    evidence_node,
    failure_entry,
    file_url,
    observed_line,
    origin_line,
    place_line,
    source_line,
    value_line,
)


def document(verdict: Verdict, view: View) -> Document:
    """The way from the verdict to the key, line or tensor that decides it."""
    blocks: list[Block] = [_judged(verdict, view), Heading(plain("source", "strong"), 2), _source(verdict)]
    if verdict.counterexamples:
        blocks.append(Heading(plain("models that speak against it", "strong"), 2))
        blocks += [_against(item) for item in verdict.counterexamples]
    elif verdict.evidence:
        blocks.append(Heading(plain("evidence", "strong"), 2))
        blocks += [evidence_node(item) for item in verdict.evidence]
    blocks += _looked_at(verdict, view)
    return Document(verdict.claim.id, tuple(blocks), plain(_word(verdict), VERDICT_TONES[verdict.word]))


def data(verdict: Verdict, view: View) -> dict[str, Json]:
    """The claim as in an audit, with its evidence all the way down and how the claim is written."""
    claim = verdict.claim
    return {
        "versions": dict(view.audit.versions if view.audit else view.versions),
        "models": [model_data(report) for report in _models(verdict, view)],
        "claim": {
            **verdict_data(verdict, view),
            "evidence": [evidence_tree(item) for item in verdict.evidence],
            "notes": list(verdict.notes),
            "select": dict(claim.select),
            "params": dict(claim.params),
            "attributes": dict(claim.attributes),
            "note": claim.note,
        },
    }


def rows(verdict: Verdict, view: View) -> Rows:
    """The claim's row as in an audit."""
    return Rows(audits.COLUMNS, (tuple(audits.row(verdict, view)),))


def _models(verdict: Verdict, view: View) -> tuple[ModelReport, ...]:
    """The models the verdict is about: its subject and stand-ins, or all that a set's claim asked for."""
    claim, models = verdict.claim, view.audit.models if view.audit else ()
    if claim.subject is None:
        return models
    named = {claim.subject, *map(str, claim.attributes.values()), *map(str, claim.params.values())}
    return tuple(report for report in models if report.snapshot.target.model in named)


def _word(verdict: Verdict) -> str:
    return f"{verdict.word}, and acknowledged" if verdict.acknowledged else verdict.word


def _judged(verdict: Verdict, view: View) -> Entry:
    claim = verdict.claim
    fields = [Field("verdict", plain(_word(verdict), VERDICT_TONES[verdict.word]))]
    if claim.about:
        fields.append(Field("about", code(claim.about)))
    fields += [
        Field("kind", joined([code(claim.kind), plain(_over(verdict), "quiet")], " ")),
        Field("documented", documented_line(verdict.expected)),
        Field("observed", observed_line(verdict)),
    ]
    if verdict.reason:
        fields.append(Field("because", code(verdict.reason.code, "doubt")))
        fields.append(Field("to settle it", plain(verdict.reason.detail)))
    if claim.acknowledged:
        until = plain(f"until {claim.acknowledged.until.isoformat()}", "quiet")
        fields.append(Field("accepted", plain(claim.acknowledged.reason), until))
    fields += basis_notes(verdict)
    if claim.note:
        fields.append(Field("remark", plain(claim.note)))
    fields.append(Field("claimed at", place_line(claim, view)))
    return Entry((Text(claim.id, "strong", code=True),), tuple(fields))


def _over(verdict: Verdict) -> str:
    select = dict(verdict.claim.select)
    if select.get("select") in (None, "model"):
        return ""
    return " ".join(str(item) for item in select.values() if not isinstance(item, (list, dict, tuple)))


def _source(verdict: Verdict) -> Entry:
    source = verdict.claim.source
    fields = []
    if source.url:
        fields.append(Field("url", (Text(source.url, url=source.url),)))
    if source.date:
        fields.append(Field("dated", plain(source.date)))
    fields.append(Field("read as", plain(f"{source.kind}, {source.read}")))
    return Entry(source_line(verdict.claim), tuple(fields))


def _against(item: Mapping[str, Any]) -> Tree:
    """One model's value, and below it where it was found."""
    line = (Text(str(item.get("model")), "strong", code=True), Text(": "), *value_line(item.get("observed")))
    return Tree(line, tuple(evidence_node(one) for one in item.get("evidence") or ()))


def _looked_at(verdict: Verdict, view: View) -> list[Block]:
    """What was read of the models that decide; with `-v` of all that the claim is about."""
    models = _models(verdict, view)
    deciding = {item.get("model") for item in verdict.counterexamples}
    shown = [
        item for item in models if view.verbose or not deciding or item.snapshot.target.model in deciding
    ]
    blocks: list[Block] = [Heading(plain("read", "strong"), 2)] if shown else []
    blocks += [_read(report, verdict) for report in shown]
    if left_out := len(models) - len(shown):
        blocks.append(remark(f"{counted(left_out, 'other model')} not shown; -v lists them"))
    return blocks


def _read(report: ModelReport, verdict: Verdict) -> Block:
    if not report.snapshot.files:
        return failure_entry(report)
    head = (Text(report.snapshot.target.model, "strong", code=True), Text(f" {report.snapshot.target.repo}"))
    roots = [root for item in verdict.evidence for root in item.roots()]
    pages = dict.fromkeys(url for root in roots if (url := file_url(report.snapshot, root)))
    fields = [Field("from", origin_line(report.snapshot))]
    fields += [Field("page", (Text(url, url=url),)) for url in pages]
    return Entry(head, tuple(fields))


EXPLAINED = Presentation("claim", Verdict, document, data, rows)
