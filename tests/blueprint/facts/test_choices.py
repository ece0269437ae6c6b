"""Experts in flat weights, choices whose experts were not found, and what a choice is made among."""

import pytest

from .decoder import facts_with
from .test_experts import EXPERT, LISTED, TOTAL_DENSE

ROUTED = ("num_experts", "num_experts_per_token", "moe_layers", "moe_intermediate_size", "active_parameters")
FLAT = """
class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.router = nn.Linear(config.hidden_size, 6, bias=False)
        self.gate, self.up, self.down = (nn.Parameter(torch.empty(6 * 12, 8)) for _ in range(3))
        {own}
    def forward(self, x):
        flat = x.reshape(-1, x.shape[-1])
        weights, chosen = torch.topk(torch.softmax({score}, dim=-1), 2, dim=-1)
        out = torch.zeros_like(flat)
        for number in range(6):
            rows, place = torch.where(chosen == number)
            gate, up, down = ({slices} for one in (self.gate, self.up, self.down))
            h = torch.nn.functional.silu(flat[rows] @ gate.T) * (flat[rows] @ up.T)
            out.index_add_(0, rows, (h @ down) * weights[rows, place, None])
        return out.reshape(x.shape)
"""
PICKED = "one.view(6, 12, 8)[number]"
SCORE = "self.router(flat)"


@pytest.mark.parametrize("slices", [PICKED, "one.view(-1, 12, 8).chunk(6, dim=0)[number].squeeze(0)"])
def test_flat_weights_that_are_seen_as_a_stack(slices: str) -> None:
    facts = facts_with(mlp=FLAT.format(own="pass", score=SCORE, slices=slices))
    assert [facts[name].value for name in ROUTED[:4]] == [6, 2, [0, 1], 12]
    assert facts["active_parameters"].value == facts["parameters"].value["total"] - 2 * 4 * TOTAL_DENSE
    assert facts["intermediate_size"].value is None


def test_the_weight_of_the_scores_beside_flat_weights_is_no_expert() -> None:
    own = "self.scores = nn.Parameter(torch.empty(6, 8))"
    score = "torch.nn.functional.linear(flat, self.scores)"
    facts = facts_with(mlp=FLAT.format(own=own, score=score, slices=PICKED))
    assert facts["active_parameters"].value == facts["parameters"].value["total"] - 2 * 4 * TOTAL_DENSE


def test_what_else_stands_beside_flat_weights_leaves_the_active_ones_unknown() -> None:
    facts = facts_with(
        mlp=FLAT.format(own="self.bias = nn.Parameter(torch.empty(6 * 12))", score=SCORE, slices=PICKED)
    )
    assert "bias beside" in (facts["active_parameters"].unknown or "")
    assert facts["num_experts"].value == 6


ROWS = """
class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.up, self.down = nn.Linear(8, 12, bias=False), nn.Linear(12, 8, bias=False)
        self.keys, self.rows = nn.Linear(8, 20, bias=False), nn.Embedding(20, 8)
    def forward(self, x):
        {choice}
        return self.down(torch.relu(self.up(x))) + (self.rows(chosen) * weights[..., None]).sum(-2)
"""


@pytest.mark.parametrize(
    "choice",
    [
        "weights, chosen = torch.topk(self.keys(x), 3, dim=-1)",
        "weights, chosen = self.keys(x).max(dim=-1, keepdim=True)",
        "chosen = self.keys(x).argsort(-1)[..., :3]; weights = chosen",
    ],
)
def test_experts_that_were_not_found_are_unknown(choice: str) -> None:
    facts = facts_with(mlp=ROWS.format(choice=choice))
    for name in ROUTED:
        assert "picks by" in (facts[name].unknown or "") and facts[name].locations


@pytest.mark.parametrize(
    "scores",
    [
        "kth = torch.topk(scores, 3, dim=-1)[0][..., -1:]; scores = scores.masked_fill(scores < kth, -9e9)",
        "scores = scores - scores.max(dim=-1, keepdim=True)[0]",
    ],
)
def test_what_attention_picks_is_no_expert(scores: str) -> None:
    facts = facts_with(scores=scores)
    for name in ROUTED:
        assert facts[name].value is None and facts[name].unknown is None


