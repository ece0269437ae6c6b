from xml.etree import ElementTree

from hypothesis import given

from archinspect.report.escape.visible import visible
from archinspect.report.escape.xml import harmless_xml, xml_text
from tests.report.escape.texts import TEXTS


@given(TEXTS)
def test_any_text_makes_a_document_that_parses_to_it(text: str) -> None:
    element = ElementTree.Element("a", b=xml_text(text))
    element.text = xml_text(text)
    document = harmless_xml(ElementTree.tostring(element, encoding="unicode"))
    assert "##[" not in document
    read = ElementTree.fromstring(document.encode("utf-8"))
    wanted = "\n".join(visible(line) for line in text.split("\n"))
    assert (read.text or "") == wanted
    assert read.get("b") == wanted
