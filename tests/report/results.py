"""One set of results that every format renders: ordinary ones, and the same with hostile texts in them.

Values are invented; nothing here comes from a run.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from archinspect.records import (
    Acknowledgement,
    Audit,
    Basis,
    Claim,
    ClaimSource,
    Diff,
    Difference,
    Evidence,
    Fact,
    Failure,
    Finding,
    Gap,
    Inherited,
    Lineage,
    Listing,
    ModelEntry,
    ModelReport,
    Novelty,
    Origin,
    Place,
    Reading,
    Reason,
    Registry,
    Relation,
    RuleInfo,
    RuleList,
    Snapshot,
    SourceFile,
    Table,
    Target,
    TensorList,
    Verdict,
)
from archinspect.report import View

SHA = "0123456789abcdef0123456789abcdef01234567"
VERSIONS = {"archinspect": "0.1.0", "transformers": "5.23.0", "huggingface_hub": "2.4.0"}
FAMILIES = {"num_key_value_heads": "attention", "head_dim": "attention", "layer_types": "attention"}
SOURCE = ClaimSource("paper", "A Small Model", "report", "primary", "https://example.org/paper", "2025-02")

HOSTILE = (
    "\x1b[31mred\x1b[0m \x9b2J \u202edlrow\u202c \ud800 \x00\x07\x7f ]]> <b>&amp;</b> "
    "\r\n::error::owned\n##[error]owned %0A @everyone #1 |cell| `tick` [a](javascript:x) "
    "https://evil.example =1+1 \u2028 \ufffe"
)
"""One of everything that some format must not pass on."""


def evidence(location: str, basis: Basis = "stated", *rests_on: Evidence, **raw: Any) -> Evidence:
    """A piece of evidence; `raw=value` quotes it."""
    return Evidence(basis, location, rests_on=rests_on, **raw)


def fact(name: str, value: Any, *found: Evidence, against: tuple[Reading, ...] = ()) -> Fact:
    """A known fact."""
    return Fact(name, value, None, found, against)


HEADS = evidence("config.json#/num_key_value_heads", raw=8)
WIDTH = evidence("config.json#/hidden_size", raw=3072)
FACTS = {
    "num_key_value_heads": fact("num_key_value_heads", 8, HEADS),
    "head_dim": fact(
        "head_dim",
        128,
        evidence("facts:hidden_size,num_attention_heads", "computed", WIDTH, HEADS),
        against=(Reading(96, (evidence("model.safetensors#model.q_proj.weight", "tensor", raw=[96, 8]),)),),
    ),
    "layer_types": fact(
        "layer_types",
        [*(["sliding_attention"] * 5 + ["full_attention"]) * 4, "sliding_attention"],
        evidence("transformers==5.23.0:TinyConfig.layer_types", "default"),
    ),
    "sliding_window": fact("sliding_window", None, evidence("config.json#/sliding_window", raw=None)),
    "norm_type": Fact("norm_type", None, "only the modelling source says", ()),
    "qk_norm": Fact("qk_norm", None, "only the modelling source says", ()),
}
FILES = {"config.json": SourceFile("config.json", b"{}", "a" * 40, "blob_id")}
READ = Snapshot(Target("tiny", "org/tiny"), "read", Origin("hub", "org/tiny", True), SHA, files=FILES)
GATED = Snapshot(
    Target("closed", "org/closed", "main"),
    "gated",
    Origin("hub", "org/closed"),
    error=Failure("gated", "org/closed is gated", "accept its licence, then run `hf auth login`"),
)
FINDINGS = (
    Finding(
        "inert-key", "note", "max_window_layers has no effect", (evidence("config.json#/max_window_layers"),)
    ),
    Finding("eos-mismatch", "error", "two files name two ends", (evidence("config.json#/eos_token_id"),)),
)
MODEL = ModelReport(READ, FACTS, FINDINGS)
CLOSED = ModelReport(GATED, {})


def claim(identity: str, about: str = "num_key_value_heads", line: int = 7, **more: Any) -> Claim:
    """A claim about `tiny`, or about what `subject` says."""
    fields: dict[str, Any] = {"subject": "tiny", "kind": "equals", "params": {"value": 4}, "section": "2.1"}
    return Claim(
        id=identity, about=about, source=SOURCE, place=Place("registry.toml", line), **{**fields, **more}
    )


ACCEPTED = Acknowledgement("the report counts the padding", date(2027, 6, 30))
WRONG = Verdict(claim("tiny/kv-heads"), "contradicted", 4, 8, evidence=(HEADS,))
KNOWN = replace(
    WRONG, claim=claim("tiny/vocabulary", "vocab_size", 17, acknowledged=ACCEPTED), acknowledged=True
)
OPEN = Verdict(
    claim("tiny/norm", "norm_type", 27),
    "undetermined",
    "RMSNorm",
    None,
    Reason("fact_unknown", "only the modelling source says"),
)
BLIND = Verdict(
    claim("closed/heads", line=37, subject="closed"), "undetermined", 32, None, Reason("not_fetched", "gated")
)
FINE = Verdict(claim("tiny/heads", line=47), "confirmed", 8, 8, evidence=(HEADS,), notes=("a default",))
SAID = Verdict(claim("tiny/tokens", "", 57, kind="documented"), "documented", "11T tokens", None)
SET = Verdict(
    claim("all-swiglu", "ffn_type", 67, subject=None, select={"select": "forall", "scope": "current"}),
    "contradicted",
    "SwiGLU",
    {"holds": 1, "breaks": 1},
    counterexamples=({"model": "tiny", "observed": "GeGLU", "evidence": (HEADS,)},),
)
VERDICTS = tuple(sorted((WRONG, KNOWN, OPEN, BLIND, FINE, SAID, SET), key=lambda item: item.claim.id))
AUDIT = Audit((MODEL, CLOSED), VERDICTS, 1, False, VERSIONS)
ENTRY = ModelEntry(
    "tiny",
    "org/tiny",
    None,
    "current",
    Place("registry.toml", 3),
    "tiny",
    "1",
    aliases=("t",),
    claims=(FINE.claim,),
)
REGISTRY = Registry("registry.toml", {"paper": SOURCE}, {"tiny": ENTRY}, ())
OTHER = ModelReport(replace(READ, target=Target("small", "org/small")), FACTS)
DIFF = Diff(
    MODEL,
    OTHER,
    (Difference("head_dim", "attention", FACTS["head_dim"], fact("head_dim", 64, HEADS)),),
    ("layer_types",),
    (Difference("norm_type", "norm", FACTS["norm_type"], FACTS["norm_type"]),),
)
TABLE = Table((MODEL, CLOSED), ("num_key_value_heads", "layer_types", "sliding_window", "norm_type"))
LISTING = Listing((ENTRY,))
RULES = RuleList((RuleInfo("inert-key", "note", "A key that has no effect."),))
TENSORS = TensorList(
    "tiny",
    class_name="TinyForCausalLM",
    source="transformers==5.23.0",
    shapes={"model.embed_tokens.weight": (16, 8), "model.odd": None, "lm_head.weight": (16, 8)},
    tied_to={"lm_head.weight": "model.embed_tokens.weight"},
    gaps=(Gap("a call of odd.thing", "modeling_tiny.py#L12", "model.layers.0.mixer"),),
)
LINEAGE = Lineage(
    MODEL,
    "line",
    ("its card names org/base (finetune)", "tiny is a TinyForCausalLM too"),
    None,
    (Relation(ENTRY, "finetune", True, False, 30, 2), Relation(ENTRY, None, False, True, 3, 20)),
    MODEL,
    "lost",
    (Novelty(DIFF.differences[0], ("other", "third")), Novelty(DIFF.differences[0], ())),
    (Inherited(FACTS["head_dim"], "first"), Inherited(FACTS["layer_types"], "second")),
    DIFF.incomparable,
    (CLOSED,),
)
VIEW = View(families=FAMILIES, versions=VERSIONS, registry=REGISTRY)


def hostile(value: Any, text: str = HOSTILE) -> Any:
    """The same result with `text` after every string that a file or a registry can choose."""
    from dataclasses import fields, is_dataclass

    if is_dataclass(value) and not isinstance(value, type):
        chosen = {one.name: _hostile_field(value, one.name, text) for one in fields(value)}
        return type(value)(**chosen)
    if isinstance(value, str):
        return value + text
    if isinstance(value, dict):
        return {key: hostile(item, text) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(hostile(item, text) for item in value)
    return value


OURS = frozenset(
    [
        "basis",
        "outcome",
        "severity",
        "word",
        "code",
        "check",
        "acknowledged",
        "revision",
        "blob_id",
        "versions",
        "more",
        "listing",
        "place",
        "columns",
    ]
)
"""Fields whose words are archinspect's own."""


def _hostile_field(value: Any, name: str, text: str) -> Any:
    if name in OURS or (name == "kind" and type(value).__name__ == "Origin"):
        return getattr(value, name)
    return hostile(getattr(value, name), text)


RESULTS: dict[str, tuple[Any, View]] = {
    "audit": (AUDIT, VIEW),
    "model": (MODEL, VIEW),
    "model that could not be read": (CLOSED, VIEW),
    "fact": (MODEL, replace(VIEW, fact="head_dim")),
    "claim": (WRONG, replace(VIEW, audit=AUDIT)),
    "claim about a set": (SET, replace(VIEW, audit=AUDIT)),
    "diff": (DIFF, VIEW),
    "table": (TABLE, VIEW),
    "list": (LISTING, VIEW),
    "rules": (RULES, VIEW),
    "lineage": (LINEAGE, VIEW),
    "lineage, all of it": (LINEAGE, replace(VIEW, verbose=True)),
    "no lineage": (Lineage(CLOSED, unknown="the model could not be looked at"), VIEW),
    "tensors": (TENSORS, VIEW),
    "no tensors": (TensorList("closed", "org/closed is gated"), VIEW),
}
