"""Signed key lists and status lists, and the draft's own vectors."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Any

import pytest

from codes import cose, status_list, strict_cbor, trust_list, verdict
from tests.codes.credentials import DAY, ISSUER, NOW, URI, issued, key, listed, status, text_of, trusted
from tests.codes.status_vectors import ENCODINGS, PLACES, SHORT, TOKEN

ROOT = key("root")


def signed_list(**changes: Any) -> bytes:
    return trust_list.write(trusted(**changes), ROOT)


def test_a_key_list_is_read_back_and_only_from_its_root() -> None:
    assert trust_list.read(signed_list(), [key("another").public, ROOT.public]) == trusted()
    assert trust_list.read(signed_list(), [key("another").public]) is None
    assert trust_list.read(signed_list(), []) is None


@pytest.mark.parametrize("place", [5, 60, 200, -5])
def test_a_changed_key_list_is_not_read(place: int) -> None:
    data = bytearray(signed_list())
    data[place] ^= 1
    assert trust_list.read(bytes(data), [ROOT.public]) is None


def test_a_message_of_another_kind_is_no_key_list() -> None:
    claims = strict_cbor.encode({1: ISSUER, 4: NOW, 6: NOW, -65538: 1, -65539: []})
    assert trust_list.read(cose.sign1(claims, ROOT, "application/cwt"), [ROOT.public]) is None
    assert trust_list.read(cose.sign1(claims, ROOT, trust_list.MEDIA_TYPE), [ROOT.public]) is not None
    assert trust_list.read(cose.sign1(b"\xa0", ROOT, trust_list.MEDIA_TYPE), [ROOT.public]) is None
    assert trust_list.read(cose.sign1(b"", ROOT, trust_list.MEDIA_TYPE), [ROOT.public]) is None


def test_a_listed_key_that_cannot_be_used_here_is_left_out() -> None:
    good = trust_list._entry(listed())
    entries = [good, good | {3: -99}, good | {1: bytes(8)}, good | {2: {}}, {}, 7]
    claims = strict_cbor.encode({1: ISSUER, 4: NOW, 6: NOW, -65538: 1, -65539: entries})
    read = trust_list.read(cose.sign1(claims, ROOT, trust_list.MEDIA_TYPE), [ROOT.public])
    assert read is not None
    assert read.keys == (listed(),)


def test_a_signing_key_is_listed_before_it_signs_and_good_until_its_last_paper_is_over() -> None:
    next_key = listed("next", signs_from=NOW + 7 * DAY, signs_until=NOW + 97 * DAY, good_until=NOW + 277 * DAY)
    keys = trusted(listed(), next_key, next_update=NOW + 300 * DAY)
    early = text_of(issued(0), key("next"))
    assert verdict.verify(early, keys=keys, lists={}, now=NOW).__class__ is verdict.Refused
    last_paper = issued(0, issued_at=NOW + 97 * DAY - 1, expires_at=NOW + 277 * DAY - 1)
    told = verdict.verify(text_of(last_paper, key("next")), keys=keys, lists={}, now=NOW + 277 * DAY - 2)
    assert isinstance(told, verdict.Accepted)


# The two-bit list that we write.


def test_a_status_list_is_written_as_the_draft_says_and_read_back() -> None:
    made = status()
    assert (made.uri, made.bits, len(made)) == (URI, 2, 1 << 17)
    assert (made.ttl, made.expires_at - made.issued_at) == (12 * 3600, 7 * DAY)
    assert [made.status(index) for index in (4_710, 4_711, 4_712, 4_713)] == [0, 1, 2, 0]
    assert made.status(-1) is None and made.status(1 << 17) is None


def test_a_list_is_green_for_12_hours_amber_until_it_expires_and_then_red() -> None:
    at = status().issued_at
    ages = [0, 12 * 3600 - 1, 12 * 3600, 7 * DAY - 1, 7 * DAY]
    assert [status().freshness(at + age) for age in ages] == ["green", "green", "amber", "amber", "red"]


def test_a_status_list_hides_its_places_in_a_crowd() -> None:
    with pytest.raises(ValueError, match="131072"):
        status_list.write({}, key("signing"), issuer=ISSUER, uri=URI, now=NOW, entries=1000)


@pytest.mark.parametrize("statuses", [{-1: 1}, {1 << 17: 1}, {0: 4}, {0: -1}])
def test_a_place_or_status_that_does_not_fit_is_not_written(statuses: dict[int, int]) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        status_list.pack(statuses, 1 << 17)


def written(signer: str = "signing", issuer: str = ISSUER, now: int = NOW) -> bytes:
    return status_list.write({}, key(signer), issuer=issuer, uri=URI, now=now)


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (written("stranger"), trusted()),
        (written(issuer="other"), trusted()),
        (written(), trusted(listed(lists=False))),
        (written(), trusted(listed(signs_from=NOW + 1))),
        (written(), trusted(listed(good_until=NOW))),
        (written(now=NOW + 121), trusted()),
        (written()[:-1] + b"\0", trusted()),
        (b"", trusted()),
        (cose.sign1(b"\xa0", key("signing"), status_list.MEDIA_TYPE), trusted()),
        (cose.sign1(b"\x80", key("signing"), status_list.MEDIA_TYPE), trusted()),
        (cose.sign1(b"\xff", key("signing"), status_list.MEDIA_TYPE), trusted()),
        (trust_list.write(trusted(), key("signing")), trusted()),
    ],
    ids=["a stranger", "another issuer", "a key that signs no lists", "before its window", "an old key", "the future",
         "changed", "nothing", "no claims", "no map", "no CBOR", "another kind"],
)  # fmt: skip
def test_a_status_list_that_no_key_vouches_for_is_not_read(data: bytes, keys: trust_list.TrustList) -> None:
    assert status_list.read(data, keys, NOW) is None


def test_a_newer_list_is_never_replaced_by_an_older_one() -> None:
    older = replace(status(), issued_at=NOW - 9 * DAY)
    assert status_list.newest([older, status()]) == status_list.newest([status(), older]) == {URI: status()}


@pytest.mark.parametrize("size", [1 << 20, (1 << 20) + 1])
def test_a_list_that_inflates_beyond_a_mebibyte_is_not_read(size: int) -> None:
    claims = {2: URI, 4: NOW + 9, 6: NOW, 65533: {"bits": 8, "lst": zlib.compress(bytes(size), 9)}}
    assert (status_list.of_claims(claims) is not None) == (size == 1 << 20)


@pytest.mark.parametrize(
    "change",
    [
        {65533: {"bits": 3, "lst": zlib.compress(b"a")}}, {65533: {"bits": 1, "lst": b"no"}}, {65534: 0}, {65534: "x"},
        {4: NOW}, {65533: {"bits": 1, "lst": zlib.compress(b"a") + b"!"}},
    ],
)  # fmt: skip
def test_a_list_of_another_form_is_not_read(change: dict[int, object]) -> None:
    claims = {2: URI, 4: NOW + 9, 6: NOW, 65533: {"bits": 1, "lst": zlib.compress(b"a")}}
    assert status_list.of_claims(claims) is not None
    assert status_list.of_claims(claims | change) is None


# The draft's own vectors.


@pytest.mark.parametrize("bits", sorted(ENCODINGS))
def test_the_drafts_long_lists_give_the_statuses_they_name(bits: int) -> None:
    inner = strict_cbor.decode(bytes.fromhex(ENCODINGS[bits]))
    found = status_list.of_claims({2: URI, 4: NOW + 9, 6: NOW, 65533: inner})
    assert found is not None
    assert (found.bits, len(found)) == (bits, 1 << 20)
    assert {place: found.status(place) for place in PLACES[bits]} == PLACES[bits]
    named = {place: value for place, value in PLACES[bits].items() if value}
    assert status_list.pack(named, 1 << 20, bits) == found.packed


@pytest.mark.parametrize(("packed", "bits", "statuses"), SHORT)
def test_the_drafts_short_lists_are_packed_as_it_shows(packed: str, bits: int, statuses: list[int]) -> None:
    assert status_list.pack(dict(enumerate(statuses)), len(statuses), bits).hex() == packed


def test_the_drafts_signed_list_is_read() -> None:
    """Its hint is not protected, which our own lists never do."""
    signed = cose.read_sign1(bytes.fromhex(TOKEN["cwt"]), relaxed=True)
    point = {1: 2, -1: 1, -2: bytes.fromhex(TOKEN["x"]), -3: bytes.fromhex(TOKEN["y"])}
    assert cose.public_key(point, cose.ES256).verify(signed.signature, signed.to_be_signed)
    assert (signed.kind, signed.kid) == (status_list.MEDIA_TYPE, b"12")
    found = status_list.of_claims(strict_cbor.decode(signed.payload))
    assert found is not None
    assert (found.uri, found.ttl) == ("https://example.com/statuslists/1", 43200)
    assert [found.status(place) for place in range(16)] == [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
