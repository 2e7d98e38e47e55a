"""The rooms about people, wired for a test, and a postman that keeps what it was given."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.domain.audit.service import Audit
from server.domain.residents.service import ResidentOptions, Residents
from server.domain.residents.sign_in import PhoneSignIn
from server.domain.sessions.otp import OneTimeCodes, OtpLimits
from server.domain.sessions.service import Lifetimes, Sessions
from server.domain.staff.service import Staff
from server.domain.terminals.service import Terminals

PORTAL = "demo"
REGION = "511602000000"
NEIGHBOUR, NEIGHBOUR_REGION = "neighbour", "510104000000"
PHONE = "15400000001"
NAME = "王秀兰"
NUMBER = "511602186209161281"


@dataclass
class Postbox:
    """Stands where the notice engine stands."""

    sent: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    async def post_to_phone(
        self, unit: Unit, *, phone: str, event: str, dedupe_key: str, values: dict[str, str], language: str = "zh-CN"
    ) -> UUID:
        self.sent.append((phone, event, values))
        return new_id()

    @property
    def last_code(self) -> str:
        return self.sent[-1][2]["code"]


class People:
    """Residents, their sessions and codes, and staff."""

    def __init__(self, vault: Vault, limits: OtpLimits | None = None, lifetimes: Lifetimes | None = None) -> None:
        self.postbox = Postbox()
        self.audit = Audit()
        self.sessions = Sessions(lifetimes or Lifetimes())
        options = ResidentOptions(regions={PORTAL: REGION, NEIGHBOUR: NEIGHBOUR_REGION}, year_shift=120)
        self.residents = Residents(vault, self.audit, self.sessions, options)
        self.codes = OneTimeCodes(vault, self.postbox, limits or OtpLimits())
        self.sign_in = PhoneSignIn(self.codes, self.residents, self.sessions)
        self.terminals = Terminals(vault, self.audit, self.sessions)
        self.staff = Staff(vault, self.audit, self.sessions, self.terminals)
