"""Public vectors as judges: the EU's test certificates get the result that their authors state (``eu/NOTICE``).

Their stages are named after our reasons. Left out of the choice: key usage, the schema of a health certificate and the
decoding of pictures, which are no part of a credential; RSA keys; three P-384 keys labelled ES256, which are refused
here because ES256 binds P-256 (RFC 9053 §2.1).
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from codes import cose, verdict
from codes.health_certificate import Certificate, read_certificate
from tests.codes.credentials import trusted

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "eu" / "vectors.json").read_text("utf-8"))
REFUSED_AT = {
    "EXPECTEDUNPREFIX": {"malformed"},
    "EXPECTEDB45DECODE": {"malformed"},
    "EXPECTEDCOMPRESSION": {"bad-deflate"},
    "EXPECTEDDECODE": {"bad-cbor", "bad-claims"},
    "EXPECTEDVERIFY": {"bad-cbor", "unknown-key", "bad-signature"},
    "EXPECTEDEXPIRATIONCHECK": {"not-yet", "expired"},
}


def keys_of(certificate: str) -> dict[bytes, list[cose.PublicKey]]:
    der = base64.b64decode(certificate)
    point = x509.load_der_x509_certificate(der).public_key()
    assert isinstance(point, EllipticCurvePublicKey)
    numbers = point.public_numbers()
    parameters = {1: 2, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
    return {hashlib.sha256(der).digest()[:8]: [cose.public_key(parameters, cose.ES256)]}


def read(vector: dict[str, Any]) -> Certificate | verdict.Refused:
    now = datetime.fromisoformat(vector["clock"]).timestamp()
    return read_certificate(vector["text"], keys=keys_of(vector["certificate"]), now=now)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["file"])
def test_a_public_eu_vector_gives_its_stated_result(vector: dict[str, Any]) -> None:
    given = read(vector)
    fails = [stage for stage in REFUSED_AT if vector["expected"].get(stage) is False]
    if not fails:
        assert isinstance(given, Certificate)
    else:
        assert isinstance(given, verdict.Refused)
        assert given.reason in REFUSED_AT[fails[0]]


def test_every_stage_is_judged() -> None:
    failing = {stage for vector in VECTORS for stage, good in vector["expected"].items() if not good}
    assert failing == set(REFUSED_AT)
    assert sum(isinstance(read(vector), Certificate) for vector in VECTORS) > 10


def test_a_good_signature_under_a_wrong_protected_hint_is_refused() -> None:
    wrong = [vector for vector in VECTORS if vector["file"].endswith(("CO22.json", "CO23.json"))]
    assert [read(vector) for vector in wrong] == [verdict.Refused("unknown-key")] * 2


def test_a_counter_takes_no_health_certificate() -> None:
    for vector in VECTORS:
        assert verdict.verify(vector["text"], keys=trusted(), lists={}, now=0) == verdict.Refused("malformed")


def test_a_health_certificate_longer_than_a_code_is_not_read() -> None:
    assert read_certificate("HC1:" + "0" * 1200, keys={}, now=0) == verdict.Refused("too-long")
