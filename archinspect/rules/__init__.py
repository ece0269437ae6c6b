"""Facts and files -> findings: what contradicts itself, or will surprise whoever uses the model.

A module per small group, a function per rule; see docs/adding-a-rule.md. `run` applies them all.
"""

from archinspect.rules._rule import Rule, all_rules, run

__all__ = ["Rule", "all_rules", "run"]
