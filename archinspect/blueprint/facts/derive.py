"""Every question put to one reading; one whose form does not fit ends in an unknown with its reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from archinspect.blueprint.reading import Reading
from archinspect.blueprint.records import CodeFact

from . import caps, experts, feed_forward, frequencies, output, positions, rotation, sharing, widths, windows
from .attention import Attention, attentions_of
from .crossings import no_attention_beside
from .feed_forward import FeedForward, feed_forwards_of
from .heads import head_facts
from .layers import of_runs
from .norms import Norm, norms_of
from .placement import norm_placement, reading_stream
from .qk_norm import qk_norm
from .sub_norm import sub_norm
from .unclear import UnclearError, agreed, known, unknown
from .view import View

Facts = dict[str, CodeFact]
Question = Callable[[], Any]
FORWARD = [
    "activation",
    "ffn_gated",
    "ffn_type",
    "mlp_bias",
    "norm_type",
    "norm_eps",
    "norm_bias",
    "norm_unit_offset",
    "norm_placement",
    "sub_norm",
    "qk_norm",
    "attention_type",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "attention_bias",
    "attention_sinks",
    "layer_types",
    "sliding_window",
    "position_scheme",
    "rotary_dim",
    "nope_layers",
    "num_experts",
    "num_experts_per_token",
    "moe_layers",
    "moe_intermediate_size",
    "attention_logit_softcapping",
    "final_logit_softcapping",
    "hidden_size",
    "num_hidden_layers",
    "intermediate_size",
    "num_shared_experts",
    "active_parameters",
    "num_key_value_groups",
    "rope_theta",
    "rope_local_theta",
    "rope_type",
]


OF_ATTENTION = [
    "attention_bias",
    "attention_sinks",
    "head_dim",
    "nope_layers",
    "norm_placement",
    "num_attention_heads",
    "num_key_value_groups",
    "num_key_value_heads",
    "qk_norm",
    "sub_norm",
]


ROUTED = [
    "num_experts",
    "num_experts_per_token",
    "moe_layers",
    "moe_intermediate_size",
    "num_shared_experts",
    "active_parameters",
    "intermediate_size",
]


def derive(reading: Reading) -> Facts:
    """Facts of a reading by name (FACTS), those of the forward unknown when it could not be followed."""
    facts: Facts = {}
    where = _made_at(reading)
    _ask(facts, "vocab_size", lambda: output.vocab_size(reading), where)
    _ask(facts, "tie_word_embeddings", lambda: output.tied(reading), where)
    _ask(facts, "lm_head_bias", lambda: output.head_bias(reading), where)
    _ask(facts, "parameters", lambda: output.parameter_totals(reading), where)
    try:
        facts.update(_of_forward(View(reading)))
    except UnclearError as error:
        for name in FORWARD:
            facts.setdefault(name, unknown(error))
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        # A graph no question was made for (no heads, no width): nothing is concluded from it.
        degenerate = UnclearError(f"the forward has a form that is not known ({type(error).__name__})")
        for name in FORWARD:
            facts.setdefault(name, unknown(degenerate))
    facts.update(of_runs(reading, facts))
    return facts


def _made_at(reading: Reading) -> list[str]:
    """Lines where the input embedding and the output head are made."""
    weights = {f"{path}.weight" for path in (reading.embedding_path, reading.head_path) if path}
    lines = [
        one.location for one in reading.parameters.values() if one.name in weights and "#L" in one.location
    ]
    nodes = reading.trace.nodes if reading.trace and not lines else []
    return lines or [
        one.location for one in nodes if one.op == "parameter" and one.meta.get("name") in weights
    ]


def facts_of(blueprint: Reading, trace: Any = None) -> Facts:
    """The same as ``derive``; ``trace`` is the reading's own."""
    return derive(blueprint)


def _ask(facts: Facts, name: str, question: Question, where: list[str]) -> None:
    try:
        facts[name] = known(question(), where)
    except UnclearError as error:
        facts[name] = unknown(error)


def _of_forward(view: View) -> Facts:
    facts: Facts = {}
    try:
        facts.update(_of_layers(view))
    except UnclearError as error:
        for name in FORWARD:
            facts.setdefault(name, unknown(error))
    # What follows the head does not depend on what the layers show.
    _ask(facts, "final_logit_softcapping", lambda: caps.final_cap(view), _made_at(view.reading))
    return facts


def _of_layers(view: View) -> Facts:
    facts: Facts = {}
    layers = view.layers
    where = [line for layer in layers for line in (layer.call.defined, layer.call.location) if "#L" in line]
    _ask(facts, "num_hidden_layers", lambda: len(layers), where)
    _ask(facts, "hidden_size", lambda: view.hidden, where)
    _ask(facts, "position_rows", lambda: positions.table_rows(view), where)
    norms = norms_of(view)
    _norm_facts(facts, view, norms)
    pairs = feed_forwards_of(view, norms)
    _feed_forward_facts(facts, view, pairs)
    try:
        found = attentions_of(view)
        no_attention_beside(view, found)
        _attention_facts(facts, view, found, norms, pairs)
    except UnclearError as error:
        for name in FORWARD:
            facts.setdefault(name, unknown(error))
    return facts


