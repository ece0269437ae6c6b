"""Run as a process of its own: renders chat templates that strangers wrote.

Says that it is ready with a first line. Then reads one JSON line {"template", "renders": [variables,
...]} at a time and answers with one JSON line per render, and {"done": ...}. The environment is the one
transformers renders chat templates in: sandboxed, with its options, filters and globals
(transformers/utils/chat_template_utils.py). Clock and chance are replaced by fixed values that leave a
trace. The parent bounds time; this process bounds its memory and the length of what is written.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import sys
from collections.abc import Callable
from typing import Any

import jinja2
import jinja2.ext
import jinja2.meta
import jinja2.nodes
import jinja2.parser
import jinja2.runtime
import jinja2.sandbox

MEMORY_BYTES = 512 * 2**20
LONGEST_OUTPUT = 2**20
TODAY = datetime.datetime(2024, 7, 26, 12, 0)
"""The day that templates are told it is."""


def main() -> None:
    """Answer every line until standard input ends."""
    _limit_memory()
    answers = sys.stdout
    sys.stdout = sys.stderr
    print("{}", file=answers, flush=True)  # ready: from here on the parent counts a template's time
    for line in sys.stdin:
        request = json.loads(line)
        for answer in _answers(request["template"], request["renders"]):
            print(json.dumps(answer), file=answers, flush=True)


class Generation(jinja2.ext.Extension):
    """The `generation` block, which marks what the assistant said and renders as its content."""

    tags = {"generation"}  # noqa: RUF012 - jinja2's own attribute

    def parse(self, parser: jinja2.parser.Parser) -> list[jinja2.nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def environment(impure: Callable[[str], None]) -> jinja2.sandbox.ImmutableSandboxedEnvironment:
    """transformers' environment; `impure` is told whenever a template asks for the date or for chance."""
    made = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )

    def strftime_now(format: str) -> str:
        impure("date")
        return TODAY.strftime(format)

    @jinja2.pass_context  # as the original: never evaluated while compiling
    def first(context: jinja2.runtime.Context, values: Any) -> Any:
        impure("random")
        return next(iter(values), None)

    def lipsum(*args: Any, **kwargs: Any) -> str:
        impure("random")
        return "lorem ipsum"

    made.filters["tojson"] = _tojson
    made.filters["random"] = first
    made.globals["raise_exception"] = _raise
    made.globals["strftime_now"] = strftime_now
    made.globals["lipsum"] = lipsum
    return made


def _answers(template: str, renders: list[dict[str, Any]]) -> Any:
    traces: set[str] = set()
    try:
        made = environment(traces.add)
        names = sorted(jinja2.meta.find_undeclared_variables(made.parse(template)))
        compiled = made.from_string(template)
    except Exception as error:  # noqa: BLE001 - whatever a template does to the compiler, it cannot be rendered
        yield {"done": False, "error": _described(error)}
        return
    for variables in renders:
        traces.clear()
        yield _render(compiled, variables) | {"impure": sorted(traces)}
    yield {"done": True, "variables": names}


def _render(compiled: jinja2.Template, variables: dict[str, Any]) -> dict[str, Any]:
    parts: list[str] = []
    length = 0
    try:
        for part in compiled.generate(**variables):
            parts.append(part)
            length += len(part)
            if length > LONGEST_OUTPUT:
                return {"error": f"writes more than {LONGEST_OUTPUT} characters"}
    except Exception as error:  # noqa: BLE001 - templates raise what they like; all of it means "no text"
        return {"error": _described(error)}
    return {"text": "".join(parts)}


def _described(error: BaseException) -> str:
    with contextlib.suppress(Exception):
        said = f"{type(error).__name__}: {error}"[:300]
        return "".join(letter if letter.isprintable() else "?" for letter in said)
    return type(error).__name__


def _tojson(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """Without jinja2's escapes for HTML, as transformers has it."""
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )


def _raise(message: Any) -> None:
    raise jinja2.TemplateError(str(message))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows, where time alone bounds it
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


if __name__ == "__main__":
    main()
