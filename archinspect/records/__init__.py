"""The records that pass between the stages: frozen, typed, without behaviour that needs a stage.

registry -> Registry, ModelEntry, Claim · sources -> Snapshot · derive -> Fact · rules -> Finding ·
check -> Verdict · pipeline -> ModelReport, Audit. Words and shapes are those of docs/contract.md.
"""

from archinspect.records.config import ClassView, Config, Scope, pointer
from archinspect.records.evidence import (
    ABSENT,
    BASES,
    Absent,
    Answer,
    Basis,
    Evidence,
    Fact,
    Facts,
    Json,
    Reading,
    Testimony,
    Unknown,
)
from archinspect.records.registry import (
    Acknowledgement,
    Claim,
    ClaimSource,
    ModelEntry,
    Place,
    Registry,
)
from archinspect.records.results import (
    Audit,
    Finding,
    ModelReport,
    Reason,
    ReasonCode,
    Severity,
    Verdict,
    VerdictWord,
)
from archinspect.records.snapshot import (
    Check,
    Failure,
    ListedFile,
    Origin,
    OriginKind,
    Outcome,
    Snapshot,
    SourceFile,
    Target,
    git_blob_id,
)

__all__ = [
    "ABSENT",
    "BASES",
    "Absent",
    "Acknowledgement",
    "Answer",
    "Audit",
    "Basis",
    "Check",
    "Claim",
    "ClaimSource",
    "ClassView",
    "Config",
    "Evidence",
    "Fact",
    "Facts",
    "Failure",
    "Finding",
    "Json",
    "ListedFile",
    "ModelEntry",
    "ModelReport",
    "Origin",
    "OriginKind",
    "Outcome",
    "Place",
    "Reading",
    "Reason",
    "ReasonCode",
    "Registry",
    "Scope",
    "Severity",
    "Snapshot",
    "SourceFile",
    "Target",
    "Testimony",
    "Unknown",
    "Verdict",
    "VerdictWord",
    "git_blob_id",
    "pointer",
]