def _norm_facts(facts: Facts, view: View, norms: Mapping[int, Norm]) -> None:
    inside = {layer.call.id for layer in view.layers}
    mine = [norm for norm in norms.values() if norm.parent in inside and norm.width == view.hidden]
    mine = mine or reading_stream(view, norms)
    where = [norm.location for norm in mine]
    _ask(facts, "norm_type", lambda: agreed((norm.formula.label for norm in mine), "norm_type"), where)
    _ask(facts, "norm_eps", lambda: agreed((norm.formula.eps for norm in mine), "norm_eps"), where)
    _ask(facts, "norm_bias", lambda: agreed((norm.formula.bias for norm in mine), "norm_bias"), where)
    _ask(
        facts,
        "norm_unit_offset",
        lambda: agreed((norm.formula.unit for norm in mine), "norm_unit_offset"),
        where,
    )


def _feed_forward_facts(facts: Facts, view: View, pairs: Mapping[int, list[FeedForward]]) -> None:
    where = [one.down.location for layer in pairs.values() for one in layer]
    where = where or [layer.call.location for layer in view.layers]
    _ask(facts, "activation", lambda: feed_forward.activation(view, pairs), where)
    _ask(facts, "ffn_gated", lambda: feed_forward.gated(view, pairs), where)
    _ask(
        facts,
        "ffn_type",
        lambda: feed_forward.ffn_type(feed_forward.activation(view, pairs), feed_forward.gated(view, pairs)),
        where,
    )
    _ask(facts, "mlp_bias", lambda: feed_forward.bias(view, pairs), where)
    try:
        routed = experts.routings_of(view, pairs)
    except UnclearError as error:
        for name in ROUTED:
            facts[name] = unknown(error)
        return
    _ask(facts, "intermediate_size", lambda: widths.intermediate_size(view, pairs, routed), where)
    where = [one.location for one in routed.values()] or where
    _ask(facts, "num_shared_experts", lambda: widths.shared_experts(view, pairs, routed), where)
    _ask(facts, "active_parameters", lambda: widths.active_parameters(view, pairs, routed), where)
    _ask(facts, "num_experts", lambda: experts.num_experts(routed), where)
    _ask(facts, "num_experts_per_token", lambda: experts.per_token(routed), where)
    _ask(facts, "moe_layers", lambda: sorted(routed) if routed else None, where)
    _ask(facts, "moe_intermediate_size", lambda: experts.width(routed), where)


def _attention_facts(
    facts: Facts,
    view: View,
    found: Mapping[int, Attention],
    norms: Mapping[int, Norm],
    pairs: Mapping[int, list[FeedForward]],
) -> None:
    facts.update(head_facts(view, found, norms))
    where = [one.location for one in found.values()] or [layer.call.location for layer in view.layers]
    if found:
        _ask(facts, "kv_makers", lambda: sharing.kv_makers(view, found), where)
        _ask(facts, "qk_norm", lambda: qk_norm(view, found, norms), where)
        _ask(facts, "sliding_window", lambda: windows.sliding_windows(view, found), where)
        _ask(facts, "attention_logit_softcapping", lambda: caps.score_cap(view, found), where)
        _ask(facts, "norm_placement", lambda: norm_placement(view, found, pairs, norms), where)
        _ask(facts, "sub_norm", lambda: sub_norm(view, found, norms, pairs), where)
    else:
        none = unknown(UnclearError("no layer runs softmax attention", view.layers[0].call.defined))
        facts.update(dict.fromkeys(OF_ATTENTION, none))
    _ask(facts, "layer_types", lambda: windows.layer_types(view, found), where)
    _position_facts(facts, view, found)


def _position_facts(facts: Facts, view: View, found: Mapping[int, Attention]) -> None:
    try:
        turns = rotation.turns_of(view, found)
    except UnclearError as error:
        for name in (
            "position_scheme",
            "rotary_dim",
            "nope_layers",
            "rope_theta",
            "rope_local_theta",
            "rope_type",
        ):
            facts[name] = unknown(error)
        return
    where = [one.location for one in turns.values() if one] or [one.location for one in found.values()]
    where = where or [layer.call.location for layer in view.layers]
    _ask(facts, "position_scheme", lambda: positions.position_scheme(view, found, turns), where)
    if found and not any(turns.values()):
        for name in ("rotary_dim", "rope_theta", "rope_local_theta", "rope_type"):
            facts[name] = known(None, where)
        facts["nope_layers"] = unknown(UnclearError("no layer rotates its queries and keys", where[0]))
    if any(turns.values()):
        _ask(facts, "rotary_dim", lambda: rotation.rotary_dim(turns), where)
        _ask(facts, "nope_layers", lambda: rotation.nope_layers(turns), where)
        _frequency_facts(facts, view, turns, where)


def _frequency_facts(
    facts: Facts, view: View, turns: Mapping[int, rotation.Turn | None], where: list[str]
) -> None:
    types = facts["layer_types"].value if "layer_types" in facts else None
    try:
        followed = frequencies.declarations(view, turns)
    except UnclearError as error:
        for name in ("rope_type", "rope_theta", "rope_local_theta"):
            facts[name] = unknown(error)
        return
    _ask(facts, "rope_type", lambda: frequencies.rope_type(followed), where)
    _ask(facts, "rope_theta", lambda: frequencies.rope_thetas(followed, types)[0], where)
    _ask(facts, "rope_local_theta", lambda: frequencies.rope_thetas(followed, types)[1], where)
