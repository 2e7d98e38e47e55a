"""The vault of a process: the keys of its settings and the wrapped ones of the database; how it learns of new ones."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from tortoise.exceptions import BaseORMException

from config.floor import sql
from config.floor.personal import Sealed
from config.floor.unit import LEGAL_ZONE, Event
from config.settings import Settings
from server.adapters.clock import DatabaseClock
from server.adapters.database import Database
from server.adapters.files import FolderFiles
from server.adapters.kek import EitherKek, FileKek, HttpKek
from server.adapters.keyring import KeyringVault, Ring, SearchKey, SearchKeys, decode_keys
from server.domain.audit.service import Audit
from server.domain.keys.service import (
    ALONE,
    BOTH,
    FORMER,
    TURNED,
    KekRefused,
    KekUnavailable,
    KeyEncryption,
    Keys,
    Kind,
    VaultKeyRow,
    fresh_name,
    label,
)
from server.profile_check import CannotStart

_log = logging.getLogger("yima.vault")
_AGAIN = 1.0
"""Seconds until it looks again where it could not: a database that comes back is not waited for longer."""
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""When the keys of settings came into use: before every key that was made as a row."""


class Clock(Protocol):
    """The database's clock."""

    async def read(self) -> datetime: ...


class VaultHouse:
    """Keys in the clear are in this object's memory only. A key once unwrapped is never asked for again: when the
    key-encryption key goes out of reach, running processes go on."""

    def __init__(self, settings: Settings, kek: KeyEncryption | None, keys: Keys, clock: Clock) -> None:
        self._settings, self.kek, self.keys, self._clock = settings, kek, keys, clock
        self.files = FolderFiles(settings.data_dir / "files")
        self._clear: dict[str, bytes] = {}
        self._read: tuple[object, ...] = ()
        self._task: asyncio.Task[None] | None = None
        self._vault: KeyringVault | None = None

    @property
    def vault(self) -> KeyringVault:
        assert self._vault is not None, "load() comes first"
        return self._vault

    @property
    def settle_seconds(self) -> float:
        """After so long every process has read what was written."""
        return 3 * self._settings.vault.refresh_seconds

    @property
    def stale_seconds(self) -> float:
        """A process that has not read the rows for so long looks for nobody: the key of search may have turned on."""
        return self.settle_seconds

    async def load(self) -> None:
        """Read the rows and use what they say; ``KekUnavailable`` or ``KekRefused`` if a new key stays closed.

        A running process goes on without a new sealing key that stays closed; without the newest key of search it looks
        for nobody any more when that key may have turned (``search_until``)."""
        begun, rows, now = time.monotonic(), await self._rows(), await self._clock.read()
        closed = await self._unwrap(rows)
        if closed and (self._vault is None or any(row.kind == "search" for row, _ in closed)):
            raise closed[0][1]
        known = [row for row in rows if row.name in self._clear]
        ready = {row.name for row in known if row.kind == "search" or row.active_from <= now}
        state = (tuple(known), len(ready))
        if self._vault is None or state != self._read:
            ring = ring_of(self._settings, known, ready, self._clear)
            if self._vault is None:
                self._vault = KeyringVault.of(ring)
            self._vault.adopt(ring)
            self._read = state
        self.vault.search_until(begun + self.stale_seconds)
        if closed:
            raise closed[0][1]

    async def _unwrap(self, rows: Sequence[VaultKeyRow]) -> list[tuple[VaultKeyRow, KekUnavailable | KekRefused]]:
        """Those that stay closed, and why."""
        closed: list[tuple[VaultKeyRow, KekUnavailable | KekRefused]] = []
        for row in rows:
            if row.name not in self._clear:
                try:
                    self._clear[row.name] = await self._unwrapped(row)
                except (KekUnavailable, KekRefused) as error:
                    closed.append((row, error))
        return closed

    async def _rows(self) -> list[VaultKeyRow]:
        try:
            return await self.keys.all()
        except BaseORMException as error:
            if "vault_keys" in str(error):  # a database of an earlier version: what it lacks is said by the opening
                return []
            raise

    async def _unwrapped(self, row: VaultKeyRow) -> bytes:
        if self.kek is None:
            raise KekRefused(
                f"the database holds wrapped keys ({row.name}): set YIMA_VAULT__KEK_FILE or YIMA_VAULT__KMS_URL"
            )
        return await self.kek.unwrap(row.wrapped, row.label)

    async def made(self, kind: Kind, family: str = "", *, phase: int = 0, wait: float = 0.0) -> VaultKeyRow:
        """A fresh key of this suite, wrapped and not written yet; in use after ``wait`` seconds."""
        return await self.wrapped(os.urandom(32), kind, family, phase=phase, wait=wait)

    async def wrapped(
        self, key: bytes, kind: Kind, family: str = "", *, phase: int = 0, wait: float = 0.0, name: str = ""
    ) -> VaultKeyRow:
        """This key as a row, not written yet."""
        if self.kek is None:
            raise KekRefused("a data key needs a key-encryption key: set YIMA_VAULT__KEK_FILE or YIMA_VAULT__KMS_URL")
        now, suite = await self._clock.read(), self._settings.secrets.suite
        taken = [row.name for row in await self.keys.all()] + list(self._settings.secrets.vault_keys)
        name = name or fresh_name(kind, family, taken, f"{now.astimezone(LEGAL_ZONE):%Y%m%d}")
        sealed = await self.kek.wrap(key, label(kind, family, name, suite))
        return VaultKeyRow(name, kind, family, suite, sealed, phase, now, now + timedelta(seconds=wait))

    def has_search_key(self, rows: Sequence[VaultKeyRow]) -> bool:
        """Whether there is one, in the rows or in the settings."""
        own = self._settings.secrets.index_key.get_secret_value()
        return bool(own) or any(row.kind == "search" for row in rows)

    async def adopted(self) -> list[VaultKeyRow]:
        """The keys of the settings that are no rows yet, under the names that their values carry; not written yet."""
        rows, secrets = await self.keys.all(), self._settings.secrets
        have = {row.name for row in rows}
        keys = decode_keys({name: key.get_secret_value() for name, key in secrets.vault_keys.items()})
        order = sorted(keys, key=lambda name: name == secrets.vault_current)  # the current one comes into use last
        made = [
            replace(await self.wrapped(keys[name], "seal", name=name), active_from=_LONG_AGO + timedelta(seconds=place))
            for place, name in enumerate(order)
            if name not in have
        ]
        own = secrets.index_key.get_secret_value()
        if own and not any(row.kind == "search" for row in rows):
            made.append(await self.wrapped(base64.b64decode(own, validate=True), "search", phase=ALONE))
        return made

    async def rewrapped(self, row: VaultKeyRow) -> bytes:
        """The same key under the newest key-encryption key."""
        key = await self._unwrapped(row)
        assert self.kek is not None, "it has unwrapped it"
        return await self.kek.wrap(key, row.label)

    async def needed_for(self, name: str, columns: Sequence[Sealed]) -> str | None:
        """What still needs this key; None where it may go."""
        row = next((one for one in await self.keys.all() if one.name == name), None)
        if row is None or row.kind == "search":
            return None
        for one in columns:
            if self.vault.header(one.place)[2:] == name.encode():
                return f"new values of {one.place} are sealed with it"
            ending = bytes([len(name)]) + name.encode()
            found = await sql.row(
                f"SELECT id FROM {one.table} WHERE substr({one.column}, 2, {len(ending)}) = $1 LIMIT 1", ending
            )
            if found:
                return f"it seals values of {one.place}: python -m server rotate-keys"
        return None

    def start(self) -> None:
        """Look for new keys from now on."""
        self._task = asyncio.create_task(self._keep_fresh(), name="data keys")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _keep_fresh(self) -> None:
        well = True
        while True:
            every = self._settings.vault.refresh_seconds
            await asyncio.sleep(every if well else min(_AGAIN, every))
            well = await self.keep_fresh_once(quiet=not well)

    async def keep_fresh_once(self, *, quiet: bool = False) -> bool:
        """Whether the keys are those of now; if not, it goes on with what it has and says so once."""
        try:
            await self.load()
        except Exception as error:
            if not quiet:
                _log.warning("data keys cannot be read and will be read again: %s", _why(error))
            return False
        return True


