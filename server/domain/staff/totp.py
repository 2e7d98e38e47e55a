"""One-time codes of an authenticator: TOTP (RFC 6238) over HOTP (RFC 4226) with HMAC-SHA-1, 30 seconds, six digits.

SHA-1 here is what every authenticator speaks; its collisions do not matter inside an HMAC (RFC 6238, §1.2).
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

STEP = 30
DIGITS = 6
_SEED_BYTES = 20


def fresh_seed() -> str:
    """160 random bits (RFC 4226, requirement R6) in base32, as authenticators take them."""
    return base64.b32encode(secrets.token_bytes(_SEED_BYTES)).decode()


def step_at(now: datetime) -> int:
    """The step that holds ``now``."""
    return int(now.timestamp()) // STEP


def code_of(seed: str, step: int) -> str:
    """The six digits of one step (RFC 4226, §5.3)."""
    mac = hmac.digest(base64.b32decode(seed), step.to_bytes(8, "big"), "sha1")
    at = mac[-1] & 0x0F
    return str((int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF) % 10**DIGITS).zfill(DIGITS)


def fitting_step(seed: str, code: str, now: datetime, *, after: int) -> int | None:
    """The step whose code this is: the present one or a neighbour (RFC 6238, §5.2), and later than ``after``, the last
    that was used. Every candidate is compared, whatever the first one said."""
    present, found = step_at(now), None
    for step in (present - 1, present, present + 1):
        if hmac.compare_digest(code_of(seed, step), code) and step > after:
            found = step
    return found


def enrolment_uri(seed: str, *, issuer: str, account: str) -> str:
    """What an authenticator's camera reads (the otpauth key URI format)."""
    label = quote(f"{issuer}:{account}", safe="")
    return f"otpauth://totp/{label}?secret={seed}&issuer={quote(issuer, safe='')}&digits={DIGITS}&period={STEP}"
