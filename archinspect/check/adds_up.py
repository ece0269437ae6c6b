"""`kind = "adds-up"`: do the documented dimensions give the documented total? No file is needed."""

from __future__ import annotations

from collections.abc import Mapping

from archinspect.check._engine import claims_kind
from archinspect.check._judgement import Judgement, unsettled
from archinspect.check._values import UNITS, number, scales
from archinspect.check._world import Ask
from archinspect.records import Claim, Json
from archinspect.records.vocabulary import FieldSpec

DEFAULT_TOLERANCE = 0.02
NEEDED = ("hidden_size", "num_hidden_layers", "intermediate_size", "num_attention_heads", "vocab_size")


@claims_kind(
    "adds-up",
    FieldSpec("value", "number", "the total as printed", required=True),
    FieldSpec("unit", "string", "K, M, B or T; none when the figure is whole", choices=tuple(UNITS)),
    FieldSpec("tolerance", "tolerance", f"relative; {DEFAULT_TOLERANCE} when absent"),
    FieldSpec("dimensions", "claims", "the claims that document the dimensions", required=True),
    FieldSpec("tied", "boolean", "whether input and output share one embedding", required=True),
)
def adds_up(ask: Ask) -> Judgement:
    """A dense gated decoder of the documented dimensions has the documented number of parameters."""
    params = ask.claim.params
    documented = _documented(ask, params["dimensions"])
    missing = [name for name in NEEDED if name not in documented]
    if missing:
        return unsettled("fact_unknown", f"no claim in 'dimensions' documents {', '.join(missing)}")
    total = dense_parameters(documented, tied=params["tied"])
    wanted = params["value"] * scales(params.get("unit"), 1000)[0]
    holds = abs(total - wanted) <= params.get("tolerance", DEFAULT_TOLERANCE) * wanted
    note = f"the documented dimensions give {total:,.0f}, {(total - wanted) / wanted:+.1%} against the total"
    return Judgement("holds" if holds else "breaks", total, notes=(note,))


def dense_parameters(dims: Mapping[str, float], tied: bool) -> float:
    """Parameters of a decoder with separate q, k, v, o and gate, up, down, without biases.

    Two norms per layer and one at the end; the head is counted once more unless `tied`.
    """
    hidden, heads = dims["hidden_size"], dims["num_attention_heads"]
    width = dims.get("head_dim", hidden / heads)
    projections = 2 * hidden * width * (heads + dims.get("num_key_value_heads", heads))
    layer = projections + 3 * hidden * dims["intermediate_size"] + 2 * hidden
    embeddings = dims["vocab_size"] * hidden * (1 if tied else 2)
    return dims["num_hidden_layers"] * layer + embeddings + hidden


def _documented(ask: Ask, ids: list[str]) -> dict[str, float]:
    claims: dict[str, Claim] = {claim.id: claim for claim in ask.world.registry.all_claims()}
    found = {claims[id_].about: _figure(claims[id_].params) for id_ in ids if id_ in claims}
    return {about: value for about, value in found.items() if value is not None}


def _figure(params: Mapping[str, Json]) -> float | None:
    value = number(params.get("value"))
    return None if value is None else value * scales(params.get("unit"), 1000)[0]
