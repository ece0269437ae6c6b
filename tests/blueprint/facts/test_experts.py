"""Routed experts, stacked or in a list, with and without shared ones."""

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


def test_a_dense_decoder_has_none() -> None:
    facts = facts_with()
    for name in ("num_experts", "num_experts_per_token", "moe_layers", "active_parameters"):
        assert facts[name].value is None and facts[name].unknown is None
