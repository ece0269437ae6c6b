"""Vocabulary and embeddings."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.derive._engine import fact
from archinspect.records import Answer, Config, Reading, Testimony, Unknown


@fact
def vocab_size(config: Config, code: Testimony) -> Iterator[Answer]:
    """Rows of the input embedding as the model builds it."""
    yield from code.says("vocab_size")
    yield from config.integer("vocab_size")


@fact
def embedding_rows(tensors: Testimony) -> Iterator[Answer]:
    """Rows of the input embedding in the checkpoint."""
    yield from tensors.says("embedding_rows")
    yield Unknown("needs the safetensors headers")


@fact
def tie_word_embeddings(config: Config, code: Testimony) -> Iterator[Answer]:
    """Whether the output head is the input embedding; the flag as it takes effect."""
    yield from code.says("tie_word_embeddings")
    unclear = isinstance(code.answers.get("tie_word_embeddings"), Unknown)
    for answer in _tie_flags(config):
        # What a class supplies need not be used: where its source was read and does not tell, nor does it.
        if not unclear or answer.evidence[0].basis != "default":
            yield answer


@fact
def lm_head_stored(tensors: Testimony) -> Iterator[Answer]:
    """Whether the checkpoint stores an output head of its own."""
    yield from tensors.says("lm_head_stored")
    yield Unknown("needs the safetensors headers or model.safetensors.index.json")


@fact
def lm_head_bias(code: Testimony, tensors: Testimony) -> Iterator[Answer]:
    """Whether the output head has a bias."""
    yield from code.says("lm_head_bias")
    yield from tensors.says("lm_head_bias")
    yield Unknown("only the modelling source or the tensors say")


def _tie_flags(config: Config) -> Iterator[Answer]:
    """What is written anywhere comes before what a class supplies: a wrapper's default says nothing
    about the language model inside, whose own config may say it."""
    wrapped = config.nested or (config.class_view is not None and config.class_view.text_key is not None)
    levels = [config.root, config.text] if wrapped else [config.text]
    answers = [answer for level in levels for answer in level.answers("tie_word_embeddings")]
    written = [answer for answer in answers if answer.evidence[0].basis != "default"]
    for answer in written or answers[:1]:
        if isinstance(answer, Reading) and not isinstance(answer.value, bool):
            where = answer.evidence[0].location
            yield Unknown(
                f"{where} is {answer.value!r:.80}, expected true or false", answer.evidence, blocks=True
            )
        else:
            yield answer
