"""The published vectors of the credential: every verdict as stated, every reason among them, nothing out of date."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from typing import Any

import pytest

from codes import base45, cose, holder_proof, status_list, strict_cbor, trust_list, verdict
from tests.codes import make_vectors

VECTORS: dict[str, Any] = json.loads(make_vectors.FILE.read_text("utf-8"))
CASES: list[dict[str, Any]] = VECTORS["verdicts"]


def b(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def roots() -> list[cose.PublicKey]:
    return [cose.public_key(strict_cbor.decode(b(root["cose_key"])), root["alg"]) for root in VECTORS["roots"]]


def key_list(name: str) -> trust_list.TrustList:
    found = trust_list.read(b(VECTORS["key_lists"][name]), roots())
    assert found is not None
    return found


def status_lists(names: list[str], now: int) -> dict[str, status_list.StatusList]:
    read = [status_list.read(b(VECTORS["status_lists"][name]), key_list("usual"), now) for name in names]
    return status_list.newest(one for one in read if one is not None)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_published_verdict_is_given(case: dict[str, Any]) -> None:
    lists = status_lists(case["lists"], case["now"])
    given = verdict.verify(case["text"], keys=key_list(case["keys"]), lists=lists, now=case["now"])
    expected = case["expect"]
    if "reason" in expected:
        assert given == verdict.Refused(expected["reason"], getattr(given, "reference", None))
        return
    assert isinstance(given, verdict.Accepted)
    assert (given.freshness, given.list_age) == (expected["freshness"], expected["list_age"])
    told = asdict(given.credential)
    assert {name: told[name] for name in expected["credential"]} == expected["credential"]


def test_every_reason_has_a_vector() -> None:
    assert {case["expect"].get("reason") for case in CASES} >= set(verdict.REASONS)


def test_the_names_of_the_vectors_are_different() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_the_vectors_are_those_that_the_code_writes_today() -> None:
    assert make_vectors.document() == VECTORS


@pytest.mark.parametrize("case", VECTORS["proofs"], ids=lambda case: str(case["at"]))
def test_a_published_proof_is_composed_as_the_text_says(case: dict[str, Any]) -> None:
    """A second implementation, written from the docstring alone."""
    proof = b"P" + case["at"].to_bytes(5, "big") + b(case["signature"])
    assert case["message"] == f"yima-proof-1|{case['at']}|{case['text']}"
    assert case["shown"] == "GZ1:" + base45.encode(proof) + case["text"][4:]
    device = VECTORS["device"]
    point = cose.public_key({1: 2, -1: 1, -2: b(device["x"]), -3: b(device["y"])}, cose.ES256)
    assert point.verify(b(case["signature"]), case["message"].encode())
    assert holder_proof.show(case["text"], cose.PrivateKey(cose.ES256, b(device["d"])), case["at"]) == case["shown"]


@pytest.mark.parametrize("case", VECTORS["base45"], ids=lambda case: repr(case["text"]))
def test_base45_reads_what_rfc_9285_says_and_nothing_else(case: dict[str, Any]) -> None:
    expected = None if case["bytes"] is None else b(case["bytes"])
    assert base45.decode(case["text"]) == expected
    if expected is not None:
        assert base45.encode(expected) == case["text"]
