from hypothesis import given

from archinspect.report.escape.terminal import clean, harmless
from tests.report.escape.texts import TEXTS


@given(TEXTS)
def test_no_line_is_a_command(text: str) -> None:
    for line in clean(text).split("\n"):
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert "\x1b" not in line


def test_messages_keep_their_lines() -> None:
    assert clean("one\n  two") == "one\n  two"


def test_a_command_shows_that_it_was_stopped() -> None:
    assert harmless("  ::error::x") == "  \\::error::x"
    assert harmless("a ##[group]") == "a #\\#[group]"
    assert harmless("a::b") == "a::b"
