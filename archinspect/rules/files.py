"""Files that are missing, broken, or not the ones they should be."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.records import Config, Evidence, Fact, Severity, Snapshot, pointer
from archinspect.records.tensors import Header, Index, TensorTestimony
from archinspect.records.tokenizer import TokenizerTestimony
from archinspect.rules._rule import Alarm, rule

GENERATION = "generation_config.json"
SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
GENERATES = ("CausalLM", "LMHeadModel", "ConditionalGeneration")
SHOWN = 3


@rule("generation-config-missing", "note")
def generation_config_missing(snapshot: Snapshot, architectures: Fact) -> Iterator[Alarm]:
    """generate() falls back to greedy decoding and to the ends in config.json; nobody chose either."""
    if snapshot.has(GENERATION) is False and any(str(n).endswith(GENERATES) for n in architectures.value):
        yield Alarm(f"the repository has no {GENERATION}", architectures.evidence)


@rule("index-shard-missing", "error")
def index_shard_missing(snapshot: Snapshot, tensors: TensorTestimony) -> Iterator[Alarm]:
    """Loading fails: the index names files or tensors that are not there."""
    index = tensors.inventory.index
    if index is None or INDEX not in snapshot.files or not index.files:
        return
    absent = [shard for shard in index.files if snapshot.has(shard) is False]
    if snapshot.origin.kind == "local" and len(absent) == len(index.files):
        where = (Evidence("stated", f"{INDEX}#/weight_map"),)
        yield Alarm(
            f"the folder has none of the {len(absent)} files with weights that the index names", where, "note"
        )
        return
    # A model.safetensors beside the index is what gets loaded, and the index is left over.
    severity: Severity | None = None if SINGLE not in tensors.inventory.files else "warning"
    for shard in absent:
        names = [name for name, file in index.weight_map.items() if file == shard]
        where = (Evidence("stated", f"{INDEX}#/weight_map{pointer(names[0])}", shard),)
        message = f"the index places {len(names)} tensors in {shard}, which the repository lacks"
        yield Alarm(message, where, severity)
    placed: dict[str, list[str]] = {}
    for name, shard in index.weight_map.items():
        placed.setdefault(shard, []).append(name)
    for shard, header in tensors.inventory.headers.items():
        if shard in placed:
            yield from _against_header(index, shard, placed[shard], header)


def _against_header(index: Index, shard: str, placed: list[str], header: Header) -> Iterator[Alarm]:
    lacking = [name for name in placed if name not in header.tensors]
    if lacking:
        where = (Evidence("stated", f"{INDEX}#/weight_map{pointer(lacking[0])}", shard),)
        yield Alarm(f"{shard} lacks {_some(lacking)}, which the index places there", where)
    unnamed = [name for name in header.tensors if index.weight_map.get(name) != shard]
    if unnamed:
        where = (Evidence("tensor", f"{shard}#{unnamed[0]}"),)
        message = f"{shard} holds {_some(unnamed)}, which the index does not place there; loading skips it"
        yield Alarm(message, where, "warning")


@rule("mirror-differs", "warning")
def mirror_differs(snapshot: Snapshot) -> Iterator[Alarm]:
    """What is said here is said of a copy whose files are not the official ones."""
    origin = snapshot.origin
    if origin.equals_official is False:
        message = (
            f"{origin.repo}, read in place of {snapshot.target.repo}, has other bytes than that repository"
        )
        file = next(iter(snapshot.files), "config.json")
        yield Alarm(message, (Evidence("hub", f"hub:{origin.repo}/{file}"),))


@rule("file-malformed", "error")
def file_malformed(
    snapshot: Snapshot, config: Config, tensors: TensorTestimony, tokenizer: TokenizerTestimony
) -> Iterator[Alarm]:
    """A file cannot be read as what it should be, and software that needs it fails."""
    # What could not be fetched was not looked at; that is no finding about the file.
    unread = {path for path, failure in snapshot.problems.items() if failure.code != "malformed"}
    for path, problem in tensors.inventory.problems.items():
        if path not in unread:
            yield Alarm(f"{path}: {problem}", (Evidence("tensor", f"{path}#"),))
    for path, problem in tokenizer.problems.items():
        if path not in unread:
            yield Alarm(problem, (Evidence("tokenizer", path),))
    yield from _doubtful(config, tensors)


def _doubtful(config: Config, tensors: TensorTestimony) -> Iterator[Alarm]:
    for key in config.duplicates:
        where = Evidence("stated", f"config.json#{pointer(key)}")
        yield Alarm(f"config.json writes {key!r:.80} twice; readers keep the last", (where,), "warning")
    for name, files in list(tensors.inventory.repeated.items())[:SHOWN]:
        where = Evidence("tensor", f"{files[0]}#{name}")
        yield Alarm(f"{name} is stored in {files[0]} and in {files[1]}", (where,), "warning")
    for path, header in tensors.inventory.headers.items():
        if header.unknown_dtypes:
            kinds = ", ".join(header.unknown_dtypes)
            message = f"{path} uses dtypes that the safetensors format does not define: {kinds:.80}"
            yield Alarm(message, (Evidence("tensor", f"{path}#"),), "warning")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
