"""Layers that run several times: what each does is known where every run does the same."""

import pytest

from archinspect.blueprint.records import CodeFact

from .decoder import PRE, facts_with

TIMES = "called 3 times"
AGAIN = "for _ in range(2):\n            for layer in self.layers:\n                x = layer(x)"
AROUND = "self.before = nn.ModuleList([Layer(config)])"
THROUGH = (
    "for _ in range(2):\n            for layer in [*self.before, *self.layers]:\n                x = layer(x)"
)


def reason(facts: dict[str, CodeFact], name: str) -> str:
    return facts[name].unknown or ""


def test_what_a_layer_does_is_read_from_its_first_run() -> None:
    facts = facts_with(stream=AGAIN)
    names = ("norm_type", "activation", "ffn_gated", "norm_placement", "head_dim", "attention_type")
    assert [facts[name].value for name in names] == ["RMSNorm", "silu", True, "pre", 4, "MQA"]
    assert facts["attention_bias"].value == {"q": True, "k": False, "v": False, "o": False}


@pytest.mark.parametrize("name", ["num_hidden_layers", "kv_cache_bytes", "layer_types"])
def test_what_follows_from_the_number_of_runs_is_unknown(name: str) -> None:
    without = "        return x + self.mlp(self.second(x))\n"
    assert facts_with(flow=without)["layer_types"].value == ["mlp", "mlp"]
    assert TIMES in reason(facts_with(flow=without, stream=AGAIN), name)


@pytest.mark.parametrize(
    ("flow", "run"),
    [
        ("        if self.step: x = x + 1.0\n", "layer.step = at"),
        ("        x = x * self.step\n", "layer.step = at + 1"),
        ("        x = x + self.step\n", "layer.step = torch.arange(8) + at"),
    ],
)
def test_runs_that_differ_say_nothing_of_the_layer(flow: str, run: str) -> None:
    stream = (
        f"for at in range(2):\n            for layer in self.layers:\n                {run}; x = layer(x)"
    )
    last = "\n        for layer in self.layers: layer.step = 5"
    facts = facts_with(flow=flow + PRE, stream=stream + last)
    assert TIMES in reason(facts, "activation") and TIMES in reason(facts, "kv_cache_bytes")


def test_layers_around_a_core_that_is_repeated_count_too() -> None:
    assert facts_with(stored=AROUND, stream=THROUGH)["activation"].value == "silu"
    relu = "; self.before[0].first = Norm(config.hidden_size, eps=1e-3)"
    differ = facts_with(stored=AROUND + relu, stream=THROUGH)
    assert "norm_eps differs" in reason(differ, "norm_eps")


def test_layers_of_another_class_beside_a_core_leave_all_unknown() -> None:
    stored = AROUND.replace("Layer(config)", "Mlp(config)")
    assert "beside those of model.before" in reason(facts_with(stored=stored, stream=THROUGH), "activation")


def test_a_bias_that_joins_the_query_later_is_not_called_none() -> None:
    made = "self.late = nn.Parameter(torch.ones(4)); self.k.bias = None"
    facts = facts_with(made=made, head="k = k + self.late")
    assert "added to the key" in reason(facts, "attention_bias")
