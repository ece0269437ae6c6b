"""Witnesses -> facts. A module per family, a function per fact; see docs/adding-a-fact.md."""

from archinspect.derive._engine import FactRule, all_facts, derive

__all__ = ["FactRule", "all_facts", "derive"]
