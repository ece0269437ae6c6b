import re

from archinspect.report import render
from tests.report.results import AUDIT, VIEW, hostile

COMMAND = re.compile(r"::(error|warning|notice) (?:file=[^,:]+,line=\d+,)?title=[^,:]*::[^\r\n]*")


def test_annotations_point_at_the_registry_gravest_first() -> None:
    lines = render(AUDIT, "github", VIEW).splitlines()
    assert lines[0] == (
        "::error file=registry.toml,line=67,title=contradicted%3A all-swiglu::"
        "ffn_type documented: SwiGLU (A Small Model, 2.1)%0Aexcept: tiny: GeGLU"
    )
    assert lines[1].startswith("::error file=registry.toml,line=7,title=contradicted%3A tiny/kv-heads::")
    assert "observed: 8 (at config.json#/num_key_value_heads)" in lines[1]
    levels = [line.split(" ")[0] for line in lines[:-1]]
    assert levels == ["::error"] * 3 + ["::warning"] * 2 + ["::notice"] * 3
    assert lines[-1].startswith("2 contradicted, 1 acknowledged")


def test_what_could_not_be_looked_at_warns_with_the_next_step() -> None:
    assert "title=gated%3A closed::" in render(AUDIT, "github", VIEW)
    assert "%0Aaccept its licence, then run `hf auth login`" in render(AUDIT, "github", VIEW)


def test_hostile_texts_make_no_further_command() -> None:
    ours = render(AUDIT, "github", VIEW).splitlines()
    theirs = render(hostile(AUDIT), "github", VIEW).splitlines()
    assert len(theirs) == len(ours)
    for line in theirs[:-1]:
        assert COMMAND.fullmatch(line)
        assert not [char for char in line if ord(char) < 0x20 or 0xD800 <= ord(char) < 0xE000]
