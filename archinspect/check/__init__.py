"""Facts, Claims -> Verdicts. A file per predicate and per selector; see docs/claims.md."""

from archinspect.check._engine import kind_specs, selector_specs
from archinspect.check._judge import judge, members, needs
from archinspect.check._summary import Summary, summarise

__all__ = ["Summary", "judge", "kind_specs", "members", "needs", "selector_specs", "summarise"]
