"""`--format junit`: a test case per claim, for CI systems that show test results.

A contradiction is a failure, what could not be looked at an error; undetermined and documented-only
claims are skipped, with the reason. An acknowledged contradiction passes and says so.
"""

from __future__ import annotations

from collections import defaultdict
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from archinspect.records import Audit, ModelReport, Verdict
from archinspect.report._engine import format_
from archinspect.report._messages import failure_message, verdict_message
from archinspect.report._view import View
from archinspect.report.escape.xml import harmless_xml, xml_text
from archinspect.report.results.audit import failed

SETS = "sets"
OUTCOMES = ("failure", "error", "skipped")


@format_("junit", ".xml", of=Audit)
def junit(audit: Audit, view: View) -> str:
    """JUnit XML, a test case per claim."""
    root = Element("testsuites", name="archinspect")
    suites: defaultdict[str, list[Element]] = defaultdict(list)
    for report in failed(audit):
        suites[report.snapshot.target.model].append(_failed(report))
    for verdict in audit.verdicts:
        suites[verdict.claim.subject or SETS].append(_case(verdict, view))
    for name in sorted(suites, key=lambda suite: (suite == SETS, suite)):
        root.append(_suite(name, suites[name]))
    _count(root, [case for cases in suites.values() for case in cases])
    ElementTree.indent(root)
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return declaration + harmless_xml(ElementTree.tostring(root, encoding="unicode")) + "\n"


def _suite(name: str, cases: list[Element]) -> Element:
    suite = Element("testsuite", name=xml_text(name))
    _count(suite, cases)
    suite.extend(cases)
    return suite


def _count(element: Element, cases: list[Element]) -> None:
    element.set("tests", str(len(cases)))
    for outcome, attribute in zip(OUTCOMES, ("failures", "errors", "skipped"), strict=True):
        element.set(attribute, str(sum(case.find(outcome) is not None for case in cases)))


def _case(verdict: Verdict, view: View) -> Element:
    claim = verdict.claim
    case = Element("testcase", name=xml_text(claim.id), classname=xml_text(_class(claim.subject)))
    case.set("file", xml_text(view.path(claim.place.file)))
    case.set("line", str(claim.place.line))
    text = xml_text(verdict_message(verdict))
    outcome = _outcome(verdict)
    if outcome:
        child = SubElement(case, outcome, message=xml_text(_headline(verdict)))
        if outcome != "skipped":
            child.set("type", xml_text(verdict.reason.code if verdict.reason else verdict.word))
        child.text = text
    elif verdict.acknowledged or verdict.notes:
        SubElement(case, "system-out").text = text
    return case


def _outcome(verdict: Verdict) -> str | None:
    match verdict.word:
        case "contradicted":
            return None if verdict.acknowledged else "failure"
        case "undetermined":
            return "error" if verdict.reason and verdict.reason.code == "not_fetched" else "skipped"
        case "documented":
            return "skipped"
    return None


def _headline(verdict: Verdict) -> str:
    if verdict.reason:
        return f"{verdict.word}: {verdict.reason.detail}"
    return f"{verdict.word}: {verdict.claim.id}"


def _failed(report: ModelReport) -> Element:
    model = report.snapshot.target.model
    case = Element(
        "testcase", name=f"{xml_text(model)}: could be looked at", classname=xml_text(_class(model))
    )
    error = SubElement(case, "error", type=report.snapshot.outcome)
    text = xml_text(failure_message(report))
    error.set("message", text.split("\n")[0])
    error.text = text
    return case


def _class(subject: str | None) -> str:
    return f"archinspect.{subject or SETS}"
