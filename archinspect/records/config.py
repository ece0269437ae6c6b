"""A config as a witness to be asked: what is written, and beside it what its class makes of it.

Every question yields its answers in order of authority. A key that is written and that the class
leaves alone is `stated`; one that the class rewrites is `resolved`, with the values before and
after; one that is absent is `default`, with the class that supplies it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from archinspect.records.evidence import ABSENT, Answer, Evidence, Json, Reading, Unknown
from archinspect.records.keys import spellings

FILE = "config.json"


class ClassView(Struct, frozen=True):
    """What a config class of one transformers version makes of a config.json."""

    source: str
    """Where the class is: "transformers==5.23.0", or a file of the repository."""
    class_name: str | None
    """The class of the text decoder's config; None when this version has none for the model type."""
    values: Mapping[str, Json] = field(default_factory=dict)
    """Every attribute of the text decoder's config, under the class's names and the standard ones."""
    root_class_name: str | None = None
    root_values: Mapping[str, Json] = field(default_factory=dict)
    """The same for the whole config; equal to `values` when there is no nesting."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The class's own spelling of a standard name: {"hidden_size": "n_embd"} (its attribute_map)."""
    text_key: str | None = None
    """The key under which the text decoder's config is nested, by the class."""
    error: str | None = None
    """Why the class gave nothing: there is none for the type, it refuses the values, or it cannot be read."""
    refused: bool = False
    """True when the class itself raises an error on the values."""
    unknown_type: bool = False
    """True when this version has no class for the model type."""
    transient: bool = False
    """True when the class gave no answer in the time and memory it had: another run may get one."""

    def location(self, key: str, root: bool = False) -> str:
        name = self.root_class_name if root else self.class_name
        return f"{self.source}:{name}.{key}"


class Scope(Struct, frozen=True):
    """One level of a config: the values written there, and what the class says of that level."""

    written: Mapping[str, Json]
    at: str
    """JSON pointer of the level: "" or "/text_config"."""
    effective: Mapping[str, Json]
    view: ClassView | None
    root: bool

    def spelled(self, key: str) -> str | None:
        """The spelling under which the key is written here, or None."""
        own = self.view.names.get(key) if self.view else None
        for name in ((own,) if own else ()) + spellings(key):
            if name in self.written:
                return name
        return None

    def answers(self, key: str) -> Iterator[Answer]:
        """What is written, what the class rewrites it to, or what the class supplies."""
        name = self.spelled(key)
        if name is not None:
            yield self._written(key, name)
        elif key in self.effective and self.view:
            yield Reading(
                self.effective[key], (Evidence("default", self.view.location(key, self.root), raw=ABSENT),)
            )

    def stated(self, name: str) -> Evidence:
        """Evidence for a key that is written here, under this very spelling."""
        return Evidence("stated", f"{FILE}#{self.at}{pointer(name)}", raw=self.written.get(name, ABSENT))

    def _written(self, key: str, name: str) -> Answer:
        before = self.written[name]
        after = self.effective.get(name, self.effective.get(key, before))
        if self.view is None or _alike(before, after):
            return Reading(before, (self.stated(name),))
        rewritten = Evidence(
            "resolved", self.view.location(key, self.root), {"before": before, "after": after}
        )
        return Reading(after, (rewritten, self.stated(name)))


class Config(Struct, frozen=True):
    """config.json and its class's view of it. `text` is the text decoder's level, `root` the whole."""

    raw: Mapping[str, Json]
    duplicates: tuple[str, ...]
    class_view: ClassView | None
    text: Scope
    root: Scope

    @property
    def nested(self) -> bool:
        """True when the text decoder's config is a part of a larger one."""
        return self.text.at != ""

    def any(self, key: str) -> Iterator[Answer]:
        """Whatever stands there, unchecked."""
        return self.text.answers(key)

    def integer(self, key: str, minimum: int = 1, nullable: bool = False) -> Iterator[Answer]:
        """Answers that are whole numbers of at least `minimum`, or lists of them."""
        wanted = f"a whole number of at least {minimum}"
        return self._checked(key, wanted, lambda value: _whole(value, minimum), nullable)

    def number(self, key: str, nullable: bool = False) -> Iterator[Answer]:
        """Answers that are finite numbers."""
        return self._checked(key, "a finite number", _finite, nullable)

    def boolean(self, key: str) -> Iterator[Answer]:
        """Answers that are true or false."""
        return self._checked(key, "true or false", lambda value: isinstance(value, bool))

    def string(self, key: str) -> Iterator[Answer]:
        """Answers that are strings."""
        return self._checked(key, "a string", lambda value: isinstance(value, str))

    def written(self, key: str) -> bool:
        """Whether the text decoder's config writes the key, under any spelling (null counts)."""
        return self.text.spelled(key) is not None

    def value(self, key: str) -> Json:
        """The effective value for deciding other things: None when absent everywhere."""
        for answer in self.text.answers(key):
            return answer.value if isinstance(answer, Reading) else None
        return None

    def _checked(
        self, key: str, wanted: str, fits: Callable[[Any], bool], nullable: bool = False
    ) -> Iterator[Answer]:
        """The answers that fit. Null is an answer where it can mean "there is none" (`nullable`)."""
        for answer in self.text.answers(key):
            if isinstance(answer, Unknown) or fits(answer.value) or (nullable and answer.value is None):
                yield answer
                continue
            where = answer.evidence[0].location
            if answer.value is None:
                yield Unknown(f"{where} is null; what that means, code decides", answer.evidence)
                continue
            reason = f"{where} is {answer.value!r:.80}, expected {wanted}"
            yield Unknown(reason, answer.evidence, blocks=True)


def pointer(*parts: str) -> str:
    """An RFC 6901 JSON pointer, without the leading `#`."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def _whole(value: Any, minimum: int) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_whole(item, minimum) for item in value)
    return isinstance(value, int) and not isinstance(value, bool) and value >= minimum


def _finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _alike(before: Any, after: Any) -> bool:
    if isinstance(before, dict) and isinstance(after, dict):
        return all(key in after and _alike(value, after[key]) for key, value in before.items())
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    return bool(before == after)
