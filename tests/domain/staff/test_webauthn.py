"""Passkeys as the specification has them: its own test vectors, and everything bent that must not be taken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from codes import strict_cbor
from server.domain.staff import webauthn
from server.domain.staff.webauthn import Site, Unfit
from tests.domain.staff.soft_passkey import ATTESTED, PRESENT, USUAL, VERIFIED, SoftPasskey, client_data, text

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "webauthn_vectors.json").read_text("utf-8"))["vectors"]
EXAMPLE = Site("example.org", frozenset({"https://example.org"}))
CHALLENGE = bytes(range(32))
ORIGIN = "https://example.org"


def _hex(vector: dict[str, str]) -> dict[str, bytes]:
    return {name: bytes.fromhex(value) for name, value in vector.items()}


def _public_key(attestation: bytes) -> bytes:
    """What stands behind the id: these examples have no extensions."""
    opened: Any = strict_cbor.decode(attestation)
    data = opened["authData"]
    return bytes(data[55 + int.from_bytes(data[53:55], "big") :])


def _sign_count(name: str, *, verified: bool = False) -> int:
    registered, shown = _hex(VECTORS[name]["registration"]), _hex(VECTORS[name]["authentication"])
    return webauthn.sign_count(
        EXAMPLE, shown["challenge"], _public_key(registered["attestationObject"]), shown["clientDataJSON"],
        shown["authenticatorData"], shown["signature"], verified=verified,
    )  # fmt: skip


def _new_key(name: str, *, verified: bool = False) -> webauthn.NewKey:
    made = _hex(VECTORS[name]["registration"])
    return webauthn.new_key(
        EXAMPLE, made["challenge"], made["clientDataJSON"], made["attestationObject"], verified=verified
    )


@pytest.mark.parametrize("name", ["none", "self", "long_id"])
def test_the_specifications_registrations_are_taken(name: str) -> None:
    found = _new_key(name)
    assert found.credential_id.hex() == VECTORS[name]["registration"]["credential_id"]
    assert found.public_key == _public_key(bytes.fromhex(VECTORS[name]["registration"]["attestationObject"]))
    assert found.sign_count == 0


@pytest.mark.parametrize("name", ["none", "self", "long_id", "rs256", "ed25519"])
def test_the_specifications_signatures_are_taken_and_nothing_near_them(name: str) -> None:
    assert _sign_count(name) == 0
    registered, shown = _hex(VECTORS[name]["registration"]), _hex(VECTORS[name]["authentication"])
    key = _public_key(registered["attestationObject"])
    good = [shown[part] for part in ("clientDataJSON", "authenticatorData", "signature")]
    for at in range(3):
        bent = list(good)
        bent[at] = bent[at][:-1] + bytes((bent[at][-1] ^ 1,))
        with pytest.raises(Unfit):
            webauthn.sign_count(EXAMPLE, shown["challenge"], key, *bent, verified=False)
    with pytest.raises(Unfit):
        webauthn.sign_count(EXAMPLE, registered["challenge"], key, *good, verified=False)


@pytest.mark.parametrize("name", ["cross_origin", "top_origin"])
def test_a_ceremony_in_another_sites_frame_is_refused(name: str) -> None:
    for ceremony in (_new_key, _sign_count):
        with pytest.raises(Unfit, match="another page"):
            ceremony(name)


@pytest.mark.parametrize("name", ["rs256", "ed25519", "es384"])
def test_a_makers_statement_that_nobody_asked_for_is_refused(name: str) -> None:
    with pytest.raises(Unfit):
        _new_key(name)


def test_a_key_of_an_algorithm_that_was_not_offered_is_refused() -> None:
    with pytest.raises(Unfit, match="another kind"):
        _sign_count("es384")


def test_somebody_who_was_not_checked_does_not_come_in() -> None:
    assert _sign_count("long_id", verified=True) == 0
    for ceremony, name in ((_sign_count, "none"), (_new_key, "none"), (_new_key, "long_id")):
        with pytest.raises(Unfit, match="nobody was there"):
            ceremony(name, verified=True)


def _made(passkey: SoftPasskey, said: bytes | None = None, attestation: bytes | None = None) -> webauthn.NewKey:
    said = client_data("create", text(CHALLENGE), ORIGIN) if said is None else said
    return webauthn.new_key(EXAMPLE, CHALLENGE, said, attestation or passkey.attestation("example.org"))


@pytest.mark.parametrize(
    "said",
    [
        client_data("get", text(CHALLENGE), ORIGIN),
        client_data("create", text(bytes(32)), ORIGIN),
        client_data("create", text(CHALLENGE), "https://example.com"),
        client_data("create", text(CHALLENGE), "https://example.org.evil.example"),
        client_data("create", text(CHALLENGE), ORIGIN, crossOrigin=True),
        client_data("create", text(CHALLENGE), ORIGIN, crossOrigin="no"),
        client_data("create", text(CHALLENGE), ORIGIN, topOrigin=ORIGIN),
        client_data("create", text(CHALLENGE), ORIGIN)[:-1],
        b"[]", b"null", b"", b"\xff\xfe", b"[" * 4000, b'{"type": "webauthn.create"}', b'{"origin": [1e999]}',
    ],
)  # fmt: skip
def test_what_the_browser_says_has_to_be_what_was_asked(said: bytes) -> None:
    passkey = SoftPasskey()
    assert _made(passkey).credential_id == passkey.credential_id
    with pytest.raises(Unfit):
        _made(passkey, said)


def test_an_attestation_that_is_bent_is_refused() -> None:
    passkey, here = SoftPasskey(count=3), "example.org"
    assert _made(passkey).sign_count == 3
    opened: Any = strict_cbor.decode(passkey.attestation(here))
    bent = [
        passkey.attestation("example.com"),
        passkey.attestation(here, flags=PRESENT | ATTESTED),
        passkey.attestation(here, flags=VERIFIED | ATTESTED),
        passkey.attestation(here, flags=USUAL | ATTESTED | 0x10),
        passkey.attestation(here, flags=USUAL | ATTESTED | 0x80),
        passkey.attestation(here, flags=USUAL),
        passkey.attestation(here, rest=b"\x00"),
        passkey.attestation(here, form="tpm"),
        passkey.attestation(here, form="packed"),
        strict_cbor.encode({**opened, "attStmt": {"x": 1}}),
        strict_cbor.encode({**opened, "authData": b"short"}),
        strict_cbor.encode({**opened, "authData": passkey.data(here, USUAL)}),
        strict_cbor.encode({**opened, "authData": opened["authData"][:60]}),
        strict_cbor.encode({**opened, "authData": "text"}),
        strict_cbor.encode({**opened, "more": 1}),
        strict_cbor.encode([1]),
        b"\xff",
    ]
    for attestation in bent:
        with pytest.raises(Unfit):
            _made(passkey, attestation=attestation)


def test_extensions_are_read_over() -> None:
    passkey = SoftPasskey()
    more = strict_cbor.encode({"credProtect": 2})
    extended = passkey.attestation("example.org", flags=USUAL | ATTESTED | 0x80, rest=more)
    assert _made(passkey, attestation=extended).public_key == passkey.public_key


@pytest.mark.parametrize(
    "cose",
    [
        {1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)},
        {1: 2, 3: -7, -1: 1, -2: bytes(31), -3: bytes(32)},
        {1: 2, 3: -7, -1: 2, -2: bytes(32), -3: bytes(32)},
        {1: 1, 3: -8, -1: 6, -2: bytes(31)},
        {1: 3, 3: -257, -1: b"\xff" * 128, -2: b"\x01\x00\x01"},
        {1: 3, 3: -257, -1: b"\xff" * 256, -2: b"\x02"},
        {1: 3, 3: -257, -1: b"\xff" * 600, -2: b"\x01\x00\x01"},
        {},
        [],
    ],
)
def test_a_key_that_is_none_is_refused(cose: object) -> None:
    passkey = SoftPasskey()
    data, said = passkey.data("example.org", USUAL), client_data("get", text(CHALLENGE), ORIGIN)
    good = (said, data, passkey.signature(data, said))
    assert webauthn.sign_count(EXAMPLE, CHALLENGE, passkey.public_key, *good) == 0
    for key in (strict_cbor.encode(cose), b"", strict_cbor.encode(cose) + b"\x00"):
        with pytest.raises(Unfit):
            webauthn.sign_count(EXAMPLE, CHALLENGE, key, *good)
