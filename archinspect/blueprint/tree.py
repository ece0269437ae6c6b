"""Where source is read from: the installed transformers, a wheel of any version, or a repository's own files.

A tree maps dotted module names to text. It never leaves its root: names are made of identifiers only,
links that
point outside are refused, and nothing is imported.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable, Mapping
from functools import cache, cached_property

from archinspect.errors import BlueprintError
from archinspect.hints import TYPE_CHECKING

if TYPE_CHECKING:
    import zipfile
    from pathlib import Path

MAX_FILE_BYTES = 4_000_000
PACKAGE = "transformers"
REPOSITORY = "repository"
_VERSION = re.compile(r"""^__version__\s*=\s*["']([^"'\n]{1,40})["']""", re.MULTILINE)


class SourceTree:
    """Source text by module name. ``package`` is the name of its root; ``base`` is where other
    packages' names go on.
    """

    def __init__(
        self,
        package: str,
        version: str,
        digest: Callable[[], str],
        read: Callable[[str], bytes | None],
        *,
        base: SourceTree | None = None,
        trusted: bool = True,
    ) -> None:
        """``read`` gives a file's bytes by its path inside the package, or None; ``digest`` identifies
        the whole. ``trusted``: a published release.
        """
        self.package = package
        self.version = version
        self._digest = digest
        self.base = base
        self.trusted = trusted
        self._read = read
        self._texts: dict[str, tuple[str, str, bool] | None] = {}
        self._paths: dict[str, str] = {}

    @cached_property
    def digest(self) -> str:
        """Differs between trees of different content."""
        return self._digest()

    @property
    def label(self) -> str:
        """How evidence names the tree: ``transformers==5.23.0`` or ``repository``."""
        return f"{self.package}=={self.version}" if self.package == PACKAGE else self.package

    @classmethod
    def installed(cls) -> SourceTree:
        """The installed transformers, found without importing it. Raises BlueprintError when there is
        none.
        """
        # As importlib.util.find_spec, which takes longer to import than to answer.
        finders = (one for one in sys.meta_path if hasattr(one, "find_spec"))
        found = (finder.find_spec(PACKAGE, None) for finder in finders)
        spec = next((one for one in found if one is not None), None)
        if spec is None or not spec.origin:
            raise BlueprintError("transformers is not installed", "install it, or name a wheel")
        return _from_directory(os.path.dirname(spec.origin))  # noqa: PTH120 - pathlib is not needed here

    @classmethod
    def from_path(cls, path: Path | str) -> SourceTree:
        """A transformers package directory, an unpacked wheel or checkout around one, or a ``.whl`` file.

        Raises BlueprintError when no transformers source is found there.
        """
        from pathlib import Path

        place = Path(path)
        if place.is_file():
            return _from_wheel(place)
        for folder in (place, place / PACKAGE, place / "src" / PACKAGE):
            if (folder / "models").is_dir() and (folder / "__init__.py").is_file():
                return _from_directory(str(folder))
        raise BlueprintError(
            f"{place}: no transformers source there", "name a wheel or a directory that holds one"
        )

    @classmethod
    def from_files(cls, files: Mapping[str, bytes], base: SourceTree) -> SourceTree:
        """A repository's own ``.py`` files by path; what they import of transformers is read in ``base``."""
        kept = dict(files)

        def digest() -> str:
            from hashlib import sha256

            found = sha256()
            for name in sorted(kept):
                found.update(f"{name}\0{len(kept[name])}\0".encode())
                found.update(kept[name])
            return f"{found.hexdigest()}+{base.digest}"

        return cls(REPOSITORY, base.version, digest, kept.get, base=base, trusted=False)

    def owner(self, module: str) -> SourceTree | None:
        """The tree, this one or its base, that a dotted module name belongs to."""
        root = module.partition(".")[0]
        if root == self.package:
            return self
        return self.base.owner(module) if self.base is not None else None

    def source(self, module: str) -> tuple[str, str, bool] | None:
        """A module's (text, file label, is a package), or None when the tree has no such module.

        Raises BlueprintError when the file is there and too large or not text.
        """
        if module not in self._texts:
            self._texts[module] = self._load(module)
        return self._texts[module]

    def mentions(self, module: str, text: str) -> bool:
        """Whether a module's file holds a text: asked of its bytes, because decoding a large one takes longer
        than searching it.
        """
        found = self._file(module)
        return found is not None and text.encode() in found[0]

    def place(self, module: str) -> str | None:
        """How evidence names a module's file, without reading what is in it."""
        known = module in self._paths or self._file(module) is not None
        return self._file_label(self._paths[module]) if known else None

    def _load(self, module: str) -> tuple[str, str, bool] | None:
        found = self._file(module)
        if found is None:
            return None
        data, path, package = found
        return self._decode(data, path), self._file_label(path), package

    def _file(self, module: str) -> tuple[bytes, str, bool] | None:
        if not (module.isascii() and all(part.isidentifier() for part in module.split("."))):
            return None
        inner = "/".join(module.split(".")[1:])
        for path, package in (
            (f"{inner}.py", False),
            (f"{inner}/__init__.py" if inner else "__init__.py", True),
        ):
            data = self._read(path) if path != ".py" else None
            if data is not None:
                self._paths[module] = path
                return data, path, package
        return None

    def _file_label(self, path: str) -> str:
        return path if self.package == REPOSITORY else f"{self.label}:{path}"

    def _decode(self, data: bytes, path: str) -> str:
        if len(data) > MAX_FILE_BYTES:
            raise BlueprintError(f"{path}: {len(data)} bytes of source (the limit is {MAX_FILE_BYTES})")
        try:
            return data.removeprefix(b"\xef\xbb\xbf").decode()
        except UnicodeDecodeError as error:
            raise BlueprintError(f"{path}: not UTF-8 text") from error


