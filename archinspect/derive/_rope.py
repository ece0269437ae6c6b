"""Rotary settings in all their spellings, brought into one.

Until transformers 4: `rope_theta` beside `rope_scaling` {type | rope_type, factor, ...}. Since 5:
`rope_parameters` {rope_type, rope_theta, ...}, or one such block per layer type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from archinspect.records import Answer, Config, Evidence, Json, Reading, Unknown, pointer

NOT_SCALING = ("rope_type", "type", "rope_theta", "partial_rotary_factor")
GLOBAL, LOCAL = "full_attention", "sliding_attention"


class RopeBlock(Struct, frozen=True):
    """The rotary settings of one kind of layer, and where they are written or come from."""

    values: Mapping[str, Json]
    evidence: Mapping[str, Evidence]
    whole: Evidence

    def answer(self, key: str) -> Iterator[Answer]:
        if key in self.values:
            yield Reading(self.values[key], (self.evidence.get(key, self.whole),))


def rope_block(config: Config, kind: str = GLOBAL) -> RopeBlock | None:
    """The settings of global layers, or of local ones; None when the config has none for them."""
    written = _written(config, kind)
    effective = _of_kind(_effective(config), kind)
    if effective is None or config.class_view is None:
        return written
    whole = Evidence("default", config.class_view.location("rope_parameters"))
    evidence = dict(written.evidence) if written else {}
    for key, value in effective.items():
        said = written.values.get(key) if written else None
        if said is None or said != value:
            evidence[key] = whole
    return RopeBlock(effective, evidence, written.whole if written else whole)


def layer_kinds_differ(config: Config) -> bool:
    """Whether the config gives local layers settings of their own."""
    blocks = _effective(config)
    return (blocks is not None and _nested(blocks)) or "rope_local_base_freq" in config.text.written


def scaling(values: Mapping[str, Json]) -> Json:
    """The contract's `rope_scaling`: null, or every parameter but type, theta and share."""
    kind = values.get("rope_type", values.get("type"))
    if kind in (None, "default"):
        return None
    return {key: value for key, value in values.items() if key not in NOT_SCALING}


def _effective(config: Config) -> Mapping[str, Json] | None:
    value = config.text.effective.get("rope_parameters")
    return value if isinstance(value, Mapping) and value else None


def _nested(blocks: Mapping[str, Json]) -> bool:
    return all(isinstance(value, Mapping) or value is None for value in blocks.values())


def _of_kind(blocks: Mapping[str, Json] | None, kind: str) -> Mapping[str, Json] | None:
    if blocks is None or not _nested(blocks):
        return blocks
    block = blocks.get(kind) or (next(iter(blocks.values())) if kind == GLOBAL else None)
    return block if isinstance(block, Mapping) else None


def _written(config: Config, kind: str) -> RopeBlock | None:
    """What config.json itself writes, without its class."""
    text = config.text.written
    values: dict[str, Json] = {}
    evidence: dict[str, Evidence] = {}
    for container in ("rope_scaling", "rope_parameters"):
        block = text.get(container)
        inner = f"{config.text.at}{pointer(container)}"
        if isinstance(block, Mapping) and block and _nested(block):
            chosen = kind if kind in block else next(iter(block))
            block, inner = block[chosen], inner + pointer(chosen)
        for key, value in block.items() if isinstance(block, Mapping) else ():
            key_there = "rope_type" if key == "type" else key
            values[key_there] = value
            evidence[key_there] = Evidence("stated", f"config.json#{inner}{pointer(key)}", value)
    for key in ("rope_theta", "partial_rotary_factor", "rope_type"):
        local = key == "rope_theta" and kind == LOCAL and "rope_local_base_freq" in text
        name: str | None = "rope_local_base_freq" if local else config.text.spelled(key)
        beaten = key == "rope_type" and key in values  # by the block that it would name
        if name is not None and text.get(name) is not None and not beaten:
            values[key] = text[name]
            evidence[key] = config.text.stated(name)
    if not values:
        return None
    containers = [config.text.stated(name) for name in ("rope_parameters", "rope_scaling") if text.get(name)]
    return RopeBlock(values, evidence, (containers or list(evidence.values()))[0])


def unknown_rope() -> Unknown:
    return Unknown(
        "config.json writes no rotary settings and no class supplies any; the modelling source would settle"
    )
