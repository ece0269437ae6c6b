"""archinspect."""
