"""What a terminal signs: eight lines, ES256, and nothing else fits."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from server.demo.device import Device
from server.domain.terminals import codes
from server.domain.terminals.signatures import SignedRequest, decoded, fits, hash_of, read_key, signed_text
from tests.domain.terminals.desks import request_of

TERMINAL = UUID("01900000-0000-7000-8000-000000000001")


def test_the_signed_text_is_the_documented_one() -> None:
    text = signed_text(TERMINAL, "POST", "/counter/api/v1/scans?a=1", hash_of(b""), 1_795_600_000, "n" * 22, "key")
    assert text.decode().split("\n") == [
        "YIMA-TERMINAL-1",
        str(TERMINAL),
        "POST",
        "/counter/api/v1/scans?a=1",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "1795600000",
        "n" * 22,
        "key",
    ]


@pytest.mark.parametrize(
    "altered",
    [
        {"method": "GET"},
        {"target": "/counter/api/v1/scans?"},
        {"body_hash": hash_of(b"{} ")},
        {"time": 1},
        {"nonce": "another-nonce-of-22-ch"},
        {"key": "k2"},
        {"terminal_id": TERMINAL},
    ],
    ids=lambda altered: next(iter(altered)),
)
def test_a_signature_fits_only_what_was_signed(altered: dict[str, object]) -> None:
    device = Device.fresh()
    signed = request_of(device, 1_795_600_000)
    assert fits(device.public_key, signed.signature, signed.text)
    other: SignedRequest = replace(signed, **altered)  # type: ignore[arg-type]  # one field at a time
    assert not fits(device.public_key, signed.signature, other.text)


@pytest.mark.parametrize("signature", [b"", b"\0" * 64, b"\xff" * 64, b"\1" * 63, b"\1" * 65])
def test_what_is_no_signature_fits_nothing(signature: bytes) -> None:
    assert not fits(Device.fresh().public_key, signature, b"text")


def test_what_is_no_point_is_no_key() -> None:
    point = Device.fresh().public_key
    assert read_key(point) is not None
    for wrong in (b"", point[:-1], b"\x04" + bytes(64), b"\x02" + point[1:33], b"\x05" + point[1:]):
        assert read_key(wrong) is None
        assert not fits(wrong, bytes(64), b"text")


def test_base64url_is_read_strictly() -> None:
    assert decoded("AQID") == b"\1\2\3"
    assert [decoded(text) for text in ("", "AQID=", "AQ+D", "A", "AQI D", "Ａ" * 4)] == [b""] * 6


def test_a_typed_code_may_be_small_grouped_and_spaced() -> None:
    code = codes.new_code()
    assert len({codes.new_code() for _ in range(50)}) == 50
    assert codes.plain(f" {codes.shown(code).lower()} ") == code
    assert codes.plain(" ".join(code)) == code
    assert [codes.plain(text) for text in ("", code[:-1], code + "A", "0OIL1111")] == [""] * 4
