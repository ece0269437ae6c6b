"""Read a model's blueprint from its config and modelling source, without importing or executing any of it."""
