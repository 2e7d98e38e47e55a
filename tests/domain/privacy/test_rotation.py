"""A key is changed while people read: all opens, nothing is lost, and a death in the middle costs nothing."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from config.floor import sql
from config.floor.ids import new_id
from config.floor.personal import Sealed
from config.floor.unit import Unit
from server.adapters.database import Database
from server.adapters.files import FolderFiles
from server.adapters.keyring import KeyringVault, Suite, decode_keys
from server.adapters.migrate import sealed_columns
from server.domain.keys.rows import Anew, changing
from server.domain.privacy.rotation import CONTENT, Rotation, Step
from server.key_change import rotate_keys
from tests.journeys.town import Town

NAME = Sealed("residents", "name_sealed", "ordinary", "the name")
KEYS = {"old": bytes(range(32)), "new": bytes(range(32, 64))}
PEOPLE = 1_200


def _vault(current: str, suite: Suite = "aes", *keys: str) -> KeyringVault:
    return KeyringVault({name: KEYS[name] for name in keys or KEYS}, current, bytes(32), suite)


async def _peopled(database: Database, vault: KeyringVault, count: int = PEOPLE) -> None:
    async def write(unit: Unit) -> None:
        await sql.execute_many(
            "INSERT INTO residents (id, portal, region, name_sealed, id_kind, loa, language, elder, created_at)"
            " VALUES ($1,'demo','511602000000',$2,'',2,'zh-CN',$3,$4)",
            [(new_id(), vault.seal(f"王{number}", NAME.place), False, unit.now) for number in range(count)],
        )

    await database.unit_of_work("demo", write)


async def _names(vault: KeyringVault) -> list[str]:
    rows = await sql.rows("SELECT name_sealed FROM residents ORDER BY id")
    return [vault.open(bytes(row["name_sealed"]), NAME.place) for row in rows]


def _rotation(database: Database, vault: KeyringVault, folder: Path) -> Rotation:
    return Rotation(database.unit_of_work, vault, [NAME], FolderFiles(folder), batch=100)


async def _whole(rotation: Rotation) -> dict[str, Step]:
    return {step.place: step async for step in rotation.turned()}


@pytest.mark.parametrize("suite", ["aes", "sm"])
async def test_every_value_is_sealed_anew_and_none_fails_to_open_meanwhile(
    database: Database, tmp_path: Path, suite: Suite
) -> None:
    await _peopled(database, _vault("old"))
    reader, expected = _vault("old"), [f"王{number}" for number in range(PEOPLE)]
    reading = True

    async def read() -> int:
        times = 0
        while reading:
            assert await _names(reader) == expected
            times += 1
            await asyncio.sleep(0)
        return times

    readers = asyncio.create_task(read())
    rotation = _rotation(database, _vault("new", suite), tmp_path)
    assert await rotation.total() == PEOPLE
    done = await _whole(rotation)
    reading = False
    assert await readers > 0
    assert (done[NAME.place].seen, done[NAME.place].changed, done[NAME.place].closed) == (PEOPLE, PEOPLE, 0)
    assert await _names(_vault("new", suite, "new")) == expected
    assert (await _whole(rotation))[NAME.place].changed == 0


async def test_begun_again_after_a_death_only_the_rest_is_done(database: Database, tmp_path: Path) -> None:
    await _peopled(database, _vault("old"))
    rotation = _rotation(database, _vault("new"), tmp_path)
    async for step in rotation.turned():
        if step.seen >= 400:
            break  # as a process that is killed: nothing is tidied up
    assert (await _whole(rotation))[NAME.place].changed == PEOPLE - 400
    assert len(await _names(_vault("new", "aes", "new"))) == PEOPLE


async def test_a_writer_who_came_between_is_not_undone(database: Database, tmp_path: Path) -> None:
    old, new = _vault("old"), _vault("new")
    await _peopled(database, old, 1)
    rotation = _rotation(database, new, tmp_path)
    (row,) = await sql.rows("SELECT id, name_sealed FROM residents")
    await sql.execute("UPDATE residents SET name_sealed = $1", old.seal("改", NAME.place))
    stale = Anew(row["id"], (bytes(row["name_sealed"]),), (new.seal("王0", NAME.place),))
    await database.unit_of_work("", changing("residents", ["name_sealed"], [stale]))
    assert await _names(old) == ["改"]
    assert (await _whole(rotation))[NAME.place].changed == 1
    assert await _names(_vault("new", "aes", "new")) == ["改"]


async def test_what_no_listed_key_opens_is_counted_and_left(database: Database, tmp_path: Path) -> None:
    await _peopled(database, _vault("old"), 3)
    done = await _whole(_rotation(database, _vault("new", "aes", "new"), tmp_path))
    assert (done[NAME.place].changed, done[NAME.place].closed) == (0, 3)
    assert await _names(_vault("old")) == ["王0", "王1", "王2"]


async def test_uploads_are_sealed_anew_too(database: Database, tmp_path: Path) -> None:
    old, new, files = _vault("old"), _vault("new"), FolderFiles(tmp_path)
    kept, gone, shut = new_id(), new_id(), new_id()
    await files.put(str(kept), old.seal_bytes(b"a page", CONTENT))
    await files.put(str(shut), b"no sealed value")
    for one in (kept, gone, shut):
        await sql.execute(
            "INSERT INTO material_files (id, portal, region, resident_id, state, name, media_type, size, created_at)"
            " VALUES ($1,'demo','511602000000',$2,'pending',$3,'image/png',6,$4)",
            one, uuid4(), old.seal("a.png", "material_files.name"), (await database.reading("")).now,
        )  # fmt: skip
    done = await _whole(_rotation(database, new, tmp_path))
    assert (done[CONTENT].seen, done[CONTENT].changed, done[CONTENT].closed) == (3, 1, 1)
    assert _vault("new", "aes", "new").open_bytes(await files.get(str(kept)), CONTENT) == b"a page"


async def test_the_command_says_what_came_of_it(server: Town) -> None:
    await server.resident()
    services, kept = server.services, server.services.settings.secrets
    keys = decode_keys({name: key.get_secret_value() for name, key in kept.vault_keys.items()})

    async def said(vault: KeyringVault) -> tuple[int, str]:
        files = FolderFiles(services.settings.data_dir / "files")
        rotation = Rotation(server.house.database.unit_of_work, vault, sealed_columns(), files)
        out = io.StringIO()
        return await rotate_keys(
            replace(server.house, services=replace(services, rotation=rotation)), out
        ), out.getvalue()

    code, told = await said(KeyringVault({**keys, "next": KEYS["new"]}, "next", bytes(32)))
    assert code == 0 and "sealed anew" in told and "may be taken off the list" in told
    code, told = await said(KeyringVault({"next": KEYS["new"]}, "next", bytes(32)))
    assert code == 0 and "0 sealed anew" in told
    code, told = await said(KeyringVault({"other": KEYS["old"]}, "other", bytes(32)))
    assert code == 1 and "residents.name" in told and "open with no listed key" in told
