"""A config as its class leaves it: the class found by the tree's own tables and its constructor
interpreted.
"""

from __future__ import annotations

import _thread  # threading takes longer to import than the thread needs to start
import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from archinspect.collector import at_rest
from archinspect.errors import ArchinspectError, BlueprintError, UnknownModelTypeError
from archinspect.hints import TYPE_CHECKING, Any

from .interp.budget import Limits, OutOfBoundsError, resident
from .interp.evaluator import Evaluator
from .interp.values import ClassValue, ConfigObject, Raised, describe
from .library import auto
from .library.core import Library
from .tree import REPOSITORY, SourceTree

if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T")
    E = TypeVar("E", bound=BaseException)
MAX_DEPTH = 60
_STACK = 256 * 1024 * 1024
_RECURSION = 12_000
_LARGE = 150_000_000
_lock = _thread.allocate_lock()
_readings = 0
_usual = 0
"""Readings that are under way, and the recursion limit from before the first of them."""


def _nesting(more: int) -> None:
    """The recursion limit is one for all threads: it is raised while any of them reads."""
    global _readings, _usual
    with _lock:
        if _readings == 0:
            _usual = sys.getrecursionlimit()
            sys.setrecursionlimit(max(_usual, _RECURSION))
        _readings += more
        if _readings == 0:
            sys.setrecursionlimit(_usual)


@contextmanager
def bounded(what: str) -> Iterator[None]:
    """Turn every way in which interpreting can end early into BlueprintError, and allow the nesting it needs.

    The cyclic garbage collector rests meanwhile: see ``at_rest``.
    """
    _nesting(1)
    problem: str | None = None
    transient = refusal = False
    try:
        with at_rest():
            yield
    except OutOfBoundsError as error:
        problem, transient = f"beyond the reader's bounds: {error}", error.transient
    except Raised as error:
        problem, refusal = f"the source refuses it: {describe(error)}", True
    except (RecursionError, MemoryError) as error:
        problem = f"nested too deeply ({type(error).__name__})"
        transient = isinstance(error, MemoryError)
    except ArchinspectError:
        raise
    except Exception as error:
        # Whatever else an input can provoke is our fault, and still must not take the caller down.
        raise BlueprintError(
            f"{what}: the reader failed on it ({type(error).__name__}: {str(error)[:200]})"
        ) from error
    finally:
        _nesting(-1)
    if problem is not None:
        failure = BlueprintError(f"{what}: {problem}")
        failure.transient, failure.refusal = transient, refusal
        raise failure


def released(error: E) -> E:
    """The error without its way here and what it came of: both hold the frames of the reading and all that
    these made.
    """
    error.__context__ = None
    return error.with_traceback(None)


def run_bounded(what: str, work: Callable[[], T]) -> T:
    """Run ``work`` under :func:`bounded`, on a thread whose stack holds the nesting it allows.

    Parsing and comparing deeply nested things recurses in C, where only the size of the stack sets the limit.
    """
    outcome: list[tuple[bool, Any]] = []

    def run() -> None:
        try:
            with bounded(what):
                outcome.append((True, work()))
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread
            outcome.append((False, released(error)))
        finally:
            ended.release()

    ended = _thread.allocate_lock()
    ended.acquire()
    held = resident()
    with _lock:
        before = _thread.stack_size(_STACK)
        try:
            _thread.start_new_thread(run, ())
        finally:
            _thread.stack_size(before)
    ended.acquire()
    fine, value = outcome.pop()
    if resident() > held + _LARGE:
        # What a reading leaves behind refers to itself, and can be as large as the bounds allow.
        gc.collect()
    if not fine:
        raise value
    return value  # type: ignore[no-any-return]


def evaluator(tree: SourceTree, limits: Limits | None = None) -> Evaluator:
    """A fresh evaluator over a tree."""
    return Evaluator(tree, limits or Limits(), Library())


