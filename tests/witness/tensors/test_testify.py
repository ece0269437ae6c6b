"""What the tensors say of published checkpoints, against torch's own measurements and published figures."""

import json
from typing import Any

import pytest

from archinspect.records import Reading, Unknown
from archinspect.witness import tensors as witness
from tests.conftest import FIXTURES
from tests.witness.checkpoints import checkpoint, header_bytes, snapshot
from tests.witness.tensors.published import entries, index, published, stored_shapes

MEASURED: dict[str, Any] = json.loads((FIXTURES / "measured.json").read_text())["models"]
COMPARED = ("hidden_size", "num_hidden_layers", "intermediate_size", "ffn_gated", "mlp_bias", "norm_bias")
INDEXED = (
    "Qwen/Qwen2.5-7B-Instruct",
    "Qwen/Qwen3-8B",
    "google/gemma-3-4b-it",
    "google/gemma-3-4b-pt",
    "meta-llama/Meta-Llama-3-8B",
    "microsoft/Phi-3.5-mini-instruct",
    "microsoft/Phi-4-mini-instruct",
    "microsoft/phi-2",
)


def said(testimony: Any) -> dict[str, Any]:
    return {name: one.value for name, one in testimony.answers.items() if isinstance(one, Reading)}


@pytest.mark.parametrize("repo", sorted(repo for repo in MEASURED if f"hub:{repo}" in entries()))
def test_agrees_with_torch(repo: str) -> None:
    measured, found = MEASURED[repo]["facts"], said(witness.testify(published(repo)))
    for name in COMPARED:
        assert found[name] == measured[name], name
    assert found["embedding_rows"] == measured["vocab_size"]
    assert found["attention_bias"] == {role: measured[f"attention_bias.{role}"] for role in "qkvo"}
    assert found["qk_norm_stored"] is bool(measured["qk_norm"])
    assert found["lm_head_stored"] is not measured["tie_word_embeddings"]
    assert found["lm_head_bias"] is measured["lm_head_bias"]
    width = measured["head_dim"]
    heads, groups = measured["num_attention_heads"], measured["num_key_value_heads"]
    if "qkv_width" in found:
        assert found["qkv_width"] == (heads + 2 * groups) * width
    else:
        assert (found["q_width"], found["k_width"]) == (heads * width, groups * width)
        assert found["v_width"] == groups * width
    assert found["o_width"] == heads * width
    assert found["checkpoint_parameters"] == measured["parameters.model"]


@pytest.mark.parametrize("repo", INDEXED)
def test_names_are_those_of_the_published_index(repo: str) -> None:
    built = {_plain(name) for name in stored_shapes(entries()[f"hub:{repo}"])}
    assert {_plain(name) for name in index(repo)["weight_map"]} == built


@pytest.mark.parametrize("repo", INDEXED)
def test_an_index_alone_says_what_names_say(repo: str) -> None:
    found = witness.testify(snapshot({"model.safetensors.index.json": index(repo)}))
    whole = said(witness.testify(published(repo)))
    names = (
        "num_hidden_layers",
        "lm_head_stored",
        "attention_bias",
        "mlp_bias",
        "norm_bias",
        "qk_norm_stored",
    )
    assert {name: said(found)[name] for name in names} == {name: whole[name] for name in names}
    unknown = found.answers["embedding_rows"]
    assert isinstance(unknown, Unknown)
    assert "its header was not read" in unknown.reason
    evidence = found.answers["num_hidden_layers"].evidence[0]
    assert evidence.basis == "stated"
    assert evidence.location.startswith("model.safetensors.index.json#/weight_map/")


def test_qwen3_states_its_head_width_by_its_query_norm() -> None:
    found = said(witness.testify(published("Qwen/Qwen3-0.6B")))
    assert (found["head_dim"], found["qk_norm_over"]) == (128, "head")


def test_gemma_through_its_wrapper() -> None:
    testimony = witness.testify(published("google/gemma-3-4b-it"))
    assert testimony.decoder is not None
    assert "language_model" in testimony.decoder.root
    assert said(testimony)["hidden_size"] == 2560
    assert said(testimony)["embedding_rows"] == 262208
    assert said(testimony)["tie_word_embeddings"] is True


def test_sub_norms_of_bitnet() -> None:
    assert said(witness.testify(published("microsoft/bitnet-b1.58-2B-4T")))["sub_norm"] is True


