"""Keys that the code never reads: what is written there is no fact of the model."""

from __future__ import annotations

from archinspect.derive._engine import weigh
from archinspect.records import Evidence, Unknown

HERE = (Evidence("code", "modeling_x.py#L3"),)


def test_the_first_reason_is_kept_beside_the_one_that_ends_the_asking() -> None:
    fact = weigh("x", [Unknown("cannot be told", HERE), Unknown("n is 3, but X never reads it", blocks=True)])
    assert fact.unknown == "cannot be told; n is 3, but X never reads it"


def test_a_reason_is_not_said_twice() -> None:
    fact = weigh("x", [Unknown("cannot be told"), Unknown("cannot be told", HERE, blocks=True)])
    assert fact.unknown == "cannot be told"
