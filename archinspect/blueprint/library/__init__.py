"""The library machinery that source relies on: torch's modules and tensor functions, the standard
library's and

transformers' own plumbing, as tables. About machinery only, never about architectures.
"""
