"""Tokenizer facts of published files, and of files that are broken or hostile."""

import base64
import json
import lzma
import time
from typing import Any

import pytest

from archinspect.errors import FetchError, MalformedFileError
from archinspect.records import ListedFile, Reading, Snapshot, SourceFile, Target, Unknown
from archinspect.sources import bundled
from archinspect.witness import tokenizer
from archinspect.witness.tokenizer import overlap
from archinspect.witness.tokenizer.tokenizer_json import learn, read_vocabulary
from tests.conftest import FIXTURES
from tests.witness.checkpoints import snapshot, source_file

SMALL = {
    "added_tokens": [
        {"id": 3, "content": "<s>", "special": True},
        {"id": 4, "content": "</s>", "special": True},
    ],
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}]},
    "post_processor": {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    },
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "<s>": 3}, "merges": ["a b"]},
}


def published(repo: str) -> SourceFile:
    path = FIXTURES / "tokenizers" / f"{repo.replace('/', '--')}.json.xz"
    return source_file("tokenizer.json", lzma.decompress(path.read_bytes()))


def answers(files: dict[str, Any], **further: Any) -> dict[str, Any]:
    return dict(tokenizer.testify(snapshot(files, **further)).answers)


def value(answer: Any) -> Any:
    assert isinstance(answer, Reading), answer
    return answer.value


def reason(answer: Any) -> str:
    assert isinstance(answer, Unknown), answer
    return answer.reason


def test_qwen3_has_151669_entries() -> None:
    """The Qwen3 report's Table: 151,669."""
    learnt = learn(published("Qwen/Qwen3-0.6B"))
    assert (learnt.entries, learnt.largest_id) == (151_669, 151_668)
    assert learnt.added["<|im_end|>"] == 151645
    assert learnt.family["byte_level"] is True
    assert learnt.starts_with == ()


def test_phi_2_has_50295_entries_against_51200_rows() -> None:
    assert learn(published("microsoft/phi-2")).entries == 50_295


def test_two_vocabularies_overlap() -> None:
    left, right = (read_vocabulary(published(repo)) for repo in ("Qwen/Qwen3-0.6B", "microsoft/phi-2"))
    both = overlap(left, right)
    assert (both.left, both.right) == (151_669, 50_295)
    assert both.same_ids < both.shared < both.right
    assert not both.interchangeable
    assert overlap(left, left).interchangeable


def test_added_tokens_settle_what_they_can_without_the_large_file() -> None:
    def refuse(path: str) -> SourceFile:
        raise AssertionError(f"{path} was asked for")

    decoder = {str(number): {"content": f"<{number}>"} for number in range(90, 100)}
    config = {"added_tokens_decoder": decoder, "eos_token": "<99>", "bos_token": None}
    files = {"tokenizer_config.json": config, "config.json": {"vocab_size": 100}}
    found = answers(files, listing=["tokenizer.json"], more=refuse)
    assert value(found["tokenizer_size"]) == 100
    assert value(found["eos_token"]) == {"token": "<99>", "id": 99}
    assert value(found["bos_token"]) is None


def test_reads_the_large_file_once_and_then_remembers_it() -> None:
    asked: list[str] = []
    content = source_file("tokenizer.json", SMALL)

    def more(path: str) -> SourceFile:
        asked.append(path)
        return content

    files = {"tokenizer_config.json": {"eos_token": "ab"}}
    at = snapshot(files, listing=[], more=more)
    listing = {**(at.listing or {}), "tokenizer.json": ListedFile("tokenizer.json", 9, content.blob_id)}
    at = Snapshot(at.target, at.outcome, at.origin, files=at.files, listing=listing, more=more)
    for _ in range(2):
        found = tokenizer.testify(at).answers
        assert value(found["tokenizer_size"]) == 5
        assert value(found["eos_token"]) == {"token": "ab", "id": 2}
        assert value(found["adds_bos"]) is True
    assert asked == ["tokenizer.json"]


def test_says_why_the_large_file_was_not_read() -> None:
    def fail(path: str) -> SourceFile:
        raise FetchError(f"{path}: no answer in time", "offline")

    config = {"added_tokens_decoder": {"7": {"content": "<x>"}}, "eos_token": "</s>"}
    found = answers({"tokenizer_config.json": config}, listing=["tokenizer.json"], more=fail)
    assert reason(found["tokenizer_size"]) == (
        "tokenizer.json: no answer in time; the added tokens show that it is at least 8"
    )
    assert "its id is not known" in reason(found["eos_token"])
    without = tokenizer.testify(snapshot({}, listing=["tokenizer.json"], more=fail), download=False)
    assert reason(without.answers["tokenizer_size"]) == "tokenizer.json was not read"


def test_phi_4_mini_ends_differ_by_file() -> None:
    read = bundled.read(Target("phi-4-mini", "microsoft/Phi-4-mini-instruct"))
    found = tokenizer.testify(read).answers
    assert value(found["eos_token_ids"]) == {
        "config.json": [199999],
        "generation_config.json": [200020, 199999],
        "tokenizer_config.json": [199999],
    }
    assert value(found["pad_token"]) == value(found["eos_token"]) == {"token": "<|endoftext|>", "id": 199999}


def test_a_role_that_no_file_states_is_unknown_unless_the_class_has_none() -> None:
    bare = answers({"tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast"}})
    assert value(bare["pad_token"]) is None
    named = answers({"tokenizer_config.json": {"tokenizer_class": "LlamaTokenizer"}})
    assert "LlamaTokenizer" in reason(named["pad_token"])


