"""Strict JSON: everything that no honest client writes ends as one refusal, nothing as an error of ours."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.web.json_body import MalformedJson, check_json

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def _taken(raw: bytes) -> bool:
    try:
        check_json(raw)
    except MalformedJson:
        return False
    return True


@given(JSON)
def test_ordinary_json_is_taken(value: object) -> None:
    assert _taken(json.dumps(value).encode())
    assert _taken(json.dumps(value, ensure_ascii=False).encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b'{"a":1}x', b"\xff", b'"\xed\xa0\x80"', b"NaN", b'{"a":Infinity}', b'{"a":1,"a":2}',
        b"1" * 19, b"-" + b"1" * 25, b'"\\ud800"', b'{"\\udfff":1}', b'["\\u0000"]', b"[" * 100_000,
        b"[" * 33 + b"]" * 33, b'{"a":' * 40 + b"1" + b"}" * 40,
    ],
)  # fmt: skip
def test_what_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedJson):
        check_json(raw)


def test_brackets_inside_strings_are_no_depth() -> None:
    assert _taken(json.dumps({"a": "[{" * 500, "b": '\\"[' * 50}).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused(raw: bytes) -> None:
    assert _taken(raw) is False or raw.decode().strip() != ""
