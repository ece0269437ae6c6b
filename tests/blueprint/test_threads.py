"""Readings in several threads share what is parsed and compiled, and disturb each other in nothing."""

import sys
import threading
from collections.abc import Callable

from archinspect.blueprint.configs import run_bounded
from archinspect.blueprint.interp.function_code import FunctionCode
from archinspect.blueprint.tensors import tensors_of
from archinspect.blueprint.tree import SourceTree


def in_threads(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def test_the_same_model_in_many_threads() -> None:
    config = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "num_hidden_layers": 3}
    expected = tensors_of(config, SourceTree.installed()).shapes
    tree, found = SourceTree.installed(), []
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        in_threads([lambda: found.append(tensors_of(config, tree).shapes)] * 6)
    finally:
        sys.setswitchinterval(before)
    assert found == [expected] * 6


def test_the_nesting_that_one_allows_outlasts_another() -> None:
    usual = sys.getrecursionlimit()
    first_is_in, second_is_in, first_is_out = threading.Event(), threading.Event(), threading.Event()
    seen: list[int] = []

    def first() -> None:
        def work() -> None:
            first_is_in.set()
            second_is_in.wait(10)

        run_bounded("first", work)
        first_is_out.set()

    def second() -> None:
        def work() -> None:
            second_is_in.set()
            first_is_out.wait(10)
            seen.append(sys.getrecursionlimit())

        first_is_in.wait(10)
        run_bounded("second", work)

    in_threads([first, second])
    assert seen[0] > usual
    assert sys.getrecursionlimit() == usual


def test_a_body_is_compiled_once_whoever_comes_second() -> None:
    code = FunctionCode("f", 1)
    code.load_body = lambda: [lambda frame: None]
    assert code.load() is code.load()
    assert code.body
