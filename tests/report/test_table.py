"""What people read on a terminal, whole; and that nothing a file says can act on it."""

import re
import unicodedata

import pytest
from msgspec.structs import replace

from archinspect.records import Fact, Failure, ModelReport, Target
from archinspect.report import View, render
from archinspect.report._layout import width_of
from tests.report.results import AUDIT, MODEL, READ, RESULTS, VIEW, evidence, fact, hostile

NARROW = replace(VIEW, width=80)
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def test_an_audit() -> None:
    assert (
        render(AUDIT, "table", NARROW)
        == """\
Contradicted
  all-swiglu ffn_type
    documented  SwiGLU      A Small Model, 2.1
    except      tiny GeGLU  config.json#/num_key_value_heads (stated)
    claimed at  registry.toml:67

  tiny/kv-heads num_key_value_heads
    documented  4  A Small Model, 2.1
    observed    8  config.json#/num_key_value_heads (stated)
    claimed at  registry.toml:7

Could not be looked at
  closed gated org/closed
    org/closed is gated
    hint  accept its licence, then run `hf auth login`

Not settled
  fact_unknown only the modelling source says
    tiny/norm

  not_fetched gated
    closed/heads

Contradicted, and acknowledged
  tiny/vocabulary documented 4, observed 8
    - config.json#/num_key_value_heads (stated)
    - the report counts the padding (until 2027-06-30)

Findings
  error tiny eos-mismatch
    two files name two ends
    at  config.json#/eos_token_id (stated)

  1 note not shown; -v lists them

Claims by model
  model   confirmed  contradicted  undetermined  documented  acknowledged
  closed                                      1
  tiny            1             1             1           1             1
  (sets)                        1

2 contradicted, 1 acknowledged, 2 undetermined, 1 confirmed, 1 documented, 1
model read, 1 could not be looked at, 1 error, 1 note
"""
    )


def test_a_model() -> None:
    assert (
        render(MODEL, "table", NARROW)
        == """\
tiny
  repository  org/tiny
  read from   the Hub, 0123456789ab
  as read by  transformers==5.23.0

attention
  fact                 value                        where from
  head_dim             128                          facts:hidden_size,num_
                                                    attention_heads (computed),
                                                    disagreeing: 1
  layer_types          (sliding_attention x5,       TinyConfig.layer_types
                       full_attention) x4,          (default)
                       sliding_attention
  num_key_value_heads  8                            config.json#/num_key_value_
                                                    heads (stated)

facts
  sliding_window  none   config.json#/sliding_window (stated)
  norm_type, qk_norm  unknown: only the modelling source says

findings
  note inert-key
    max_window_layers has no effect
    at  config.json#/max_window_layers (stated)

  error eos-mismatch
    two files name two ends
    at  config.json#/eos_token_id (stated)

4 facts known, 2 unknown, 2 findings
"""
    )


def test_a_claim() -> None:
    result, view = RESULTS["claim"]
    assert (
        render(result, "table", replace(view, width=80))
        == """\
tiny/kv-heads
  verdict     contradicted
  about       num_key_value_heads
  kind        equals
  documented  4
  observed    8
  claimed at  registry.toml:7

source
  A Small Model, 2.1
    url      https://example.org/paper
    dated    2025-02
    read as  report, primary

evidence
  config.json#/num_key_value_heads (stated) = 8

read
  tiny org/tiny
    from  the Hub, 0123456789ab
    page  https://huggingface.co/org/tiny/blob/
          0123456789abcdef0123456789abcdef01234567/config.json

contradicted
"""
    )


def test_one_fact() -> None:
    result, view = RESULTS["fact"]
    assert (
        render(result, "table", replace(view, width=80))
        == """\
tiny head_dim
  value      128
  read from  the Hub, 0123456789ab

evidence
  facts:hidden_size,num_attention_heads (computed)
    - config.json#/hidden_size (stated) = 3072
    - config.json#/num_key_value_heads (stated) = 8

witnesses that disagree
  96
    - model.safetensors#model.q_proj.weight (tensor) = 96, 8

to read
  https://huggingface.co/org/tiny/blob/
    0123456789abcdef0123456789abcdef01234567/config.json

1 piece of evidence, 1 reading against it
"""
    )


