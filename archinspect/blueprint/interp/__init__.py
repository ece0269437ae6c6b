"""A small, bounded interpreter for the Python of configuration and modelling files; imports and
executes nothing.
"""
