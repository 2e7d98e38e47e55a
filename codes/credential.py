"""The offline credential 离线凭证, pure: written once, checked anywhere without a network. No clock, no database.

The text is ``GZ1:`` and base45 (RFC 9285) of a stored zlib stream (RFC 1950, ``codes/deflate.py``) of a tagged
COSE_Sign1 (RFC 9052, ``codes/cose.py``) whose payload is a CWT claims set (RFC 8392) in deterministic CBOR::

    1      iss    the issuing portal, text
    4      exp    unix seconds
    6      iat    unix seconds
    8      cnf    only in a phone copy: {1: COSE_Key} of the holder's device (RFC 8747)
    169           {4: name, 9: gender 1 male 2 female}, in tier 2 also {1: ID number}       (draft-id-claim-169)
    65535  status {"status_list": {"idx": place, "uri": list}}                 (draft-ietf-oauth-status-list)
    -65537        {1: tier, 2: level (LoA), 3: region (GB/T 2260), 4: last four of the ID number, 5: birth year}

A tier is all that a code can tell. Each tier is issued separately with a place of its own, so that two of one resident
cannot be joined:

    T0  masked name · level · region
    T1  name · gender · last four · birth year · level · region
    T2  name · gender · ID number (last four and birth year are in it) · level · region

How it is checked: ``codes/verdict.py``. A phone copy and its proof: ``codes/holder_proof.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from codes import base45, cose, deflate, strict_cbor

PREFIX: Final = "GZ1:"
LONGEST: Final = 1200
PAPER_CHARACTERS: Final = 366  # what QR version 11-M holds
PHONE_CHARACTERS: Final = 600  # what QR version 15-M holds, the proof included
LIFE_DAYS: Final = {0: 180, 1: 180, 2: 30}  # on paper
PHONE_LIFE_DAYS: Final = 7
TIERS: Final = (0, 1, 2)

ISSUER, EXPIRES, ISSUED, HOLDER_KEY, IDENTITY, STATUS, OURS = 1, 4, 6, 8, 169, 65535, -65537
_NUMBER, _NAME, _GENDER = 1, 4, 9
_TIER, _LEVEL, _REGION, _LAST4, _BORN = 1, 2, 3, 4, 5
# What each tier holds: fields of the identity, fields of ours, whether an ID number, whether its last four.
_SIZES: Final = {0: (1, 3, False, False), 1: (2, 5, False, True), 2: (3, 3, True, False)}
_KINDS: Final = (
    (str, int, int, int, str, int, str, int, int, type(None), str, type(None), str),
    (str, int, int, int, str, int, str, int, int, int, str, int, str),
)
_NUMBER_FORM: Final = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    """Which credential it is, without saying whose: what is logged and compared. Never the text or the signature,
    for one message can have two good ECDSA signatures."""

    issuer: str
    uri: str
    index: int


@dataclass(frozen=True, slots=True)
class Person:
    """What an issuer knows; a tier takes its part. ``region`` is the 6 digits of GB/T 2260."""

    name: str
    masked_name: str
    id_number: str
    level: int
    region: int


@dataclass(frozen=True, slots=True)
class Credential:
    """What one code tells. In tier 0 ``name`` is the masked one and the other fields of the person are empty."""

    issuer: str
    tier: int
    issued_at: int
    expires_at: int
    uri: str
    index: int
    name: str
    level: int
    region: int
    gender: int | None = None
    last4: str = ""
    birth_year: int | None = None
    id_number: str = ""
    holder_key: cose.PublicKey | None = None

    @property
    def reference(self) -> Reference:
        """Which one it is."""
        return Reference(self.issuer, self.uri, self.index)


def of_person(
    person: Person,
    tier: int,
    *,
    issuer: str,
    issued_at: int,
    expires_at: int,
    uri: str,
    index: int,
    holder_key: cose.PublicKey | None = None,
) -> Credential:
    """What this tier tells of a person, and nothing more. ``ValueError`` if it is no tier."""
    if tier not in TIERS:
        raise ValueError("the tiers are 0, 1 and 2")
    number = person.id_number if tier else ""
    return Credential(
        issuer=issuer,
        tier=tier,
        issued_at=issued_at,
        expires_at=expires_at,
        uri=uri,
        index=index,
        name=person.name if tier else person.masked_name,
        level=person.level,
        region=person.region,
        gender=_gender(number) if tier else None,
        last4=number[-4:],
        birth_year=int(number[6:10]) if tier else None,
        id_number=number if tier == 2 else "",
        holder_key=holder_key,
    )


def _gender(number: str) -> int:
    """From the 17th digit (GB 11643): odd is male."""
    return 1 if int(number[16]) % 2 else 2


def compose(credential: Credential, signer: cose.Signer) -> str:
    """The text. ``ValueError`` if a field is missing, or is more than its tier may tell."""
    payload = strict_cbor.encode(claims_of(credential))
    return PREFIX + base45.encode(deflate.store(cose.sign1(payload, signer)))


def claims_of(credential: Credential) -> dict[int, object]:
    """The claims set: complete, and no more than its tier may tell. ``ValueError`` as in ``compose``."""
    identity: dict[int, object] = {_NAME: credential.name}
    ours: dict[int, object] = {_TIER: credential.tier, _LEVEL: credential.level, _REGION: credential.region}
    if credential.tier:
        identity[_GENDER] = credential.gender
    if credential.tier == 1:
        ours |= {_LAST4: credential.last4, _BORN: credential.birth_year}
    if credential.tier == 2:
        identity[_NUMBER] = credential.id_number
    claims: dict[int, object] = {
        ISSUER: credential.issuer,
        EXPIRES: credential.expires_at,
        ISSUED: credential.issued_at,
        IDENTITY: identity,
        STATUS: {"status_list": {"idx": credential.index, "uri": credential.uri}},
        OURS: ours,
    }
    if credential.holder_key is not None:
        claims[HOLDER_KEY] = {1: credential.holder_key.parameters}
    if read_claims(claims) != credential:
        raise ValueError(f"these are not the fields of tier {credential.tier}")
    return claims


def read_claims(claims: object) -> Credential | None:
    """The credential that this claims set is, or None if it is not exactly one of one tier."""
    try:
        return _read(claims)
    except (AttributeError, LookupError, TypeError, ValueError):
        return None


def _read(claims: Any) -> Credential:
    """Raises one of the four where something is missing, too much or of another kind."""
    status, identity, ours = claims[STATUS]["status_list"], claims[IDENTITY], claims[OURS]
    tier, born, gender, number = ours[_TIER], ours.get(_BORN), identity.get(_GENDER), identity.get(_NUMBER, "")
    last4 = ours.get(_LAST4, "")
    sizes = len(identity), len(ours), bool(number), bool(last4)
    issued, expires = claims[ISSUED], claims[EXPIRES]
    if _SIZES[tier] != sizes or not 0 <= issued < expires or len(claims) != 6 + (HOLDER_KEY in claims):
        raise ValueError("not the claims of one tier")
    if tier == 2:
        last4, born = _of_number(number)
    made = Credential(
        claims[ISSUER], tier, issued, expires, status["uri"], status["idx"], identity[_NAME],
        ours[_LEVEL], ours[_REGION], gender, last4, born, number,
        _holder_key(claims[HOLDER_KEY]) if HOLDER_KEY in claims else None,
    )  # fmt: skip
    kinds = tuple(map(type, (made.issuer, tier, issued, expires, made.uri, made.index, made.name, made.level,
                             made.region, gender, last4, born, number)))  # fmt: skip
    if kinds != _KINDS[tier > 0] or made.index < 0:
        raise TypeError("a claim of another kind")
    return made


def _of_number(number: str) -> tuple[str, int]:
    """Last four and birth year (GB 11643)."""
    if _NUMBER_FORM.fullmatch(number) is None:
        raise ValueError("not an ID number")
    return number[-4:], int(number[6:10])


def _holder_key(confirmation: Any) -> cose.PublicKey:
    """The key of ``cnf``, where that is all there is in it."""
    if len(confirmation) != 1:
        raise ValueError("more than a key")
    return cose.public_key(confirmation[1], cose.ES256)
