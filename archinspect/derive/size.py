"""Size: widths, depth and parameter counts of the text decoder."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.derive._answers import if_read
from archinspect.derive._engine import fact
from archinspect.records import Answer, Config, Json, Reading, Testimony, Unknown


@fact
def hidden_size(config: Config, code: Testimony, tensors: Testimony) -> Iterator[Answer]:
    """Width of the residual stream."""
    yield from code.says("hidden_size")
    yield from tensors.says("hidden_size")
    yield from if_read(config.integer("hidden_size"), "hidden_size", config, code)


@fact
def num_hidden_layers(config: Config, code: Testimony, tensors: Testimony) -> Iterator[Answer]:
    """Number of decoder layers."""
    yield from code.says("num_hidden_layers")
    yield from tensors.says("num_hidden_layers")
    stated = config.integer("num_hidden_layers", minimum=0)
    yield from if_read(stated, "num_hidden_layers", config, code)


@fact
def intermediate_size(config: Config, code: Testimony, tensors: Testimony) -> Iterator[Answer]:
    """Width inside the (dense) feed-forward; a list when layers differ."""
    yield from code.says("intermediate_size")
    yield from tensors.says("intermediate_size")
    # What the key means is the class's affair (Qwen-7B's is twice the width, LFM2's three halves):
    # for a class nobody can read, the number alone proves nothing.
    if config.class_view is None or config.class_view.class_name is None:
        yield Unknown(
            "the model type is unknown to transformers, and code decides what intermediate_size means"
        )
    else:
        stated = config.integer("intermediate_size", minimum=0)
        for answer in if_read(stated, "intermediate_size", config, code):
            yield _fitting(answer, config.value("hidden_size"), code)


def _fitting(stated: Answer, stream: Json, code: Testimony) -> Answer:
    """The stated width; unknown where the source builds no such dimension, once or twice (gate and up in
    one): the class means something else by it. Every parameter has the stream's width, which proves nothing.
    """
    told, built = (code.answers.get(name) for name in ("intermediate_size", "dimensions"))
    if not isinstance(told, Unknown) or not isinstance(built, Reading):
        return stated
    width = stated.value if isinstance(stated, Reading) else None
    if not isinstance(width, int) or not isinstance(built.value, list) or width < 1:
        return stated
    if width != stream and (width in built.value or 2 * width in built.value):
        return stated
    why = "no parameter that the source builds has such a dimension"
    if width == stream:
        why = f"the residual stream is as wide; what the source makes of it: {told.reason}"
    return Unknown(f"intermediate_size is {width}, and {why}", stated.evidence, blocks=True)


@fact
def parameters(code: Testimony) -> Iterator[Answer]:
    """Unique parameters: {total, embedding, non_embedding, model}; tied weights count once."""
    yield from code.says("parameters")
    yield Unknown("needs the modelling source: shapes follow from the classes that build them")


@fact
def active_parameters(code: Testimony) -> Iterator[Answer]:
    """Parameters that take part in one token of a model with experts; null when dense."""
    yield from code.says("active_parameters")
    yield Unknown("needs the modelling source: which experts run follows from the classes")


@fact
def checkpoint_parameters(tensors: Testimony, hub: Testimony) -> Iterator[Answer]:
    """Elements stored in the safetensors files, packed weights as stored."""
    yield from tensors.says("checkpoint_parameters")
    yield from hub.says("checkpoint_parameters")
    yield Unknown("needs the safetensors headers")


@fact
def dtype(tensors: Testimony, hub: Testimony) -> Iterator[Answer]:
    """Share of the stored elements by dtype."""
    yield from tensors.says("dtype")
    yield from hub.says("dtype")
    yield Unknown("needs the safetensors headers: a dtype in config.json is a wish, not the file's")
