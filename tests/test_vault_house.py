"""Data keys from the settings to rows, under a key-encryption key that can go away: without anybody noticing."""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Busy
from config.floor.unit import Unit
from config.settings import Secrets, Settings
from config.vault_settings import VaultSettings
from server.adapters.keyring import Suite
from server.domain.keys.service import VaultKeyRow
from server.key_change import rotate_index, rotate_keys
from server.key_commands import KEY_WORK, data_keys, make_kek, rotate_search
from server.opening import CannotStart, Opened, opened
from server.vault_house import VaultHouse, vault_house
from tests.adapters.kms_standin import TOKEN, KmsStandIn

PHONE = "15400000001"
Make = Callable[..., Settings]


def _key(number: int) -> SecretStr:
    return SecretStr(base64.b64encode(bytes([number]) * 32).decode())


@pytest.fixture
def made(settings: Settings) -> Make:
    """Settings of one process: with keys of its own or without, with a key-encryption key or without."""

    def make(*, own: bool, suite: Suite = "aes", **vault: object) -> Settings:
        given: dict[str, object] = {"code_keys": {"c": _key(3)}, "code_current": "c", "suite": suite}
        if own:
            given |= {"vault_keys": {"old": _key(1)}, "vault_current": "old", "index_key": _key(2)}
        asked = VaultSettings.model_validate({"refresh_seconds": 0.02, **vault})
        return settings.model_copy(update={"secrets": Secrets.model_validate(given), "vault": asked})

    return make


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may keep a process from its keys for longer than these tests' seconds are."""
    monkeypatch.setattr(VaultHouse, "stale_seconds", 600.0)


@pytest.fixture
async def kms() -> AsyncIterator[KmsStandIn]:
    standin = KmsStandIn()
    await standin.open()
    yield standin
    await standin.close()


async def _keys(settings: Settings, work: str, name: str = "") -> int:
    return await data_keys(settings, argparse.Namespace(work=work, name=name))


async def _inside(house: Opened, work: str, name: str = "") -> int:
    """As ``_keys``, where the database is open already."""
    return await KEY_WORK[work](house.keys, house.database, name)


async def _added(house: Opened, row: VaultKeyRow) -> None:
    await house.database.unit_of_work("", lambda unit: house.keys.keys.add(unit, [row]))


async def _another_process(settings: Settings, house: Opened, stack: AsyncExitStack) -> VaultHouse:
    """The keys of another process on the same database."""
    other = await vault_house(settings, house.keys.keys, house.clock, stack)
    await other.load()
    return other


async def _found(other: VaultHouse) -> str:
    """Whom another process finds by the phone, and whether it reads her."""
    found = other.vault.search(PHONE, "residents.phone")
    row = await sql.row(
        "SELECT id, phone_sealed FROM residents WHERE phone_index = $1 OR phone_index_next = $2",
        found.here, found.beside,
    )  # fmt: skip
    assert row is not None and other.vault.open(bytes(row["phone_sealed"]), "residents.phone") == PHONE
    return str(sql.uid(row["id"]))


async def _enter(house: Opened) -> str:
    async def decide(unit: Unit) -> str:
        return str((await house.services.residents.enter(unit, PHONE, language="zh-CN")).id)

    return await house.database.unit_of_work("demo", decide)


async def _sealed() -> bytes:
    row = await sql.row("SELECT phone_sealed FROM residents")
    assert row is not None
    return bytes(row["phone_sealed"])


async def _kek(folder: Path) -> Path:
    path = folder / "kek"
    assert await make_kek(Settings(), argparse.Namespace(file=path)) == 0
    return path


