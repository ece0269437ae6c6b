"""A release of transformers in miniature, of which a test writes the parts it is about."""

from pathlib import Path

from archinspect.blueprint.tree import SourceTree

CONFIGURATION_UTILS = """
class PretrainedConfig:
    model_type = ""
    sub_configs = {}
    attribute_map = {}
    def __init__(self, **kwargs):
        self.tie_word_embeddings = kwargs.pop("tie_word_embeddings", True)
        for key, value in kwargs.items():
            setattr(self, key, value)
    def get_text_config(self, decoder=False):
        return getattr(self, "text_config", self)
"""
TINY_CONFIGURATION = """
from ...configuration_utils import PretrainedConfig

class TinyConfig(PretrainedConfig):
    model_type = "tiny"
    def __init__(self, hidden_size=8, vocab_size=16, **kwargs):
        self.hidden_size = hidden_size
        self.vocab_size = vocab_size
        super().__init__(**kwargs)
"""
TINY_HEADER = """
import torch
from torch import nn
from ...modeling_utils import PreTrainedModel
from .configuration_tiny import TinyConfig
"""
AUTO_CONFIGURATION = """
CONFIG_MAPPING_NAMES = {"tiny": "TinyConfig"}
"""
AUTO_MODELLING = """
MODEL_FOR_CAUSAL_LM_MAPPING_NAMES = {"tiny": "TinyForCausalLM"}
"""


def release(folder: Path, modelling: str, *, modeling_utils: str = "", configuration: str = "") -> SourceTree:
    """The tree of a release that has one model type, ``tiny``."""
    files = {
        "__init__.py": '__version__ = "0.0.1"\n',
        "configuration_utils.py": CONFIGURATION_UTILS,
        "modeling_utils.py": modeling_utils or "class PreTrainedModel:\n    pass\n",
        "models/__init__.py": "",
        "models/auto/configuration_auto.py": AUTO_CONFIGURATION,
        "models/auto/modeling_auto.py": AUTO_MODELLING,
        "models/tiny/configuration_tiny.py": configuration or TINY_CONFIGURATION,
        "models/tiny/modeling_tiny.py": TINY_HEADER + modelling,
    }
    for name, text in files.items():
        place = folder / "transformers" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return SourceTree.from_path(folder)
