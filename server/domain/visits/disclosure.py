"""What a terminal sees of a resident: the purpose's least fields at once, granted ones for minutes after a yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from config.floor import sql
from config.floor.unit import Actor, Unit
from server.domain.audit.service import Audit
from server.domain.purposes.eligibility import is_yes
from server.domain.purposes.service import PICTURES, Purpose, Purposes
from server.domain.visits.abroad import at_home
from server.domain.visits.ports import CaseInHand, Cases, Residents, VisitOptions
from server.domain.visits.views import ENDED, CounterVisit, card_opens, codes_in, consent_of, counter_visit


def granted_now(row: sql.Row, purpose: Purpose, now: datetime, options: VisitOptions) -> tuple[str, ...]:
    """What she has said yes to and may still be shown."""
    consent, answered = consent_of(row, now), sql.instant_or_none(row["consent_at"])
    if consent is None or consent.state != "allowed" or not _fresh(answered, now, options):
        return ()
    return tuple(code for code in consent.granted if code in purpose.asked)


def shown_now(row: sql.Row, purpose: Purpose, now: datetime, options: VisitOptions) -> tuple[str, ...]:
    """The same, and what her card in hand has opened."""
    granted = granted_now(row, purpose, now, options)
    if _fresh(sql.instant_or_none(row["card_at"]), now, options):
        granted += tuple(code for code in codes_in(row["card_fields"]) if code in purpose.by_card)
    return tuple(dict.fromkeys(granted))


def _fresh(at: datetime | None, now: datetime, options: VisitOptions) -> bool:
    return at is not None and now < at + timedelta(seconds=options.disclosure_seconds)


def _by_card(row: sql.Row, purpose: Purpose) -> tuple[str, ...]:
    """What the card may be said to be in hand for: nothing after a no, and nothing twice."""
    closed = row["consent_state"] in ("refused", *ENDED) or row["card_at"] is not None
    return () if closed else card_opens(row, purpose)


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
        if by_yes := granted_now(row, purpose, unit.now, self._options):
            await self._record(unit, row, actor, by_yes)
        return await self._view(unit, row, purpose, shown_now(row, purpose, unit.now, self._options))

    async def _view(self, unit: Unit, row: sql.Row, purpose: Purpose, granted: Sequence[str]) -> CounterVisit:
        subject, acting = sql.uid(row["resident_id"]), sql.uid(row["acting_id"])
        unit = at_home(unit, row)
        codes = (*purpose.shown, *(code for code in granted if code not in PICTURES))
        asks_age = ("age",) if "eligible" in codes else ()
        known = dict(await self._residents.disclose(unit, subject, [*codes, "loa", *asks_age]))
        if asks_age:
            known["eligible"] = await self._eligible(unit, subject, purpose, known.pop("age", ""))
        cases: Sequence[CaseInHand] = ()
        if "open_cases" in codes:
            cases = await self._cases.open_count(unit, subject)
            known["open_cases"] = str(len(cases))
        bearer, subject_name = await self._bearer(unit, subject, acting, known, codes)
        values = [(code, known.get(code, "")) for code in codes]
        by_card = _by_card(row, purpose)
        return counter_visit(
            row, unit.now, bearer=bearer, subject_name=subject_name, values=values, cases=cases,
            granted=tuple(granted), card=tuple(code for code in by_card if code not in granted),
            card_open=bool(by_card),
        )  # fmt: skip

    async def _eligible(self, unit: Unit, subject: UUID, purpose: Purpose, age: str) -> str:
        """The rule's answer. What was granted here is only looked up where the age has not settled it."""
        rule = purpose.eligible
        assert rule is not None, "the linter keeps field and rule together"
        years = int(age) if age else None
        answer = rule.answer(years, ())
        if is_yes(answer) or not rule.holdings:
            return answer
        return rule.answer(years, await self._cases.held(unit, subject, rule.holdings))

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
            at_home(unit, row), actor, "visit.disclose", subject_kind="visit", subject=str(sql.uid(row["id"])),
            resident_id=sql.uid(row["resident_id"]), region=row["region"], purpose=row["purpose"], fields=granted,
            place=f"{row['hall']} {row['counter']}"[:128],
        )  # fmt: skip