def test_a_largest_value_is_no_choice() -> None:
    mlp = """
class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.up, self.down = nn.Linear(8, 12, bias=False), nn.Linear(12, 8, bias=False)
    def forward(self, x):
        return self.down(torch.relu(self.up(x / x.abs().max(dim=-1, keepdim=True)[0])))
"""
    assert facts_with(mlp=mlp)["num_experts"].unknown is None


MIXED = (
    EXPERT
    + """
class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.router = nn.Linear(config.hidden_size, 3, bias=False)
        self.experts = nn.ModuleList([Expert(config) for _ in range(3)])
    def forward(self, x):
        {body}
"""
)
SOFT = (
    "made = torch.stack([one(x) for one in self.experts], -1)\n"
    "        return (made * self.router(x).softmax(-1)[:, :, None]).sum(-1)"
)


SLOTS = (
    "share = self.router(x).softmax(1)\n"
    "        slots = torch.einsum('bsd,bsn->bnd', x, share)\n"
    "        made = torch.stack([one(slots[:, i, None]) for i, one in enumerate(self.experts)], 1)[:, :, 0]\n"
    "        return torch.einsum('bnd,bsn->bsd', made, self.router(x).softmax(-1))"
)


@pytest.mark.parametrize("body", [SOFT, SLOTS])
def test_a_soft_mixture_is_neither_dense_nor_routed(body: str) -> None:
    facts = facts_with(mlp=MIXED.format(body=body))
    for name in ROUTED:
        assert "side by side" in (facts[name].unknown or "") and facts[name].locations


def test_feed_forwards_one_after_the_other_are_dense() -> None:
    body = "for one in self.experts: x = one(x)\n        return x * torch.sigmoid(self.router(x)[..., :1])"
    facts = facts_with(mlp=MIXED.format(body=body))
    for name in ROUTED:
        assert facts[name].value is None and facts[name].unknown is None


TOP = "weights, chosen = torch.topk(torch.softmax(self.router(flat), dim=-1), 2, dim=-1)"
FIRST = "chosen = torch.argmax(self.router(flat), dim=-1)[:, None]"
BUFFER = "held = torch.topk(one_hot, k=one_hot.shape[0], dim=0)[1]; out = out + held.sum() * 0"
HOT = "; one_hot = torch.nn.functional.one_hot(chosen[:, 0], 6)"


@pytest.mark.parametrize("add", ["pass", BUFFER])
@pytest.mark.parametrize("first", [FIRST, "chosen = self.router(flat).max(dim=-1, keepdim=True)[1]"])
def test_the_best_expert_alone(first: str, add: str) -> None:
    facts = facts_with(mlp=LISTED.format(shared="pass", add=add).replace(TOP, first + HOT))
    assert (facts["num_experts"].value, facts["num_experts_per_token"].value) == (6, 1)


def test_the_best_expert_and_the_best_of_the_rest_are_not_one() -> None:
    second = "; chosen = torch.cat([chosen, (self.router(flat) - 9 * chosen).argmax(-1, keepdim=True)], -1)"
    facts = facts_with(mlp=LISTED.format(shared="pass", add="pass").replace(TOP, FIRST + second))
    assert facts["num_experts_per_token"].value is None and facts["num_experts_per_token"].unknown


def test_a_best_expert_that_is_only_counted_is_no_choice() -> None:
    counted = "self.load = torch.bincount(self.router(x).argmax(-1).flatten(), minlength=3)\n        "
    facts = facts_with(mlp=MIXED.format(body=counted + SOFT))
    for name in ROUTED:
        assert facts[name].value is None and facts[name].unknown


def test_more_experts_than_there_are_cannot_be_met() -> None:
    facts = facts_with(mlp=LISTED.format(shared="pass", add="pass").replace(TOP, TOP.replace(" 2,", " 9,")))
    for name in ROUTED:
        assert "9 of 6 experts" in (facts[name].unknown or "")
