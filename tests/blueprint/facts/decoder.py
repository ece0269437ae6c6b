"""A small decoder in a repository of its own, of which a test writes the parts it is about."""

import inspect
from typing import Any

from archinspect.blueprint.facts import derive
from archinspect.blueprint.read import read_model
from archinspect.blueprint.records import CodeFact

from ..sources import CONFIG, CONFIGURATION, tree_of

NORM = """
class Norm(nn.Module):
    def __init__(self, width, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps
    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))
"""
MLP = """
class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.up = nn.Linear(config.hidden_size, 12, bias=False)
        self.gate = nn.Linear(config.hidden_size, 12, bias=False)
        self.down = nn.Linear(12, config.hidden_size, bias=False)
    def forward(self, x):
        return self.down(torch.nn.functional.silu(self.gate(x)) * self.up(x))
"""
ATTENTION = """
class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.q = nn.Linear(config.hidden_size, 8, bias=True)
        self.k = nn.Linear(config.hidden_size, 4, bias=False)
        self.v = nn.Linear(config.hidden_size, 4, bias=False)
        self.o = nn.Linear(8, config.hidden_size, bias=False)
        {made}
    def forward(self, x):
        b, s, _ = x.shape
        q, k, v = self.q(x), self.k(x), self.v(x)
        {full}
        q, k, v = (t.view(b, s, -1, 4).transpose(1, 2) for t in (q, k, v))
        {head}
        k, v = k.repeat_interleave(2, dim=1), v.repeat_interleave(2, dim=1)
        scores = torch.matmul(q, k.transpose(2, 3)) * 0.5
        {scores}
        mixed = torch.matmul(torch.softmax(scores, dim=-1), v).transpose(1, 2).reshape(b, s, -1)
        return self.o(mixed)
"""
PRE = """
        x = x + self.attention(self.first(x))
        return x + self.mlp(self.second(x))
"""
LAYER = """
class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.attention, self.mlp = Attention(config), Mlp(config)
        self.first, self.second = Norm(config.hidden_size), Norm(config.hidden_size)
        self.third, self.fourth = Norm(config.hidden_size), Norm(config.hidden_size)
    def forward(self, x):
{flow}

class TinyModel(PreTrainedModel):
    config_class = TinyConfig
    def __init__(self, config):
        super().__init__(config)
        self.embed = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = {listed}
        self.norm = Norm(config.hidden_size)
        {stored}
    def get_input_embeddings(self):
        return self.embed
    def forward(self, input_ids, {asked}**kwargs):
        x = self.embed(input_ids)
        {stream}
        {through}
        return self.norm(x)

class TinyForCausalLM(PreTrainedModel):
    config_class = TinyConfig
    def __init__(self, config):
        super().__init__(config)
        self.model = TinyModel(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
    def get_input_embeddings(self):
        return self.model.embed
    def get_output_embeddings(self):
        return self.lm_head
    def forward(self, input_ids, {asked}**kwargs):
        return self.lm_head(self.model(input_ids{given}))
"""


LISTED = "nn.ModuleList([Layer(config) for _ in range(config.num_hidden_layers)])"
THROUGH = "for layer in self.layers: x = layer(x)"


def facts_with(*, without: tuple[str, ...] = (), **parts: Any) -> dict[str, CodeFact]:
    """Facts of the decoder with these parts in place of the plain ones, and these texts left out; what is no
    part is the config's.
    """
    own = {name: parts.pop(name) for name in list(parts) if name in _PARTS}
    source = source_with(**own)
    for text in without:
        assert text in source
        source = source.replace(text, "")
    return derive(read_model({**CONFIG, **parts}, tree_of(source, CONFIGURATION))[0])


def source_with(
    *,
    norm: str = NORM,
    mlp: str = MLP,
    flow: str = PRE,
    made: str = "",
    full: str = "",
    head: str = "",
    scores: str = "",
    stored: str = "",
    stream: str = "",
    before: str = "",
    listed: str = LISTED,
    through: str = THROUGH,
    asked: str = "",
    given: str = "",
) -> str:
    """The decoder's source with these parts in place of the plain ones."""
    parts = ATTENTION.format(
        made=made or "pass", full=full or "pass", head=head or "pass", scores=scores or "pass"
    )
    return (
        before
        + norm
        + mlp
        + parts
        + LAYER.format(
            flow=flow.strip("\n"),
            stored=stored or "pass",
            stream=stream or "pass",
            listed=listed,
            through=through,
            asked=asked and f"{asked}, ",
            given=given and f", {given}",
        )
    )


_PARTS = frozenset(inspect.signature(source_with).parameters)
