"""The unplugged counter says what the server would say: its verifier in JavaScript beside ours, on the same codes."""

from __future__ import annotations

import random
from typing import Any

from codes import base45, credential, deflate, holder_proof, status_list, strict_cbor, trust_list, verdict
from tests.codes import credentials as made
from tests.counter.offline import judged

ROOT = made.key("root")
KEYS = trust_list.write(made.trusted(), ROOT)
STATUSES = {made.REVOKED: status_list.INVALID, made.SUSPENDED: status_list.SUSPENDED}
LIST = status_list.write(STATUSES, made.key("signing"), issuer=made.ISSUER, uri=made.URI, now=made.NOW - 3600)
ALPHABET = base45.ALPHABET


def shared(**changes: Any) -> dict[str, Any]:
    """The root, the key list and the status list, as a terminal has them."""
    root = {"alg": ROOT.alg, "key": strict_cbor.encode(ROOT.public.parameters).hex()}
    return {"root": root, "keys": KEYS.hex(), "lists": [LIST.hex()], "now": made.NOW} | changes


def ours(text: str, now: float = made.NOW) -> str:
    """What Python says: the reason, or that it is accepted."""
    keys = trust_list.read(KEYS, [ROOT.public])
    assert keys is not None
    found = status_list.read(LIST, keys, now)
    told = verdict.verify(text, keys=keys, lists={made.URI: found} if found else {}, now=now)
    return told.reason if isinstance(told, verdict.Refused) else "accepted"


def theirs(answers: list[dict[str, Any]]) -> list[str]:
    return ["accepted" if one["accepted"] else str(one["reason"]) for one in answers]


def genuine() -> list[str]:
    """Every tier, good and not, on paper and on a phone whose clock and picture are of several ages."""
    texts = []
    for tier in credential.TIERS:
        texts += [made.text_of(made.issued(tier, index=index)) for index in (88_123, made.REVOKED, made.SUSPENDED)]
        texts.append(made.text_of(made.issued(tier, index=1 << 20)))
        texts.append(made.text_of(made.issued(tier, person=made.LONG_NAME)))
        texts.append(made.text_of(made.issued(tier), made.key("stranger")))
        texts.append(made.text_of(made.issued(tier, issuer="elsewhere")))
        texts.append(holder_proof.show(made.text_of(made.issued(tier)), made.key("phone"), made.NOW))
        bound = made.text_of(made.issued(tier, bound=True))
        texts.append(bound)
        texts += [holder_proof.show(bound, made.key("phone"), made.NOW + age) for age in (-61, -60, -59, 0, 15, 16)]
        texts.append(holder_proof.show(bound, made.key("other phone"), made.NOW))
    return texts


def altered(texts: list[str], count: int) -> list[str]:
    """Texts with a character wrong, and messages with a byte wrong in a wrapping that is whole again."""
    dice = random.Random("unplugged")
    found = []
    for _ in range(count):
        text = dice.choice(texts)
        if dice.random() < 0.3:
            at = dice.randrange(len(text))
            wrong = dice.choice((ALPHABET + "é\n").replace(text[at], ""))
            found.append(text[:at] + wrong + text[at + dice.randrange(2) :])
            continue
        packed = base45.decode(text.removeprefix(credential.PREFIX))
        message = bytearray(deflate.unstore(packed) or b"" if packed else b"")
        if not message:
            continue
        message[dice.randrange(len(message))] ^= 1 << dice.randrange(8)
        if dice.random() < 0.3:
            del message[dice.randrange(len(message)) :]
        found.append(credential.PREFIX + base45.encode(deflate.store(bytes(message))))
    return found


def test_every_tier_form_and_reason_is_judged_as_by_the_server() -> None:
    texts = [*genuine(), "", "GZ1:", "HC1:ABC", "GZ1:" + "0" * 1300, "9001" * 8]
    expected = [ours(text) for text in texts]
    assert theirs(judged([{"text": text} for text in texts], shared())) == expected
    assert {"accepted", "revoked", "suspended", "proof-stale", "proof-missing", "proof-wrong"} <= set(expected)


def test_whatever_is_altered_is_refused_for_the_same_reason() -> None:
    texts = altered(genuine(), 600)
    expected = [ours(text) for text in texts]
    assert theirs(judged([{"text": text} for text in texts], shared())) == expected
    assert "accepted" not in expected
    assert {"malformed", "bad-deflate", "bad-cbor", "bad-signature", "unknown-key"} <= set(expected)


def test_time_moves_the_verdict_as_on_the_server() -> None:
    texts = [made.text_of(made.issued(tier)) for tier in credential.TIERS]
    times = [made.NOW + days * made.DAY for days in (-2, 0, 1, 6, 7, 8, 28, 31)] + [made.NOW - made.DAY - 121]
    cases = [{"text": text, "now": now} for now in times for text in texts]
    expected = [ours(str(case["text"]), float(str(case["now"]))) for case in cases]
    assert theirs(judged(cases, shared())) == expected
    assert {"accepted", "not-yet", "expired", "keys-too-old"} <= set(expected)


def test_without_a_list_only_the_lowest_tier_is_taken_and_said_to_be_unchecked() -> None:
    texts = [made.text_of(made.issued(tier)) for tier in credential.TIERS]
    answers = judged([{"text": text} for text in texts], shared(lists=[]))
    assert theirs(answers) == ["accepted", "list-missing", "list-missing"]
    assert (answers[0]["freshness"], answers[0]["listAge"]) == ("red", None)


def test_keys_that_another_root_signed_are_no_keys() -> None:
    forged = trust_list.write(made.trusted(), made.key("not the root"))
    answers = judged([{"text": made.text_of(made.issued(1))}], shared(keys=forged.hex()))
    assert theirs(answers) == ["no-keys"]


def test_a_credential_is_told_whole_and_a_refusal_says_only_which_one() -> None:
    good, revoked = made.text_of(made.issued(1)), made.text_of(made.issued(1, index=made.REVOKED))
    told, refused = judged([{"text": good}, {"text": revoked}], shared())
    assert told["credential"]["name"] == made.WANG.name
    assert (told["freshness"], told["listAge"]) == ("green", 3600)
    assert refused["reference"] == {"issuer": made.ISSUER, "uri": made.URI, "index": made.REVOKED, "tier": 1}
    assert "credential" not in refused
