"""The counter's own verifier gives every published vector its stated verdict."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from codes import cose
from tests.counter.offline import judged

VECTORS = json.loads((Path(__file__).parents[2] / "codes/vectors/credential.json").read_text("utf-8"))
CANNOT = {cose.ALGORITHMS[cose.SM2_SM3]}  # what a browser's WebCrypto does not compute


def _hex(text: str) -> str:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).hex()


def _case(vector: dict[str, Any]) -> dict[str, Any]:
    root = VECTORS["roots"][0]
    return {
        "root": {"alg": cose.ES256, "key": _hex(root["cose_key"])},
        "keys": _hex(VECTORS["key_lists"][vector["keys"]]),
        "lists": [_hex(VECTORS["status_lists"][name]) for name in vector["lists"]],
        "now": vector["now"],
        "text": vector["text"],
    }


def _stated(vector: dict[str, Any]) -> str:
    if vector.get("needs") in CANNOT:
        return "unsupported-algorithm"  # as "unknown-key", in words that do not accuse the holder
    return str(vector["expect"].get("reason", "accepted"))


def test_every_published_vector_gets_its_stated_verdict() -> None:
    vectors = VECTORS["verdicts"]
    answers = judged([_case(vector) for vector in vectors], {})
    found = {
        vector["name"]: "accepted" if answer["accepted"] else answer["reason"]
        for vector, answer in zip(vectors, answers, strict=True)
    }
    assert found == {vector["name"]: _stated(vector) for vector in vectors}


def test_what_an_accepted_vector_tells_is_what_is_stated() -> None:
    vectors = [one for one in VECTORS["verdicts"] if _stated(one) == "accepted"]
    for vector, answer in zip(vectors, judged([_case(one) for one in vectors], {}), strict=True):
        stated, told = vector["expect"], answer["credential"]
        assert (answer["freshness"], answer["listAge"]) == (stated["freshness"], stated["list_age"]), vector["name"]
        assert told["name"] == stated["credential"]["name"]
        assert told["tier"] == stated["credential"]["tier"]
        assert told.get("idNumber", "") == stated["credential"].get("id_number", "")
