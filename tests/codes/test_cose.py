"""COSE_Sign1: a foreign library reads what we write and writes what we read; SM2 by the standard's own vector."""

from __future__ import annotations

from typing import Any

import cwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codes import cose, credential, sm2, strict_cbor, verdict
from tests.codes.credentials import NOW, URI, issued, key, listed, status, text_of, trusted
from tests.codes.make_vectors import message_of, wrapped


def foreign(made: cose.PrivateKey, *, private: bool) -> Any:
    x, y = made.public.parameters[-2], made.public.parameters[-3]
    parts = {1: 2, -1: 1, -2: x, -3: y, 2: made.kid, 3: made.alg, 4: [1, 2] if private else [2]}
    return cwt.COSEKey.new(parts | ({-4: made.secret} if private else {}))


@pytest.mark.parametrize("tier", credential.TIERS)
def test_a_foreign_cose_library_reads_our_credential(tier: int) -> None:
    made = issued(tier)
    claims = cwt.COSE.new(verify_kid=True).decode(message_of(text_of(made)), [foreign(key("signing"), private=False)])
    assert credential.read_claims(strict_cbor.decode(claims)) == made


@pytest.mark.parametrize("tier", credential.TIERS)
def test_we_read_the_credential_that_a_foreign_library_signed(tier: int) -> None:
    made = issued(tier)
    message = cwt.COSE.new().encode(
        strict_cbor.encode(credential.claims_of(made)),
        foreign(key("signing"), private=True),
        protected={1: cose.ES256, 4: key("signing").kid},
    )
    told = verdict.verify(wrapped(message), keys=trusted(), lists={URI: status()}, now=NOW)
    assert told == verdict.Accepted(made, "green", 3600)


def test_an_edwards_key_signs_a_credential() -> None:
    signer = key("edwards", cose.EDDSA)
    text = text_of(issued(1), signer)
    told = verdict.verify(text, keys=trusted(listed(key=signer.public)), lists={URI: status()}, now=NOW)
    assert isinstance(told, verdict.Accepted)


def sm2_key() -> cose.PrivateKey:
    """Our own key, made by the library; the standard's is only public."""
    return cose.generate(cose.SM2_SM3)


def test_an_sm2_key_signs_a_credential_under_its_private_number() -> None:
    signer = sm2_key()
    text = text_of(issued(1), signer)
    assert cose.read_sign1(message_of(text)).alg < -65536
    told = verdict.verify(text, keys=trusted(listed(key=signer.public)), lists={URI: status()}, now=NOW)
    assert isinstance(told, verdict.Accepted)
    es256_only = verdict.verify(text, keys=trusted(), lists={URI: status()}, now=NOW)
    assert es256_only == verdict.Refused("unknown-key")


def test_the_vector_of_the_sm2_standard_holds() -> None:
    """GB/T 32918.5-2017, appendix A: message digest, signer 1234567812345678."""
    point = bytes.fromhex(
        "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    )
    signature = bytes.fromhex(
        "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
        "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
    )
    assert sm2.verifier(point).verify(signature, b"message digest")
    assert not sm2.verifier(point).verify(signature, b"message digesT")
    with pytest.raises(ValueError, match="not a point"):
        sm2.verifier(point[:-1] + b"\x14")


def test_without_the_extra_sm2_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    signer = sm2_key()
    monkeypatch.setattr("sys.modules", dict(__import__("sys").modules) | {"gmssl_fast": None})
    with pytest.raises(ValueError, match="extra"):
        cose.public_key(signer.public.parameters, cose.SM2_SM3)


@pytest.mark.parametrize(
    ("parameters", "alg"),
    [
        ({1: 2, -1: 1, -2: b"\1" * 32, -3: b"\1" * 32}, cose.ES256),
        ({1: 2, -1: 1, -2: b"\1" * 31, -3: b"\1" * 32}, cose.ES256),
        ({1: 2, -1: 2, -2: b"\1" * 48, -3: b"\1" * 48}, cose.ES256),
        ({1: 1, -1: 6, -2: b"\1" * 31}, cose.EDDSA),
        ({1: 1, -1: 6, -2: b"\1" * 32}, cose.ES256),
        ({}, cose.ES256), (None, cose.ES256), (b"", -99),
    ],
)  # fmt: skip
def test_a_key_off_its_curve_or_of_another_algorithm_is_none(parameters: object, alg: int) -> None:
    with pytest.raises(ValueError):
        cose.public_key(parameters, alg)


@pytest.mark.parametrize(
    ("alg", "secret"), [(cose.ES256, b""), (cose.EDDSA, bytes(31)), (cose.SM2_SM3, bytes(32)), (0, bytes(32))]
)
def test_a_secret_of_another_size_makes_no_key(alg: int, secret: bytes) -> None:
    with pytest.raises(ValueError, match="a signing key"):
        cose.PrivateKey(alg, secret)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader_of_messages(data: bytes) -> None:
    for relaxed in (False, True):
        try:
            read = cose.read_sign1(b"\xd2" + data, relaxed=relaxed)
        except strict_cbor.Unreadable:
            continue
        assert isinstance(read.payload, bytes)


@pytest.mark.parametrize(
    "header",
    [{}, {1: "ES256"}, {4: b"kid"}, {1: -7, 4: "kid"}, {1: -7, 16: 60}, {1: -7, 2: [99]}, []],
    ids=repr,
)
def test_a_header_that_does_not_say_how_it_was_signed_is_refused(header: object) -> None:
    message = b"\xd2" + strict_cbor.encode([strict_cbor.encode(header), {}, b"", bytes(64)])
    with pytest.raises(strict_cbor.Unreadable):
        cose.read_sign1(message)
