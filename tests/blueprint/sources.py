"""Small repositories with modelling code of their own, for tests of the reader."""

from typing import Any

from archinspect.blueprint.read import read_model
from archinspect.blueprint.tree import SourceTree, installed_tree

CONFIGURATION = """
from transformers import PretrainedConfig

class TinyConfig(PretrainedConfig):
    model_type = "tiny"
    def __init__(self, hidden_size=8, num_hidden_layers=2, vocab_size=16, **kwargs):
        self.hidden_size = hidden_size
        self.num_hidden_layers = num_hidden_layers
        self.vocab_size = vocab_size
        super().__init__(**kwargs)
"""
CONFIG = {
    "model_type": "tiny",
    "architectures": ["TinyForCausalLM"],
    "auto_map": {
        "AutoConfig": "configuration_tiny.TinyConfig",
        "AutoModelForCausalLM": "modeling_tiny.TinyForCausalLM",
    },
}
HEADER = """
import torch
from torch import nn
from transformers import PreTrainedModel
from .configuration_tiny import TinyConfig
"""


def tree_of(modelling: str, configuration: str = CONFIGURATION) -> SourceTree:
    """A repository of two files over the installed transformers."""
    files = {
        "configuration_tiny.py": configuration.encode(),
        "modeling_tiny.py": (HEADER + modelling).encode(),
    }
    return SourceTree.from_files(files, installed_tree())


def model_with(body: str, *, before: str = "", forward: str = "return x") -> str:
    """Source of a model whose constructor runs ``body`` after the embedding is made."""
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    return f"""
{before}
class TinyForCausalLM(PreTrainedModel):
    config_class = TinyConfig
    def __init__(self, config):
        super().__init__(config)
        self.embed = nn.Embedding(config.vocab_size, config.hidden_size)
{lines}
    def forward(self, input_ids, **kwargs):
        x = self.embed(input_ids)
        {forward}
"""


def shapes_with(body: str, *, before: str = "", **config: Any) -> dict[str, tuple[int | None, ...] | None]:
    """Parameter shapes of such a model, its embedding left out."""
    _, built = read_model({**CONFIG, **config}, tree_of(model_with(body, before=before)))
    return {name: one.shape for name, one in built.parameters.items() if name != "embed.weight"}
