"""The evaluator: calls, names, errors, and the state of one reading."""

from __future__ import annotations

from collections.abc import Callable

from archinspect.blueprint.tree import SourceTree
from archinspect.errors import BlueprintError
from archinspect.hints import Any

from . import arguments, attributes, branches, calls, classes, imports, items, text
from .budget import Budget, Limits
from .builtins import BUILTINS
from .frame import Frame
from .namespace import Namespace
from .types import EXCEPTIONS
from .values import MISSING, ClassValue, ConfigObject, Instance, Tensor, Unknown

# The file of the class that all configs derive from.
_BASE = "configuration_utils.py"


class Evaluator:
    """One reading of one model: namespaces, budget, where execution stands, and what was met on the way.

    ``library`` answers for names outside the source tree and for library machinery inside it (see
    ``library``).
    """

    def __init__(self, tree: SourceTree, limits: Limits, library: Any) -> None:
        """Nothing is read before a name is asked for."""
        self.tree = tree
        self.budget = Budget(limits)
        self.library = library
        self.namespaces: dict[str, Namespace | None] = {}
        self.frame: Frame | None = None
        self.journal: list[dict[int, Any]] = []
        self.notes: list[Unknown] = []
        self.reads: dict[str, str] = {}
        self.early: dict[tuple[int, str], tuple[ConfigObject, str]] = {}
        self.recording = False
        self.quiet = False
        """Whether reads of config keys go unrecorded."""
        self.lenient = not tree.trusted
        self.trace: Any = None
        self.classes: list[ClassValue] = []
        self.writes = 0
        self.memo: dict[Any, Any] = {}
        self.built: dict[ClassValue, int] = {}
        self.settled: dict[Any, Any] = {}
        self.ties_by_mapping: bool | None = None
        self.carried: dict[tuple[ClassValue, str], Any] = {}
        self.watched: frozenset[str] = frozenset()
        self.seen = False
        """Whether a watched attribute of a module was read."""
        self.rewritten: list[ConfigObject] | None = None
        """Configs that were written to, while somebody wants to know."""

    # Where execution stands, and what cannot be known

    def where(self, line: int | None = None) -> str:
        """The current place as ``file#Lnn``."""
        frame = self.frame
        if frame is None:
            return "?"
        return f"{frame.module.label}#L{line if line is not None else frame.line}"

    def unknown(self, why: str, line: int | None = None) -> Unknown:
        """An unknown value that arose here."""
        return Unknown(why, self.where(line))

    def note(self, lost: Unknown) -> None:
        """Remember an unknown that may matter although no value carries it."""
        if len(self.notes) < 1000:
            self.notes.append(lost)

    def config_read(self, config: ConfigObject, name: str) -> None:
        """Remember the first line that reads a config key: of the config's own class, or of the model."""
        if name[:1] == "_" or self.quiet:
            return
        if not self.recording:
            self._early_read(config, name)
        elif config.path is not None:
            key = f"{config.path}.{name}" if config.path else name
            if key not in self.reads:
                self.reads[key] = self.where()

    def keyword_read(self, name: Any) -> None:
        """``kwargs.pop(name)`` in a method of a config class reads a key too."""
        frame = self.frame
        if self.recording or frame is None or frame.func is None or not isinstance(name, str):
            return
        params = frame.func.code.params
        owner = frame.vars.get(params[0]) if params else None
        if isinstance(owner, ConfigObject) and name in owner.stated:
            self._early_read(owner, name)

    def _early_read(self, config: ConfigObject, name: str) -> None:
        """A read while the config is made, before its place is known. The base class reads keys of
        every config.
        """
        key = (id(config), name)
        if key not in self.early and self.frame is not None and not self.frame.module.label.endswith(_BASE):
            self.early[key] = (config, self.where())

    def settle_reads(self) -> None:
        """Give the reads made before the configs were placed their dotted keys."""
        for (_, name), (config, where) in self.early.items():
            if config.path is not None:
                self.reads.setdefault(f"{config.path}.{name}" if config.path else name, where)

    # Errors of the interpreted program

    def exception(self, name: str, message: str = "") -> Instance:
        """An interpreted exception object of a builtin class."""
        made = Instance(EXCEPTIONS.get(name, EXCEPTIONS["Exception"]))
        made.attrs["args"] = (message,)
        made.attrs["__where__"] = self.where()
        return made

    def make_exception(self, value: Any) -> Instance:
        """What ``raise value`` raises."""
        if isinstance(value, ClassValue):
            value = self.call(value, [], {})
        if isinstance(value, Instance) and value.cls.mark("exception"):
            value.attrs.setdefault("__where__", self.where())
            value.attrs["__raised__"] = True
            return value
        return self.exception("RuntimeError", f"raised a {type(value).__name__}")

    def matches(self, error: Instance, kinds: Any) -> bool:
        """Whether ``except kinds`` catches the error. Unknown kinds do."""
        self.budget.tick()
        if isinstance(kinds, tuple | list):
            return any(self.matches(error, one) for one in kinds)
        return not isinstance(kinds, ClassValue) or kinds in error.cls.mro

    # Names

    def builtin(self, name: str) -> Any:
        """A builtin name's value, or MISSING."""
        return BUILTINS.get(name, MISSING)

    def unbound(self, name: str) -> Any:
        """A local that no statement that ran has bound."""
        frame = self.frame
        found = frame.module.resolve(name) if frame is not None else MISSING
        if found is MISSING:
            found = self.builtin(name)
        return self.unknown(f"{name} is not bound on this path") if found is MISSING else found

    def namespace(self, module: str) -> Namespace | None:
        """A module of the source tree or its base, or None."""
        if module not in self.namespaces:
            program, tree = imports.program(self.tree, module)
            self.namespaces[module] = Namespace(self, program, tree) if program is not None else None
        return self.namespaces[module]

    def need(self, module: str) -> Namespace:
        """A module that has to be there. Raises BlueprintError."""
        found = self.namespace(module)
        if found is None:
            raise BlueprintError(f"{self.tree.label} has no module {module}")
        return found

    # Tensors: the library's business

    def tensor_operation(self, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """A tensor operation by name."""
        return self.library.operation(self, name, args, kwargs)

    def tensor_attribute(self, tensor: Tensor, name: str) -> Any:
        """An attribute of a tensor, or MISSING."""
        return self.library.tensor_attribute(self, tensor, name)

    def external(self, path: str) -> Any:
        """A name outside the source tree."""
        return self.library.external(self, path)

    # Everything else lives in modules of its own, each a set of functions over the evaluator

    getattr: Callable[..., Any] = attributes.get
    find: Callable[..., Any] = attributes.find
    setattr: Callable[..., Any] = attributes.set_
    delattr: Callable[..., Any] = attributes.delete
    call = calls.call
    callable = calls.callable_
    call_unknown_arguments = calls.call_unknown_arguments
    decorate = calls.decorate
    yielded = calls.yielded
    enter_context = calls.enter_context
    make_super = calls.make_super
    instantiate = classes.instantiate
    make_class = classes.make_class
    set_class_attribute = classes.set_class_attribute
    set_module_attribute = classes.set_module_attribute
    enum_members = classes.enum_members
    isinstance = classes.is_instance
    getitem = items.getitem
    setitem = items.setitem
    delitem = items.delitem
    iterate = items.iterate
    unpack = items.unpack
    spread = arguments.spread
    spread_keywords = arguments.spread_keywords
    as_dict = items.as_dict
    hashable = items.hashable
    make_set = items.make_set
    truth = branches.truth
    truth_value = branches.truth_value
    fork = branches.fork
    either = branches.either
    merge = branches.merge
    join_boolean = branches.join_boolean
    journal_names = branches.journal_names
    journal_write = branches.journal_write
    journal_native = branches.journal_native
    join_text = text.join_text
    percent_format = text.percent_format
    import_module = imports.import_module
    import_name = imports.import_name
    import_target = imports.import_target
