"""Facts about tokens, out of a tokenizer's testimony and, for what it leaves open, the config."""

from archinspect.derive import derive
from archinspect.records import Fact, Testimony
from archinspect.witness import tokenizer
from archinspect.witness.config import read_config
from tests.conftest import source_file
from tests.witness.checkpoints import snapshot


def facts(config: dict[str, object], **files: object) -> dict[str, Fact]:
    made = {"config.json": config, **{name.replace("__", "."): content for name, content in files.items()}}
    silent = Testimony()
    witnesses = {"code": silent, "tensors": silent, "hub": silent, "config": read_config(source_file(config))}
    return derive({**witnesses, "tokenizer": tokenizer.testify(snapshot(made))})


def test_padding_is_rows_beyond_the_tokenizer() -> None:
    """Gemma 3 1B has one entry more than rows: the difference is negative."""
    vocabulary = {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2}}}
    for rows, padding in ((8, 5), (2, -1)):
        found = facts({"vocab_size": rows}, tokenizer__json=vocabulary)
        assert (found["tokenizer_size"].value, found["vocab_padding"].value) == (3, padding)


def test_an_id_alone_names_no_token() -> None:
    found = facts({"bos_token_id": 7})["bos_token"]
    assert found.unknown is not None
    assert "config.json states the id 7" in found.unknown
    assert found.evidence[0].location == "config.json#/bos_token_id"


def test_ends_by_file() -> None:
    found = facts({"eos_token_id": [1, 2]}, generation_config__json={"eos_token_id": 2})
    assert found["eos_token_ids"].value == {"config.json": [1, 2], "generation_config.json": [2]}
