"""挂失: a phone or a paper is lost, and whoever finds it must not be able to use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

from config.floor.unit import Actor, Unit
from server.domain.audit.service import Audit

What = Literal["phone", "paper", "all"]
Form = Literal["phone", "paper"]
Reason = Literal["lost", "stolen", "misused"]
_FORMS: Mapping[What, Form | None] = {"phone": "phone", "paper": "paper", "all": None}


class Sessions(Protocol):
    """Who is signed in where."""

    async def end_all(self, unit: Unit, subject: UUID, *, keep: UUID | None = None) -> int: ...


class Codes(Protocol):
    """The dynamic codes of a resident."""

    async def revoke(self, unit: Unit, *, session_id: UUID | None = None, subject: UUID | None = None) -> int: ...


class Credentials(Protocol):
    """The offline credentials of a resident."""

    async def lost_all(
        self, unit: Unit, actor: Actor, resident: UUID, *, form: Form | None = None, place: str = ""
    ) -> int: ...


class Notices(Protocol):
    """Tell a resident (None where this was said already), and no longer in browsers that somebody else may hold."""

    async def forget_browsers(self, unit: Unit, resident_id: UUID) -> int: ...

    async def post(
        self,
        unit: Unit,
        *,
        recipient: UUID,
        region: str,
        event: str,
        category: Literal["statutory", "service", "information"],
        dedupe_key: str,
        values: Mapping[str, str],
        subject: str = "",
    ) -> UUID | None: ...


@dataclass(frozen=True, slots=True)
class Loss:
    """What a report ended. Said again, it finds nothing left and ends nothing."""

    sessions: int
    codes: int
    credentials: int


class Losses:
    """Ends what a finder could use. There is no way back: she signs in again and orders a new paper."""

    def __init__(
        self, sessions: Sessions, codes: Codes, credentials: Credentials, notices: Notices, audit: Audit
    ) -> None:
        self._sessions = sessions
        self._codes = codes
        self._credentials = credentials
        self._notices = notices
        self._audit = audit

    async def report(
        self,
        unit: Unit,
        actor: Actor,
        resident_id: UUID,
        what: What,
        *,
        region: str,
        keep_session: UUID | None = None,
        reason: Reason = "lost",
        place: str = "",
    ) -> Loss:
        """End the sessions but ``keep_session`` and every dynamic code (phone, all), and revoke the credentials.

        Codes are dead at the next scan; credentials at each counter's next download of the status list. The
        resident is told by every channel, whoever reported.
        """
        sessions = codes = 0
        if what != "paper":
            sessions = await self._sessions.end_all(unit, resident_id, keep=keep_session)
            codes = await self._codes.revoke(unit, subject=resident_id)
            await self._notices.forget_browsers(unit, resident_id)
        credentials = await self._credentials.lost_all(unit, actor, resident_id, form=_FORMS[what], place=place)
        await self._audit.record(
            unit, actor, "loss.report", subject_kind="resident", subject=str(resident_id), resident_id=resident_id,
            region=region, outcome=what, purpose=reason, place=place,
        )  # fmt: skip
        await self._notices.post(
            unit,
            recipient=resident_id,
            region=region,
            event="loss.reported",
            category="statutory",
            dedupe_key=f"loss:{resident_id}:{what}:{unit.now.isoformat()}",
            values={"what": what, "by": "staff" if actor.kind == "staff" else "self", "link": "/m/#/pages/loss/loss"},
            subject="loss",
        )
        unit.tell(f"resident:{resident_id}", "session")
        return Loss(sessions, codes, credentials)
