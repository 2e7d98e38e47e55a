"""What verifiers fetch: the signed key set and the signed status lists, made when something changed or an hour passed.

Every answer is checked against the database first, so that what was revoked is in the very next one; building and
signing happen off the event loop, once for any number of callers who ask at the same time, and a bounded number of
finished ones is kept.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from codes import cose, status_list, strict_cbor, trust_list
from codes.credential_options import TIERS, CredentialOptions
from codes.signing_keys import ListedKey, SigningKeys
from codes.status_book import BookedList, Edition, StatusBook
from config.floor.refusal import Refusal
from config.floor.unit import Unit

KEPT = 256
MAX_AGE = 60
_SLOT = 3600
_SCHEME = "gz:status/"


class CredentialsClosed(Refusal):
    """This deployment has no root key, so it issues and vouches for no offline credentials."""

    code = "credentials-closed"
    kind = "unavailable"


class Run(Protocol):
    """One unit of work of a portal."""

    def __call__(self, portal: str, decide: Callable[[Unit], Awaitable[Any]]) -> Awaitable[Any]: ...


@dataclass(frozen=True, slots=True)
class Published:
    """A finished answer. ``etag`` is weak: two processes sign the same content differently."""

    body: bytes
    media: str
    etag: str


def uri_of(number: int) -> str:
    """What a credential calls its list. The part after the last ``/`` is its name in ``/.well-known/yima/status/``."""
    return f"{_SCHEME}{number}"


def number_of(uri: str) -> int | None:
    """The list of that name, or None for one that is not ours."""
    name = uri.removeprefix(_SCHEME)
    return int(name) if uri.startswith(_SCHEME) and name.isascii() and name.isdigit() and len(name) < 10 else None


class Publisher:
    """The key set and the lists of every portal."""

    def __init__(
        self, keys: SigningKeys, book: StatusBook, root: cose.PrivateKey | None, run: Run, options: CredentialOptions
    ) -> None:
        self._keys = keys
        self._book = book
        self._root = root
        self._run = run
        self._options = options
        self._kept: OrderedDict[Hashable, tuple[Hashable, Published]] = OrderedDict()
        self._flights: dict[Hashable, asyncio.Task[Published | None]] = {}

    @property
    def root(self) -> cose.PublicKey | None:
        """What a terminal pins when it is enrolled; None where there is no root."""
        return self._root.public if self._root else None

    async def trusted(self, unit: Unit) -> trust_list.TrustList:
        """The key set of this instant, unsigned: what the server itself checks by. ``CredentialsClosed`` without a
        root."""
        if self._root is None:
            raise CredentialsClosed()
        return self._set(unit.now, unit.portal, await self._keys.all(unit))

    async def keys(self, unit: Unit) -> list[ListedKey]:
        """Every key of the portal with its state, for whoever runs it."""
        return await self._keys.all(unit)

    async def key_set(self, unit: Unit) -> Published:
        """The signed key set of the portal. ``CredentialsClosed`` without a root."""
        if self._root is None:
            raise CredentialsClosed()
        made = await self._once(("keys", unit.portal), lambda: self._make_keys(unit))
        assert made is not None
        return made

    async def status(self, unit: Unit, number: int) -> Published | None:
        """The signed status list of this number, None where the portal has none."""
        if self._root is None:
            raise CredentialsClosed()
        return await self._once(("list", unit.portal, number), lambda: self._make_list(unit, number))

    async def lists(self, unit: Unit) -> list[int]:
        """The numbers of the portal's lists that a terminal without a network needs."""
        return await self._book.in_use(unit)

    async def sweep(self, unit: Unit) -> int:
        """For the timetable: forget some entries of lists that are past; how many."""
        return await self._book.sweep(unit)

    async def renew(self, unit: Unit) -> int:
        """For the timetable: turn the keys. What is published is signed again when it is next asked for."""
        return 0 if self._root is None else await self._keys.turn(unit)

    async def _once(self, name: Hashable, make: Callable[[], Awaitable[Published | None]]) -> Published | None:
        """One making at a time for each thing; everybody who asks meanwhile gets the same."""
        flight = self._flights.get(name)
        if flight is None:
            flight = asyncio.ensure_future(make())
            self._flights[name] = flight
            flight.add_done_callback(lambda _: self._flights.pop(name, None))
        return await asyncio.shield(flight)

    async def _make_keys(self, unit: Unit) -> Published:
        keys = await self._keys.all(unit)
        if not any(key.state == "signing" for key in keys):
            await self._run(unit.portal, self._keys.turn)
            keys = await self._keys.all(unit)
        listed = self._set(unit.now, unit.portal, keys)
        basis = (listed.version, tuple((key.kid, key.good_until) for key in listed.keys))
        root = self._root
        assert root is not None
        return await self._fresh(
            ("keys", unit.portal), basis, trust_list.MEDIA_TYPE, lambda: trust_list.write(listed, root)
        )

    async def _make_list(self, unit: Unit, number: int) -> Published | None:
        book = await self._book.by_number(number)
        if book is None or book.portal != unit.portal:
            return None
        signer = await self._keys.signer(unit)
        if signer is None:
            signer = await self._run(unit.portal, self._keys.ready)
        edition = await self._book.edition(book.id)
        basis = (edition, _slot(unit.now), signer.kid)
        name = ("list", unit.portal, number)
        if (kept := self._found(name, basis)) is not None:
            return kept
        marked = await self._book.marked(book.id)
        return await self._fresh(
            name, basis, status_list.MEDIA_TYPE, lambda: self._write(unit, book, signer, marked, edition)
        )

    def _write(
        self, unit: Unit, book: BookedList, signer: cose.PrivateKey, marked: dict[int, int], edition: Edition
    ) -> bytes:
        return status_list.write(
            {index: status for index, status in marked.items() if index < book.size},
            signer,
            issuer=unit.portal,
            uri=uri_of(book.number),
            now=int(unit.now.timestamp()),
            entries=book.size,
            ttl=self._options.list_ttl_hours * 3600,
            life=self._options.list_days * 86400,
        )

    def _set(self, now: datetime, portal: str, keys: list[ListedKey]) -> trust_list.TrustList:
        """Version and instants follow from the keys and the hour, so that every process signs the same set."""
        changes = len(keys) + sum(key.state == "removed" for key in keys)
        start = _slot(now) * _SLOT
        return trust_list.TrustList(
            issuer=portal,
            version=start + changes,
            issued_at=start,
            next_update=start + _SLOT + self._options.list_days * 86400,
            keys=tuple(_trusted(portal, key) for key in keys if key.state in ("listed", "signing", "verifying")),
        )

    def _found(self, name: Hashable, basis: Hashable) -> Published | None:
        kept = self._kept.get(name)
        if kept is None or kept[0] != basis:
            return None
        self._kept.move_to_end(name)
        return kept[1]

    async def _fresh(self, name: Hashable, basis: Hashable, media: str, write: Callable[[], bytes]) -> Published:
        if (kept := self._found(name, basis)) is not None:
            return kept
        body = await asyncio.to_thread(write)
        made = Published(body, media, f'W/"{sha256(repr(basis).encode()).hexdigest()[:24]}"')
        self._kept[name] = (basis, made)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return made


def _slot(now: datetime) -> int:
    return int(now.timestamp()) // _SLOT


def _trusted(portal: str, key: ListedKey) -> trust_list.ListedKey:
    return trust_list.ListedKey(
        key=cose.public_key(strict_cbor.decode(key.cose_key), key.alg),
        issuer=portal,
        signs_from=int(key.sign_from.timestamp()),
        signs_until=-int(-key.sign_until.timestamp() // 1),
        good_until=-int(-key.verify_until.timestamp() // 1),
        tiers=frozenset(range(len(TIERS))),
        lists=True,
    )
