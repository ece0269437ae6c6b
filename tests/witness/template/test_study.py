"""Published chat templates, by what rendering shows; and templates that mean harm."""

import sys
import time
from typing import Any

import pytest

from archinspect.records import Reading, Snapshot, Target, Unknown
from archinspect.records.tokenizer import Studied
from archinspect.sources import bundled
from archinspect.witness import tokenizer
from archinspect.witness.template import render as rendering
from archinspect.witness.template import study
from archinspect.witness.template.probe import TOOL
from archinspect.witness.template.render import SECONDS, render
from tests.conftest import FIXTURES
from tests.witness.checkpoints import snapshot

CHATML = (
    "{% for m in messages %}"
    "{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
PUBLISHED = {
    # repo: (thinking_toggle, tools, system_role, emits_bos)
    "Qwen/Qwen2.5-7B-Instruct": (False, True, True, False),
    "Qwen/Qwen3-0.6B": (True, True, True, False),
    "Qwen/Qwen3-8B": (True, True, True, False),
    "google/gemma-3-1b-it": (False, False, True, True),
    "meta-llama/Llama-3.2-1B-Instruct": (False, True, True, True),
    "microsoft/Phi-4-mini-instruct": (False, True, True, False),
    "HuggingFaceTB/SmolLM3-3B": (True, False, True, False),
}


def of(repo: str) -> Studied:
    own = FIXTURES / repo.replace("/", "--") / "chat_template.jinja"
    at = bundled.read(Target(repo, repo))
    if own.is_file():  # a copy that is no evidence about the model, and a template all the same
        at = snapshot({"chat_template.jinja": own.read_bytes()}, listing=[])
    chat = tokenizer.testify(at).chat
    assert chat is not None
    return chat


def with_template(text: Any, **files: Any) -> Snapshot:
    config = {"chat_template": text, "bos_token": "<s>", "eos_token": "</s>"}
    return snapshot({"tokenizer_config.json": config, **files}, listing=[])


def studied(text: Any, **files: Any) -> Studied:
    return study(with_template(text, **files), {"bos_token": "<s>", "eos_token": "</s>"})


def value(one: Studied) -> dict[str, Any]:
    assert isinstance(one.answer, Reading), one.answer
    found: dict[str, Any] = one.answer.value
    return found


def reason(one: Studied) -> str:
    assert isinstance(one.answer, Unknown), one.answer
    return one.answer.reason


@pytest.mark.parametrize("repo", PUBLISHED)
def test_published_templates(repo: str) -> None:
    found = value(of(repo))
    names = ("thinking_toggle", "tools", "system_role", "emits_bos")
    assert tuple(found[name] for name in names) == PUBLISHED[repo]
    assert found["present"] is True
    assert found["generation_prompt"] is True


def test_what_qwen_adds_of_its_own_accord() -> None:
    profile = of("Qwen/Qwen2.5-7B-Instruct").profile
    assert profile is not None
    assert profile.hidden_text == "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
    assert profile.turn_end == "<|im_end|>"


def test_llama_writes_the_date() -> None:
    profile = of("meta-llama/Llama-3.2-1B-Instruct").profile
    assert profile is not None
    assert profile.impure == ("date",)


@pytest.mark.parametrize("repo", PUBLISHED)
@pytest.mark.parametrize("tools", [None, [TOOL]])
def test_renders_as_transformers_does(repo: str, tools: Any) -> None:
    utils = pytest.importorskip("transformers.utils.chat_template_utils")
    template = of(repo).templates.used
    assert template is not None
    messages = [{"role": "system", "content": "Ä <b>"}, {"role": "user", "content": "one\ntwo"}]
    if "strftime_now" in template.text:
        pytest.skip("writes today's date")
    theirs, _ = utils.render_jinja_template(
        [messages], tools=tools, chat_template=template.text, add_generation_prompt=True, bos_token="<s>"
    )
    given = {"messages": messages, "tools": tools, "documents": None, "add_generation_prompt": True}
    ours = render(template.text, [{**given, "bos_token": "<s>"}])
    assert ours.results[0].text == theirs[0]


def test_a_generation_block_renders_as_its_content() -> None:
    text = "{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}{% endfor %}"
    assert render(text, [{"messages": [{"content": "x"}]}]).results[0].text == "x"


def test_no_template_is_known_only_where_the_listing_is() -> None:
    absent = study(snapshot({"tokenizer_config.json": {}}, listing=[]), {})
    assert value(absent)["present"] is False
    assert "may not have all" in reason(study(snapshot({"tokenizer_config.json": {}}), {}))


def test_a_template_that_takes_lists_only() -> None:
    text = "{% for m in messages %}{{ m.role }}: {{ m.content[0].text }}\n{% endfor %}"
    assert value(studied(text))["system_role"] is True


def test_named_templates() -> None:
    plain = [
        {"name": "default", "template": CHATML},
        {"name": "tool_use", "template": CHATML + "{{ tools }}"},
    ]
    found = value(studied(plain))
    assert found["location"] == "tokenizer_config.json#/chat_template/0/template"
    assert found["tools"] is True
    assert value(studied(CHATML))["tools"] is False


def test_a_file_of_its_own_comes_first_and_doubles_are_compared() -> None:
    other = CHATML.replace("<|im_end|>", "<|eot|>")
    found = studied(CHATML, **{"chat_template.jinja": other, "chat_template.json": {"chat_template": other}})
    assert value(found)["location"] == "chat_template.jinja"
    assert [(one.same_text, one.same_rendering) for one in found.doubles] == [(False, False), (True, True)]
    rewritten = CHATML.replace("{% for", "{# a comment #}{% for")
    (double,) = studied(CHATML, **{"chat_template.jinja": rewritten}).doubles
    assert (double.same_text, double.same_rendering) == (False, True)


def test_gemma_stores_the_same_template_twice() -> None:
    doubles = of("google/gemma-3-4b-it").doubles
    assert [one.same_rendering for one in doubles] == [True]


def test_switches_by_any_name() -> None:
    text = CHATML + "{% if reasoning_effort == 'low' %}brief{% endif %}"
    profile = studied(text).profile
    assert profile is not None
    assert (profile.thinking_toggle, profile.thinking_variable) == (True, "reasoning_effort")
    unused = studied(CHATML + "{% if enable_thinking %}{% endif %}").profile
    assert unused is not None
    assert unused.thinking_toggle is False


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "did not end"),
        ("{{ 10 ** (10 ** 8) }}", "did not end"),
        ("{{ 'a' * 10 ** 10 }}", "MemoryError"),
        ("{% for a in range(99999) %}{{ 'a' * 99 }}{% endfor %}", "more than 1048576 characters"),
        ("{{ ''.__class__.__mro__ }}", "SecurityError"),
        ("{{ messages.__init__.__globals__ }}", "SecurityError"),
        ("{{ cycler.__init__.__globals__.os.system('true') }}", "SecurityError"),
        ("{{ messages.append(1) }}", "SecurityError"),
        ("{% include '/etc/passwd' %}", "no loader"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "RecursionError"),
        ("{{ " + "(" * 5000 + ")" * 5000 + " }}", "RecursionError"),
        ("{% if %}", "TemplateSyntaxError"),
        ("{{ raise_exception('no') }}", "TemplateError: no"),
        ("always the same", "without what the user said"),
        ("", "without what the user said"),
        ("x" * 1_000_001, "longer than"),
    ],
)
def test_hostile_templates_end_in_a_reason(text: str, says: str) -> None:
    started = time.monotonic()
    found = reason(studied(text))
    assert says in found
    assert found.startswith("tokenizer_config.json#/chat_template cannot be rendered: ")
    assert time.monotonic() - started < SECONDS + 10


def test_the_next_template_is_rendered_after_a_hostile_one() -> None:
    render("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", [{}])
    assert render("{{ a }}", [{"a": 1}]).results[0].text == "1"


def test_one_process_serves_all_templates() -> None:
    render("a", [{}])
    first = rendering._WORKER.process
    render("b", [{}])
    assert rendering._WORKER.process is first


def test_answers_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    text = CHATML + "{# remembered #}"
    first = studied(text)
    monkeypatch.setattr(sys.modules["archinspect.witness.template.probe"], "render", None)
    assert studied(text) == first


@pytest.mark.parametrize("text", [5, [5], [{"name": "default"}], {"a": 1}, True])
def test_what_is_no_template_is_a_problem(text: Any) -> None:
    found = studied(text)
    assert found.templates.problems
    assert "expected a template" in reason(found)


def test_control_characters_reach_no_terminal() -> None:
    assert reason(studied("{{ raise_exception('\x1b[2J\u202e') }}")).isprintable()
    profile = studied(f"one two three \x1b[2J four{CHATML}").profile
    assert profile is not None
    assert profile.hidden_text is not None
    assert profile.hidden_text.isprintable()
