"""A resident's way in by phone and SMS code: one decision from the code to the session."""

from __future__ import annotations

from dataclasses import dataclass

from config.floor.refusal import Refusal
from config.floor.unit import Unit
from server.domain.residents.service import ResidentProfile, Residents
from server.domain.sessions.otp import OneTimeCodes, wrong_code
from server.domain.sessions.service import OpenedSession, Sessions, resident_facts


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session and who it belongs to. ``earlier_account``: another account of this person was found, by what a
    platform has proven, and the two may become one."""

    session: OpenedSession
    resident: ResidentProfile
    earlier_account: bool = False


class PhoneSignIn:
    """SMS code → session."""

    def __init__(self, codes: OneTimeCodes, residents: Residents, sessions: Sessions) -> None:
        self._codes = codes
        self._residents = residents
        self._sessions = sessions

    async def enter(self, unit: Unit, phone: str, code: str, *, device: str, language: str) -> SignedIn | Refusal:
        """Check the code and open a session; a wrong code is returned, so that its count stays."""
        if not await self._codes.check(unit, phone, code):
            return wrong_code()
        resident = await self._residents.enter(unit, phone, language=language)
        return await self.open(unit, resident, device=device)

    async def open(self, unit: Unit, resident: ResidentProfile, *, device: str) -> SignedIn:
        """A session for a resident who has been proven to be there."""
        facts = resident_facts(loa=resident.loa, language=resident.language)
        session = await self._sessions.open(
            unit, "resident", resident.id, region=resident.region, facts=facts, device=device
        )
        unit.tell(f"resident:{resident.id}", "session")
        return SignedIn(session, resident)
