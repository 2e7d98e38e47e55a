"""The record cannot be changed unnoticed: every edit, deletion, insertion, swap and cut of sealed entries is found."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import ANY
from uuid import UUID, uuid4

import pytest

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import SYSTEM, Unit
from server.adapters.audit_heads import HeadFiles
from server.adapters.database import Database
from server.audit_check import verify_audit
from server.domain.audit.merkle import leaf_hash, root_of
from server.domain.audit.sealing import Head, Seals, head_of
from server.domain.audit.seals import FIRST, Fault, Seal, SealingKey, content_of, judge_batch, judge_seal, sealed_root
from server.domain.audit.service import Audit
from tests.journeys.town import Town

TAMPERINGS = int(os.environ.get("YIMA_SOAK_TAMPERINGS", "500"))
KEY = SealingKey(bytes(range(32)))
KEYS = {KEY.id: KEY.public}
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def _entry(number: int) -> dict[str, Any]:
    return {
        "id": new_id(), "portal": "demo", "region": "511602000000", "at": NOW + timedelta(seconds=number),
        "actor_kind": "staff", "actor_id": UUID(int=number % 5), "actor_label": f"C{number % 7}",
        "action": "visit.look", "subject_kind": "visit", "subject": str(UUID(int=number)),
        "resident_id": UUID(int=number % 11) if number % 3 else None,
        "outcome": "accepted", "purpose": "hall_queue", "fields_seen": ["name_masked"], "place": "3 号窗口",
        "delegation_id": None,
    }  # fmt: skip


def _sealed(batches: list[list[dict[str, Any]]]) -> list[Seal]:
    seals: list[Seal] = []
    for number, rows in enumerate(batches, start=1):
        previous = seals[-1].hash if seals else FIRST
        made = Seal(number, len(rows), rows[-1]["id"], sealed_root(rows), previous, NOW, KEY.id, b"")
        seals.append(replace(made, signature=KEY.sign(made.hash)))
    return seals


def _found(
    seals: list[Seal], sealed: list[list[UUID]], rows: dict[UUID, dict[str, Any]], heads: list[Head]
) -> list[Fault]:
    """As ``Seals.verified``, over what a tampered database would answer."""
    faults: list[Fault] = []
    before = None
    wanted = {head.number: head.hash for head in heads}
    for seal, ids in zip(seals, sealed, strict=True):
        faults += judge_seal(seal, before, KEYS)
        if wanted.pop(seal.number, seal.hash.hex()) != seal.hash.hex():
            faults.append(Fault("head", seal.number))
        faults += judge_batch(seal, ids, [rows.get(one) for one in ids])
        before = seal
    faults += [Fault("head", number) for number in wanted]
    known = {one for ids in sealed for one in ids}
    return faults + [Fault("unsealed", 0, one) for one in rows if one not in known]


def _edited(dice: random.Random, seals: list[Seal], sealed: list[list[UUID]], rows: dict[UUID, dict[str, Any]]) -> None:
    row = rows[dice.choice(list(rows))]
    name = dice.choice([name for name in row if name != "id"])
    changed = {
        "at": row["at"] + timedelta(microseconds=dice.choice((1, -1, 86_400_000_000))),
        "actor_id": uuid4(), "resident_id": uuid4() if row["resident_id"] is None else None,
        "fields_seen": [*row["fields_seen"], "id_number"],
    }  # fmt: skip
    row[name] = changed[name] if name in changed else f"{row[name]}{dice.choice('x 0')}"


def _deleted(
    dice: random.Random, seals: list[Seal], sealed: list[list[UUID]], rows: dict[UUID, dict[str, Any]]
) -> None:
    batch = dice.choice(sealed)
    victim = batch[dice.randrange(len(batch))]
    del rows[victim]
    if dice.random() < 0.5:  # with its place in the seal
        batch.remove(victim)


def _inserted(
    dice: random.Random, seals: list[Seal], sealed: list[list[UUID]], rows: dict[UUID, dict[str, Any]]
) -> None:
    made = _entry(dice.randrange(1_000, 2_000))
    rows[made["id"]] = made
    if dice.random() < 0.5:
        batch = dice.choice(sealed)
        batch.insert(dice.randrange(len(batch) + 1), made["id"])


def _swapped(
    dice: random.Random, seals: list[Seal], sealed: list[list[UUID]], rows: dict[UUID, dict[str, Any]]
) -> None:
    one, other = dice.sample([(i, j) for i, batch in enumerate(sealed) for j in range(len(batch))], 2)
    first, second = sealed[one[0]][one[1]], sealed[other[0]][other[1]]
    if dice.random() < 0.5:  # their places
        sealed[one[0]][one[1]], sealed[other[0]][other[1]] = second, first
    else:  # what they say
        rows[first], rows[second] = {**rows[second], "id": first}, {**rows[first], "id": second}


def _resealed(
    dice: random.Random, seals: list[Seal], sealed: list[list[UUID]], rows: dict[UUID, dict[str, Any]]
) -> None:
    """An entry is changed and its seal made anew, by somebody without the key."""
    _edited(dice, seals, sealed, rows)
    for number, ids in enumerate(sealed):
        seals[number] = replace(seals[number], root=sealed_root([rows[one] for one in ids]))
        if number + 1 < len(seals):
            seals[number + 1] = replace(seals[number + 1], previous=seals[number].hash)


def _cut(dice: random.Random, seals: list[Seal], sealed: list[list[UUID]], rows: dict[UUID, dict[str, Any]]) -> None:
    """Whole seals are gone with their entries: from the middle, or from the end."""
    at = dice.randrange(len(seals))
    count = len(seals) - at if dice.random() < 0.5 else 1
    for ids in sealed[at : at + count]:
        for one in ids:
            del rows[one]
    del seals[at : at + count]
    del sealed[at : at + count]


Tampering = Callable[[random.Random, list[Seal], list[list[UUID]], dict[UUID, dict[str, Any]]], None]
WAYS: tuple[Tampering, ...] = (_edited, _deleted, _inserted, _swapped, _resealed, _cut)


def test_every_tampering_of_sealed_entries_is_found() -> None:
    dice = random.Random(20261124)
    batches = [[_entry(number * 20 + i) for i in range(size)] for number, size in enumerate((1, 2, 3, 8, 13, 20))]
    seals = _sealed(batches)
    heads = [head_of(seals[-1])]
    whole = {row["id"]: row for batch in batches for row in batch}
    assert _found(seals, [[row["id"] for row in batch] for batch in batches], whole, heads) == []
    unfound: list[str] = []
    for number in range(TAMPERINGS):
        way = WAYS[number % len(WAYS)]
        sealed = [[row["id"] for row in batch] for batch in batches]
        rows = {key: {**row, "fields_seen": list(row["fields_seen"])} for key, row in whole.items()}
        changed = list(seals)
        way(dice, changed, sealed, rows)
        if not _found(changed, sealed, rows, heads):
            unfound.append(f"{number} {way.__name__}")
    assert unfound == []


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 5, 7, 8, 9])
def test_the_root_is_that_of_the_standard(size: int) -> None:
    """As RFC 9162 §2.1.1 defines it: split below the largest power of two."""
    leaves = [leaf_hash(bytes([number])) for number in range(size)]

    def defined(part: list[bytes]) -> bytes:
        if len(part) < 2:
            return part[0] if part else root_of([])
        split = 1 << (len(part) - 1).bit_length() - 1
        return hashlib.sha256(b"\x01" + defined(part[:split]) + defined(part[split:])).digest()

    assert root_of(leaves) == defined(leaves)


async def _recorded(database: Database, count: int) -> None:
    audit = Audit()

    async def write(unit: Unit) -> None:
        for number in range(count):
            await audit.record(
                unit, SYSTEM, "visit.look", subject_kind="visit", subject=str(number), fields=("name_masked",),
                resident_id=uuid4() if number % 2 else None,
            )  # fmt: skip

    await database.unit_of_work("demo", write)


async def _faults(database: Database, seals: Seals, *, later: timedelta = timedelta()) -> list[str]:
    unit = await database.reading("")
    found: list[Fault] = []
    async for _, _, faults in seals.verified(KEYS, await seals.heads.all(), now=unit.now + later):
        found += faults
    return [fault.kind for fault in found]


@pytest.fixture
def seals(tmp_path: Path) -> Seals:
    return Seals(KEY, HeadFiles(tmp_path / "heads"), batch=7)


async def test_what_is_recorded_is_sealed_in_batches_and_verified(database: Database, seals: Seals) -> None:
    await _recorded(database, 20)
    assert [await database.unit_of_work("", seals.seal) for _ in range(4)] == [7, 7, 6, 0]
    await _recorded(database, 1)
    assert await database.unit_of_work("", seals.seal) == 1
    last = await seals.last()
    assert last is not None and last.number == 4 and last.key_id == KEY.id
    assert await _faults(database, seals) == []


async def test_a_change_in_the_database_is_found(database: Database, seals: Seals) -> None:
    await _recorded(database, 10)
    while await database.unit_of_work("", seals.seal):
        pass
    head = await seals.head()
    assert head is not None
    await seals.heads.keep(head)
    await seals.heads.keep(head)
    assert [one.number for one in await seals.heads.all()] == [2]
    await sql.execute("UPDATE audit_entries SET outcome = 'refused' WHERE subject = '3'")
    assert await _faults(database, seals) == ["changed-entry"]
    await sql.execute("UPDATE audit_entries SET outcome = 'done' WHERE subject = '3'")
    assert await _faults(database, seals) == []
    await sql.execute("DELETE FROM audit_sealed WHERE seal = 2")
    await sql.execute("DELETE FROM audit_seals WHERE number = 2")
    assert await _faults(database, seals) == ["head"]


async def test_an_old_entry_in_no_seal_is_found(database: Database, seals: Seals) -> None:
    await _recorded(database, 3)
    assert await _faults(database, seals) == []
    assert await _faults(database, seals, later=timedelta(minutes=11)) == ["unsealed"] * 3


async def test_two_sealers_at_once_make_one_seal(database: Database, seals: Seals) -> None:
    await _recorded(database, 5)
    outcomes = await asyncio.gather(*(database.unit_of_work("", seals.seal) for _ in range(3)))
    assert sorted(outcomes) == [0, 0, 5]
    assert await _faults(database, seals) == []


def test_an_entry_reads_the_same_from_both_databases() -> None:
    row = _entry(4)
    as_text = {**row, "id": str(row["id"]), "at": row["at"].isoformat(" "), "fields_seen": '["name_masked"]',
               "actor_id": str(row["actor_id"]), "resident_id": str(row["resident_id"])}  # fmt: skip
    assert content_of(row) == content_of(as_text)


async def test_a_line_that_is_no_head_is_named(tmp_path: Path) -> None:
    (tmp_path / "2026-11.jsonl").write_text("{}\n")
    with pytest.raises(ValueError, match="line 1"):
        await HeadFiles(tmp_path).all()


async def test_the_command_names_what_was_changed(server: Town) -> None:
    await server.resident()
    seals = server.services.seals
    assert await server.house.database.unit_of_work("", seals.seal) > 0
    head = await seals.head()
    assert head is not None
    keys = {seals.key.id: seals.key.public}

    async def said(heads: list[Head]) -> tuple[int, str]:
        out = io.StringIO()
        return await verify_audit(server.house, keys, heads, out), out.getvalue()

    assert await said([head]) == (0, ANY)
    assert (await said([replace(head, hash="00")]))[0] == 1
    await sql.execute("UPDATE audit_entries SET outcome = 'changed'")
    code, told = await said([])
    assert code == 1 and "an entry of this seal" in told and "NOT as it was sealed" in told
    keys.clear()
    assert "not signed by a key we know" in (await said([]))[1]