def test_a_diff() -> None:
    result, _ = RESULTS["diff"]
    assert (
        render(result, "table", NARROW)
        == """\
tiny and small
  tiny   org/tiny   the Hub, 0123456789ab
  small  org/small  the Hub, 0123456789ab

attention
  head_dim
    tiny   128  facts:hidden_size,num_attention_heads (computed)
    small  64   config.json#/num_key_value_heads (stated)

1 different, 1 equal, 1 not comparable: unknown on a side
"""
    )


def test_verbose_lists_what_is_counted_otherwise() -> None:
    text = render(AUDIT, "table", replace(NARROW, verbose=True))
    for listed in ("tiny/heads", "11T tokens", "note tiny inert-key", "accepted    the report counts"):
        assert listed in text
        assert listed not in render(AUDIT, "table", NARROW)


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("name", RESULTS)
def test_no_line_is_too_wide_and_none_is_harmful(name: str, width: int) -> None:
    result, view = RESULTS[name]
    for verbose in (False, True):
        text = render(hostile(result), "table", replace(view, width=width, verbose=verbose))
        for line in text.split("\n"):
            assert not line.lstrip().startswith("::")
            assert "##[" not in line
            assert not [char for char in line if unicodedata.category(char) in ("Cc", "Cf", "Cs")]
        if not name.startswith("table"):
            # One more for the backslash that keeps a line from being a command.
            assert max(map(width_of, text.split("\n"))) <= width + 1


def test_wide_characters_count_double() -> None:
    report = ModelReport(READ, {"a": fact("a", "字" * 30, evidence("config.json#/a"))})
    lines = render(report, "table", replace(VIEW, width=60)).split("\n")
    assert max(map(width_of, lines)) <= 60
    assert any("字" in line for line in lines)


def test_colour_changes_nothing_but_colour() -> None:
    coloured = render(AUDIT, "table", replace(NARROW, colour=True))
    assert "\x1b[1;31m" in coloured
    assert ANSI.sub("", coloured) == render(AUDIT, "table", NARROW)


def test_a_grid_too_wide_is_told_in_parts() -> None:
    names = [f"number_{number:02}" for number in range(12)]
    facts = {name: fact(name, "some value", evidence("config.json#/a")) for name in names}
    text = render(
        replace(RESULTS["table"][0], models=(ModelReport(READ, facts),), columns=tuple(names)), view=VIEW
    )
    assert [line[:6] for line in text.splitlines()].count("model ") == 2
    assert all(name in text for name in names)


def test_unknown_facts_are_never_shown_as_values() -> None:
    unknown = Fact("a", None, "nobody says", ())
    assert "unknown: nobody says" in render(ModelReport(READ, {"a": unknown}), view=View())
    nothing = fact("a", None, evidence("config.json#/a", raw=None))
    assert "none" in render(ModelReport(READ, {"a": nothing}), view=View())


def test_models_that_fail_for_the_same_reason_are_told_together() -> None:
    def offline(name: str) -> ModelReport:
        failure = Failure("offline", f"org/{name} cannot be reached", "check the network")
        snapshot = replace(
            READ,
            target=Target(name, f"org/{name}"),
            outcome="offline",
            error=failure,
            files={},
            revision=None,
        )
        return ModelReport(snapshot, {})

    audit = replace(AUDIT, models=tuple(map(offline, ("one", "two", "three"))), verdicts=())
    assert (
        render(audit, "table", NARROW)
        == """\
Could not be looked at
  offline 3 models
    the repository cannot be reached
    models  one, two, three
    hint    check the network

0 contradicted, 0 acknowledged, 0 undetermined, 0 confirmed, 0 documented, 0
models read, 3 could not be looked at
"""
    )
