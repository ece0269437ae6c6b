"""The sections of an audit."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping

from archinspect.records import Audit, Claim, Evidence, Json, ModelReport, Reason, Verdict
from archinspect.report._document import (
    Block,
    Column,
    Entry,
    Field,
    Grid,
    Line,
    Paragraph,
    Text,
    Tree,
    code,
    joined,
    plain,
)
from archinspect.report._values import shown
from archinspect.report._view import View
from archinspect.report.results._lines import (
    VERDICT_TONES,
    counted,
    documented_line,
    failure_entry,
    observed_line,
    place_line,
    source_line,
    value_line,
    where_line,
)

FEW = 6
"""Claims and counterexamples that are listed without `-v` before the rest is counted."""
SETS = "(sets)"
SHORT = 80
SOME = 3
_AND_MORE = re.compile(r" \(and \d+ more\)$")


def remark(text: str) -> Paragraph:
    """A line about the report itself."""
    return Paragraph(plain(text, "quiet"))


def contradictions(audit: Audit, view: View) -> list[Block]:
    """An entry per contradiction that nobody has accepted."""
    found = [item for item in audit.verdicts if item.word == "contradicted" and not item.acknowledged]
    return [_contradiction(verdict, view) for verdict in found]


def acknowledged(audit: Audit, view: View) -> list[Block]:
    """Two lines per accepted contradiction, with the reason and how long it stands; all of it with `-v`."""
    found = [item for item in audit.verdicts if item.acknowledged]
    if view.verbose or not found:
        return [_contradiction(item, view) for item in found]
    return [_accepted(item) for item in found]


def outlived(audit: Audit, view: View) -> list[Block]:
    """Acknowledgements of claims that the files now confirm: each is to be taken out of the registry."""
    return [
        Tree(
            (
                Text(item.claim.id, code=True),
                Text(" is confirmed; remove it at "),
                *place_line(item.claim, view),
            )
        )
        for item in audit.verdicts
        if item.claim.acknowledged and item.word == "confirmed"
    ]


def failures(reports: list[ModelReport]) -> list[Block]:
    """An entry per reason, with the models that could not be looked at for it."""
    groups: defaultdict[tuple[str | None, ...], list[ModelReport]] = defaultdict(list)
    for report in reports:
        groups[_failure(report)].append(report)
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    return [
        failure_entry(together[0]) if len(together) == 1 else _failed(together, message, hint)
        for (_, message, hint), together in ordered
    ]


def undetermined(audit: Audit, view: View) -> list[Block]:
    """An entry per reason, with the claims that wait for it."""
    repos = {report.snapshot.target.model: report.snapshot.target.repo for report in audit.models}
    waiting: defaultdict[Reason, list[Verdict]] = defaultdict(list)
    for verdict in audit.verdicts:
        if verdict.word == "undetermined":
            waiting[_reason(verdict, repos)].append(verdict)
    ordered = sorted(waiting.items(), key=lambda item: (-len(item[1]), item[0].code, item[0].detail))
    return [_waiting(reason, verdicts, view) for reason, verdicts in ordered]


def confirmed(audit: Audit) -> list[Block]:
    """One line per confirmed claim."""
    found = [item for item in audit.verdicts if item.word == "confirmed"]
    columns = (Column("claim"), Column("documented"), Column("observed"), Column("where"))
    rows = tuple(
        (
            code(item.claim.id),
            documented_line(item.expected),
            observed_line(item),
            where_line(item.evidence, 1),
        )
        for item in found
    )
    return [Grid(columns, rows)] if rows else []


def documented(audit: Audit) -> list[Block]:
    """One line per claim that no file can settle."""
    found = [item for item in audit.verdicts if item.word == "documented"]
    columns = (Column("claim"), Column("documented"), Column("source"))
    rows = tuple(
        (code(item.claim.id), documented_line(item.expected), source_line(item.claim)) for item in found
    )
    return [Grid(columns, rows)] if rows else []


def counts_by_model(audit: Audit) -> list[Block]:
    """How the claims about each model came out; words that never occur have no column."""
    words: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for item in audit.verdicts:
        word = "acknowledged" if item.acknowledged else item.word
        words[item.claim.subject or SETS][word] += 1
    seen = [word for word in (*VERDICT_TONES, "acknowledged") if any(count[word] for count in words.values())]
    columns = (Column("model"), *(Column(word, numeric=True) for word in seen))
    order = sorted(words, key=lambda name: (name == SETS, name))
    rows = tuple((code(name), *(_count(words[name][word], word) for word in seen)) for name in order)
    return [Grid(columns, rows)] if len(rows) > 1 else []


def counterexample_fields(verdict: Verdict, most: int) -> list[Field]:
    """The models that speak against a claim about a set."""
    found = verdict.counterexamples
    fields = [
        Field(
            "except",
            _named(str(item.get("model")), item.get("observed")),
            where_line(item.get("evidence") or (), 1),
        )
        for item in found[:most]
    ]
    if len(found) > most:
        fields.append(Field("", plain(f"and {counted(len(found) - most, 'model')} more", "quiet")))
    return fields


def basis_notes(verdict: Verdict) -> list[Field]:
    """What the reader must know to trust the verdict."""
    return [Field("note", plain(note)) for note in verdict.notes]


def _contradiction(verdict: Verdict, view: View) -> Entry:
    claim = verdict.claim
    tone = "quiet" if verdict.acknowledged else "bad"
    fields = [Field("documented", documented_line(verdict.expected), source_line(claim))]
    if not verdict.counterexamples:
        fields.append(Field("observed", observed_line(verdict), where_line(_deciding(verdict))))
    fields += counterexample_fields(verdict, len(verdict.counterexamples) if view.verbose else FEW)
    if verdict.acknowledged and claim.acknowledged:
        until = claim.acknowledged.until.isoformat()
        fields.append(Field("accepted", plain(claim.acknowledged.reason), plain(f"until {until}", "quiet")))
    fields += basis_notes(verdict)
    if not verdict.acknowledged:
        fields.append(Field("claimed at", place_line(claim, view)))
    return Entry((Text(claim.id, "strong", code=True), *_about(claim, tone)), tuple(fields))


def _about(claim: Claim, tone: str) -> Line:
    return (Text(f" {claim.about}", code=True),) if claim.about else ()


def _failure(report: ModelReport) -> tuple[str | None, ...]:
    """Outcome, message and hint, the message without the repository's own name."""
    snapshot, error = report.snapshot, report.snapshot.error
    message = error.message.replace(snapshot.target.repo, "the repository") if error else None
    return snapshot.outcome, message, error.hint if error else None


