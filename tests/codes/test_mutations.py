"""No edited code is ever accepted and none breaks the reader; no bomb takes more memory than a code is worth.

``YIMA_MUTATIONS`` sets how many (50,000; the soak takes 1,000,000), ``YIMA_MUTATION_SEED`` which.
"""

from __future__ import annotations

import os
import tracemalloc
import zlib
from random import Random

import pytest

from codes import base45, status_list, verdict
from tests.codes.credentials import NOW, URI, issued, text_of
from tests.codes.make_vectors import wrapped
from tests.codes.mutants import (
    Breach,
    Tally,
    counter,
    credential_mutants,
    dynamic_mutants,
    edited_bytes,
    genuine,
    read_anything,
    seeds,
)

COUNT = int(os.environ.get("YIMA_MUTATIONS", "50000"))
SEED = int(os.environ.get("YIMA_MUTATION_SEED", "20261122"))


def test_of_thousands_of_edited_codes_none_is_accepted_and_none_breaks_the_reader() -> None:
    tally = Tally()
    dice = Random(SEED)
    dynamic_mutants(dice, tally, COUNT // 2)
    credential_mutants(dice, tally, COUNT - COUNT // 2)
    print(f"seed {SEED}: {dict(tally.given.most_common())}")
    assert tally.accepted == []
    assert tally.given.total() > COUNT * 0.9


def test_the_mutants_reach_every_part_of_the_reader() -> None:
    tally = Tally()
    credential_mutants(Random(SEED), tally, 3_000)
    dynamic_mutants(Random(SEED), tally, 1_000)
    assert {"malformed", "bad-deflate", "bad-cbor", "unknown-key", "bad-signature", "proof-wrong"} <= set(tally.given)
    assert {"unknown", "malformed"} <= set(tally.given)


def test_what_the_mutants_are_made_from_is_good() -> None:
    reader = counter()
    assert {reader.read(text) for text in genuine()} == {"ok"}


BOMBS = {
    "600 kB of zeros": "GZ1:" + base45.encode(zlib.compress(bytes(600_000), 9)),
    "as much as fits": "GZ1:" + base45.encode(zlib.compress(bytes(760_000), 9)),
    "lists in lists": wrapped(b"\xd2" + b"\x81" * 700),
    "maps in maps": wrapped(b"\xd2" + b"\xa1\x01" * 350),
    "2^63 bytes": wrapped(b"\xd2\x5b\x7f" + b"\xff" * 7),
    "2^63 items": wrapped(b"\xd2\x9b\x7f" + b"\xff" * 7),
    "2^32 pairs": wrapped(b"\xd2\xba" + b"\xff" * 4),
    "a long text": "GZ1:" + "0" * 5_000_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_a_few_kilobytes(name: str) -> None:
    reader = counter()
    tracemalloc.start()
    try:
        outcome = reader.read(BOMBS[name])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert outcome in ("bad-deflate", "bad-cbor", "too-long")
    assert peak < 100_000


def test_a_status_list_that_inflates_to_50_mb_is_refused_at_one() -> None:
    claims = {2: URI, 4: NOW + 9, 6: NOW, 65533: {"bits": 1, "lst": zlib.compress(bytes(50_000_000), 9)}}
    tracemalloc.start()
    try:
        assert status_list.of_claims(claims) is None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * status_list.LARGEST_BYTES


def test_nothing_of_the_payload_leaves_before_the_signature_holds() -> None:
    """A refusal of a forged text is the same whatever the text says of whom."""
    reader, text = counter(), genuine()[1]
    seen = set()
    for at in range(4, len(text), 7):
        mutant = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        told = verdict.verify(mutant, keys=reader.keys, lists=reader.lists, now=NOW)
        assert isinstance(told, verdict.Refused)
        seen.add(told.reference)
    assert seen == {None}


def test_the_fuzzers_target_takes_good_inputs_and_survives_bad_ones() -> None:
    """The coverage-guided run (``make fuzz``) starts from these."""
    dice = Random(SEED)
    good = seeds()
    for seed in good:
        read_anything(seed)
    for _ in range(500):
        read_anything(edited_bytes(dice, dice.choice(good)))
    assert {seed[0] for seed in good} == set(range(6))


def test_the_fuzzer_would_notice_an_accepted_forgery() -> None:
    forgery = b"\0" + text_of(issued(1, index=7)).encode()
    with pytest.raises(Breach):
        read_anything(forgery)