def config_of_type(config: Mapping[str, Any]) -> str:
    """What messages call a config."""
    return f"the config of model type {str(config.get('model_type'))[:60]!r}"


def model_of_type(config: Mapping[str, Any]) -> str:
    """What messages call a model."""
    return f"the model of type {str(config.get('model_type'))[:60]!r}"


def build_config(ev: Evaluator, config: Mapping[str, Any]) -> tuple[ConfigObject, list[str]]:
    """The interpreted config object, its sub-configs placed, and notes."""
    notes: list[str] = []
    cls = find_class(ev, config, notes)
    data = plain_copy(config)
    made = ev.call(cls, [], data)
    if not isinstance(made, ConfigObject):
        raise BlueprintError(f"{cls.name} did not make a config")
    place(made, "")
    ev.settle_reads()
    return made, notes


def find_class(ev: Evaluator, config: Mapping[str, Any], notes: list[str]) -> ClassValue:
    """The config class: the repository's own (``auto_map``) when the tree has its files, else by model
    type.
    """
    own = own_class(ev, config, "AutoConfig")
    if own is not None:
        return own
    model_type = config.get("model_type")
    if not isinstance(model_type, str):
        raise UnknownModelTypeError(
            f"config.json: model_type is {repr(model_type)[:80]}: no config class can be told from it"
        )
    found = auto.config_class(ev, model_type)
    if found is None:
        raise UnknownModelTypeError(
            f"model type {model_type[:80]!r} is not in {ev.tree.label}",
            "read it with a transformers release that has it (--transformers WHEEL), or with the repository's own code",  # noqa: E501
        )
    return found


def own_class(ev: Evaluator, config: Mapping[str, Any], auto_name: str) -> ClassValue | None:
    """The class that ``auto_map`` names, when the tree is the repository's.

    Raises BlueprintError when it names another repository's code, or code that is not there: what runs is
    then not to be seen, and transformers' own class of that type would be a guess.
    """
    mapping = config.get("auto_map")
    reference = mapping.get(auto_name) if isinstance(mapping, Mapping) else None
    if ev.tree.package != REPOSITORY or not isinstance(reference, str):
        return None
    other, _, where = reference.rpartition("--")
    if other:
        raise BlueprintError(
            f"auto_map names code of another repository ({other[:100]!r}), which was not read",
            "name a folder that holds that code too, with an auto_map that names it by its file",
        )
    module, _, name = where.rpartition(".")
    space = ev.namespace(f"{REPOSITORY}.{module}")
    found = space.resolve(name) if space is not None else None
    if not isinstance(found, ClassValue):
        raise BlueprintError(f"auto_map names {reference[:100]!r}, which is not among the repository's files")
    return found


def plain_copy(value: Any, depth: int = 0) -> Any:
    """Plain data of bounded depth, copied. Raises BlueprintError on anything that is not JSON's."""
    if depth > MAX_DEPTH:
        raise BlueprintError(f"config.json: nested more than {MAX_DEPTH} deep")
    if isinstance(value, Mapping):
        return {str(key): plain_copy(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_copy(one, depth + 1) for one in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise BlueprintError(f"config.json: a value of type {type(value).__name__}")


def place(config: ConfigObject, path: str) -> None:
    """Name every sub-config by its dotted key."""
    config.path = path
    for key, value in config.attrs.items():
        if isinstance(value, ConfigObject) and value.path is None:
            place(value, f"{path}.{key}" if path else key)


def text_config(ev: Evaluator, root: ConfigObject) -> ConfigObject:
    """The text decoder's config: what ``get_text_config(decoder=True)`` gives, the config itself when
    it fails.
    """
    try:
        found = ev.call(ev.getattr(root, "get_text_config"), [], {"decoder": True})
    except Raised:
        found = None
    if isinstance(found, ConfigObject) and found.path is not None:
        return found
    inner = root.attrs.get("text_config")
    return inner if isinstance(inner, ConfigObject) and inner.path is not None else root
