"""Special tokens as the small tokenizer files state them: which tokens, under which ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from archinspect.errors import MalformedFileError
from archinspect.records import Evidence, Json, Reading, Snapshot
from archinspect.records.config import pointer
from archinspect.witness.json_files import parse_object

TOKENIZER_CONFIG: Final = "tokenizer_config.json"
SPECIAL_TOKENS_MAP: Final = "special_tokens_map.json"
ADDED_TOKENS: Final = "added_tokens.json"
ROLES: Final = ("bos_token", "eos_token", "pad_token")
BARE_CLASSES: Final = ("PreTrainedTokenizerFast", "PreTrainedTokenizer", "TokenizersBackend")
"""Tokenizer classes that supply no special token of their own."""
LARGEST_ID: Final = 2**31
MOST_ROLES: Final = 64


class Files(Struct, frozen=True):
    """The small tokenizer files, parsed; a file that is absent or broken is an empty object."""

    config: Mapping[str, Json] = field(default_factory=dict)
    special_map: Mapping[str, Json] = field(default_factory=dict)
    added: Mapping[str, int] = field(default_factory=dict)
    """Added tokens by content, from tokenizer_config.json and added_tokens.json."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Where each added token is stated."""
    problems: Mapping[str, str] = field(default_factory=dict)


def read_files(snapshot: Snapshot) -> Files:
    """Parse what there is; trouble with one file is kept as a problem of that file."""
    problems: dict[str, str] = {
        path: snapshot.problems[path].message
        for path in (TOKENIZER_CONFIG, SPECIAL_TOKENS_MAP, ADDED_TOKENS)
        if path in snapshot.problems
    }
    config, special_map, added_file = (
        _object(snapshot, path, problems) for path in (TOKENIZER_CONFIG, SPECIAL_TOKENS_MAP, ADDED_TOKENS)
    )
    added: dict[str, int] = {}
    places: dict[str, str] = {}
    for token, number in added_file.items():
        if type(number) is int and 0 <= number < LARGEST_ID:
            added[token] = number
            places[token] = f"{ADDED_TOKENS}#{pointer(token)}"
    decoder = config.get("added_tokens_decoder")
    for number_text, entry in decoder.items() if isinstance(decoder, dict) else ():
        content = text_of(entry)
        if content is not None and number_text.isdecimal() and len(number_text) < 10:
            added[content] = int(number_text)
            places[content] = f"{TOKENIZER_CONFIG}#/added_tokens_decoder/{number_text}"
    return Files(config, special_map, added, places, problems)


def text_of(entry: Json) -> str | None:
    """A token's text, written as a string or as an object with its `content`."""
    text = entry.get("content") if isinstance(entry, dict) else entry
    return text if isinstance(text, str) else None


def stated_token(files: Files, role: str) -> tuple[str | None, Evidence] | None:
    """The token in a role and where it is stated; (None, where) for none; None when no file says.

    tokenizer_config.json comes before special_tokens_map.json, which older versions wrote beside it.
    """
    for path, data in ((TOKENIZER_CONFIG, files.config), (SPECIAL_TOKENS_MAP, files.special_map)):
        if role in data:
            text = text_of(data[role])
            if text is not None or data[role] is None:
                return text, Evidence("tokenizer", f"{path}#/{role}", data[role])
    if files.config.get("tokenizer_class") in BARE_CLASSES:
        name = files.config["tokenizer_class"]
        return None, Evidence("tokenizer", f"{TOKENIZER_CONFIG}#/tokenizer_class", name)
    return None


def template_tokens(files: Files) -> dict[str, str]:
    """Special tokens by role as chat templates are given them: everything called `..._token`.

    A role that no file states gets a name in angle brackets, so that a template still shows whether it
    writes it; one that is stated as null is left out, as transformers leaves it out.
    """
    stated = {**files.special_map, **files.config}
    tokens = {role: f"<{role}>" for role in ROLES if role not in stated and not files.config}
    for role, entry in stated.items():
        text = text_of(entry)
        if role.endswith("_token") and text is not None and len(tokens) < MOST_ROLES:
            tokens[role] = text
    return tokens


def settled_size(snapshot: Snapshot, files: Files) -> Reading | None:
    """The number of entries where added tokens alone settle it, so that tokenizer.json need not be read.

    They do when a run of them ends at the last row of the embedding: no id can lie above that row, and
    vocabularies have no holes below their added tokens.
    """
    ids = set(files.added.values())
    rows = _vocab_size(snapshot)
    if rows is None or not {rows - 1, rows - 2} <= ids or max(ids) >= rows:
        return None
    last = next(token for token, number in files.added.items() if number == rows - 1)
    return Reading(rows, (Evidence("tokenizer", files.places[last], last),))


def _vocab_size(snapshot: Snapshot) -> int | None:
    config = _object(snapshot, "config.json", {})
    for level in (config.get("text_config"), config):
        rows = level.get("vocab_size") if isinstance(level, dict) else None
        if type(rows) is int:
            return rows
    return None


def _object(snapshot: Snapshot, path: str, problems: dict[str, str]) -> Mapping[str, Json]:
    if path not in snapshot.files:
        return {}
    try:
        data: Mapping[str, Json] = parse_object(snapshot.files[path]).data
    except MalformedFileError as error:
        problems[path] = str(error)
        return {}
    return data
