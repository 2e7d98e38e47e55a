"""What checking a code costs, as a ratio to the cryptography that it cannot do without; processor time only.

Bursts of both sides take turns, and the shortest of each counts: on a shared machine that is the one nobody disturbed.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import cbor2

from codes import base45, cose, dynamic, verdict
from codes.keys import MasterKeys
from tests.codes.credentials import NOW, URI, issued, key, status, text_of, trusted

BURSTS = 400


@dataclass(frozen=True, slots=True)
class Cost:
    """Both sides in microseconds, and how many times the floor ours may cost."""

    name: str
    floor_us: float
    ours_us: float
    allowed: float

    @property
    def ratio(self) -> float:
        return self.ours_us / self.floor_us

    def line(self) -> str:
        verdict_word = "reached" if self.ratio <= self.allowed else "MISSED"
        figures = f"{self.floor_us:>10.1f}{self.ours_us:>10.1f}{self.ratio:>8.2f}{self.allowed:>8.2f}"
        return f"{self.name:<30}{figures}  {verdict_word}"


def shortest(calls: list[Callable[[], object]], each: int) -> list[float]:
    """Microseconds of each call: the shortest of many bursts that take turns."""
    best = [float("inf")] * len(calls)
    for _ in range(BURSTS):
        for place, call in enumerate(calls):
            begin = time.perf_counter()
            for _ in range(each):
                call()
            best[place] = min(best[place], time.perf_counter() - begin)
    return [seconds / each * 1e6 for seconds in best]


def dynamic_code() -> Cost:
    """Read and prove a dynamic code: form, check digit, handle key, MAC, window; beside one HMAC-SHA256."""
    keys = MasterKeys({"k1": bytes(range(32))}, "k1")
    handle, now = "000123456789", float(NOW)
    secret = keys.handle_key("k1", handle)
    text = dynamic.compose(secret, handle, dynamic.step_of(now), "03")
    message = f"{handle}|{dynamic.step_of(now)}|03".encode()

    def floor() -> object:
        return hmac.digest(secret, message, hashlib.sha256)

    def ours() -> object:
        parsed = dynamic.parse(text)
        assert parsed is not None
        return dynamic.judge(parsed, keys.handle_key("k1", parsed.handle), now)

    assert ours() == dynamic.Judgement("ok", dynamic.step_of(now))
    best = shortest([floor, ours], 50)
    return Cost("check of a dynamic code, µs", best[0], best[1], 6.0)


def _parts(message: bytes) -> tuple[bytes, bytes, bytes]:
    signed = cose.read_sign1(message)
    return signed.protected, b"", signed.payload


def offline_credential() -> Cost:
    """The whole verdict on a credential, beside ES256, base45, inflate and CBOR of the same bytes. What ES256 signs in
    COSE is CBOR as well (the Sig_structure), and is written by the floor too."""
    text, keys, lists = text_of(issued(1)), trusted(), {URI: status()}
    public = key("signing").public
    packed = base45.decode(text[4:])
    assert packed is not None
    message = zlib.decompress(packed)
    assert cbor2.dumps(["Signature1", *_parts(message)]) == cose.read_sign1(message).to_be_signed

    def floor() -> object:
        data = base45.decode(text[4:])
        assert data is not None
        tagged = cbor2.loads(zlib.decompress(data))
        protected, _, payload, signature = tagged.value
        good = public.verify(signature, cbor2.dumps(["Signature1", protected, b"", payload]))
        return good, cbor2.loads(protected), cbor2.loads(payload)

    def ours() -> object:
        return verdict.verify(text, keys=keys, lists=lists, now=NOW)

    assert isinstance(ours(), verdict.Accepted)
    best = shortest([floor, ours], 4)
    return Cost("check of a credential, µs", best[0], best[1], 1.3)


def report() -> None:
    """Print both."""
    for cost in (dynamic_code(), offline_credential()):
        print(cost.line(), flush=True)


if __name__ == "__main__":
    report()
