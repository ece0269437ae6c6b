"""The tensors that the modelling source builds for a config: names, shapes and ties, without its forward."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.hints import TYPE_CHECKING, Any

from .build import build_model
from .configs import evaluator, model_of_type, run_bounded
from .interp.budget import Limits
from .interp.values import Tensor
from .missing_parts import missing_parts
from .tree import SourceTree, installed_tree

if TYPE_CHECKING:
    from pathlib import Path


class Tensors:
    """What a state dict of the model holds.

    ``shapes``: every parameter's name to its shape, in the order of the modules; None where the size could
    not be worked out. ``tied``: groups of names that are one tensor. ``missing``: parts of the model that may
    hold more, by name, with what is not known and its line; empty when this is all. ``class_name``: the model
    class that was read, ``source`` the release or repository that it was read in.
    """

    __slots__ = ("class_name", "missing", "shapes", "source", "tied")

    def __init__(
        self,
        class_name: str,
        source: str,
        shapes: dict[str, tuple[int, ...] | None],
        tied: list[tuple[str, ...]],
        missing: dict[str, tuple[str, str]],
    ) -> None:
        self.class_name = class_name
        self.source = source
        self.shapes = shapes
        self.tied = tied
        self.missing = missing

    @property
    def tied_to(self) -> dict[str, str]:
        """A tensor's name to the first name of the same tensor."""
        return {name: group[0] for group in self.tied for name in group[1:]}

    def __repr__(self) -> str:
        more = f", {len(self.missing)} parts not known" if self.missing else ""
        return f"<{len(self.shapes)} tensors of {self.class_name} in {self.source}{more}>"


def tensors(config: Mapping[str, Any], *, transformers: Path | str | None = None) -> Tensors:
    """The tensors of the model of ``config``, the content of a config.json, as torch would make them.

    ``transformers`` is a wheel or folder to read instead of the installed release. Raises BlueprintError when
    the source has no class for the config, refuses it, or cannot be read within bounds.
    """
    tree = installed_tree() if transformers is None else SourceTree.from_path(transformers)
    return tensors_of(config, tree)


def tensors_of(config: Mapping[str, Any], tree: SourceTree, *, limits: Limits | None = None) -> Tensors:
    """The same in a tree that is at hand. Raises BlueprintError, and nothing else."""

    def work() -> Tensors:
        built = build_model(evaluator(tree, limits), config)
        shapes = {name: known_shape(one) for name, one in built.parameters.items()}
        return Tensors(built.cls.name, tree.label, shapes, built.tied, missing_parts(built))

    return run_bounded(model_of_type(config), work)


def known_shape(tensor: Tensor) -> tuple[int, ...] | None:
    """A tensor's shape; None unless all of it is known."""
    shape = tensor.shape
    return None if shape is None or None in shape else shape  # type: ignore[return-value]
