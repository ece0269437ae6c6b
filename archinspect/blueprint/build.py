"""Building the model a config describes: which class, its module tree, its ties."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.errors import BlueprintError
from archinspect.hints import Any

from .configs import build_config, own_class, text_config
from .interp.evaluator import Evaluator
from .interp.values import ClassValue, ConfigObject, ModuleObject, Tensor, Unknown
from .library import auto
from .library.modules import walk
from .ties import tie_modules, tied_groups

_HEADS = (
    "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
    "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES",
    "MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES",
    "MODEL_FOR_VISION_2_SEQ_MAPPING_NAMES",
    "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES",
    "MODEL_MAPPING_NAMES",
)
_AUTO_NAMES = ("AutoModelForCausalLM", "AutoModelForImageTextToText", "AutoModelForSeq2SeqLM", "AutoModel")


class Built:
    """A constructed model: the root module, its config, names of modules and parameters, ties."""

    def __init__(
        self,
        ev: Evaluator,
        cls: ClassValue,
        root: ModuleObject,
        config: ConfigObject,
        text: ConfigObject,
        notes: list[str],
    ) -> None:
        """Not yet enumerated."""
        self.ev = ev
        self.cls = cls
        self.root = root
        self.config = config
        self.text = text
        self.notes = notes
        self.modules: dict[str, ModuleObject] = {}
        self.parameters: dict[str, Tensor] = {}
        self.tied: list[tuple[str, ...]] = []
        self.loading_unknown: Unknown | None = None
        """Why the names in the checkpoint are not known, when they are not."""
        self.unsettled: dict[str, tuple[str, str]] = {}
        """Switches that could not be known, by path: why, and the line."""


def build_model(ev: Evaluator, config: Mapping[str, Any]) -> Built:
    """Construct the model of a config. Raises what ``configs.bounded`` turns into BlueprintError."""
    return build_from(ev, config, *build_config(ev, config))


def build_from(ev: Evaluator, config: Mapping[str, Any], made: ConfigObject, notes: list[str]) -> Built:
    """Construct the model of an interpreted config. Raises as ``build_model``."""
    cls = model_class(ev, config, made, notes)
    ev.recording = True
    root = ev.call(cls, [_config_for(cls, made)], {})
    if isinstance(root, Unknown):
        raise BlueprintError(f"{cls.name}: {root.why} ({root.where})")
    if not isinstance(root, ModuleObject):
        raise BlueprintError(f"{cls.name} did not make a module")
    tie_modules(ev, root)
    built = Built(ev, cls, root, made, text_config(ev, made), notes)
    _enumerate(built)
    return built


def _config_for(cls: ClassValue, made: ConfigObject) -> ConfigObject:
    """The config the class takes: a text class gets a wrapper's text config, as the library passes it."""
    wanted = auto.config_of(cls)
    inner = made.attrs.get("text_config")
    if not isinstance(wanted, ClassValue) or wanted in made.cls.mro:
        return made
    if isinstance(inner, ConfigObject) and wanted in inner.cls.mro:
        return inner
    return made


def model_class(ev: Evaluator, config: Mapping[str, Any], made: ConfigObject, notes: list[str]) -> ClassValue:
    """The class that ``architectures`` names, else the one the mapping tables give for the model type."""
    for name in _AUTO_NAMES:
        own = own_class(ev, config, name)
        if own is not None:
            return own
    stated = config.get("architectures")
    names = [one for one in stated if isinstance(one, str)] if isinstance(stated, list | tuple) else []
    model_type = made.cls.find("model_type")
    model_type = model_type if isinstance(model_type, str) else str(config.get("model_type"))
    place = auto.folder(ev, model_type)
    for name in names[:8]:
        found = auto.class_in(ev, place, name, "modeling") if name.isidentifier() else None
        if found is not None and found.mark("module"):
            return found
    found = _mapped(ev, model_type, place, made)
    if found is None:
        raise BlueprintError(
            f"model type {model_type[:80]!r}: no model class in the tables of {ev.tree.label}"
        )
    if names:
        notes.append(
            f"architectures {names[:3]} is not among the classes of {model_type}: read as {found.name}"
        )
    return found


def _mapped(ev: Evaluator, model_type: str, place: str, made: ConfigObject) -> ClassValue | None:
    for table_name in _HEADS:
        wanted = auto.table(ev, table_name).get(model_type)
        wanted = wanted[0] if isinstance(wanted, tuple | list) and wanted else wanted
        if isinstance(wanted, str):
            found = auto.class_in(ev, place, wanted, "modeling")
            if found is not None:
                return found
    return None


def _enumerate(built: Built) -> None:
    ev = built.ev
    for path, module in walk(built.root):
        ev.budget.tick()
        built.modules[path] = module
        for local, tensor in module.params.items():
            if isinstance(tensor, Tensor):
                built.parameters[f"{path}.{local}" if path else local] = tensor
    limit = ev.budget.limits.parameters
    if len(built.parameters) > limit:
        raise BlueprintError(f"{built.cls.name}: more than {limit} parameters")
    built.tied = tied_groups(built)