def _failed(reports: list[ModelReport], message: str | None, hint: str | None) -> Entry:
    names = joined([code(report.snapshot.target.model, "strong") for report in reports])
    head = (Text(reports[0].snapshot.outcome, "doubt"), Text(f" {counted(len(reports), 'model')}"))
    fields = [Field("", plain(message or "")), Field("models", names)]
    return Entry(head, (*fields, *([Field("hint", plain(hint))] if hint else [])))


def _accepted(verdict: Verdict) -> Tree:
    accepted = verdict.claim.acknowledged
    why = f"{accepted.reason} (until {accepted.until.isoformat()})" if accepted else ""
    line: Line = (
        Text(verdict.claim.id, code=True),
        Text(" documented ", "quiet"),
        *documented_line(verdict.expected),
        *_found(verdict),
    )
    where = where_line(verdict.evidence, most=1)
    return Tree(line, (*([Tree(where)] if where else []), Tree(plain(why, "quiet"))))


def _found(verdict: Verdict) -> Line:
    """What was observed; of a set, the models that speak against the claim."""
    if not verdict.counterexamples:
        return (Text(", observed ", "quiet"), Text(shown(verdict.observed, SHORT), code=True))
    found = [
        code(f"{item.get('model')}: {shown(item.get('observed'), SHORT)}")
        for item in verdict.counterexamples[:SOME]
    ]
    more = len(verdict.counterexamples) - SOME
    return (Text(", except ", "quiet"), *joined([*found, plain(f"{more} more") if more > 0 else ()]))


def _reason(verdict: Verdict, repos: Mapping[str, str]) -> Reason:
    """The reason without a model's own name, so that claims which wait for the same thing meet."""
    reason = verdict.reason or Reason("fact_unknown", "no reason was given")
    model, _, detail = reason.detail.partition(": ")
    if model not in repos:
        model, detail = verdict.claim.subject or "", reason.detail
    detail = _AND_MORE.sub("", detail)
    return Reason(reason.code, detail.replace(repos[model], "the repository") if model in repos else detail)


def _waiting(reason: Reason, verdicts: list[Verdict], view: View) -> Entry:
    head = (Text(reason.code, "doubt", code=True), Text(f" {reason.detail}"))
    if view.verbose:
        claimed = [(item.claim, item.expected) for item in verdicts]
        return Entry(
            head, tuple(Field(one.id, _claimed(one, said), source_line(one)) for one, said in claimed)
        )
    names = [code(item.claim.id, "quiet") for item in verdicts[:FEW]]
    if len(verdicts) > FEW:
        names.append(plain(f"and {len(verdicts) - FEW} more"))
    return Entry(head, (Field("", joined(names)),))


def _claimed(claim: Claim, expected: Json) -> Line:
    about = code(claim.about, "quiet") if claim.about else ()
    return joined([about, documented_line(expected)], " ")


def _deciding(verdict: Verdict) -> list[Evidence]:
    """What a reader can open: for arithmetic, the facts' own evidence."""
    return [root for item in verdict.evidence for root in item.roots()]


def _named(model: str, observed: Json) -> Line:
    return joined([code(model, "strong"), value_line(observed, "bad")], " ")


def _count(number: int, word: str) -> Line:
    return plain(str(number), VERDICT_TONES.get(word, "plain")) if number else plain("")
