"""Where norms stand, in layers that are written in other ways."""

import pytest

from .decoder import PRE, facts_with
from .test_experts import EXPERT

FREE = "torch.nn.functional.rms_norm({x}, (8,))"


def free(of: str) -> str:
    """A norm without a module."""
    return FREE.format(x=of)


@pytest.mark.parametrize(
    ("flow", "placement"),
    [
        (f"x = x + self.attention({free('x')})\n        return x + self.mlp({free('x')})", "pre"),
        (f"x = {free('x + self.attention(x)')}\n        return {free('x + self.mlp(x)')}", "post_residual"),
    ],
)
def test_norms_without_modules(flow: str, placement: str) -> None:
    assert facts_with(flow=f"        {flow}")["norm_placement"].value == placement


SORTED = (
    EXPERT
    + """
class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.router = nn.Linear(config.hidden_size, 6, bias=False)
        self.experts = nn.ModuleList([Expert(config) for _ in range(6)])
    def forward(self, x):
        flat = x.reshape(-1, x.shape[-1])
        weights, chosen = torch.topk(torch.softmax(self.router(flat), dim=-1), 2, dim=-1)
        order = chosen.view(-1).argsort()
        ordered, made, start = flat[order // 2], [], 0
        for number, many in enumerate(torch.bincount(order, minlength=6).cpu().numpy()):
            if many == 0:
                continue
            made.append(self.experts[number](ordered[start : start + many]))
            start = start + many
        made = torch.cat(made, dim=0)
        out = torch.empty_like(made)
        out[order] = made
        return (out.view(*chosen.shape, -1) * weights[..., None]).sum(dim=1).view(x.shape)
"""
)


def test_rows_that_experts_made_are_put_together_and_back_in_order() -> None:
    assert facts_with(mlp=SORTED)["norm_placement"].value == "pre"


IN_TWO = (
    "self.k_in = nn.Linear(8, 3, bias=False); self.k_out = nn.Linear(3, 4, bias=False)"
    "; self.last = nn.Linear(5, 8, bias=False); self.o = nn.Linear(8, 5, bias=False)"
)


@pytest.mark.parametrize(
    ("flow", "placement"),
    [(PRE, "pre"), (PRE.replace("self.attention(self.first(x))", "self.first(self.attention(x))"), None)],
)
def test_projections_in_two_steps_are_within_the_sublayer(flow: str, placement: str | None) -> None:
    full = "v = self.k_out(self.k_in(x))"
    flow = flow.replace("self.attention(", "self.attention.last(self.attention(").replace(
        "(x))\n", "(x)))\n", 1
    )
    fact = facts_with(made=IN_TWO, full=full, flow=flow)["norm_placement"]
    assert fact.value == placement and bool(fact.unknown) is (placement is None)


AROUND = """
class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.before, self.after = nn.LayerNorm(width, bias=False), nn.LayerNorm(width, bias=False)
    def forward(self, x, attention=None):
        if attention is None:
            return self.before(x)
        x = x + attention(self.before(x))
        return x, self.after(x)
"""


def test_norms_in_a_module_around_attention() -> None:
    flow = """
        x, normed = self.first(x, self.attention)
        return x + self.mlp(normed)
"""
    facts = facts_with(norm=AROUND, flow=flow)
    names = ("norm_type", "norm_eps", "norm_bias", "norm_placement")
    assert [facts[name].value for name in names] == ["LayerNorm", 1e-5, False, "pre"]


def test_queries_alone_are_read_where_values_are_another_layers() -> None:
    full = (
        "stored = getattr(self.store, 'v', None); v = stored if stored is not None else v; self.store.v = v"
    )
    made = "self.store = STORE"
    store = "class Store:\n    pass\nSTORE = Store()\n"
    assert facts_with(before=store, made=made, full=full)["norm_placement"].value == "pre"
