"""Witnesses -> facts. A module per family, a function per fact; see docs/adding-a-fact.md."""
