"""The dynamic code: published vectors, the window's edges, and that no edited text is ever accepted."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codes import dynamic
from config.floor import damm

VECTORS: dict[str, Any] = json.loads((Path(dynamic.__file__).parent / "vectors" / "dynamic.json").read_text("utf-8"))
KEY = bytes(range(32))
NOW = 1_795_305_600.0  # the start of a step
STEP = int(NOW) // 30

handles = st.text("0123456789", min_size=12, max_size=12)
scenes = st.text("0123456789", min_size=2, max_size=2)
keys = st.binary(min_size=32, max_size=32)
steps = st.integers(0, 10**9)


def key_of(vector: dict[str, Any]) -> bytes:
    return base64.urlsafe_b64decode(vector["key"] + "=")


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["text"][:18])
def test_a_published_vector_is_made_and_read(vector: dict[str, Any]) -> None:
    key = key_of(vector)
    assert dynamic.compose(key, vector["handle"], vector["step"], vector["scene"]) == vector["text"]
    parsed = dynamic.parse(vector["text"])
    assert parsed is not None
    assert dynamic.judge(parsed, key, vector["step"] * 30) == dynamic.Judgement("ok", vector["step"])


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["text"][:18])
def test_the_published_layout_is_what_it_says(vector: dict[str, Any]) -> None:
    """A second implementation, written from the docstring alone."""
    message = f"{vector['handle']}|{vector['step']}|{vector['scene']}".encode()
    digest = hmac.new(key_of(vector), message, hashlib.sha256).digest()
    number = int.from_bytes(digest[:8], "big") % 10**15
    assert vector["text"][:33] == f"90{vector['scene']}{vector['step'] % 100:02}{vector['handle']}{number:015}"


@pytest.mark.parametrize("row", VECTORS["damm"], ids=lambda row: row["check"])
def test_the_published_check_digits_hold(row: dict[str, str]) -> None:
    assert damm.check_digit(row["digits"]) == row["check"]


@given(key=keys, handle=handles, step=steps, scene=scenes)
def test_what_is_composed_is_read_back(key: bytes, handle: str, step: int, scene: str) -> None:
    text = dynamic.compose(key, handle, step, scene)
    parsed = dynamic.parse(text)
    assert parsed is not None
    assert (parsed.handle, parsed.scene, parsed.wheel) == (handle, scene, step % 100)
    assert dynamic.judge(parsed, key, step * 30 + 12.5) == dynamic.Judgement("ok", step)


@given(handle=handles, scene=scenes, place=st.integers(0, 33), shift=st.integers(1, 9))
@settings(max_examples=300)
def test_no_single_edited_digit_is_accepted(handle: str, scene: str, place: int, shift: int) -> None:
    text = dynamic.compose(KEY, handle, STEP, scene)
    edited = text[:place] + str((int(text[place]) + shift) % 10) + text[place + 1 :]
    assert dynamic.parse(edited) is None


@given(handle=handles, scene=scenes, place=st.integers(2, 32), shift=st.integers(1, 9))
@settings(max_examples=300)
def test_an_edited_digit_with_a_mended_check_digit_is_a_forgery(
    handle: str, scene: str, place: int, shift: int
) -> None:
    text = dynamic.compose(KEY, handle, STEP, scene)
    body = text[:place] + str((int(text[place]) + shift) % 10) + text[place + 1 : 33]
    parsed = dynamic.parse(body + damm.check_digit(body))
    assert parsed is not None
    assert dynamic.judge(parsed, KEY, NOW).outcome == "unknown"


@given(handle=handles, place=st.integers(0, 32))
def test_two_swapped_neighbours_are_never_read(handle: str, place: int) -> None:
    text = dynamic.compose(KEY, handle, STEP, "03")
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    assert swapped == text or dynamic.parse(swapped) is None


@pytest.mark.parametrize(
    ("seconds", "outcome"),
    [
        (-15.001, "expired"),
        (-15, "ok"),
        (0, "ok"),
        (29.999, "ok"),
        (74.999, "ok"),
        (75, "expired"),
        (24 * 60, "expired"),
        (26 * 60, "unknown"),
        (-26 * 60, "unknown"),
    ],
)
def test_the_window_is_open_from_15_s_before_until_75_s_after_the_step_begins(seconds: float, outcome: str) -> None:
    parsed = dynamic.parse(dynamic.compose(KEY, "123456789012", STEP, "00"))
    assert parsed is not None
    assert dynamic.judge(parsed, KEY, NOW + seconds).outcome == outcome


@given(step=steps, drift=st.integers(-49, 49))
def test_the_full_step_is_found_again_from_two_digits(step: int, drift: int) -> None:
    assert dynamic.full_step(step % 100, (step + drift) * 30 + 7) == step


@pytest.mark.parametrize(
    "text",
    ["", "9", "9" * 34, "９" * 34, "٩٠" * 17, "90" + "1" * 33, "91" + "0" * 32, "0" * 10_000, "90" + " " * 32],
    ids=lambda text: repr(text[:6]),
)
def test_a_text_of_another_form_is_not_read(text: str) -> None:
    assert dynamic.parse(text) is None


@given(st.text(max_size=60))
@settings(max_examples=500)
def test_no_text_breaks_the_reader(text: str) -> None:
    assert dynamic.parse(text) is None


@pytest.mark.parametrize(
    ("key", "handle", "step", "scene"),
    [
        (b"short", "1" * 12, 1, "00"),
        (KEY, "1" * 11, 1, "00"),
        (KEY, "１" * 12, 1, "00"),
        (KEY, "1" * 12, -1, "00"),
        (KEY, "1" * 12, 1, "0"),
    ],
)
def test_nothing_misshapen_is_composed(key: bytes, handle: str, step: int, scene: str) -> None:
    with pytest.raises(ValueError, match="a code is made of"):
        dynamic.compose(key, handle, step, scene)
