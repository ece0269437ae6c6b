"""The output head: its own, or the input embedding once more."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.records import Config, Fact
from archinspect.rules._rule import Alarm, rule

KEY = "tie_word_embeddings"
WITH_HEAD = ("CausalLM", "LMHeadModel", "ConditionalGeneration")
"""Ends of the names of classes that have an output head at all."""


@rule("tie-contradicted", "error")
def tie_contradicted(
    config: Config,
    tie_word_embeddings: Fact,
    architectures: Fact,
    lm_head_stored: Fact | None = None,
) -> Iterator[Alarm]:
    """The output head is random or the wrong matrix: what says whether it is tied contradicts itself."""
    inner, outer = config.text.written.get(KEY), config.root.written.get(KEY)
    if config.nested and isinstance(inner, bool) and isinstance(outer, bool) and inner is not outer:
        where = (config.root.stated(KEY), config.text.stated(KEY))
        message = f"{KEY} is {_json(outer)} at the root and {_json(inner)} in {config.text.at.strip('/')}"
        yield Alarm(f"{message}; which one holds depends on the transformers version", where, "warning")
    headed = any(str(name).endswith(WITH_HEAD) for name in architectures.value)
    untied = tie_word_embeddings.value is False and not _tied_by_class(config)
    if headed and untied and lm_head_stored and not lm_head_stored.value:
        message = (
            f"{KEY} is false, but the checkpoint stores no output head: it would be initialised at random"
        )
        yield Alarm(message, (*tie_word_embeddings.evidence, *lm_head_stored.evidence))


@rule("lm-head-stored-though-tied", "note")
def lm_head_stored_though_tied(lm_head_stored: Fact, tie_word_embeddings: Fact) -> Iterator[Alarm]:
    """Counting the file's tensors gives a larger model than the one that runs: the head is there twice."""
    if lm_head_stored.value and tie_word_embeddings.value:
        message = "the checkpoint stores an output head that loading replaces by the input embedding"
        yield Alarm(message, (*lm_head_stored.evidence, *tie_word_embeddings.evidence))


def _tied_by_class(config: Config) -> bool:
    """Nobody wrote the flag, and the class of the whole model or of its language model ties."""
    if KEY in config.text.written or KEY in config.root.written:
        return False
    return any(level.effective.get(KEY) is True for level in (config.text, config.root))


def _json(value: bool) -> str:
    return "true" if value else "false"
