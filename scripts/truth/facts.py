"""All measurements of one model: traced forward, evaluated pieces, counted parameters."""

import contextlib
import traceback
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from truth.attention import Attention, attention_facts, attentions, softmax_counts
from truth.build import text_config_of
from truth.experts import expert_facts
from truth.feed_forward import feed_forward_facts, feed_forwards
from truth.graph import Graph, agreed
from truth.masks import recorded
from truth.norms import Norms
from truth.output import cap, embedding_facts, output_facts
from truth.placement import placements
from truth.positions import scheme
from truth.rotation import position_facts, rotation
from truth.tracer import BATCH, SEQUENCE, Tracer


def facts_of(model: nn.Module) -> tuple[dict[str, Any], list[str]]:
    """(facts, notes). A fact that is absent was not measured; None is a measured absence."""
    tags: list[tuple[torch.Tensor, Any]] = []
    tracer = Tracer(model)
    notes: list[str] = []
    for config in filter(None, [model.config, *(getattr(m, "config", None) for m in model.modules())]):
        config._experts_implementation_internal = "eager"
        config.use_cache = False
    try:
        with torch.no_grad(), recorded(tags), _autocast_off_meta(), tracer:
            ids = torch.arange(3, 3 + SEQUENCE)[None].expand(BATCH, -1).clone()
            model(input_ids=ids)
    except Exception as error:
        notes.append(
            f"forward: {type(error).__name__}: {error}"[:300]
            + " @ "
            + " <- ".join(
                f"{f.name}:{f.lineno}" for f in reversed(traceback.extract_tb(error.__traceback__)[-6:])
            )
        )
    graph = Graph(tracer, model)
    if not notes:
        return _measured(
            graph, model, {tracer.of[id(t)].node: p for t, p in tags if id(t) in tracer.of and p}, notes
        ), notes
    return {}, notes


@contextlib.contextmanager
def _autocast_off_meta() -> Iterator[None]:
    """4.x asks for autocast on the tensors' device, which meta does not have, and 5.0 whether it is on."""
    plain, enabled = torch.autocast.__init__, torch.is_autocast_enabled

    def init(self: Any, device_type: str, *args: Any, **kwargs: Any) -> None:
        plain(self, "cpu" if device_type == "meta" else device_type, *args, **kwargs)

    torch.autocast.__init__ = init  # type: ignore[method-assign]
    torch.is_autocast_enabled = lambda *device: enabled(*(d for d in device if d != "meta"))
    try:
        yield
    finally:
        torch.autocast.__init__ = plain  # type: ignore[method-assign]
        torch.is_autocast_enabled = enabled


def _measured(graph: Graph, model: nn.Module, tags: dict[int, Any], notes: list[str]) -> dict[str, Any]:
    norms = Norms(graph.t)
    facts = {**embedding_facts(graph, model), **output_facts(graph, model)}
    if not graph.layers:
        notes.append("no list of layers, or one that is called more or less than once each")
        return facts
    facts["num_hidden_layers"] = len(graph.layers)
    hidden = agreed([graph.width(c.inputs[0]) for c in graph.layers if c.inputs])
    if hidden:
        facts["hidden_size"] = hidden
    facts.update(_norm_facts(graph, norms, hidden))
    found, pairs = attentions(graph, tags), feed_forwards(graph, norms)
    facts.update(feed_forward_facts(graph, pairs, found, hidden))
    facts.update(expert_facts(graph, pairs))
    if facts.get("num_experts", 0) is not None:
        facts.pop("intermediate_size", None)
    counts = softmax_counts(graph)
    if max(counts) == 1:
        facts.update(_attention(graph, model, found, norms))
        if placed := placements(graph, found, pairs, norms):
            facts["norm_placement"] = placed
        if all(one is None or one.mixed is not None for one in found) and any(pairs):
            facts["sub_norm"] = any(p.sub_norm for layer in pairs for p in layer) or any(
                _normed_mix(graph, one, norms) for one in found if one
            )
    elif max(counts) == 0 and graph.layers:
        facts["attention_type"] = "none"
    else:
        notes.append("a layer with more than one attention")
    return facts


def _attention(graph: Graph, model: nn.Module, found: list[Attention | None], norms: Norms) -> dict[str, Any]:
    facts = attention_facts(graph, found, norms)
    layers = [one for one in found if one]
    limit = getattr(text_config_of(model.config), "max_position_embeddings", None)
    windows: list[int | None] | None = None
    types: list[str | None] | None = None
    if all(one.mask for one in layers):
        windows = [None] * len(found)
        types = [None] * len(found)
        for one in layers:
            kind, width = one.mask or ("", None)
            off = kind == "full" or (limit is not None and width is not None and width >= limit)
            windows[one.layer] = width if kind == "sliding" and not off else None
            types[one.layer] = "full_attention" if off else f"{kind}_attention"
        facts["sliding_window"], facts["layer_types"] = windows, types
    if all(one.scores is not None for one in layers):
        caps = [
            cap(
                graph,
                graph.t.back(one.softmax, lambda n, end=one.scores: n.id == end or n.id in graph.linears)[0],
            )
            for one in layers
        ]
        if "?" not in caps and all(c == caps[0] for c in caps):
            facts["attention_logit_softcapping"] = caps[0]
    turns = [rotation(graph, one) for one in layers]
    if not any(isinstance(t, str) for t in turns):
        if not any(turns) and (way := scheme(graph, found)):
            facts["position_scheme"] = way
        facts.update(
            position_facts(turns, text_config_of(model.config), types, [one.layer for one in layers])
        )  # type: ignore[arg-type]
    return facts


def _normed_mix(graph: Graph, one: Attention, norms: Norms) -> bool:
    """A norm between the mixed values and the output projection."""
    if one.o_linear is None or one.mixed is None:
        return False
    passed = set(graph.t.back(one.o_linear.data, lambda n: n.id == one.mixed or n.id in graph.linears)[0])
    return any(graph.t.calls[c].outputs[0] in passed for c in norms.of)


def _norm_facts(graph: Graph, norms: Norms, hidden: int | None) -> dict[str, Any]:
    """Norms of the residual stream: calls at hidden width whose parent is a layer or the model around it."""
    layer_ids = {c.id for c in graph.layers}
    mine = [
        norms.of[c] for c in norms.of if norms.widths[c] == hidden and graph.t.calls[c].parent in layer_ids
    ]
    if not mine:
        return {}
    facts: dict[str, Any] = {}
    for name, value in (
        ("norm_type", agreed([n.label for n in mine])),
        ("norm_eps", agreed([n.eps for n in mine])),
        ("norm_unit_offset", agreed([n.unit for n in mine])),
        ("norm_bias", agreed([n.bias for n in mine])),
    ):
        if value is not None:
            facts[name] = value
    return facts
