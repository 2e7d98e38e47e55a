"""What a terminal sees of a resident: the purpose's least fields at once, granted ones for minutes after a yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from config.floor import sql
from config.floor.unit import Actor, Unit
from server.domain.audit.service import Audit
from server.domain.purposes.service import Purpose, Purposes
from server.domain.visits.ports import CaseInHand, Cases, Residents, VisitOptions
from server.domain.visits.views import CounterVisit, consent_of, counter_visit


class Disclosure:
    """The only reader of residents' values in this room; every first showing of a full value is recorded."""

    def __init__(
        self, residents: Residents, cases: Cases, audit: Audit, purposes: Purposes, options: VisitOptions
    ) -> None:
        self._residents = residents
        self._cases = cases
        self._audit = audit
        self._purposes = purposes
        self._options = options

    async def first(self, unit: Unit, row: sql.Row, purpose: Purpose) -> CounterVisit:
        """The answer to a scan: nothing that needs consent."""
        return await self._view(unit, row, purpose, ())

    async def again(self, unit: Unit, row: sql.Row, purpose: Purpose, actor: Actor) -> CounterVisit:
        """The same, with what the resident has granted meanwhile, while it may still be shown."""
        consent = consent_of(row, unit.now)
        answered = sql.instant_or_none(row["consent_at"])
        granted: tuple[str, ...] = ()
        fresh = answered is not None and unit.now < answered + timedelta(seconds=self._options.disclosure_seconds)
        if consent and consent.state == "allowed" and fresh:
            granted = tuple(code for code in consent.granted if code in purpose.asked)
        if granted:
            await self._record(unit, row, actor, granted)
        return await self._view(unit, row, purpose, granted)

    async def _view(self, unit: Unit, row: sql.Row, purpose: Purpose, granted: Sequence[str]) -> CounterVisit:
        subject, acting = sql.uid(row["resident_id"]), sql.uid(row["acting_id"])
        codes = (*purpose.shown, *granted)
        known = dict(await self._residents.disclose(unit, subject, [*codes, "loa"]))
        cases: Sequence[CaseInHand] = ()
        if "open_cases" in codes:
            cases = await self._cases.open_count(unit, subject)
            known["open_cases"] = str(len(cases))
        bearer, subject_name = await self._bearer(unit, subject, acting, known, codes)
        values = [(code, known.get(code, "")) for code in codes]
        return counter_visit(row, unit.now, bearer=bearer, subject_name=subject_name, values=values, cases=cases)

    async def _bearer(
        self, unit: Unit, subject: UUID, acting: UUID, known: dict[str, str], codes: Sequence[str]
    ) -> tuple[dict[str, str], str | None]:
        """Name and level of the person at the counter, and whom she acts for."""
        named = [code for code in ("name_masked", "loa") if code in codes or code == "loa"]
        if acting == subject:
            return {code: known[code] for code in named if code in known}, None
        return dict(await self._residents.disclose(unit, acting, named)), known.get("name_masked", "")

    async def _record(self, unit: Unit, row: sql.Row, actor: Actor, granted: tuple[str, ...]) -> None:
        first = await sql.execute(
            "UPDATE visits SET disclosed_at = $1 WHERE id = $2 AND disclosed_at IS NULL", unit.now, sql.uid(row["id"])
        )
        if not first:
            return
        await self._audit.record(
            unit, actor, "visit.disclose", subject_kind="visit", subject=str(sql.uid(row["id"])),
            resident_id=sql.uid(row["resident_id"]), region=row["region"], purpose=row["purpose"], fields=granted,
            place=f"{row['hall']} {row['counter']}"[:128],
        )  # fmt: skip