@pytest.mark.parametrize("suite", ["aes", "sm"])
async def test_the_keys_of_the_settings_become_rows_and_are_turned_without_anybody_noticing(
    made: Make, tmp_path: Path, suite: Suite, capsys: pytest.CaptureFixture[str]
) -> None:
    own, kek = made(own=True), await _kek(tmp_path)
    async with opened(own) as house:
        resident = await _enter(house)
    both = made(own=True, kek_file=kek)
    assert await _keys(both, "adopt") == 0
    only = made(own=False, suite=suite, kek_file=kek)
    async with opened(only) as house, AsyncExitStack() as stack:
        assert await _enter(house) == resident and b"old" in await _sealed()
        other = await _another_process(only, house, stack)
        assert await _inside(house, "new") == 0
        out = io.StringIO()
        assert await rotate_keys(house, out) == 0
        assert b"residents-" in await _sealed() and "seal anew" in out.getvalue()
        assert (await _sealed())[0] == {"aes": 1, "sm": 2}[suite]

        async def read() -> None:  # what a process does by itself every few seconds
            assert await _found(other) == resident
            await other.load()
            assert await _found(other) == resident

        await other.load()
        assert await rotate_index(house, out, settle=read) == 0
        assert await _enter(house) == await _found(other) == resident
        assert "every index is of the new key" in out.getvalue()
    assert await _keys(only, "drop", "old") == 0
    assert await _keys(only, "list") == 0
    told = capsys.readouterr().out
    assert "search before, for a day" in told and "seals residents from" in told
    async with opened(only) as house:
        assert await _enter(house) == resident


async def test_a_key_that_seals_something_stays(made: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only = made(own=False, kek_file=await _kek(tmp_path))
    assert await _keys(only, "new") == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("residents")]
    await asyncio.sleep(0.1)
    assert await _keys(only, "drop", names[0].rstrip(",:")) == 1
    assert "sealed with it" in capsys.readouterr().err
    async with opened(only) as house:
        await _enter(house)
        assert await _inside(house, "new") == 0
        await asyncio.sleep(0.1)
        assert await _inside(house, "drop", names[0].rstrip(",:")) == 1
    assert "rotate-keys" in capsys.readouterr().err
    async with opened(only) as house:
        assert await rotate_keys(house, io.StringIO()) == 0
        name = names[0].rstrip(",:")
        await house.keys.files.put(str(new_id()), bytes([1, len(name)]) + name.encode() + bytes(40))
        assert await _inside(house, "drop", name) == 1
    assert "uploads" in capsys.readouterr().err
    assert await _keys(only, "drop", "nobody") == 1


async def test_another_key_encryption_key_touches_only_the_key_rows(made: Make, tmp_path: Path) -> None:
    kek = await _kek(tmp_path)
    only = made(own=False, kek_file=kek)
    await _keys(only, "new")
    await asyncio.sleep(0.1)
    async with opened(only) as house:
        resident, before = await _enter(house), await _sealed()
        await _kek(tmp_path)
        assert await _inside(house, "rewrap") == 0
        assert await _sealed() == before
    kek.write_text(kek.read_text().splitlines()[0] + "\n")  # the old line may go
    async with opened(only) as house:
        assert await _enter(house) == resident


async def test_without_its_key_encryption_key_nothing_starts_and_what_runs_goes_on(made: Make, kms: KmsStandIn) -> None:
    asked = {"kms_url": kms.url, "kms_key": "city", "kms_token": SecretStr(TOKEN), "kms_timeout_seconds": 0.2}
    only = made(own=False, **asked)
    with pytest.raises(CannotStart, match="no data keys yet"):
        async with opened(only):
            pass
    await _keys(only, "new")
    await asyncio.sleep(0.1)
    async with opened(only) as house:
        resident, calls = await _enter(house), kms.asked
        kms.mode = "down"
        await asyncio.sleep(0.1)
        assert await _enter(house) == resident and kms.asked == calls
        kms.mode = "well"
        await _inside(house, "new")
        kms.mode = "down"
        await house.keys.keep_fresh_once()
        assert await _enter(house) == resident
        kms.mode = "well"
        await asyncio.sleep(0.1)
        await house.keys.load()
        assert house.services.vault.header("residents.phone").endswith(b"b")
    kms.mode = "down"
    with pytest.raises(CannotStart, match="does not answer as it should: 503"):
        async with opened(only):
            pass
    kms.mode = "refused"
    with pytest.raises(CannotStart, match="refuses to unwrap with key city/1: 403"):
        async with opened(only):
            pass
    with pytest.raises(CannotStart, match="set YIMA_VAULT__KEK_FILE"):
        async with opened(made(own=True)):
            pass


