"""What there is to tell about each kind of result: a module per kind, found by collecting them."""
