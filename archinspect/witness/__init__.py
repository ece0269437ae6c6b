"""Snapshot -> what each witness says. A module per witness; none of them knows another."""