def test_bitnet_packs_four_weights_in_a_byte() -> None:
    """Microsoft's card: 2.41 B parameters, of which the file stores some 0.85 B elements."""
    entry = entries()["hub:microsoft/bitnet-b1.58-2B-4T"]
    packed: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name, shape in stored_shapes(entry).items():
        if name.endswith("_proj.weight"):
            packed[name] = ("U8", (shape[0] // 4, shape[1]))
            packed[name.removesuffix("weight") + "weight_scale"] = ("BF16", (1,))
        else:
            packed[name] = ("BF16", shape)
    testimony = witness.testify(
        snapshot({"config.json": entry["config"]}, {"model.safetensors": header_bytes(packed)})
    )
    found = said(testimony)
    assert found["logical_parameters"] == 2_412_820_480
    assert 0.80e9 < found["checkpoint_parameters"] < 0.90e9
    assert found["k_width"] == 640
    assert set(found["dtype"]) == {"U8", "BF16"}


@pytest.mark.parametrize(
    ("method", "stored"),
    [
        ({"quant_method": "gptq", "bits": 4}, (32, 64)),  # (in / 8, out)
        ({"quant_method": "awq", "bits": 4}, (256, 8)),  # (in, out / 8)
    ],
)
def test_packed_words_are_unpacked(method: dict[str, Any], stored: tuple[int, int]) -> None:
    tensors = {
        "model.embed_tokens.weight": ("F16", (1000, 256)),
        "model.norm.weight": ("F16", (256,)),
        "model.layers.0.input_layernorm.weight": ("F16", (256,)),
        "model.layers.0.self_attn.q_proj.bias": ("F16", (256,)),
    }
    for role, (shape, _) in {
        "q": ((32, 256), 0),
        "k": (stored, 0),
        "v": (stored, 0),
        "o": ((32, 256), 0),
    }.items():
        name = f"model.layers.0.self_attn.{role}_proj"
        shape = shape if role in "kv" or method["quant_method"] == "gptq" else (256, 32)
        tensors |= {f"{name}.qweight": ("I32", shape), f"{name}.scales": ("F16", (2, 64))}
        tensors |= {f"{name}.qzeros": ("I32", (2, 8)), f"{name}.g_idx": ("I32", (256,))}
    config = {"quantization_config": method}
    found = said(
        witness.testify(snapshot({"config.json": config}, {"model.safetensors": header_bytes(tensors)}))
    )
    assert (found["q_width"], found["k_width"], found["v_width"]) == (256, 64, 64)
    assert "attention_bias" not in found  # tools of these methods write biases of zeros
    assert found["logical_parameters"] == 1000 * 256 + 2 * 256 + 256 + 2 * 256 * 256 + 2 * 64 * 256


def test_an_unknown_packing_is_unknown() -> None:
    tensors = {"model.embed_tokens.weight": ("BF16", (8, 4)), "model.layers.0.mlp.w2.weight": ("U8", (2, 2))}
    files = {"config.json": {"quantization_config": {"quant_method": "mystery"}}}
    answer = witness.testify(snapshot(files, {"model.safetensors": header_bytes(tensors)})).answers[
        "logical_parameters"
    ]
    assert isinstance(answer, Unknown)
    assert "mlp.w2.weight is packed" in answer.reason


def test_only_pickles() -> None:
    testimony = witness.testify(snapshot({"config.json": {}}, listing=["pytorch_model.bin", "config.json"]))
    for name in ("checkpoint_parameters", "embedding_rows", "lm_head_stored"):
        answer = testimony.answers[name]
        assert isinstance(answer, Unknown)
        assert "*.bin" in answer.reason
        assert "never opened" in answer.reason


def test_a_broken_shard_is_unknown_and_named() -> None:
    weight_map = {
        "model.embed_tokens.weight": "model-00001-of-00002.safetensors",
        "x": "model-00002-of-00002.safetensors",
    }
    headers = {
        "model-00001-of-00002.safetensors": header_bytes({"model.embed_tokens.weight": ("BF16", (4, 4))}),
        "model-00002-of-00002.safetensors": b"{",
    }
    testimony = witness.testify(
        snapshot({"model.safetensors.index.json": {"weight_map": weight_map}}, headers)
    )
    answer = testimony.answers["checkpoint_parameters"]
    assert isinstance(answer, Unknown)
    assert answer.reason.startswith("model-00002-of-00002.safetensors: the header is not JSON")
    assert list(testimony.inventory.problems) == ["model-00002-of-00002.safetensors"]


def test_draft_layers_are_not_layers() -> None:
    shapes = stored_shapes(entries()["default:llama"])
    shapes |= {
        name.replace("layers.0.", "layers.32."): s for name, s in shapes.items() if "layers.0." in name
    }
    shapes["model.layers.32.eh_proj.weight"] = (4096, 8192)
    testimony = witness.testify(checkpoint(shapes))
    assert said(testimony)["num_hidden_layers"] == 32
    assert testimony.decoder is not None
    assert testimony.decoder.draft_layers == {32}


def test_experts() -> None:
    found = said(witness.testify(checkpoint(stored_shapes(entries()["default:mixtral"]))))
    assert found["num_experts"] == 8
    assert found["moe_layers"] == list(range(32))
    assert found["moe_intermediate_size"] == 14336
    assert "intermediate_size" not in found


def test_transposed_and_fused_projections_of_gpt2() -> None:
    found = said(witness.testify(checkpoint(stored_shapes(entries()["default:gpt2"]))))
    assert (found["qkv_width"], found["o_width"], found["intermediate_size"]) == (2304, 768, 3072)
    assert found["ffn_gated"] is False


def test_every_type_of_transformers_is_read_without_an_error() -> None:
    for entry in entries().values():
        found = said(witness.testify(checkpoint(stored_shapes(entry))))
        total = sum(_product(shape) for shape in stored_shapes(entry).values())
        assert found["checkpoint_parameters"] == total, entry["id"]


def _product(shape: tuple[int, ...]) -> int:
    total = 1
    for size in shape:
        total *= size
    return total


def _plain(name: str) -> str:
    """Without the wrappers that newer versions of transformers name differently."""
    for part in ("language_model.model.", "model.language_model.", "model.", "language_model."):
        name = name.removeprefix(part)
    return name.replace("vision_tower.vision_model.", "vision_tower.")
