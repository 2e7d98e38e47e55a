"""An issuer of credentials on a test's database: keys, lists and credentials under a clock that can be moved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from codes.credential_options import CredentialOptions, Form, Tier
from codes.credentials import Credentials, HeldCredential, Order
from codes.signing_keys import SigningKeys
from codes.status_book import StatusBook
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database

T = TypeVar("T")
PORTAL, NEIGHBOUR, REGION = "demo", "neighbour", "511602000000"
BEGIN = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SMALL = CredentialOptions(list_size=2**17, decoys=16)


class Issuer:
    """One call is one unit of work."""

    def __init__(
        self, database: Database, clock: ShiftedClock, vault: Vault, options: CredentialOptions = SMALL
    ) -> None:
        self.database, self.clock, self.options = database, clock, options
        clock.set(BEGIN)
        self.keys = SigningKeys(vault, options)
        self.book = StatusBook(options)
        self.credentials = Credentials(self.keys, self.book, options)

    async def run(self, work: Callable[[Unit], Awaitable[T]], portal: str = PORTAL) -> T:
        return await self.database.unit_of_work(portal, work)

    async def issue(
        self, resident: UUID | None = None, tier: Tier = "T0", form: Form = "paper", portal: str = PORTAL
    ) -> HeldCredential:
        who = resident or new_id()
        order = Order(who, who, REGION, tier, form, "resident", "a thumbprint" if form == "phone" else "")
        return await self.run(lambda unit: self.credentials.issue(unit, order), portal)

    async def state(self, held: HeldCredential) -> str:
        found = await self.run(lambda unit: self.credentials.get(unit, held.id), held.portal)
        assert found is not None
        return found.state

    async def status(self, held: HeldCredential) -> int:
        """What the list says under its index."""
        book = await self.book.by_number(held.list_number)
        assert book is not None
        return (await self.book.marked(book.id)).get(held.idx, 0)