async def test_a_new_key_of_search_needs_a_key_encryption_key_and_is_one_at_a_time(
    made: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = made(own=True)
    assert await rotate_search(own, argparse.Namespace(share=1.0)) == 2
    assert "needs a key-encryption key" in capsys.readouterr().err
    both = made(own=True, kek_file=await _kek(tmp_path))

    async def die() -> None:
        raise KeyboardInterrupt

    async with opened(both) as house:
        resident = await _enter(house)
        with pytest.raises(KeyboardInterrupt):
            await rotate_index(house, io.StringIO(), settle=die)
    assert await rotate_search(both, argparse.Namespace(share=1.0)) == 0  # goes on with the key that it began with
    async with opened(both) as house:
        rows = [row for row in await house.keys.keys.all() if row.kind == "search"]
        assert [row.phase for row in rows] == [3]
        assert await _enter(house) == resident
        await sql.execute("UPDATE residents SET phone_sealed = $1", b"\x01\x01x" + bytes(40))
    assert await rotate_search(both, argparse.Namespace(share=1.0)) == 1
    assert "open with no listed key" in capsys.readouterr().out


async def test_who_has_not_read_the_keys_for_long_looks_for_nobody_and_seals_on(
    made: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was frozen while the key of search turned must not make anybody a second time."""
    both = made(own=True, kek_file=await _kek(tmp_path), refresh_seconds=60.0)
    async with opened(both) as house:
        resident = await _enter(house)
        monkeypatch.setattr(VaultHouse, "stale_seconds", -1.0)
        await house.keys.load()
        with pytest.raises(Busy):
            await _enter(house)
        assert house.services.vault.open(await _sealed(), "residents.phone") == PHONE
        monkeypatch.setattr(VaultHouse, "stale_seconds", 600.0)
        assert await house.keys.keep_fresh_once()
        assert await _enter(house) == resident


async def test_without_the_next_key_of_search_a_process_does_not_count_as_knowing(
    made: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = made(own=True, kek_file=await _kek(tmp_path), refresh_seconds=60.0)
    async with opened(both) as house, AsyncExitStack() as stack:
        blind = await _another_process(made(own=True, refresh_seconds=60.0), house, stack)
        monkeypatch.setattr(VaultHouse, "stale_seconds", -1.0)
        await _added(house, await house.keys.made("seal", "residents"))
        assert not await blind.keep_fresh_once()
        with pytest.raises(Busy):  # it has read the rows: how long that is good for is what the setting says
            blind.vault.search(PHONE, "residents.phone")
        monkeypatch.setattr(VaultHouse, "stale_seconds", 600.0)
        assert not await blind.keep_fresh_once()
        blind.vault.search(PHONE, "residents.phone")
        blind.vault.search_until(0.0)
        await _added(house, await house.keys.made("search", phase=1))
        assert not await blind.keep_fresh_once()
        with pytest.raises(Busy):
            blind.vault.search(PHONE, "residents.phone")


def test_keys_travel_over_https_only_and_to_a_named_key() -> None:
    with pytest.raises(ValidationError, match="https"):
        VaultSettings(kms_url="http://kms.example.cn", kms_key="city")
    with pytest.raises(ValidationError, match="KMS_KEY"):
        VaultSettings(kms_url="https://kms.example.cn")
    assert VaultSettings(kms_url="https://kms.example.cn", kms_key="city").is_set
