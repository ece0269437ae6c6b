"""Methods of the library's PreTrainedModel that are interpreted as the tree has them, not replaced."""

from __future__ import annotations

import ast

from archinspect.blueprint.interp.definitions import function
from archinspect.blueprint.interp.frame import Frame
from archinspect.blueprint.interp.scope import Scope
from archinspect.blueprint.interp.skeleton import LateFunction
from archinspect.blueprint.interp.values import MISSING, Builtin, StaticMethod
from archinspect.hints import Any

PLACE = "transformers.modeling_utils"
OWNER = "PreTrainedModel"
_DECLARING = "def get_expanded_tied_weights_keys"
_TYING = ("tie_weights", "tie_embeddings_and_encoder_decoder")


def by_mapping(ev: Any) -> bool:
    """Whether this release ties by mappings of names."""
    if ev.ties_by_mapping is None:
        owner = ev.tree.owner(PLACE)
        ev.ties_by_mapping = owner is not None and owner.mentions(PLACE, _DECLARING)
    return bool(ev.ties_by_mapping)


def own_method(ev: Any, name: str) -> Any:
    """The method as a function of the tree's ``modeling_utils``, or MISSING."""
    space = ev.namespace(PLACE)
    if space is None:
        return MISSING
    for entry in space.program.index.get(OWNER, ()):
        for owner in space.program.statements(entry):
            for node in owner.body if isinstance(owner, ast.ClassDef) and owner.name == OWNER else []:
                if isinstance(node, ast.FunctionDef | LateFunction) and node.name == name:
                    node = node.parsed() if isinstance(node, LateFunction) else node
                    node.decorator_list = []
                    made = Frame(ev, space, {}, None, None)
                    function(node, Scope("class", Scope("module")))(made)
                    return made.vars[name]
    return MISSING


def _interpreted(name: str) -> Builtin:
    def run(ev: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        method = MISSING if by_mapping(ev) else own_method(ev, name)
        return None if method is MISSING else ev.call(method, args, kwargs)

    return Builtin(name, run)


OWN_METHODS: dict[str, Any] = {
    **{name: _interpreted(name) for name in _TYING},
    "_tie_encoder_decoder_weights": StaticMethod(_interpreted("_tie_encoder_decoder_weights")),
}
"""By name; they do nothing under a release that declares its ties."""
