"""Writes ``codes/vectors/credential.json``: ``python -m tests.codes.make_vectors``. The same bytes in every run.

The verdicts are stated here, by hand, and not taken from the code: the tests hold the two against each other.
"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codes import base45, cose, credential, deflate, holder_proof, status_list, strict_cbor, trust_list
from tests.codes.credentials import (
    DAY,
    ISSUER,
    LONG_NAME,
    NOW,
    REVOKED,
    SUSPENDED,
    URI,
    issued,
    key,
    listed,
    text_of,
    trusted,
)

FILE = Path(credential.__file__).parent / "vectors" / "credential.json"
OTHER_URI = "https://z.cn/s"
ABOUT = [
    "Verdicts on the text of an offline credential. Format: codes/credential.py and codes/holder_proof.py.",
    "Bytes are base64url without padding. Times are unix seconds. All keys and people are invented for these tests.",
    "roots: the COSE_Key of the root that signed every key list, and the same point as a JWK.",
    "key_lists: named signed key lists (codes/trust_list.py). status_lists: named signed status lists.",
    "verdicts: with the key list `keys` and the status lists `lists` at the time `now`, `text` gets `expect`: either",
    "reason (refused), or freshness, list_age (null without a list) and credential. `needs` names an algorithm;",
    "a verifier without it answers unknown-key.",
    "proofs: what a phone does. The device's private key as a JWK, the text it keeps, a time, the ASCII message it",
    "signs, one good signature (any good one will do), and the text it shows with that signature.",
    "base45: RFC 9285; bytes is null where the text is not base45.",
]


@dataclass
class Verdict:
    """One case."""

    name: str
    text: str
    expect: dict[str, Any]
    now: int = NOW
    keys: str = "usual"
    lists: list[str] = field(default_factory=lambda: ["usual"])
    needs: str = ""

    def written(self) -> dict[str, Any]:
        case = {"name": self.name, "text": self.text, "now": self.now, "keys": self.keys, "lists": self.lists}
        return case | ({"needs": self.needs} if self.needs else {}) | {"expect": self.expect}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def told(made: credential.Credential) -> dict[str, Any]:
    """The credential as a verdict names it."""
    fields = ("issuer", "tier", "issued_at", "expires_at", "uri", "index", "name", "level", "region", "gender",
              "last4", "birth_year", "id_number")  # fmt: skip
    return {name: getattr(made, name) for name in fields}


def accepted(made: credential.Credential, freshness: str = "green", list_age: int | None = 3600) -> dict[str, Any]:
    return {"freshness": freshness, "list_age": list_age, "credential": told(made)}


def refused(reason: str) -> dict[str, Any]:
    return {"reason": reason}


def wrapped(message: bytes) -> str:
    return credential.PREFIX + base45.encode(deflate.store(message))


def message_of(text: str) -> bytes:
    data = base45.decode(text.removeprefix(credential.PREFIX))
    assert data is not None
    message = deflate.unstore(data)
    assert message is not None
    return message


def signed_claims(claims: dict[int, Any], signer: cose.Signer | None = None) -> str:
    return wrapped(cose.sign1(strict_cbor.encode(claims), signer or key("signing")))


def good() -> list[Verdict]:
    plain = [Verdict(f"tier {tier}", text_of(issued(tier)), accepted(issued(tier))) for tier in credential.TIERS]
    long_name = issued(1, person=LONG_NAME)
    edwards = issued(1, index=88_124)
    last_second = NOW + 29 * DAY + 119
    return [
        *plain,
        Verdict("a long name", text_of(long_name), accepted(long_name)),
        Verdict("signed with Ed25519", text_of(edwards, key("edwards", cose.EDDSA)), accepted(edwards), needs="EdDSA"),
        Verdict("amber: a list older than its ttl", text_of(issued(1)), accepted(issued(1), "amber", 12 * 3600),
                now=NOW + 11 * 3600),
        Verdict("tier 0 without a list", text_of(issued(0)), accepted(issued(0), "red", None), lists=[]),
        Verdict("tier 0 on an expired list", text_of(issued(0)), accepted(issued(0), "red", 8 * DAY), lists=["old"]),
        Verdict("tier 0 on an overdue key list", text_of(issued(0)), accepted(issued(0)), keys="overdue"),
        Verdict("two minutes after its end, by a clock that is fast", text_of(issued(0)),
                accepted(issued(0), "red", 29 * DAY + 119 + 3600), now=last_second),
        Verdict("one key listed for two issuers", text_of(issued(1)), accepted(issued(1)), keys="two issuers"),
    ]  # fmt: skip


def misshapen() -> list[Verdict]:
    text = text_of(issued(1))
    message = message_of(text)
    stored = deflate.store(message)
    signed = cose.read_sign1(message)
    parts = [signed.protected, {}, signed.payload, signed.signature]
    loose = strict_cbor.encode([strict_cbor.encode({1: -7}), {4: key("signing").kid}, signed.payload, signed.signature])
    doubled = b"\xd2\x84" + strict_cbor.encode(b"\xa2\x01\x26\x01\x26") + strict_cbor.encode(parts)[1 + 15 :]
    return [
        Verdict("nothing", "", refused("malformed")),
        Verdict("only the prefix", "GZ1:", refused("bad-deflate")),
        Verdict("a dynamic code", "9003210001234567895585113272108484", refused("malformed")),
        Verdict("a European health certificate", "HC1:" + text[4:], refused("malformed")),
        Verdict("small letters", "gz1:" + text[4:], refused("malformed")),
        Verdict("a newline at the end", text + "\n", refused("malformed")),
        Verdict("a character that base45 has not", text[:40] + "a" + text[41:], refused("malformed")),
        Verdict("a full-width digit", text[:40] + "\uff11" + text[41:], refused("malformed")),
        Verdict("a group above its largest value", text[:4] + ":::" + text[7:], refused("malformed")),
        Verdict("one character left over", text + "0", refused("malformed")),
        Verdict("1,201 characters", text + "0" * (1201 - len(text)), refused("too-long")),
        Verdict("cut short", text[: 4 + 3 * 60], refused("bad-deflate")),
        Verdict("packed instead of stored", "GZ1:" + base45.encode(zlib.compress(message, 9)), refused("bad-deflate")),
        Verdict("a wrong checksum", "GZ1:" + base45.encode(stored[:-1] + bytes((stored[-1] ^ 1,))),
                refused("bad-deflate")),
        Verdict("bytes after the stream", "GZ1:" + base45.encode(stored + b"\0\0"), refused("bad-deflate")),
        Verdict("a zlib bomb", "GZ1:" + base45.encode(zlib.compress(b"\0" * 600_000, 9)), refused("bad-deflate")),
        Verdict("a CBOR bomb: nested arrays", wrapped(b"\xd2" + b"\x81" * 700), refused("bad-cbor")),
        Verdict("a CBOR bomb: a length of 2^63", wrapped(b"\xd2\x9b" + b"\x7f" + b"\xff" * 7), refused("bad-cbor")),
        Verdict("no tag", wrapped(message[1:]), refused("bad-cbor")),
        Verdict("another tag", wrapped(b"\xd1" + message[1:]), refused("bad-cbor")),
        Verdict("the tag of a CWT around it", wrapped(b"\xd8\x3d" + message), refused("bad-cbor")),
        Verdict("kid not protected", wrapped(b"\xd2" + loose), refused("bad-cbor")),
        Verdict("a key twice in the header", wrapped(doubled), refused("bad-cbor")),
        Verdict("bytes after the message", wrapped(message + b"\0"), refused("bad-cbor")),
        Verdict("a length in a longer form", wrapped(b"\xd2\x98\x04" + message[2:]), refused("bad-cbor")),
    ]  # fmt: skip


def forged() -> list[Verdict]:
    text = text_of(issued(1))
    signed = cose.read_sign1(message_of(text))
    payload = signed.payload.replace("王秀兰".encode(), "王秀芳".encode())
    changed = b"\xd2" + strict_cbor.encode([signed.protected, {}, payload, signed.signature])
    other_alg = strict_cbor.encode({1: cose.EDDSA, 4: key("signing").kid})
    relabelled = b"\xd2" + strict_cbor.encode([other_alg, {}, signed.payload, signed.signature])
    unsigned = b"\xd2" + strict_cbor.encode([signed.protected, {}, signed.payload, b"\0" * 64])
    short = b"\xd2" + strict_cbor.encode([signed.protected, {}, signed.payload, signed.signature[:63]])
    stolen_hint = strict_cbor.encode({1: cose.ES256, 4: key("signing").kid})
    tbs = strict_cbor.encode(["Signature1", stolen_hint, b"", signed.payload])
    forged_by = b"\xd2" + strict_cbor.encode([stolen_hint, {}, signed.payload, key("stranger").sign(tbs)])
    return [
        Verdict("a stranger's key", text_of(issued(1), key("stranger")), refused("unknown-key")),
        Verdict("a stranger's key under our hint", wrapped(forged_by), refused("bad-signature")),
        Verdict("another algorithm named", wrapped(relabelled), refused("unknown-key")),
        Verdict("a changed name", wrapped(changed), refused("bad-signature")),
        Verdict("no signature but zeros", wrapped(unsigned), refused("bad-signature")),
        Verdict("a signature of 63 bytes", wrapped(short), refused("bad-signature")),
    ]


def odd_claims() -> list[Verdict]:
    claims = credential.claims_of(issued(0))
    identity, ours = credential.IDENTITY, credential.OURS
    return [
        Verdict("no claims of ours", signed_claims({1: ISSUER, 4: NOW + DAY, 6: NOW}), refused("bad-claims")),
        Verdict("a claim too many", signed_claims(claims | {7: b"id"}), refused("bad-claims")),
        Verdict("a field too many for its tier", signed_claims(claims | {identity: {4: "王*兰", 9: 2}}),
                refused("bad-claims")),
        Verdict("a tier that there is not", signed_claims(claims | {ours: {1: 3, 2: 3, 3: 511602}}),
                refused("bad-claims")),
        Verdict("a time that is text", signed_claims(claims | {4: "2026"}), refused("bad-claims")),
        Verdict("over before it began", signed_claims(claims | {4: NOW - DAY}), refused("bad-claims")),
        Verdict("a status list with the signature of a credential", wrapped(_usual_list()), refused("bad-claims")),
    ]  # fmt: skip


def by_key() -> list[Verdict]:
    early = issued(1, issued_at=NOW - 31 * DAY)
    late = issued(1, issued_at=NOW + 60 * DAY, expires_at=NOW + 240 * DAY)
    return [
        Verdict("another portal's credential", text_of(issued(1, issuer="other")), refused("wrong-issuer")),
        Verdict("tier 2 with a key for tiers 0 and 1", text_of(issued(2), key("counter")),
                refused("tier-not-allowed")),
        Verdict("tier 1 with that key", text_of(issued(1), key("counter")), accepted(issued(1))),
        Verdict("signed before the key's window", text_of(early), refused("key-not-valid")),
        Verdict("signed after the key's window", text_of(late), refused("key-not-valid"), now=NOW + 61 * DAY),
        Verdict("after the key is over", text_of(issued(0, expires_at=NOW + 300 * DAY)), refused("key-not-valid"),
                now=NOW + 240 * DAY, lists=[]),
        Verdict("an overdue key list", text_of(issued(1)), refused("keys-too-old"), keys="overdue"),
    ]  # fmt: skip


def by_time() -> list[Verdict]:
    text = text_of(issued(0))
    return [
        Verdict("before it was issued", text, refused("not-yet"), now=NOW - DAY - 121, lists=[]),
        Verdict("expired", text, refused("expired"), now=NOW + 29 * DAY + 120, lists=[]),
    ]


def by_status() -> list[Verdict]:
    return [
        Verdict("revoked", text_of(issued(1, index=REVOKED)), refused("revoked")),
        Verdict("revoked, tier 0", text_of(issued(0, index=REVOKED)), refused("revoked")),
        Verdict("revoked, tier 0, on an expired list", text_of(issued(0, index=REVOKED)), refused("revoked"),
                lists=["old"]),
        Verdict("suspended", text_of(issued(1, index=SUSPENDED)), refused("suspended")),
        Verdict("a place outside the list", text_of(issued(1, index=1 << 17)), refused("revoked")),
        Verdict("no list", text_of(issued(1)), refused("list-missing"), lists=[]),
        Verdict("only another list", text_of(issued(1)), refused("list-missing"), lists=["other"]),
        Verdict("an expired list", text_of(issued(1)), refused("list-too-old"), lists=["old"]),
        Verdict("an expired list, tier 2", text_of(issued(2)), refused("list-too-old"), lists=["old"]),
        Verdict("an older list beside the newer one", text_of(issued(1)), accepted(issued(1)),
                lists=["usual", "old"]),
    ]  # fmt: skip


def by_proof() -> list[Verdict]:
    made = issued(1, bound=True)
    bare = text_of(made)
    shown = holder_proof.show(bare, key("phone"), NOW)
    changed = shown[:4] + holder_proof.show(bare, key("phone"), NOW + 1)[4:13] + shown[13:]
    tier0 = issued(0, bound=True)
    return [
        Verdict("a phone copy, shown now", shown, accepted(made)),
        Verdict("a phone copy of tier 0", holder_proof.show(text_of(tier0), key("phone"), NOW), accepted(tier0)),
        Verdict("59 s old", shown, accepted(made, list_age=3659), now=NOW + 59),
        Verdict("a screenshot of 60 s", shown, refused("proof-stale"), now=NOW + 60),
        Verdict("from a phone whose clock is 15 s fast", shown, accepted(made, list_age=3585), now=NOW - 15),
        Verdict("16 s in the future", shown, refused("proof-stale"), now=NOW - 16),
        Verdict("without its proof", bare, refused("proof-missing")),
        Verdict("with the proof of another phone", holder_proof.show(bare, key("stranger"), NOW),
                refused("proof-wrong")),
        Verdict("with the proof of another credential",
                holder_proof.show(text_of(tier0), key("phone"), NOW)[: 4 + 105] + bare[4:], refused("proof-wrong")),
        Verdict("with the time of its proof changed", changed, refused("proof-wrong")),
        Verdict("paper with a proof", holder_proof.show(text_of(issued(1)), key("phone"), NOW),
                refused("proof-wrong")),
        Verdict("two proofs", holder_proof.show(shown, key("phone"), NOW), refused("bad-deflate")),
    ]  # fmt: skip


def _usual_list(now: int = NOW - 3600, uri: str = URI) -> bytes:
    statuses = {REVOKED: status_list.INVALID, SUSPENDED: status_list.SUSPENDED}
    return status_list.write(statuses, key("signing"), issuer=ISSUER, uri=uri, now=now)


def key_lists() -> dict[str, str]:
    root = key("root")
    usual = (
        listed(),
        listed("counter", tiers=frozenset((0, 1)), lists=False),
        listed(key=key("edwards", cose.EDDSA).public),
    )
    lists = {
        "usual": trusted(*usual),
        "overdue": trusted(*usual, issued_at=NOW - 8 * DAY, next_update=NOW - 120),
        "two issuers": trusted(listed(issuer="other"), listed()),
    }
    return {name: b64(trust_list.write(one, root)) for name, one in lists.items()}


def proofs() -> list[dict[str, Any]]:
    found = []
    for tier, at in ((0, NOW), (1, NOW + 25), (2, NOW + 1_000_000)):
        bare = text_of(issued(tier, bound=True))
        message = holder_proof.message(bare, at)
        found.append(
            {
                "text": bare,
                "at": at,
                "message": message.decode("ascii"),
                "signature": b64(key("phone").sign(message)),
                "shown": holder_proof.show(bare, key("phone"), at),
            }
        )
    return found


def jwk(made: cose.PrivateKey, *, private: bool) -> dict[str, str]:
    x, y = made.public.parameters[-2], made.public.parameters[-3]
    assert isinstance(x, bytes) and isinstance(y, bytes)
    shape = {"kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y)}
    return shape | ({"d": b64(made.secret)} if private else {})


def base45_cases() -> list[dict[str, str | None]]:
    rfc = {"AB": "BB8", "Hello!!": "%69 VD92EX0", "base-45": "UJCLQE7W581", "ietf!": "QED8WEX0", "": ""}
    texts: dict[str, bytes | None] = {text: said.encode() for said, text in rfc.items()}
    texts |= {"FGW": b"\xff\xff", "U5": b"\xff"}
    texts |= dict.fromkeys(("GGW", "V5", "A", "BB8\n", " BB8 ", "bb8", "BB8B", ":::", "BB8\u0660"))
    return [{"text": text, "bytes": None if data is None else b64(data)} for text, data in texts.items()]


def document() -> dict[str, Any]:
    groups = (good(), misshapen(), forged(), odd_claims(), by_key(), by_time(), by_status(), by_proof())
    return {
        "about": ABOUT,
        "roots": [{"cose_key": b64(strict_cbor.encode(key("root").public.parameters)), "alg": cose.ES256,
                   "kid": b64(key("root").kid), "jwk": jwk(key("root"), private=False)}],
        "key_lists": key_lists(),
        "status_lists": {"usual": b64(_usual_list()), "old": b64(_usual_list(NOW - 8 * DAY)),
                         "other": b64(_usual_list(uri=OTHER_URI))},
        "verdicts": [case.written() for group in groups for case in group],
        "device": jwk(key("phone"), private=True),
        "proofs": proofs(),
        "base45": base45_cases(),
    }  # fmt: skip


def main() -> None:
    FILE.write_text(json.dumps(document(), ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
