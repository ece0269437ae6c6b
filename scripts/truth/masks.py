"""Which keys a mask function lets a query see, by asking it."""

import contextlib
from collections.abc import Iterator
from typing import Any

import torch

try:
    from transformers import masking_utils
except ImportError:  # before 4.53 each model made its own masks: none is measured there
    masking_utils = None

FAR = 1_100_003


def pattern(mask_function: Any) -> tuple[str, int | None] | None:
    """("full", None), ("sliding", window) or ("chunked", size); None for anything else."""
    try:
        first, second = _start(mask_function, FAR), _start(mask_function, FAR + 1)
        if first is None or second is None:
            return None
        if first == 0 and second == 0:
            return "full", None
        if second == first + 1:
            return "sliding", FAR - first + 1
        before = _start(mask_function, first - 1) if second == first else None
        return ("chunked", first - before) if before is not None else None
    except Exception:  # a mask over tables of the actual length
        return None


def _start(mask_function: Any, query: int) -> int | None:
    """The first key that a query sees, when it sees all from there to itself and none after."""
    keys = torch.arange(query + 8)
    zero = torch.tensor(0)
    seen = torch.as_tensor(mask_function(zero, zero, torch.tensor(query), keys)).expand(keys.shape)
    first = int(seen.int().argmax())
    wanted = (keys >= first) & (keys <= query)
    return first if torch.equal(seen.bool(), wanted) else None


@contextlib.contextmanager
def recorded(tags: list[tuple[torch.Tensor, tuple[str, int | None] | None]]) -> Iterator[None]:
    """Inside, every mask built for eager attention is listed with its pattern; one sequence a row."""
    if masking_utils is None:
        yield
        return
    table = masking_utils.ALL_MASK_ATTENTION_FUNCTIONS._global_mapping
    plain = table["eager"]

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        mask = plain(*args, **kwargs)
        function = kwargs.get("mask_function", masking_utils.causal_mask_function)
        with torch._C.DisableTorchFunction():
            tags.append((mask, pattern(function)))
        return mask

    packed = getattr(masking_utils, "find_packed_sequence_indices", None)
    masking_utils.find_packed_sequence_indices = lambda *_: None
    table["eager"] = wrapped
    try:
        yield
    finally:
        table["eager"] = plain
        masking_utils.find_packed_sequence_indices = packed
