from hypothesis import given

from archinspect.report.escape.github import message, property_
from tests.report.escape.texts import TEXTS


@given(TEXTS)
def test_one_line_without_separators(text: str) -> None:
    for encoded in (message(text), property_(text)):
        assert encoded.splitlines() in ([encoded], [])
    assert ":" not in property_(text)
    assert "," not in property_(text)


@given(TEXTS)
def test_the_percent_sign_means_itself(text: str) -> None:
    assert message(text).replace("%25", "").count("%") == message(text).count("%0A")


def test_line_breaks_stay_line_breaks() -> None:
    assert message("50%\nb") == "50%25%0Ab"
    assert property_("a: b, c") == "a%3A b%2C c"
