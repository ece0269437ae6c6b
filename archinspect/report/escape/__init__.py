"""What came from a file or the network, made harmless for one format each: a module per format."""
