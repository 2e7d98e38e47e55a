"""Keys, lists and credentials for tests: made from fixed bytes, so that every run signs the same."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from typing import Any

from codes import cose, credential, status_list
from codes.trust_list import ListedKey, TrustList

NOW = 1_795_305_600  # 2026-11-22 00:00:00 UTC
DAY = 86_400
ISSUER = "demo"
URI = "https://y.cn/s"
REVOKED, SUSPENDED = 4_711, 4_712

WANG = credential.Person("王秀兰", "王*兰", "511602186209161281", 3, 511602)
LONG_NAME = credential.Person("阿卜杜拉·买买提江·吐尔逊", "阿****逊", "65310118730801319X", 3, 653101)


@cache
def key(name: str, alg: int = cose.ES256) -> cose.PrivateKey:
    """A key that is the same in every run."""
    return cose.PrivateKey(alg, hashlib.sha256(f"yima test key: {name}".encode()).digest())


def listed(name: str = "signing", **changes: Any) -> ListedKey:
    """How the key of this name is listed."""
    entry = ListedKey(
        key=key(name).public,
        issuer=ISSUER,
        signs_from=NOW - 30 * DAY,
        signs_until=NOW + 60 * DAY,
        good_until=NOW + 240 * DAY,
        tiers=frozenset(credential.TIERS),
        lists=True,
    )
    return replace(entry, **changes)


def trusted(*keys: ListedKey, **changes: Any) -> TrustList:
    """A key list of a day ago."""
    whole = TrustList(ISSUER, 7, NOW - DAY, NOW + 6 * DAY, keys or (listed(),))
    return replace(whole, **changes) if changes else whole


@cache
def status() -> status_list.StatusList:
    """The status list of an hour ago, as a verifier has read it."""
    signed = status_list.write(
        {REVOKED: status_list.INVALID, SUSPENDED: status_list.SUSPENDED},
        key("signing"),
        issuer=ISSUER,
        uri=URI,
        now=NOW - 3600,
    )
    found = status_list.read(signed, trusted(), NOW)
    assert found is not None
    return found


def issued(
    tier: int = 1, *, person: credential.Person = WANG, bound: bool = False, **changes: Any
) -> credential.Credential:
    """A credential of yesterday; ``bound`` to the test phone."""
    fields: dict[str, Any] = {
        "issuer": ISSUER,
        "issued_at": NOW - DAY,
        "expires_at": NOW + (6 if bound else 29) * DAY,
        "uri": URI,
        "index": 88_123,
        "holder_key": key("phone").public if bound else None,
    }
    return credential.of_person(person, tier, **(fields | changes))


def text_of(made: credential.Credential, signer: cose.Signer | None = None) -> str:
    """Its text."""
    return credential.compose(made, signer or key("signing"))