def _from_directory(folder: str) -> SourceTree:
    root = os.path.realpath(folder)

    folders: dict[str, str | None] = {}

    def resolved(path: str) -> str | None:
        place = os.path.realpath(os.path.join(root, path))  # noqa: PTH118 - on the path of every reading
        return place if f"{place}{os.sep}".startswith(root + os.sep) else None

    def read(path: str) -> bytes | None:
        inner, _, name = path.rpartition("/")
        try:
            if inner not in folders:
                folders[inner] = resolved(inner)
            place: str | None = f"{folders[inner]}{os.sep}{name}" if folders[inner] else None
            status = os.lstat(place) if place else None
            if status and stat.S_ISLNK(status.st_mode):
                place = resolved(path)
                status = os.stat(place) if place else None  # noqa: PTH116
            if not place or not status or not stat.S_ISREG(status.st_mode):
                return None
            if status.st_size > MAX_FILE_BYTES:
                raise BlueprintError(f"{path}: larger than {MAX_FILE_BYTES} bytes of source")
            with open(place, "rb", buffering=0) as stream:  # noqa: PTH123
                return stream.read(status.st_size)
        except (OSError, ValueError):
            return None

    version = _version(read("__init__.py"), folder)
    return SourceTree(PACKAGE, version, lambda: _directory_digest(root, version), read)


def _directory_digest(folder: str, version: str) -> str:
    """Of the wheel's RECORD when there is one (it lists every file's hash), else of names, sizes and
    times.
    """
    from hashlib import sha256

    record = f"{os.path.dirname(folder)}/{PACKAGE}-{version}.dist-info/RECORD"  # noqa: PTH120
    if os.path.isfile(record):  # noqa: PTH113
        with open(record, "rb") as stream:  # noqa: PTH123
            return f"{version}:{sha256(stream.read()).hexdigest()}"
    from pathlib import Path

    root = Path(folder)
    digest = sha256()
    for place in sorted(root.rglob("*.py")):
        status = place.stat()
        digest.update(f"{place.relative_to(root)}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return f"{version}:{digest.hexdigest()}"


def _from_wheel(place: Path) -> SourceTree:
    import zipfile
    from hashlib import sha256

    try:
        archive = zipfile.ZipFile(place)
        sizes = {info.filename: info.file_size for info in archive.infolist()}
        record = next((name for name in sizes if name.endswith(".dist-info/RECORD")), None)
        listed = _member(archive, record) if record else str(sorted(sizes.items())).encode()
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise BlueprintError(f"{place}: not a readable wheel ({error})") from error

    def read(path: str) -> bytes | None:
        name = f"{PACKAGE}/{path}"
        return _member(archive, name) if name in sizes else None

    version = _version(read("__init__.py"), place)
    return SourceTree(PACKAGE, version, lambda: f"{version}:{sha256(listed).hexdigest()}", read)


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    """A member's bytes, never more than the cap however it is compressed."""
    import zipfile

    try:
        with archive.open(name) as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise BlueprintError(f"{name}: cannot be read from the wheel ({error})") from error
    if len(data) > MAX_FILE_BYTES and not name.endswith("RECORD"):
        raise BlueprintError(f"{name}: larger than {MAX_FILE_BYTES} bytes of source")
    return data


def _version(init: bytes | None, place: Path | str) -> str:
    found = _VERSION.search((init or b"").decode("utf-8", "replace"))
    if not found:
        raise BlueprintError(f"{place}: no transformers source there (no version in its __init__.py)")
    return found.group(1)


@cache
def installed_tree() -> SourceTree:
    """The installed transformers, found once per process."""
    return SourceTree.installed()
