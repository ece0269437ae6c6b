"""Which files are read."""

from __future__ import annotations

import pytest

from archinspect.sources.files import is_safe_path, select, wanted, weight_files


def test_config_first_then_metadata_and_code_when_asked() -> None:
    listed = [
        "tokenizer.json",
        "modeling_x.py",
        "sub/inner.py",
        "chat_template.jinja",
        "config.json",
        "model.safetensors",
        "README.md",
        "x.safetensors.index.json",
    ]
    small = ["config.json", "chat_template.jinja", "x.safetensors.index.json"]
    assert select(listed, code=False) == small
    assert select(listed, code=True) == ["config.json", "chat_template.jinja", "modeling_x.py", small[2]]
    assert "tokenizer.json" in select(listed, code=False, extra=["tokenizer.json"])


def test_weights_are_the_conventional_files_when_there_are_any() -> None:
    shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    beside = ["consolidated.safetensors", "adapter_model.safetensors", "vae/model.safetensors"]
    assert weight_files([*shards, *beside]) == shards
    assert weight_files(["model.safetensors", *beside]) == ["model.safetensors"]
    assert weight_files(["pytorch_x.safetensors", *beside]) == [
        "consolidated.safetensors",
        "pytorch_x.safetensors",
    ]


@pytest.mark.parametrize(
    "path",
    [
        "../config.json",
        "/etc/passwd",
        "a/../b",
        "a//b",
        "C:\\x",
        "con\x00fig",
        "a\n.json",
        "x/.",
        "",
        "a" * 300,
    ],
)
def test_paths_that_could_leave_the_folder_are_not_safe(path: str) -> None:
    assert not is_safe_path(path)
    assert select([path], code=True) == []


def test_files_of_other_kinds_have_no_row() -> None:
    assert wanted("pytorch_model.bin") is None
    assert wanted("model.safetensors") is None
