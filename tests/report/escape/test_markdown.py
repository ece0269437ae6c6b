import re

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token

from archinspect.report.escape.markdown import code, link, opening, prose
from archinspect.report.escape.terminal import harmless
from archinspect.report.escape.visible import visible
from tests.report.escape.texts import TEXTS

READER = MarkdownIt("gfm-like", {"linkify": False})
COMMENT = "<!-- -->"


def inline(markup: str) -> list[Token]:
    """The tokens of a line, which must be one paragraph."""
    blocks = READER.parse(markup)
    assert [token.type for token in blocks] == ["paragraph_open", "inline", "paragraph_close"]
    return blocks[1].children or []


@given(TEXTS)
def test_prose_reads_as_itself(text: str) -> None:
    shown = visible(text).strip()
    if not shown:
        return
    tokens = inline(opening(prose(text)))
    assert {token.type for token in tokens} <= {"text", "text_special", "html_inline"}
    assert {token.content for token in tokens if token.type == "html_inline"} <= {COMMENT}
    assert "".join(token.content for token in tokens if token.type != "html_inline") == shown


@given(TEXTS)
def test_a_code_span_holds_exactly_the_text(text: str) -> None:
    if not text:
        return
    (span,) = inline(code(text))
    assert span.type == "code_inline"
    # A span of blanks alone keeps them; otherwise one blank is taken off either end.
    assert span.content.strip() == harmless(visible(text)).strip()


@given(TEXTS)
def test_no_cell_ends_early(text: str) -> None:
    page = f"| a | b |\n| --- | --- |\n| {prose(text)} | {code(text, in_table=True)} |"
    html = READER.render(page)
    assert html.count("<td>") == 2
    assert html.count("<tr>") == 2


@given(TEXTS)
def test_no_address_or_mention_links_by_itself(text: str) -> None:
    markup = prose(text)
    assert not re.search(r"(?i)\b(https?|ftp)://", markup)
    assert not re.search(r"@(?!<!-- -->)", markup)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://a b", "https://a>b", "https://a\u202e", "file:///x"]
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert link("text", url) == "text"


def test_a_link() -> None:
    assert link("A [model]", "https://e.example/a?b=(c)") == "[A \\[model\\]](<https://e.example/a?b=(c)>)"
