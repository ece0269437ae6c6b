"""Fill the bundled snapshot from a folder of copied files: `import_snapshot.py FOLDER [DESTINATION]`.

FOLDER holds `<org>/<name>/<file>` and PROVENANCE.json, a list of {repo, file, source, sha256,
git_blob_sha1, bytes, exact, note}. Only the small files archinspect reads are taken, byte for byte;
`exact: false` never. A copy counts as `published_digest` only when the note says which published
digest of this repository it was compared with, else as `unverified`. `archinspect registry refresh`
replaces these entries by files read from the Hub itself.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from archinspect.records import git_blob_id
from archinspect.sources.bundled import FOLDER, MANIFEST, folder_name
from archinspect.sources.files import wanted

DIGEST_NAMED = re.compile(r"digest|sha-?256|git blob|blob name", re.IGNORECASE)
OTHER_REPOSITORY = re.compile(r"listing of the Hub cache of (\S+)")
REVISION = re.compile(r"revision ([0-9a-f]{40})")
SAYS_IT_WAS_EDITED = re.compile(rb"\bedits? made by\b|\bmodified by\b", re.IGNORECASE)
PUBLIC_SOURCE = re.compile(r"(?:github|pypi|npm):[^\s()]+")
ANYTHING_PRIVATE = re.compile(r"\b\d{8,}\b|public (?:digest )?record id|index id")


def main(source: Path, destination: Path) -> None:
    """Write every repository's files and one manifest."""
    repositories: dict[str, dict[str, Any]] = {}
    for record in json.loads((source / "PROVENANCE.json").read_bytes()):
        row = wanted(record["file"])
        if (
            row is None
            or row.kind != "metadata"
            or record["exact"] is False
            or says_it_was_edited(source, record)
        ):
            continue
        entry = repositories.setdefault(record["repo"], {"revision": None, "files": {}})
        entry["files"][record["file"]] = copy(source, destination, record)
    for entry in repositories.values():
        entry["files"] = dict(sorted(entry["files"].items()))
        entry["revision"] = common_revision(entry["files"])
    manifest = {"schema_version": 1, "repositories": dict(sorted(repositories.items()))}
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    if found := ANYTHING_PRIVATE.search(text):
        raise SystemExit(f"the manifest would say {found[0]!r}; word the provenance in public terms")
    (destination / MANIFEST).write_text(text, encoding="utf-8")


def says_it_was_edited(source: Path, record: dict[str, Any]) -> bool:
    """Whether the copy itself says that somebody changed it: then it is no evidence about the model."""
    head = (source / record["repo"] / record["file"]).read_bytes()[:2000]
    return record["exact"] is not True and bool(SAYS_IT_WAS_EDITED.search(head))


def copy(source: Path, destination: Path, record: dict[str, Any]) -> dict[str, Any]:
    """Copy one file verbatim after checking it against its record; its manifest entry."""
    content = (source / record["repo"] / record["file"]).read_bytes()
    digests = (hashlib.sha256(content).hexdigest(), git_blob_id(content), len(content))
    if digests != (record["sha256"], record["git_blob_sha1"], record["bytes"]):
        raise SystemExit(f"{record['repo']}/{record['file']} is not the file its record describes")
    target = destination / folder_name(record["repo"]) / record["file"]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    published = is_published(record)
    revision = REVISION.search(record["note"]) if published else None
    return {
        "sha256": digests[0],
        "blob_id": digests[1],
        "bytes": digests[2],
        "check": "published_digest" if published else "unverified",
        "digest": "published for this file in independent public records" if published else None,
        "revision": revision[1] if revision else None,
        "source": public_source(record["source"], published),
    }


def is_published(record: dict[str, Any]) -> bool:
    """Whether the record names a digest that was published for this very repository."""
    other = OTHER_REPOSITORY.search(record["note"])
    if other and not record["repo"].endswith(other[1]):
        return False
    return record["exact"] is True and bool(DIGEST_NAMED.search(record["note"]))


def public_source(text: str, published: bool) -> str:
    """Where the copy was found, in terms a reader can follow."""
    if found := PUBLIC_SOURCE.search(text):
        edited = " (re-serialised or adjusted to the published form)" if " " in text.strip() else ""
        return found[0] + edited
    if published:
        return "rebuilt from published values; the whole file is proved by the published digest"
    return "transcribed from a public copy"


def common_revision(files: dict[str, Any]) -> str | None:
    """The commit of all files, when it is recorded for each and the same."""
    revisions = {entry["revision"] for entry in files.values()}
    return revisions.pop() if len(revisions) == 1 else None


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER)