def test_ends_that_are_no_numbers_are_unknown() -> None:
    found = answers({"config.json": {"eos_token_id": "2"}})
    assert reason(found["eos_token_ids"]).startswith("config.json#/eos_token_id is '2'")
    assert value(answers({"config.json": {"eos_token_id": None}})["eos_token_ids"]) == {"config.json": []}


def test_nested_ends() -> None:
    found = answers({"config.json": {"text_config": {"eos_token_id": [1, 2]}}})
    assert found["eos_token_ids"].evidence[0].location == "config.json#/text_config/eos_token_id"


def test_sentencepiece() -> None:
    pieces = b"".join(
        _field(1, _field(1, text) + b"\x15\x00\x00\x80\xbf") for text in (b"<unk>", b"<s>", b"ab")
    )
    trainer = _field(2, b"\x18\x02")
    files = {"tokenizer.model": pieces + trainer, "tokenizer_config.json": {"bos_token": "<s>"}}
    found = answers(files)
    assert value(found["tokenizer_size"]) == 3
    assert value(found["bos_token"]) == {"token": "<s>", "id": 1}
    broken = answers({"tokenizer.model": (pieces + trainer)[:-1]})
    assert "not a SentencePiece model" in reason(broken["tokenizer_size"])


def test_tiktoken_leaves_its_special_tokens_to_code() -> None:
    lines = b"\n".join(base64.b64encode(bytes([n])) + b" %d" % n for n in range(256)) + b"\n"
    assert "special tokens are defined in code" in reason(answers({"qwen.tiktoken": lines})["tokenizer_size"])
    files = {
        "qwen.tiktoken": lines,
        "tokenizer_config.json": {"added_tokens_decoder": {"256": {"content": "<x>"}}},
    }
    assert value(answers(files)["tokenizer_size"]) == 257
    broken = answers({"qwen.tiktoken": lines + b"!!! 5\n"})
    assert "line 257" in reason(broken["tokenizer_size"])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"model": 3}',
        b'{"model": {"vocab": 3}}',
        b'{"model": {"vocab": {"a": "b"}}}',
        b'{"model": {"vocab": {"a": 1.5}}}',
        b'{"model": {"vocab": {"a": -1}}}',
        b'{"model": {"vocab": {}}}',
        b'{"model": {"vocab": {"a": 99999999999}}}',
        b'{"model": {"vocab": [["a", 0], ["b"]]}}',
        b'{"model": {"vocab": {"a": 0}}, "added_tokens": [{"id": "x", "content": "y"}]}',
        b'{"model": {"vocab": {"a": 0}}, "added_tokens": {"id": 1}}',
        b'{"model": {"vocab": {"a": 0}}, "post_processor": [1]}',
        b'{"model": {"vocab": {"a": 0}}, "x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        b'{"model": {"vocab": {"\xff": 0}}}',
    ],
)
def test_a_broken_tokenizer_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(MalformedFileError, match=r"^tokenizer\.json: "):
        learn(source_file("tokenizer.json", content))
    assert reason(answers({"tokenizer.json": content})["tokenizer_size"]).startswith("tokenizer.json: ")


@pytest.mark.parametrize(
    "processor",
    [
        {"single": 3},
        {"single": [3]},
        {"single": [{"SpecialToken": 3}]},
        {"processors": 3},
        {"processors": [3]},
    ],
)
def test_an_odd_post_processor_adds_nothing(processor: Any) -> None:
    assert learn(source_file("tokenizer.json", {**SMALL, "post_processor": processor})).starts_with == ()


def test_unigram_vocabularies_are_lists() -> None:
    data = {"model": {"vocab": [["<unk>", 0], ["a", -1.5]]}}
    learnt = learn(source_file("tokenizer.json", data))
    assert (learnt.entries, learnt.family["algorithm"]) == (2, "Unigram")


def test_a_million_added_tokens_take_seconds_at_most() -> None:
    added = [{"id": 10 + n, "content": f"<{n}>"} for n in range(1_000_000)]
    content = source_file("tokenizer.json", {**SMALL, "added_tokens": added})
    started = time.perf_counter()
    assert learn(content).entries == 1_000_004
    assert time.perf_counter() - started < 20


@pytest.mark.parametrize(
    "config",
    [
        {"added_tokens_decoder": 3},
        {"added_tokens_decoder": {"x": {"content": "a"}, "1": 5, "2": {"content": 7}, "9" * 99: "a"}},
        {"eos_token": {"content": ["a"]}, "bos_token": 7},
        {"model_max_length": "long", "add_bos_token": "yes"},
        {"chat_template": 5},
        {"chat_template": [{"name": 1}]},
    ],
)
def test_wrong_types_in_tokenizer_config_cost_nothing_else(config: Any) -> None:
    found = answers({"tokenizer_config.json": config, "tokenizer.json": SMALL})
    assert value(found["tokenizer_size"]) == 5


def test_a_broken_tokenizer_config_is_a_problem_of_that_file() -> None:
    testimony = tokenizer.testify(snapshot({"tokenizer_config.json": b"{", "tokenizer.json": SMALL}))
    assert list(testimony.problems) == ["tokenizer_config.json"]
    assert "tokenizer_config.json: not JSON" in reason(testimony.answers["eos_token"])


def _field(number: int, content: bytes) -> bytes:
    assert len(content) < 128
    return bytes([number << 3 | 2, len(content)]) + content


def test_small_is_what_the_tokenizers_library_would_take() -> None:
    assert json.loads(json.dumps(SMALL)) == SMALL
