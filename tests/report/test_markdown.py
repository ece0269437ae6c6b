import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from archinspect.report import render
from tests.report.results import AUDIT, MODEL, RESULTS, VIEW, hostile

READER = MarkdownIt("gfm-like", {"linkify": False})
TAGS = {"h1", "h2", "ul", "li", "p", "strong", "code", "a", "table", "thead", "tbody", "tr", "th", "td"}

CONTRADICTED = """\
## Contradicted

- **`all-swiglu`** `ffn_type`
  - documented: `SwiGLU` — [A Small Model](<https://example.org/paper>), 2.1
  - except: **`tiny`** **`GeGLU`** — `config.json#/num_key_value_heads` (stated)
  - claimed at: `registry.toml:67`
- **`tiny/kv-heads`** `num_key_value_heads`
  - documented: `4` — [A Small Model](<https://example.org/paper>), 2.1
  - observed: **`8`** — `config.json#/num_key_value_heads` (stated)
  - claimed at: `registry.toml:7`

## Could not be looked at

- **`closed`** gated org/closed
  - org/closed is gated
  - hint: accept its licence, then run \\`hf auth login\\`

"""


def test_an_audit() -> None:
    first, *_, last = render(AUDIT, "markdown", VIEW).splitlines()
    assert first == "# Audit"
    assert last.startswith("**2 contradicted**, 1 acknowledged, 2 undetermined")
    assert CONTRADICTED in render(AUDIT, "markdown", VIEW)


def test_a_model_has_tables() -> None:
    text = render(MODEL, "markdown", VIEW)
    assert "| `num_key_value_heads` | `8` | `config.json#/num_key_value_heads` (stated) |" in text
    assert "| `norm_type`, `qk_norm` | unknown: only the modelling source says |" in text


@pytest.mark.parametrize("name", RESULTS)
def test_hostile_texts_make_no_markup(name: str) -> None:
    result, view = RESULTS[name]
    view = replace(view, verbose=True)
    ours = Seen.of(READER.render(render(result, "markdown", view)))
    view = replace(view, audit=hostile(view.audit))
    theirs = Seen.of(READER.render(render(hostile(result), "markdown", view)))
    assert set(theirs.tags) <= TAGS
    assert [tag for tag in theirs.tags if tag in ("tr", "li", "h1", "h2", "td")] == [
        tag for tag in ours.tags if tag in ("tr", "li", "h1", "h2", "td")
    ]
    assert not [url for url in theirs.links if not re.match("https://(example.org|huggingface.co)/", url)]


class Seen(HTMLParser):
    """Which elements a page has, and where it links to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    @classmethod
    def of(cls, html: str) -> "Seen":
        seen = cls()
        seen.feed(html)
        return seen

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
