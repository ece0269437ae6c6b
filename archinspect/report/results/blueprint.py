"""What the modelling source builds: modules, tensors, totals, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator

from archinspect.records import BuiltModel, Json, ModuleNode, Tensor
from archinspect.report._document import (
    Block,
    Document,
    Entry,
    Field,
    Heading,
    Text,
    Tree,
    code,
    joined,
    plain,
)
from archinspect.report._engine import Presentation, Rows, as_rows
from archinspect.report._view import View
from archinspect.report.results._data import gap_data
from archinspect.report.results._lines import counted, gap_entry, value_line

COLUMNS = ("tensor", "shape", "elements", "tied_to", "location")


def document(model: BuiltModel, view: View) -> Document:
    """The module tree with equal neighbours folded; every tensor with `--tensors`."""
    title = model.snapshot.target.model
    if model.root is None:
        return Document(
            title, (Entry(plain(f"no blueprint of {title}", "doubt"), (Field("", plain(_why(model))),)),)
        )
    blocks: list[Block] = [_head(model), _tree(model.root, view)]
    blocks += _keys(model)
    if model.gaps:
        blocks.append(Heading(plain("could not be read"), 2))
        blocks += [gap_entry(gap) for gap in model.gaps]
    total = model.totals.get("model")
    summary = f"{counted(len(model.tensors), 'tensor')}, "
    summary += f"{total:,} parameters" if total is not None else "an unknown number of parameters"
    return Document(title, tuple(blocks), plain(summary))


def data(model: BuiltModel, view: View) -> dict[str, Json]:
    """Everything, unfolded."""
    return {
        "model": model.snapshot.target.model,
        "problem": _why(model) if model.root is None else None,
        "class": model.class_name,
        "config_class": model.config_class,
        "source": model.source,
        "location": model.location,
        "parameters": dict(model.totals),
        "state_dict_names": [_tensor(one) for one in model.tensors],
        "checkpoint_names": [
            {"name": one.name, "shape": _sizes(one.shape), "parameters": list(one.parameters)}
            for one in model.stored
        ],
        "config_keys_read": dict(sorted(model.keys_read.items())),
        "config_keys_supplied": dict(model.keys_supplied),
        "config_keys_unread": list(model.keys_unread),
        "unknowns": [gap_data(gap) for gap in model.gaps],
        "notes": list(model.notes),
    }


def rows(model: BuiltModel, view: View) -> Rows:
    """A row per tensor."""
    return as_rows(
        COLUMNS, [[one.name, _sized(one), _count(one), one.tied_to, one.location] for one in model.tensors]
    )


def _why(model: BuiltModel) -> str:
    error = model.snapshot.error
    return model.problem or (error.message if error else "config.json could not be read")


def _head(model: BuiltModel) -> Entry:
    totals = [
        Field(name, code(f"{value:,}" if value is not None else "unknown"))
        for name, value in model.totals.items()
    ]
    notes = [Field("note", plain(note)) for note in model.notes]
    head = (Text(model.class_name, "strong", code=True), Text(f"  {model.location}", "quiet", code=True))
    return Entry(head, (*totals, *notes))


def _keys(model: BuiltModel) -> Iterator[Block]:
    """What the source reads that config.json does not say, and what config.json says for nothing."""
    if model.keys_supplied:
        title = "read, not written in config.json: the config class supplies"
        yield Entry(plain(title), tuple(_supplied(model)))
    if model.keys_unread:
        names = joined([code(key) for key in model.keys_unread])
        title = "written in config.json, read by neither constructors nor forward"
        yield Entry(plain(title), (Field("", names),))


def _supplied(model: BuiltModel) -> Iterator[Field]:
    for key, value in model.keys_supplied.items():
        where = model.keys_read[key].removeprefix(f"{model.source}:")  # the head names it
        yield Field(key, value_line(value), code(where, "quiet"))


def _tree(node: ModuleNode, view: View) -> Tree:
    children = [_tree(child, view) for child in node.children]
    own = [_tensor_line(tensor) for tensor in node.tensors] if _lists_tensors(view) else []
    return Tree((*_label(node), *_brief(node, view)), (*own, *children))


def _label(node: ModuleNode) -> Iterator[Text]:
    if node.name:
        yield Text(node.name, "strong", code=True)
        yield Text(" ")
    yield Text(node.class_name or "(no module)", code=True)
    if node.count > 1:
        yield Text(f" x{node.count}", "good")
    if node.elements:
        each = " each" if node.count > 1 else ""
        yield Text(f"  {node.elements:,}{each}", "quiet")


def _brief(node: ModuleNode, view: View) -> Iterator[Text]:
    """The shapes of a leaf's tensors beside it, where tensors have no lines of their own."""
    if _lists_tensors(view):
        return
    for tensor in node.tensors:
        tie = f" = {tensor.tied_to}" if tensor.tied_to else ""
        yield Text(f"  {tensor.name.rpartition('.')[2]} {_sized(tensor)}{tie}", code=True)


def _tensor_line(tensor: Tensor) -> Tree:
    tie = f" = {tensor.tied_to}" if tensor.tied_to else ""
    return Tree(
        (
            Text(f"{tensor.name} {_sized(tensor)}{tie}", code=True),
            Text(f"  {tensor.location}", "quiet", code=True),
        )
    )


def _lists_tensors(view: View) -> bool:
    return view.tensors


def _tensor(one: Tensor) -> dict[str, Json]:
    return {"name": one.name, "shape": _sizes(one.shape), "tied_to": one.tied_to, "location": one.location}


def _sizes(shape: tuple[int, ...] | None) -> Json:
    return None if shape is None else list(shape)


def _sized(tensor: Tensor) -> str:
    return "[?]" if tensor.shape is None else f"[{', '.join(map(str, tensor.shape))}]"


def _count(tensor: Tensor) -> Json:
    if tensor.shape is None:
        return None
    total = 1
    for size in tensor.shape:
        total *= size
    return total


BLUEPRINT = Presentation("blueprint", BuiltModel, document, data, rows)
