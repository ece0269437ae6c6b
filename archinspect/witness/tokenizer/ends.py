"""Which token ids end a text, file by file."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.errors import MalformedFileError
from archinspect.records import Answer, Evidence, Json, Reading, Snapshot, Unknown
from archinspect.witness.json_files import parse_object

KEY = "eos_token_id"
TEXT_CONFIG = "text_config"


def eos_token_ids(snapshot: Snapshot, own: tuple[int, Evidence] | None) -> Answer:
    """{file: [ids]} over config.json, generation_config.json and the tokenizer, whose id is `own`.

    A file that does not state the key is left out; one that states null has an empty list.
    """
    ids: dict[str, list[int]] = {}
    evidence: list[Evidence] = []
    for path in ("config.json", "generation_config.json"):
        found = _stated(snapshot, path)
        if isinstance(found, Unknown):
            return found
        if found is not None:
            ids[path], where = found
            evidence.append(where)
    if own is not None:
        ids["tokenizer_config.json"] = [own[0]]
        evidence.append(own[1])
    if not evidence:
        return Unknown("no file states an eos_token_id")
    return Reading(ids, tuple(evidence))


def _stated(snapshot: Snapshot, path: str) -> tuple[list[int], Evidence] | Unknown | None:
    if path not in snapshot.files:
        return None
    try:
        data = parse_object(snapshot.files[path]).data
    except MalformedFileError as error:
        return Unknown(str(error))
    inner = data.get(TEXT_CONFIG)
    levels: list[tuple[str, Mapping[str, Json]]] = [("", data)]
    if isinstance(inner, dict):
        levels.append((f"/{TEXT_CONFIG}", inner))
    for at, level in levels:
        if KEY in level:
            where = Evidence("stated", f"{path}#{at}/{KEY}", level[KEY])
            ids = level[KEY] if isinstance(level[KEY], list) else [level[KEY]]
            if level[KEY] is None:
                return [], where
            if not all(type(number) is int for number in ids):
                return Unknown(f"{where.location} is {level[KEY]!r:.80}, expected whole numbers", (where,))
            return ids, where
    return None
