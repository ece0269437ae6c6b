"""Class names out of a transformers' mapping tables, however it is at hand."""

import zipfile
from pathlib import Path

from archinspect.witness.architectures import known_architectures

TABLE = 'NAMES = OrderedDict([("llama", "LlamaForCausalLM"), ("xlstm", "xLSTMForCausalLM")])'


def test_the_installed_transformers_knows_common_classes() -> None:
    known = known_architectures()
    assert known is not None
    assert {"LlamaForCausalLM", "Qwen3ForCausalLM", "xLSTMForCausalLM"} <= known
    assert "LlamaForCasualLM" not in known


def test_a_folder_or_a_wheel(tmp_path: Path) -> None:
    table = tmp_path / "src" / "transformers" / "models" / "auto" / "modeling_auto.py"
    table.parent.mkdir(parents=True)
    table.write_text(TABLE)
    wheel = tmp_path / "transformers-9-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("transformers/models/auto/modeling_auto.py", TABLE)
    for place in (tmp_path, wheel):
        assert known_architectures(place) == {"LlamaForCausalLM", "xLSTMForCausalLM"}


def test_what_is_no_transformers(tmp_path: Path) -> None:
    (tmp_path / "broken.whl").write_bytes(b"PK")
    assert known_architectures(tmp_path) is None
    assert known_architectures(tmp_path / "broken.whl") is None
