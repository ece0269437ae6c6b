"""The loopback Hub, asked by the real client: it is a Hub to huggingface_hub, errors included."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.file_download import get_hf_file_metadata, hf_hub_url
from loopback_hub import Fault, LoopbackHub, Repository

from .conftest import CONFIG, FILES


@pytest.fixture
def api(hub: LoopbackHub) -> HfApi:
    return HfApi(endpoint=hub.endpoint)


def test_model_info(api: HfApi, hub: LoopbackHub) -> None:
    info = api.model_info("org/name", files_metadata=True)
    assert info.sha == hub.repositories["org/name"].sha
    siblings = {sibling.rfilename: sibling for sibling in info.siblings or []}
    assert siblings["config.json"].size == len(CONFIG)
    assert siblings["model.safetensors"].lfs is not None
    assert info.card_data is not None
    assert info.card_data.license == "mit"


def test_the_tree(api: HfApi) -> None:
    assert {entry.path for entry in api.list_repo_tree("org/name", recursive=True)} == set(FILES)


def test_metadata_of_small_and_large_files(api: HfApi, hub: LoopbackHub) -> None:
    small = get_hf_file_metadata(hf_hub_url("org/name", "config.json", endpoint=hub.endpoint))
    assert (small.commit_hash, small.size) == (hub.repositories["org/name"].sha, len(CONFIG))
    large = get_hf_file_metadata(hf_hub_url("org/name", "model.safetensors", endpoint=hub.endpoint))
    assert large.location.startswith(hub.cdn)
    assert len(large.etag or "") == 64


def test_downloads(api: HfApi, tmp_path: Path) -> None:
    folder = Path(snapshot_download("org/name", cache_dir=tmp_path))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES


def test_safetensors_headers_by_range(api: HfApi, hub: LoopbackHub) -> None:
    metadata = api.get_safetensors_metadata("org/name")
    assert metadata.parameter_count == {"F32": 2}
    assert any("range" in request.headers for request in hub.requests if request.origin == "cdn")


def test_refusals(api: HfApi, hub: LoopbackHub, tmp_path: Path) -> None:
    hub.add(Repository("org/gated", FILES, gated=True))
    hub.add(Repository("org/private", FILES, private=True))
    with pytest.raises(GatedRepoError):
        hf_hub_download("org/gated", "config.json", cache_dir=tmp_path)
    with pytest.raises(RepositoryNotFoundError):
        hf_hub_download("org/none", "config.json", cache_dir=tmp_path, token="hf_member")
    with pytest.raises(HfHubHTTPError, match="401"):
        hf_hub_download("org/private", "config.json", cache_dir=tmp_path)
    with pytest.raises(RevisionNotFoundError):
        hf_hub_download("org/name", "config.json", revision="nowhere", cache_dir=tmp_path)
    with pytest.raises(EntryNotFoundError):
        hf_hub_download("org/name", "nothing.json", cache_dir=tmp_path)
    with pytest.raises(HfHubHTTPError, match="Invalid credentials"):
        api.model_info("org/name", token="hf_wrong")
    assert hf_hub_download("org/gated", "config.json", cache_dir=tmp_path, token="hf_member")


def test_a_renamed_repository(api: HfApi, hub: LoopbackHub, tmp_path: Path) -> None:
    hub.add(Repository("org/new", FILES, renamed_from="org/old"))
    assert api.model_info("org/old").id == "org/new"
    assert Path(hf_hub_download("org/old", "config.json", cache_dir=tmp_path)).read_bytes() == CONFIG


def test_what_the_library_does_not_notice(api: HfApi, hub: LoopbackHub, tmp_path: Path) -> None:
    """Why bytes are compared with the listing: the library compares lengths only."""
    hub.fault("flip", r"GET /api/resolve-cache/.*config\.json")
    assert Path(hf_hub_download("org/name", "config.json", cache_dir=tmp_path)).read_bytes() != CONFIG


def test_a_fault_that_does_not_exist() -> None:
    import re

    with pytest.raises(ValueError, match="no fault"):
        Fault("nonsense", re.compile("."))
