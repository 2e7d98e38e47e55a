"""Strict CBOR: a general library is the judge of what is read, the refusals are our own."""

from __future__ import annotations

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codes import strict_cbor
from codes.strict_cbor import Unreadable

leaves = st.integers(-(1 << 64), (1 << 64) - 1) | st.binary(max_size=40) | st.text(max_size=20) | st.booleans()
keys = st.integers(-70_000, 70_000) | st.text(max_size=8)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5), max_leaves=15
)


@given(values)
@settings(max_examples=120)
def test_what_is_written_is_read_back_as_a_general_library_reads_it(value: object) -> None:
    data = strict_cbor.encode(value)
    try:
        assert strict_cbor.decode(data) == value == cbor2.loads(data)
    except Unreadable as refused:
        assert "too deep" in str(refused)  # noqa: PT017  # the depth is the only bound that such a value can meet


@given(st.binary(max_size=120))
@settings(max_examples=300)
def test_no_bytes_break_the_reader_and_what_it_takes_a_general_library_reads_alike(data: bytes) -> None:
    for relaxed in (False, True):
        try:
            value = strict_cbor.decode(data, relaxed=relaxed)
        except Unreadable:
            continue
        if not relaxed:
            assert value == cbor2.loads(data)


@pytest.mark.parametrize(
    ("data", "about"),
    [
        ("", "nothing"), ("0000", "bytes after it"), ("8201", "too few items"), ("62c3", "text cut short"),
        ("61ff", "no UTF-8"), ("a201000100", "a key twice"), ("a2616100616100", "a text key twice"),
        ("a1810000", "a list as key"), ("a1f500", "true as key"), ("a1410000", "bytes as key"),
        ("1817", "a byte too many"), ("190017", "two"), ("1a00000017", "four"), ("1b0000000000000017", "eight"),
        ("3801", "a negative in a longer form"), ("5801aa", "a length in a longer form"), ("9800", "an empty list so"),
        ("f6", "null"), ("f7", "undefined"), ("f90000", "half"), ("fa00000000", "single"),
        ("fb0000000000000000", "double"),
        ("f800", "a simple value"), ("e0", "a simple value without a meaning"), ("c11a00000000", "a tagged time"),
        ("d81c00", "a shared value"), ("c249010000000000000000", "a big number"), ("9fff", "an endless list"),
        ("bfff", "an endless map"), ("5fff", "endless bytes"), ("7fff", "endless text"), ("ff", "a break"),
        ("1c", "a reserved form"), ("fc", "a reserved float"), ("9bffffffffffffffff", "2^64 items"),
        ("bbffffffffffffffff", "2^64 pairs"), ("5bffffffffffffffff", "2^64 bytes"), ("81" * 9 + "00", "nine deep"),
        ("81" * 4000, "4,000 deep"),
    ],
    ids=lambda part: part if " " in str(part) else None,
)  # fmt: skip
def test_what_a_signed_message_needs_not_is_refused(data: str, about: str) -> None:
    with pytest.raises(Unreadable):
        strict_cbor.decode(bytes.fromhex(data))


def test_more_than_4096_bytes_are_not_looked_at() -> None:
    assert strict_cbor.decode(b"\x59\x0f\xfd" + bytes(4093)) == bytes(4093)
    with pytest.raises(Unreadable, match="too large"):
        strict_cbor.decode(b"\x59\x0f\xfe" + bytes(4094))


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("9f01820203ff", [1, [2, 3]]), ("bf616101616202ff", {"a": 1, "b": 2}), ("5f42010243030405ff", b"\1\2\3\4\5"),
        ("7f657374726561646d696e67ff", "streaming"), ("f6", None), ("f93e00", 1.5), ("fa47c35000", 100000.0),
        ("fb3ff199999999999a", 1.1), ("c074323031332d30332d32315432303a30343a30305a", "2013-03-21T20:04:00Z"),
        ("1817", 23),
    ],
)  # fmt: skip
def test_relaxed_it_reads_what_others_write(data: str, value: object) -> None:
    """Examples of RFC 8949, appendix A."""
    assert strict_cbor.decode(bytes.fromhex(data), relaxed=True) == value


@pytest.mark.parametrize(
    "data", ["bf01000100ff", "9f", "9f01", "5f01ff", "5f6161ff", "f800", "f900", "c0" * 50 + "00", "9f" * 50]
)
def test_relaxed_it_still_refuses_what_is_broken_twice_or_too_deep(data: str) -> None:
    with pytest.raises(Unreadable):
        strict_cbor.decode(bytes.fromhex(data), relaxed=True)