def ring_of(settings: Settings, rows: Sequence[VaultKeyRow], ready: set[str], clear: dict[str, bytes]) -> Ring:
    """What the rows, in the order in which they come into use, and the settings mean together."""
    secrets = settings.secrets
    keys = decode_keys({name: key.get_secret_value() for name, key in secrets.vault_keys.items()})
    current = {"": secrets.vault_current} if secrets.vault_current else {}
    for row in rows:
        if row.kind == "seal":
            keys[row.name] = clear[row.name]
            if row.name in ready:
                current = {"": row.name} if not row.family else {**current, row.family: row.name}
    if not current:
        raise CannotStart("there are no data keys yet: python -m server keys new")
    return Ring(keys, current, _search_keys(settings, rows, clear), secrets.suite)


def _search_keys(settings: Settings, rows: Sequence[VaultKeyRow], clear: dict[str, bytes]) -> SearchKeys:
    by_phase = {row.phase: SearchKey(clear[row.name], row.suite) for row in rows if row.kind == "search"}
    own = settings.secrets.index_key.get_secret_value()
    given = SearchKey(base64.b64decode(own, validate=True), settings.secrets.suite) if own else None
    alone = by_phase.get(ALONE) or given
    if turned := by_phase.get(TURNED):
        return SearchKeys(turned, turned, alone)
    if alone is None:
        raise CannotStart("there is no key of search yet: python -m server keys new")
    if both := by_phase.get(BOTH):
        return SearchKeys(alone, both, both)
    former = by_phase.get(FORMER) or given
    return SearchKeys(alone, None, former if former != alone else None)


