"""Writes tests/fixtures/tokenizers/: published tokenizer.json files without their merges, compressed.

    python scripts/tokenizer_fixtures.py FOLDER

FOLDER holds ORG/NAME/tokenizer.json as published. Merges are two thirds of such a file and decide no fact.
"""

import argparse
import hashlib
import json
import lzma
from pathlib import Path

REPOSITORIES = ("Qwen/Qwen3-0.6B", "microsoft/phi-2")
OUT = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "tokenizers"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    OUT.mkdir(parents=True, exist_ok=True)
    origin = ['note = "Without model.merges, which are left empty; everything else as published."\n']
    for repo in REPOSITORIES:
        content = (folder / repo / "tokenizer.json").read_bytes()
        data = json.loads(content)
        data["model"]["merges"] = []
        kept = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
        name = repo.replace("/", "--") + ".json.xz"
        (OUT / name).write_bytes(lzma.compress(kept, preset=9 | lzma.PRESET_EXTREME))
        published = hashlib.sha256(content).hexdigest()
        origin.append(f'[files."{name}"]\nrepo = "{repo}"\nsha256_as_published = "{published}"\n')
    (OUT / "origin.toml").write_text("\n".join(origin), encoding="utf-8")


if __name__ == "__main__":
    main()
