"""The dynamic code 动态码, pure: a phone derives it offline, the server reads it back. No clock, no database.

The text is 34 ASCII digits, which is QR version 1-M in numeric mode::

    90 SS KK HHHHHHHHHHHH MMMMMMMMMMMMMMM C
    |  |  |  |            |               one Damm check digit over the 33 digits before it
    |  |  |  |            MAC, 15 digits
    |  |  |  handle, 12 digits: random, names the resident only inside the server
    |  |  step mod 100, 2 digits
    |  scene, 2 digits
    version

``step`` is ``floor(unix seconds / 30)``. The MAC is HMAC-SHA256 with the 32-byte handle key over the ASCII
bytes of ``<handle>|<step>|<scene>`` (handle 12 digits, the *full* step in decimal without leading zeros, scene
2 digits: ``000123456789|59654321|03``); its first 8 bytes, big-endian, modulo 10**15, padded with zeros to 15
digits. Vectors for other implementations: ``codes/vectors/dynamic.json``.

A code is good from 15 s before its step begins until 75 s after: ``start - 15 <= now < start + 75``.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Literal, NamedTuple

from config.floor import damm

STEP_SECONDS = 30
EARLY_SECONDS = 15
LATE_SECONDS = 75
VERSION = "90"
LENGTH = 34
HANDLE_DIGITS = 12
MAC_DIGITS = 15
KEY_BYTES = 32
_WHEEL = 100

_TEXT = re.compile(r"90([0-9]{2})([0-9]{2})([0-9]{12})([0-9]{15})[0-9]", re.ASCII)
_HANDLE = re.compile(r"[0-9]{12}", re.ASCII)
_SCENE = re.compile(r"[0-9]{2}", re.ASCII)

Outcome = Literal["ok", "expired", "unknown", "malformed"]


class Parsed(NamedTuple):
    """A well-formed text taken apart; nothing in it has been verified yet."""

    scene: str
    wheel: int
    handle: str
    mac: str


class Judgement(NamedTuple):
    """What the key and the clock say. ``step`` is meaningful unless the outcome is ``unknown``."""

    outcome: Outcome
    step: int


def step_of(now: float) -> int:
    """The step that begins at or before ``now`` (unix seconds)."""
    return int(now // STEP_SECONDS)


def mac(key: bytes, handle: str, step: int, scene: str) -> str:
    """The 15 MAC digits of one handle, full step and scene."""
    digest = hmac.digest(key, f"{handle}|{step}|{scene}".encode("ascii"), hashlib.sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 10**MAC_DIGITS:015d}"


def compose(key: bytes, handle: str, step: int, scene: str) -> str:
    """The 34 digits to show. ``ValueError`` if a part has the wrong shape."""
    if len(key) != KEY_BYTES or not _HANDLE.fullmatch(handle) or not _SCENE.fullmatch(scene) or step < 0:
        raise ValueError("a code is made of a 32-byte key, a 12-digit handle, a step and a 2-digit scene")
    body = f"{VERSION}{scene}{step % _WHEEL:02d}{handle}{mac(key, handle, step, scene)}"
    return body + damm.check_digit(body)


def parse(text: str) -> Parsed | None:
    """Take a scanned text apart, or None if it is not one of ours. Looks at length and alphabet before anything."""
    if len(text) != LENGTH:
        return None
    match = _TEXT.fullmatch(text)
    if match is None or not damm.is_valid(text):
        return None
    scene, wheel, handle, mac_digits = match.groups()
    return Parsed(scene, int(wheel), handle, mac_digits)


def full_step(wheel: int, now: float) -> int:
    """The step nearest to ``now`` that ends in these two digits (25 minutes to either side)."""
    here = step_of(now)
    half = _WHEEL // 2
    return here + (wheel - here + half) % _WHEEL - half


def within(step: int, now: float) -> bool:
    """Whether a code of this step may be accepted at ``now``."""
    start = step * STEP_SECONDS
    return start - EARLY_SECONDS <= now < start + LATE_SECONDS


def good_until(step: int) -> int:
    """The first unix second at which a code of this step is no longer accepted."""
    return step * STEP_SECONDS + LATE_SECONDS


def judge(parsed: Parsed, key: bytes, now: float) -> Judgement:
    """Verify the MAC in constant time, then the window; a forged code never learns about the clock."""
    step = full_step(parsed.wheel, now)
    if step < 0 or not hmac.compare_digest(mac(key, parsed.handle, step, parsed.scene), parsed.mac):
        return Judgement("unknown", step)
    return Judgement("ok" if within(step, now) else "expired", step)
