"""What there is to ask for: the registry, the facts and their families, the rules, the choices of options.

The pipeline's neighbour: it knows stages too, looks at no model, and says what a name or a choice must be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from archinspect import cache, names
from archinspect.errors import UsageError
from archinspect.records import Registry, RuleInfo, RuleList

if TYPE_CHECKING:
    from archinspect.records.vocabulary import Vocabulary


def vocabulary() -> Vocabulary:
    """The fact names, claim kinds and selectors that a registry may use."""
    from archinspect import check
    from archinspect.derive import all_facts
    from archinspect.records.vocabulary import vocabulary_of

    return vocabulary_of(all_facts(), check.kind_specs(), check.selector_specs())


def load_registry(path: Path | None = None) -> Registry:
    """Read and check a registry. Raises RegistryError with every problem.

    One that was found in order is remembered, by its bytes and by the code that judges it.
    """
    from archinspect import registry

    found = registry.find(path)
    here = Path(__file__).parent
    stamps = [cache.code_stamp(here / stage) for stage in ("registry", "records", "derive", "check")]
    key = cache.key_of(found.file, sha256(found.content).hexdigest(), *stamps)
    known: Registry | None = cache.load("registries", key, Registry)
    if known is None:
        known = registry.read(found, vocabulary())
        cache.store("registries", key, known)
    return known


def families() -> dict[str, str]:
    """Each fact's family, by which reports group."""
    from archinspect.derive import all_facts

    return {name: rule.family for name, rule in all_facts().items()}


def rule_list() -> RuleList:
    """Every rule that files are held against."""
    from archinspect import rules

    return RuleList(tuple(RuleInfo(r.id, r.severity, r.summary) for r in rules.all_rules().values()))


def check_choices(fail_on: Sequence[str] = (), ignore: Sequence[str] = ()) -> None:
    """Raises UsageError when a `--fail-on` value or a rule to ignore does not exist."""
    from archinspect import exits, rules

    exits.check_choices(fail_on)
    for name in ignore:
        if name not in rules.all_rules():
            raise UsageError(f"there is no rule {name!r}", names.suggestion(name, list(rules.all_rules())))


def check_facts(facts: Iterable[str]) -> None:
    """Raises UsageError when one of these is no fact."""
    from archinspect.derive import all_facts

    for name in facts:
        if name not in all_facts():
            raise UsageError(f"there is no fact {name!r}", names.suggestion(name, list(all_facts())))
