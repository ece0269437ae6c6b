"""Headers as the safetensors library writes them are read; any other is refused by name."""

import contextlib
import json
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archinspect.errors import MalformedFileError
from archinspect.witness.headers import BITS, MOST_TENSORS, parse_header
from tests.witness.checkpoints import file_size, header_bytes


def entry(dtype: str = "F32", shape: Any = (2, 3), offsets: Any = (0, 24)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def refusal(header: Any, size: int | None = None) -> str:
    content = header if isinstance(header, bytes) else json.dumps(header).encode()
    with pytest.raises(MalformedFileError) as raised:
        parse_header("model.safetensors", content, size)
    assert str(raised.value).startswith("model.safetensors: ")
    return raised.value.problem


def test_reads_what_the_library_writes() -> None:
    numpy = pytest.importorskip("numpy")
    from safetensors.numpy import save

    tensors = {"a.weight": numpy.zeros((4, 3), "float32"), "b": numpy.zeros((0, 7), "int8")}
    content = save(tensors, metadata={"format": "pt"})
    length = struct.unpack("<Q", content[:8])[0]
    header = parse_header("x.safetensors", content[8 : 8 + length], len(content))
    assert {name: one.shape for name, one in header.tensors.items()} == {"a.weight": (4, 3), "b": (0, 7)}
    assert header.tensors["a.weight"].dtype == "F32"
    assert header.metadata == {"format": "pt"}


def test_every_known_dtype_has_the_width_the_library_gives_it() -> None:
    for dtype, bits in BITS.items():
        content = header_bytes({"t": (dtype, (8,))})
        assert parse_header("x", content, file_size(content)).tensors["t"].elements == 8
        assert bits in (4, 6, 8, 16, 32, 64)


def test_an_unknown_dtype_is_kept_and_named() -> None:
    header = parse_header("x", json.dumps({"t": entry("Q3_K", (5,), (0, 7))}).encode())
    assert header.tensors["t"].dtype == "Q3_K"
    assert header.unknown_dtypes == ("Q3_K",)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (b'{"t": {', "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "not a JSON object"),
        (b'{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"t":{}}', "'t' twice"),
        ({"t": entry(), "u": entry(offsets=(12, 36))}, "overlaps"),
        ({"t": entry(), "u": entry(offsets=(30, 54))}, "leaves 6 bytes unnamed"),
        ({"t": entry(offsets=(4, 28))}, "leaves 4 bytes unnamed"),
        ({"t": entry(offsets=(0, 20))}, "spans 20 bytes, but F32 [2, 3] is 24"),
        ({"t": entry(offsets=(24, 0))}, "data_offsets"),
        ({"t": entry(offsets=(0, 24, 30))}, "data_offsets"),
        ({"t": entry(shape=(2, -3))}, "shape"),
        ({"t": entry(shape=(2, True))}, "shape"),
        ({"t": entry(shape=(2, 1.5))}, "shape"),
        ({"t": entry(shape=[1] * 17)}, "shape"),
        ({"t": entry(shape=[2**47] * 16)}, "spans"),
        ({"t": {"dtype": 7, "shape": [], "data_offsets": [0, 0]}}, "dtype 7"),
        ({"t": 3}, "not described by an object"),
        ({"t" * 1001: entry()}, "names a tensor in 1001 characters"),
        ({"__metadata__": {"a": 1}}, "__metadata__"),
        (b'{"t":{"dtype":"F32","shape":[' + b"9" * 5000 + b'],"data_offsets":[0,4]}}', "not JSON"),
    ],
)
def test_refuses(header: Any, says: str) -> None:
    assert says in refusal(header)


def test_the_file_ends_where_the_header_says() -> None:
    content = header_bytes({"t": ("BF16", (4, 4))})
    assert parse_header("x", content, file_size(content)).tensors
    assert "describes 32 bytes of tensors, the file holds 31" in refusal(content, file_size(content) - 1)
    assert "holds 33" in refusal(content, file_size(content) + 1)


def test_bounds_the_number_of_tensors() -> None:
    assert "more than" in refusal({str(n): 0 for n in range(MOST_TENSORS + 1)})


def test_names_cannot_carry_escapes_into_the_message() -> None:
    assert "\x1b" not in refusal({"\x1b[2J\n": 3})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.text(max_size=6),
        JSON | st.fixed_dictionaries({"dtype": JSON, "shape": JSON, "data_offsets": JSON}),
        max_size=4,
    )
)
def test_any_json_is_read_or_refused(header: Any) -> None:
    with contextlib.suppress(MalformedFileError):
        parse_header("x", json.dumps(header).encode(), 100)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 200))
def test_any_bytes_are_read_or_refused(noise: bytes, at: int) -> None:
    whole = bytearray(header_bytes({"a": ("F32", (2, 3)), "b": ("U8", (5,))}))
    whole[at : at + len(noise)] = noise
    with contextlib.suppress(MalformedFileError):
        parse_header("x", bytes(whole), 100)
