"""Routed experts, stacked or in a list, with and without shared ones."""

import pytest

from .decoder import MLP, facts_with

EXPERT = MLP.replace("class Mlp", "class Expert")
LISTED = (
    EXPERT
    + """
class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.router = nn.Linear(config.hidden_size, 6, bias=False)
        self.experts = nn.ModuleList([Expert(config) for _ in range(6)])
        {shared}
    def forward(self, x):
        flat = x.reshape(-1, x.shape[-1])
        weights, chosen = torch.topk(torch.softmax(self.router(flat), dim=-1), 2, dim=-1)
        out = torch.zeros_like(flat)
        for number, expert in enumerate(self.experts):
            rows = (chosen == number).any(-1)
            out = out + expert(flat) * rows[:, None]
        {add}
        return out.reshape(x.shape)
"""
)
TOTAL_DENSE = 8 * 12 * 3


def test_a_list_of_experts() -> None:
    facts = facts_with(mlp=LISTED.format(shared="pass", add="pass"))
    names = (
        "num_experts",
        "num_experts_per_token",
        "moe_layers",
        "moe_intermediate_size",
        "num_shared_experts",
    )
    assert [facts[name].value for name in names] == [6, 2, [0, 1], 12, 0]
    idle = 2 * 4 * TOTAL_DENSE
    assert facts["active_parameters"].value == facts["parameters"].value["total"] - idle


def test_a_shared_expert_is_not_routed() -> None:
    facts = facts_with(
        mlp=LISTED.format(shared="self.always = Expert(config)", add="out = out + self.always(flat)")
    )
    assert (facts["num_experts"].value, facts["num_shared_experts"].value) == (6, 1)


PICKED = """
class Expert(nn.Module):
    def __init__(self, config, number):
        super().__init__()
        self.up = nn.Linear(config.hidden_size, 12, bias=False)
        self.down = nn.Linear(12, config.hidden_size, bias=False)
        {own}
    def forward(self, x):
        {bend}
        return self.down(h)

class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.router = nn.Linear(config.hidden_size, 6, bias=False)
        self.experts = nn.ModuleList([Expert(config, number) for number in range(6)])
    def forward(self, x):
        flat = x.reshape(-1, x.shape[-1])
        weights, chosen = torch.topk(torch.softmax(self.router(flat), dim=-1), 2, dim=-1)
        picks = torch.nn.functional.one_hot(chosen, num_classes=6).permute(2, 1, 0)
        out = torch.zeros_like(flat)
        for number in picks.sum(dim=(-1, -2)).nonzero():
            place, rows = torch.where(picks[number].squeeze(0))
            out.index_add_(0, rows, self.experts[number](flat[rows]) * weights[rows, place, None])
        return out.reshape(x.shape)
"""
RELU = "h = torch.relu(self.up(x))"


def test_an_expert_that_data_picks_stands_for_all_that_are_built_alike() -> None:
    facts = facts_with(mlp=PICKED.format(own="pass", bend=RELU))
    names = ("activation", "ffn_gated", "num_experts", "num_experts_per_token", "moe_intermediate_size")
    assert [facts[name].value for name in names] == ["relu", False, 6, 2, 12]
    assert facts["norm_placement"].value == "pre" and facts["moe_layers"].value == [0, 1]


@pytest.mark.parametrize(
    ("own", "bend"),
    [
        ("self.soft = number > 3", "h = self.up(x); h = torch.sigmoid(h) if self.soft else torch.relu(h)"),
        ("self.act = nn.GELU() if number % 2 else nn.ReLU()", "h = self.act(self.up(x))"),
        ("self.down = nn.Linear(12, config.hidden_size, bias=number == 5)", RELU),
    ],
)
def test_experts_that_differ_do_not_stand_for_each_other(own: str, bend: str) -> None:
    facts = facts_with(mlp=PICKED.format(own=own, bend=bend))
    for name in ("activation", "ffn_gated", "mlp_bias", "num_experts", "moe_layers", "active_parameters"):
        assert facts[name].value is None and facts[name].unknown


def test_a_dense_decoder_has_none() -> None:
    facts = facts_with()
    for name in ("num_experts", "num_experts_per_token", "moe_layers", "active_parameters"):
        assert facts[name].value is None and facts[name].unknown is None
