"""The tokenizer witness: read from the tokenizer's files as data; no tokenizer object is ever built.

`testify` answers, of the contract's facts: tokenizer_size, bos_token, eos_token, pad_token,
eos_token_ids and chat_template. Quantities beside them: largest_token_id, tokenizer_family (how text
becomes tokens, with a digest of the vocabulary), model_max_length, adds_bos. `overlap` compares two
vocabularies.

tokenizer.json is read at most once, and only when the small files leave something open.
"""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.records import Answer, Evidence, Reading, Snapshot, Unknown
from archinspect.records.tokenizer import Learnt, TokenizerTestimony
from archinspect.witness.template import study
from archinspect.witness.tokenizer import vocabulary
from archinspect.witness.tokenizer.ends import eos_token_ids
from archinspect.witness.tokenizer.overlap import Overlap, overlap
from archinspect.witness.tokenizer.specials import (
    ROLES,
    TOKENIZER_CONFIG,
    Files,
    read_files,
    settled_size,
    stated_token,
    template_tokens,
)

__all__ = ["Overlap", "TokenizerTestimony", "overlap", "testify"]


def testify(snapshot: Snapshot, *, download: bool = True) -> TokenizerTestimony:
    """All that the tokenizer files of one snapshot say. Never raises on account of their content.

    Without `download`, tokenizer.json is used only when it is at hand or was learnt before.
    """
    files = read_files(snapshot)
    stated = {role: stated_token(files, role) for role in ROLES}
    wanted = {found[0] for found in stated.values() if found and found[0] and found[0] not in files.added}
    settled = settled_size(snapshot, files)
    learnt = vocabulary.learn(snapshot, wanted, download and (settled is None or bool(wanted)))
    answers: dict[str, Answer] = dict(_size(learnt, files, settled))
    for role in ROLES:
        answers[role] = _token(role, stated[role], files, learnt)
    answers["eos_token_ids"] = eos_token_ids(snapshot, _own_end(answers["eos_token"]))
    answers |= _further(files, learnt)
    known = learnt if isinstance(learnt, Learnt) else None
    tokens = template_tokens(files)
    chat = study(snapshot, tokens)
    answers["chat_template"] = chat.answer
    return TokenizerTestimony(
        answers,
        config=files.config,
        added={**(known.added if known else {}), **files.added},
        tokens=tokens,
        problems=files.problems,
        learnt=known,
        chat=chat,
    )


def _size(learnt: Learnt | Unknown, files: Files, settled: Reading | None) -> Iterator[tuple[str, Answer]]:
    if isinstance(learnt, Unknown) and settled is not None:
        yield "tokenizer_size", settled
        yield "largest_token_id", Reading(settled.value - 1, settled.evidence)
        return
    if isinstance(learnt, Unknown):
        reason = learnt.reason
        if files.added:
            reason += f"; the added tokens show that it is at least {max(files.added.values()) + 1}"
        yield "tokenizer_size", Unknown(reason)
        return
    evidence = Evidence("tokenizer", learnt.file, learnt.entries)
    beyond = [token for token in files.added if token not in learnt.added and token not in learnt.found]
    if not learnt.complete and not files.added:
        reason = f"{learnt.file} has {learnt.entries} entries; its special tokens are defined in code"
        yield "tokenizer_size", Unknown(reason, (evidence,))
        return
    # Beside a tokenizer.json the small files only repeat it; other vocabularies do not hold added tokens.
    extra = 0 if learnt.added else sum(files.added[token] > learnt.largest_id for token in beyond)
    largest = max([learnt.largest_id, *files.added.values()])
    yield "tokenizer_size", Reading(learnt.entries + extra, (evidence,))
    yield "largest_token_id", Reading(largest, (evidence,))


def _token(
    role: str, stated: tuple[str | None, Evidence] | None, files: Files, learnt: Learnt | Unknown
) -> Answer:
    if stated is None:
        problem = next(iter(files.problems.values()), None)
        name = files.config.get("tokenizer_class")
        where = f"its tokenizer class {name!r:.60} supplies it" if name else "needs tokenizer_config.json"
        return Unknown(problem or f"no tokenizer file states {role}; {where}")
    token, evidence = stated
    if token is None:
        return Reading(None, (evidence,))
    number = files.added.get(token)
    if number is not None:
        return Reading({"token": token, "id": number}, (evidence, Evidence("tokenizer", files.places[token])))
    if isinstance(learnt, Unknown):
        return Unknown(f"{role} is {token!r:.80}, but its id is not known: {learnt.reason}", (evidence,))
    number = learnt.id_of(token)
    if number is None:
        return Unknown(f"{role} is {token!r:.80}, which {learnt.file} does not hold", (evidence,))
    return Reading({"token": token, "id": number}, (evidence, Evidence("tokenizer", learnt.file)))


def _own_end(answer: Answer) -> tuple[int, Evidence] | None:
    if isinstance(answer, Reading) and isinstance(answer.value, dict):
        return answer.value["id"], answer.evidence[0]
    return None


def _further(files: Files, learnt: Learnt | Unknown) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    if isinstance(learnt, Learnt) and learnt.family:
        answers["tokenizer_family"] = Reading(dict(learnt.family), (Evidence("tokenizer", learnt.file),))
    length = files.config.get("model_max_length")
    if isinstance(length, (int, float)) and not isinstance(length, bool):
        where = Evidence("tokenizer", f"{TOKENIZER_CONFIG}#/model_max_length", length)
        answers["model_max_length"] = Reading(length, (where,))
    adds = files.config.get("add_bos_token")
    if isinstance(adds, bool):
        where = Evidence("tokenizer", f"{TOKENIZER_CONFIG}#/add_bos_token", adds)
        answers["adds_bos"] = Reading(adds, (where,))
    elif isinstance(learnt, Learnt) and learnt.file.endswith(".json"):
        found = Evidence("tokenizer", f"{learnt.file}#/post_processor", list(learnt.starts_with))
        answers["adds_bos"] = Reading(bool(learnt.starts_with), (found,))
    return answers
