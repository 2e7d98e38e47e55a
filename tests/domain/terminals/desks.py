"""Terminals and clerks for a test, one unit of work a call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from config.floor.refusal import Refusal
from config.floor.unit import SYSTEM, Unit
from server.adapters.database import Database
from server.demo.device import Device
from server.domain.sessions.callers import TerminalPlace
from server.domain.terminals.records import Invitation, TerminalFacts
from server.domain.terminals.signatures import SignedRequest, decoded, hash_of
from tests.domain.people import PORTAL, REGION, People

T = TypeVar("T")
FACTS = TerminalFacts("政务大厅", "3 号窗口", ("apply_here",))
SCANS = "/counter/api/v1/scans"


class Desks:
    """The terminals room over one database."""

    def __init__(self, database: Database, people: People) -> None:
        self.database, self.people, self.terminals = database, people, people.terminals

    async def run(self, work: Callable[[Unit], Awaitable[T]], portal: str = PORTAL) -> T:
        return await self.database.unit_of_work(portal, work)

    async def invite(self, facts: TerminalFacts = FACTS) -> Invitation:
        return await self.run(lambda unit: self.terminals.invite(unit, SYSTEM, REGION, facts))

    async def enrol(self, device: Device, code: str, *, address: str = "10.0.0.1") -> TerminalPlace | Refusal:
        """What the device's page sends."""
        body = device.enrolment(code)
        found = await self.run(
            lambda unit: self.terminals.enrol(unit, body["code"], body["public_key"], body["proof"], address=address)
        )
        if isinstance(found, TerminalPlace):
            device.terminal_id = found.id
        return found

    async def enrolled(self, facts: TerminalFacts = FACTS) -> Device:
        device = Device.fresh()
        found = await self.enrol(device, (await self.invite(facts)).code)
        assert isinstance(found, TerminalPlace), found
        return device

    async def signer(self, signed: SignedRequest, portal: str = PORTAL) -> TerminalPlace:
        return await self.run(lambda unit: self.terminals.signer(unit, signed), portal)

    async def now(self) -> int:
        return int((await self.database.reading(PORTAL)).now.timestamp())


def request_of(device: Device, time: int, *, body: bytes = b"{}", key: str = "k1") -> SignedRequest:
    """A scan as the device signs it."""
    sent = device.signature("POST", SCANS, body, time=time, key=key)
    return SignedRequest(
        terminal_id=device.terminal_id, method="POST", target=SCANS, body_hash=hash_of(body), time=time,
        nonce=sent["X-Yima-Nonce"], key=key, signature=decoded(sent["X-Yima-Signature"]),
    )  # fmt: skip
