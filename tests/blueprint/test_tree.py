"""Where source is read from: installed, unpacked and zipped, and never outside."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from archinspect.blueprint.resolved import resolve_config
from archinspect.blueprint.tree import SourceTree, installed_tree
from archinspect.errors import BlueprintError

NEEDED = ("__init__.py", "configuration_utils.py", "modeling_rope_utils.py")


def package_of(folder: Path) -> Path:
    """A transformers package with the few files a llama config needs."""

    tree = installed_tree()
    names = [
        "transformers",
        "transformers.configuration_utils",
        "transformers.modeling_rope_utils",
        "transformers.generation.configuration_utils",
        "transformers.models.auto.configuration_auto",
        "transformers.models.auto.auto_mappings",
        "transformers.models.llama.configuration_llama",
        "transformers.utils.type_validators",
        "transformers.integrations.heterogeneity.configuration_utils",
    ]
    for name in names:
        found = tree.source(name)
        assert found is not None
        text, label, _ = found
        place = folder / "transformers" / label.partition(":")[2]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder / "transformers"


def test_installed_is_found_without_importing_it() -> None:
    assert installed_tree().label.startswith("transformers==")
    code = (
        "import sys; from archinspect.blueprint.tree import SourceTree; "
        "SourceTree.installed(); sys.exit('transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_directory_and_wheel_read_alike(tmp_path: Path) -> None:
    package = package_of(tmp_path)
    wheel = tmp_path / "transformers-0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for one in package.rglob("*.py"):
            archive.write(one, one.relative_to(tmp_path))
    expected = resolve_config({"model_type": "llama", "hidden_size": 64}, installed_tree()).values
    for place in (package, tmp_path, wheel):
        tree = SourceTree.from_path(place)
        assert tree.version == installed_tree().version
        assert resolve_config({"model_type": "llama", "hidden_size": 64}, tree).values == expected
        assert tree.digest


def test_digest_follows_content(tmp_path: Path) -> None:
    base = installed_tree()
    first, second = (SourceTree.from_files({"a.py": text}, base) for text in (b"x = 1", b"x = 2"))
    assert first.digest != second.digest
    assert first.digest == SourceTree.from_files({"a.py": b"x = 1"}, base).digest


@pytest.mark.parametrize(
    "name", ["transformers.../etc/passwd", "transformers...x", "transformers/x", "transformers.a b", ""]
)
def test_names_that_are_not_dotted_identifiers_are_not_modules(name: str) -> None:
    assert installed_tree().source(name) is None


def test_links_out_of_the_package_are_not_followed(tmp_path: Path) -> None:
    package = package_of(tmp_path)
    (package / "models" / "out.py").symlink_to("/etc/hostname")
    assert SourceTree.from_path(package).source("transformers.models.out") is None


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken"])
def test_what_is_no_wheel_is_our_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.whl").write_bytes(content)
    for place in (tmp_path / "x.whl", tmp_path, tmp_path / "missing"):
        with pytest.raises(BlueprintError):
            SourceTree.from_path(place)


def test_links_inside_the_package_are_followed(tmp_path: Path) -> None:
    package = package_of(tmp_path)
    (package / "models" / "other").mkdir()
    (package / "models" / "other" / "modeling_other.py").symlink_to(
        package / "models" / "llama" / "configuration_llama.py"
    )
    (package / "models" / "linked").symlink_to(package / "models" / "llama")
    tree = SourceTree.from_path(package)
    for module in ("other.modeling_other", "linked.configuration_llama"):
        found = tree.source(f"transformers.models.{module}")
        assert found is not None and "class LlamaConfig" in found[0]


def test_folders_that_lead_out_of_the_package_are_not_followed(tmp_path: Path) -> None:
    package = package_of(tmp_path)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "configuration_llama.py").write_text("x = 1\n")
    (package / "models" / "away").symlink_to(outside)
    tree = SourceTree.from_path(package)
    assert tree.source("transformers.models.away.configuration_llama") is None


def test_a_file_is_searched_and_placed_without_being_decoded(tmp_path: Path) -> None:
    package = package_of(tmp_path)
    (package / "strange.py").write_bytes(b"x = 1  # \xff\n")
    tree = SourceTree.from_path(package)
    assert tree.mentions("transformers.strange", "x = 1")
    assert not tree.mentions("transformers.strange", "y = 1")
    assert not tree.mentions("transformers.absent", "x")
    assert tree.place("transformers.strange") == f"{tree.label}:strange.py"
    assert tree.place("transformers.absent") is None
    with pytest.raises(BlueprintError, match=r"strange\.py: not UTF-8"):
        tree.source("transformers.strange")
