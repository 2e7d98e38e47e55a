"""The offline credential: what each tier tells, how large it is, and that it is read without a network."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codes import cose, credential, deflate, holder_proof, picture, verdict
from codes.verdict import Accepted, Refused
from tests.codes.credentials import LONG_NAME, NOW, URI, WANG, issued, key, status, text_of, trusted

LISTS = {URI: status()}


def check(text: str, now: float = NOW) -> Accepted | Refused:
    return verdict.verify(text, keys=trusted(), lists=LISTS, now=now)


@pytest.mark.parametrize("tier", credential.TIERS)
def test_a_credential_is_read_offline_and_tells_its_tier_and_no_more(tier: int) -> None:
    made = issued(tier)
    told = check(text_of(made))
    assert told == Accepted(made, "green", 3600)
    assert (made.name, made.level, made.region) == ("王*兰" if tier == 0 else "王秀兰", 3, 511602)
    person = (made.gender, made.last4, made.birth_year)
    assert person == ((None, "", None) if tier == 0 else (2, "1281", 1862))
    assert made.id_number == (WANG.id_number if tier == 2 else "")


@pytest.mark.parametrize("tier", credential.TIERS)
@pytest.mark.parametrize("person", [WANG, LONG_NAME], ids=["three characters", "thirteen characters"])
def test_paper_is_version_11_m_at_most_and_a_phone_copy_15_m(tier: int, person: credential.Person) -> None:
    paper = text_of(issued(tier, person=person))
    assert picture.version(picture.credential_matrix(paper)) <= 11
    shown = holder_proof.show(text_of(issued(tier, person=person, bound=True)), key("phone"), NOW)
    assert picture.version(picture.credential_matrix(shown)) <= 15


def test_the_same_credential_has_the_same_text() -> None:
    assert text_of(issued(1)) == text_of(issued(1))


@pytest.mark.parametrize(
    ("tier", "change"),
    [
        (0, {"last4": "1281"}), (0, {"gender": 2}), (1, {"gender": None}), (1, {"id_number": WANG.id_number}),
        (1, {"last4": ""}), (2, {"id_number": ""}), (2, {"last4": "0000"}), (3, {}), (1, {"index": -1}),
    ],
)  # fmt: skip
def test_a_credential_that_tells_less_or_more_than_its_tier_is_not_written(
    tier: int, change: dict[str, object]
) -> None:
    made = replace(issued(min(tier, 2)), tier=tier, **change)  # type: ignore[arg-type]
    if made.last4 == "":
        made = replace(made, birth_year=None)
    with pytest.raises(ValueError, match="fields of tier"):
        credential.compose(made, key("signing"))


def test_a_screenshot_of_a_phone_copy_is_refused_when_it_is_60_s_old() -> None:
    shown = holder_proof.show(text_of(issued(1, bound=True)), key("phone"), NOW)
    assert isinstance(check(shown, NOW + 59.9), Accepted)
    assert check(shown, NOW + 60) == Refused("proof-stale", issued(1).reference)
    assert isinstance(check(shown, NOW - 15), Accepted)
    assert check(shown, NOW - 15.1) == Refused("proof-stale", issued(1).reference)


def test_a_phone_copy_without_its_phone_is_refused() -> None:
    bare = text_of(issued(1, bound=True))
    assert check(bare) == Refused("proof-missing", issued(1).reference)
    stolen = holder_proof.show(bare, key("another phone"), NOW)
    assert check(stolen) == Refused("proof-wrong", issued(1).reference)
    other = holder_proof.show(text_of(issued(0, bound=True)), key("phone"), NOW)
    moved = other[: 4 + holder_proof.CHARACTERS] + bare[4:]
    assert check(moved) == Refused("proof-wrong", issued(1).reference)


@pytest.mark.parametrize("alg", [cose.ES256, cose.EDDSA])
def test_a_fresh_key_signs_and_its_cose_key_reads_back(alg: int) -> None:
    made = cose.generate(alg)
    again = cose.public_key(made.public.parameters, alg)
    assert again.kid == made.kid
    assert again.verify(made.sign(b"message"), b"message")
    assert not again.verify(made.sign(b"message"), b"massage")


@pytest.mark.parametrize("tier", [-1, 3])
def test_there_are_three_tiers(tier: int) -> None:
    with pytest.raises(ValueError, match="the tiers are"):
        issued(tier)


@pytest.mark.parametrize(
    "change",
    [
        {169: {1: "51160218620916128", 4: "王秀兰", 9: 2}},
        {169: {1: "5116021862091612８1", 4: "王秀兰", 9: 2}},
        {8: {1: key("phone").public.parameters, 2: b"more"}},
        {8: {1: {1: 2}}},
        {65535: [1]},
        {-65537: []},
        {169: None},
        {4: True},
    ],
    ids=["a short number", "a full-width digit", "more than a key", "no key", "a list", "no map", "nothing", "true"],
)
def test_claims_that_are_nearly_those_of_a_tier_are_not_read(change: dict[int, object]) -> None:
    claims = credential.claims_of(issued(2))
    assert credential.read_claims(claims) == issued(2)
    assert credential.read_claims(claims | change) is None


def test_a_proof_is_made_for_a_credential_at_a_time_only() -> None:
    for text, at in (("HC1:ABC", NOW), (text_of(issued(1)), -1), (text_of(issued(1)), 1 << 40)):
        with pytest.raises(ValueError, match="a proof is made"):
            holder_proof.show(text, key("phone"), at)


def test_a_message_larger_than_a_code_is_not_wrapped() -> None:
    with pytest.raises(ValueError, match="too large"):
        deflate.store(bytes(deflate.LARGEST + 1))
    assert deflate.unstore(bytes(deflate.LARGEST + 12)) is None
