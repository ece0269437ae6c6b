"""The versions a result depends on."""

from __future__ import annotations

PACKAGES = ("archinspect", "transformers", "huggingface_hub")


def all_versions() -> dict[str, str]:
    """Installed version of each package, "not installed" where it is missing. Imports none of them."""
    return {package: installed(package) for package in PACKAGES}


def installed(package: str) -> str:
    """The installed version, or "not installed"."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