async def vault_house(settings: Settings, keys: Keys, clock: Clock, stack: AsyncExitStack) -> VaultHouse:
    """Open whatever holds the key-encryption key; ``stack`` closes it. The keys are not loaded yet."""
    asked = settings.vault
    file = FileKek(asked.kek_file, settings.secrets.suite) if asked.kek_file else None
    if not asked.kms_url:
        return VaultHouse(settings, file, keys, clock)
    service = HttpKek(
        asked.kms_url, asked.kms_key, asked.kms_token.get_secret_value(), timeout=asked.kms_timeout_seconds
    )
    await service.open()
    stack.push_async_callback(service.close)
    return VaultHouse(settings, EitherKek(service, file) if file else service, keys, clock)


async def loaded_vault(settings: Settings, keys: Keys, clock: Clock, stack: AsyncExitStack) -> VaultHouse:
    """As ``vault_house``, with its keys loaded and kept up to date; ``CannotStart`` in one line where that fails."""
    house = await vault_house(settings, keys, clock, stack)
    try:
        await house.load()
    except (KekUnavailable, KekRefused) as error:
        raise CannotStart(f"the data keys cannot be opened: {error}") from None
    house.start()
    stack.push_async_callback(house.stop)
    return house


class _Nobody:
    """Whom a command tells of what it did."""

    def publish_soon(self, events: Sequence[Event]) -> None:
        """Nobody listens."""


@asynccontextmanager
async def opened_keys(settings: Settings) -> AsyncIterator[tuple[VaultHouse, Database]]:
    """Only the database and the key-encryption key: for commands that must work before there is any data key."""
    async with AsyncExitStack() as stack:
        clock = DatabaseClock()
        database = Database(settings.storage_url(), clock=clock, publisher=_Nobody())
        stack.push_async_callback(database.close)
        await database.open()
        try:
            yield await vault_house(settings, Keys(Audit()), clock, stack), database
        except (KekUnavailable, KekRefused) as error:
            raise CannotStart(str(error)) from None


def _why(error: BaseException) -> str:
    return str(error) if isinstance(error, KekUnavailable | KekRefused) else type(error).__name__
