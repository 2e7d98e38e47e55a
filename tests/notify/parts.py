"""What the tests of this room are made of: people, channels that behave on purpose, a room ready to use."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.selection import listed
from config.floor.unit import Actor, Unit
from config.floor.vault import Vault
from notify.audience import Audience, Bound
from notify.campaign_rules import CampaignWords
from notify.campaigns import Campaigns
from notify.channel import Channel, Health, Outcome, Parcel, Sent
from notify.channels.console_sms import ConsoleSms
from notify.channels.inbox import InboxChannel
from notify.channels.live import LiveChannel
from notify.contacts import Manner
from notify.dispatch import Dispatcher, DispatchOptions
from notify.fanout import CampaignFanOut
from notify.ladder import Category
from notify.lists import Lists
from notify.segments import Leaf
from notify.service import Notify, NotifyOptions
from notify.templates import Templates
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.adapters.store_embedded import EmbeddedStore

PORTAL, REGION = "demo", "511602000000"
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TEMPLATES = Templates()
CASE = {"item": "印刷经营许可证核发", "case_no": "5116 0220 2611 2000 01", "due": "11月24日 周二"}


class People:
    """Residents, applicants and item names, as the ports want them."""

    def __init__(self) -> None:
        self.numbers: dict[UUID, str | None] = {}
        self.accounts: dict[tuple[UUID, str], str] = {}
        self.names: dict[UUID, str] = {}
        self.applicants: dict[str, list[UUID]] = {}
        self.english: set[UUID] = set()
        self.elders: set[UUID] = set()

    def add(self, count: int = 1) -> list[UUID]:
        added = [new_id() for _ in range(count)]
        for person in added:
            number = len(self.numbers)
            self.numbers[person] = f"1380000{number:04d}"
            self.names[person] = f"王*{number}"
        return added

    async def phone(self, resident_id: UUID) -> str | None:
        return self.numbers.get(resident_id)

    async def address(self, resident_id: UUID, provider: str) -> str | None:
        return self.accounts.get((resident_id, provider))

    async def reach(self, resident_id: UUID) -> frozenset[str]:
        ways = {"oa" if provider == "wechat_oa" else provider for who, provider in self.accounts if who == resident_id}
        return frozenset(ways | ({"sms"} if self.numbers.get(resident_id) else set()))

    async def manner(self, resident_id: UUID) -> Manner:
        return Manner("en" if resident_id in self.english else "zh-CN", resident_id in self.elders)

    async def phones(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        return {person: phone for person in ids if (phone := self.numbers.get(person))}

    def people(self, unit: Unit, bound: Bound) -> str:
        everybody = listed(list(self.numbers))
        return f"({everybody.text.replace('$1', bound.add(everybody.values[0]))}) r WHERE 1 = 1"

    def fact(self, unit: Unit, leaf: Leaf, bound: Bound) -> str:
        if leaf.kind == "elder":
            elders = listed(list(self.elders))
            return f"r.id IN ({elders.text.replace('$1', bound.add(elders.values[0]))})"
        if leaf.kind != "channel":
            return "1 = 0" if leaf.text == "no" else "1 = 1"
        able = [who for who, number in self.numbers.items() if number and leaf.text == "sms"]
        able += [who for who, provider in self.accounts if provider == leaf.text]
        chosen = listed(able)
        return f"r.id IN ({chosen.text.replace('$1', bound.add(chosen.values[0]))})"

    async def of_phones(self, unit: Unit, phones: Sequence[str]) -> Mapping[str, UUID]:
        return {phone: person for person, phone in self.numbers.items() if phone in set(phones)}

    async def masked(self, unit: Unit, ids: Sequence[UUID]) -> dict[UUID, str]:
        return {person: self.names[person] for person in ids if person in self.names}

    def applied(self, unit: Unit, leaf: Leaf, bound: Bound) -> str:
        chosen = listed(self.applicants.get(leaf.text, []))
        return f"r.id IN ({chosen.text.replace('$1', bound.add(chosen.values[0]))})"


class ItemNames:
    """Two items."""

    async def names(self, unit: Unit, codes: list[str]) -> Mapping[str, str]:
        known = {"printing": "印刷经营许可证核发", "card": "社保卡换卡"}
        return {code: known[code] for code in codes if code in known}

    async def sensitive(self, unit: Unit, codes: Sequence[str]) -> bool:
        return "printing" in codes


@dataclass
class ScriptedChannel:
    """Answers as told; counts what a provider would have seen."""

    name: str = "sms"
    timeout: float = 1.0
    needs_phone: bool = True
    harmless_again: bool = False
    outcomes: list[Outcome | Exception] = field(default_factory=list)
    delay: float = 0.0
    seen: Counter[str] = field(default_factory=Counter)
    parcels: list[Parcel] = field(default_factory=list)

    async def check(self) -> Health:
        return Health(ok=True)

    async def send(self, parcel: Parcel) -> Outcome:
        self.seen[parcel.client_msg_id] += 1
        self.parcels.append(parcel)
        await asyncio.sleep(self.delay)
        outcome = self.outcomes.pop(0) if self.outcomes else Sent("ref")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@dataclass
class Room:
    """The whole room over one database."""

    database: Database
    store: EmbeddedStore
    vault: Vault
    clock: ShiftedClock
    people: People
    notify: Notify
    campaigns: Campaigns
    audience: Audience
    lists: Lists

    def dispatcher(self, *channels: Channel, batch: int = 20) -> Dispatcher:
        """A dispatcher over the live and inbox channels and ``channels`` (the console one where none is given)."""
        made: list[Channel] = [InboxChannel(), LiveChannel(self.store), *(channels or (self.console(),))]
        return Dispatcher(
            run=self.database.unit_of_work, vault=self.vault, contacts=self.people, channels=made,
            options=DispatchOptions(batch=batch), dice=random.Random(1),
        )  # fmt: skip

    def console(self) -> ConsoleSms:
        return ConsoleSms(self.database.unit_of_work, self.vault)

    def fan_out(self, chunk: int = 250) -> CampaignFanOut:
        return CampaignFanOut(
            run=self.database.unit_of_work, vault=self.vault, audience=self.audience, options=NotifyOptions(),
            chunk=chunk,
        )  # fmt: skip

    async def tell(self, person: UUID, key: str = "k", category: Category = "statutory") -> UUID | None:
        """Post ``case.accepted`` to a person."""

        async def decide(unit: Unit) -> UUID | None:
            return await self.notify.post(
                unit, recipient=person, region=REGION, event="case.accepted", category=category,
                dedupe_key=key, values=CASE,
            )  # fmt: skip

        return await self.database.unit_of_work(PORTAL, decide)

    async def code(self, phone: str, key: str = "otp:1") -> UUID:
        """Post a sign-in code to a number."""

        async def decide(unit: Unit) -> UUID:
            return await self.notify.post_to_phone(
                unit, phone=phone, event="otp", dedupe_key=key, values={"code": "482915", "minutes": "5"}
            )

        return await self.database.unit_of_work(PORTAL, decide)

    async def states(self, channel: str = "sms") -> dict[str, int]:
        rows = await sql.rows(
            "SELECT state, count(*) AS n FROM notify_deliveries WHERE channel = $1 GROUP BY state", channel
        )
        return {row["state"]: int(row["n"]) for row in rows}

    async def drain(self, dispatcher: Dispatcher) -> int:
        total = 0
        while claimed := await dispatcher.step():
            total += claimed
        return total

    def later(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))


def room(database: Database, store: EmbeddedStore, vault: Vault, clock: ShiftedClock) -> Room:
    """Open the room at noon of a working day."""
    clock.set(NOON)
    people = People()
    audience = Audience(residents=people, cases=people, items=ItemNames(), place=lambda portal, region: "示范区")
    options = NotifyOptions()
    notify = Notify(vault=vault, contacts=people, templates=TEMPLATES, options=options)
    lists = Lists(vault, people)
    campaigns = Campaigns(audience=audience, options=options, lists=lists)
    return Room(database, store, vault, clock, people, notify, campaigns, audience, lists)


def staff(number: int) -> Actor:
    """One member of staff, the same each time."""
    return Actor(kind="staff", id=UUID(int=number), label=f"S{number:03d}")


WORDS = CampaignWords(title="社保卡可以线上换了", body="((姓名))您好，社保卡换卡现在可以线上办。", category="service")
