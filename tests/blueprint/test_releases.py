"""What changed from release to release is read in the release, not known by us."""

from pathlib import Path

import pytest

from archinspect.blueprint.read import read_blueprint, read_model
from archinspect.blueprint.records import CHECKPOINT_NAMES, Blueprint

from .releases import release

CONFIG = {"model_type": "tiny", "architectures": ["TinyForCausalLM"]}
NESTED = """
class TinyModel(PreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
    def get_output_embeddings(self):
        return self.lm_head

class Extra(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.first = nn.Linear(2, 2, bias=False)
        self.second = nn.Linear(2, 2, bias=False)
    def _tie_weights(self):
        self.second.weight = self.first.weight

class TinyForCausalLM(PreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.model = TinyModel(config)
        self.extra = Extra(config)
    def get_output_embeddings(self):
        return None
"""
DELEGATED = """
    def tie_weights(self):
        return self.model.tie_weights()
"""
OWN_EMBEDDINGS_ONLY = """
class PreTrainedModel(nn.Module):
    def tie_weights(self):
        if getattr(self.config, "tie_word_embeddings", True):
            output = self.get_output_embeddings()
            if output is not None:
                self._tie_or_clone_weights(output, self.get_input_embeddings())
        for module in self.modules():
            if hasattr(module, "_tie_weights"):
                module._tie_weights()
"""
EVERY_MODEL = """
class PreTrainedModel(nn.Module):
    def tie_embeddings_and_encoder_decoder(self):
        output = self.get_output_embeddings()
        if output is not None:
            self._tie_or_clone_weights(output, self.get_input_embeddings())

    def tie_weights(self):
        for module in self.modules():
            if isinstance(module, PreTrainedModel):
                module.tie_embeddings_and_encoder_decoder()
            if hasattr(module, "_tie_weights"):
                module._tie_weights()
"""
HEAD = ("model.embed_tokens.weight", "model.lm_head.weight")
EXTRA = ("extra.first.weight", "extra.second.weight")


@pytest.mark.parametrize(
    ("rules", "modelling", "expected"),
    [
        (OWN_EMBEDDINGS_ONLY, NESTED, [EXTRA]),
        (OWN_EMBEDDINGS_ONLY, NESTED + DELEGATED, [HEAD]),
        (EVERY_MODEL, NESTED, [HEAD, EXTRA]),
    ],
    ids=["the model's own", "handed on", "every inner model's"],
)
def test_ties_follow_the_rules_of_the_release(
    tmp_path: Path, rules: str, modelling: str, expected: list[tuple[str, str]]
) -> None:
    tree = release(tmp_path, modelling, modeling_utils=rules)
    assert read_model(CONFIG, tree)[1].tied == expected


DECLARED = """
class PreTrainedModel(nn.Module):
    def get_expanded_tied_weights_keys(self, all_submodels=False):
        pass
"""
MAPPING = """
class TinyForCausalLM(PreTrainedModel):
    _tied_weights_keys = {"lm_head.weight": "embed_tokens.weight"}
    def __init__(self, config):
        super().__init__(config)
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
"""
WITHOUT_FLAG = """
from ...configuration_utils import PretrainedConfig

class TinyConfig(PretrainedConfig):
    model_type = "tiny"
    def __init__(self, **kwargs):
        self.hidden_size, self.vocab_size = 8, 16
"""


def test_a_config_without_the_flag_ties_nothing(tmp_path: Path) -> None:
    with_flag = release(tmp_path / "a", MAPPING, modeling_utils=DECLARED)
    without = release(tmp_path / "b", MAPPING, modeling_utils=DECLARED, configuration=WITHOUT_FLAG)
    assert read_model(CONFIG, with_flag)[1].tied == [("embed_tokens.weight", "lm_head.weight")]
    assert read_model(CONFIG, without)[1].tied == []


LOADING = """
class WeightTransform:
    pass
class WeightRenaming(WeightTransform):
    pass
class Pairing(WeightRenaming):
    def __init__(self):
        super().__init__(source_patterns="a", target_patterns="b")
"""
RULES_TABLE = """
from .core_model_loading import Pairing, WeightRenaming
def _build_checkpoint_conversion_mapping():
    mapping = {
        "other": [Pairing(), WeightRenaming("x", "y")],
        "tiny": [%s],
    }
    mapping["more"] = [one for one in mapping["tiny"] if one._original_source_patterns[0].startswith("w")]
    return mapping
"""
EMBEDDING_ONLY = """
class TinyForCausalLM(PreTrainedModel):
    config_class = TinyConfig
    def __init__(self, config):
        super().__init__(config)
        self.embed = nn.Embedding(config.vocab_size, config.hidden_size)
"""


def loaded(folder: Path, rules: str) -> Blueprint:
    tree = release(folder, EMBEDDING_ONLY)
    (folder / "transformers" / "core_model_loading.py").write_text(LOADING)
    (folder / "transformers" / "conversion_mapping.py").write_text(RULES_TABLE % rules)
    return read_blueprint(CONFIG, tree)


def test_another_types_unknown_loading_rule_leaves_our_names_known(tmp_path: Path) -> None:
    blueprint = loaded(tmp_path, 'WeightRenaming("words", "embed")')
    assert [one.name for one in blueprint.checkpoint] == ["words.weight"]
    assert CHECKPOINT_NAMES not in {one.affects for one in blueprint.unknowns}


@pytest.mark.parametrize("rules", ["Pairing()", "WeightRenaming('words', 'embed'), Pairing()", "1 // 0"])
def test_names_on_disk_are_unknown_when_a_rule_of_ours_is(tmp_path: Path, rules: str) -> None:
    """Never the names in memory instead: a file that has the true ones would seem to lack everything."""
    blueprint = loaded(tmp_path, rules)
    assert blueprint.checkpoint == ()
    assert CHECKPOINT_NAMES in {one.affects for one in blueprint.unknowns}
    assert [one.name for one in blueprint.parameters] == ["embed.weight"]
