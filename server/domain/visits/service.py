"""The visits room's only door: a code is looked at, the resident is asked, and both can see what happened.

One scan is one row, also a refused one: the resident sees it where the code was hers, the terminal is locked by
counting it. Nothing here raises once a code has been touched: a refusal is returned, so that its trace commits.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from codes.errors import CodeProblem, CodeUsed
from codes.service import Codes, Holder
from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import FieldFault, Forbidden, Invalid, Missing, Refusal
from config.floor.unit import Actor, Unit
from server.domain.audit.service import Audit
from server.domain.purposes.service import Purpose, Purposes
from server.domain.recognition.service import Recognition
from server.domain.visits.abroad import as_agreed, at_home
from server.domain.visits.disclosure import Disclosure
from server.domain.visits.errors import ConsentClosed, PurposeNotAllowed
from server.domain.visits.granting import Granting
from server.domain.visits.locks import Locks, midnight
from server.domain.visits.papers import SCENES, PaperLook, PaperRefused, Papers, is_paper, narrowed
from server.domain.visits.ports import Caller, Cases, Mandates, Place, Residents, Terminals, VisitOptions
from server.domain.visits.standing import answering, reaching, still, within
from server.domain.visits.views import (
    COLUMNS,
    ENDED,
    READ,
    CounterVisit,
    ResidentVisit,
    TerminalDay,
    Today,
    consent_of,
    granted_of,
    owes_card,
    resident_visit,
)
from server.domain.visits.withdrawing import Withdrawing

__all__ = ["VisitOptions", "Visits"]

_INSERT = (
    f"INSERT INTO visits ({COLUMNS}, holder_portal, delegation_id, tier, card_at, session_id) VALUES"
    " ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,NULL,NULL,$21,$22,$23,$24,$25)"
)
_NAMES = READ.split(", ")
_NOTHING_LATER = (None,) * (len(_NAMES) - 26)
_MINE = f"SELECT {READ} FROM visits WHERE id = $1 AND portal = $2"
# A resident's own visits, and hers at counters of portals that recognise her code.
_HERS = (
    "((portal = $1 AND (resident_id = $2 OR acting_id = $2))"
    " OR (holder_portal = $1 AND (resident_id = $2 OR acting_id = $2)))"
)
_ONE_OF_HERS = f"SELECT {READ} FROM visits WHERE id = $1 AND (portal = $2 OR holder_portal = $2)"
_ANSWER = (
    "UPDATE visits SET consent_state = $1, consent_granted = $2, consent_at = $3, consent_licences = $7"
    " WHERE id = $4 AND portal = $5 AND acting_id = $6 AND consent_state = 'pending' AND consent_until > $3"
)


@dataclass(frozen=True, slots=True)
class _Look:
    """Who looks, where, and what for; of an offline credential its tier, and whether the card was compared."""

    terminal: Caller
    place: Place
    purpose: Purpose
    item: str
    tier: str | None = None
    compared: bool = False
    also: tuple[str, ...] = ()
    """Fields that are seen beside the purpose's: what is compared with the card."""


class Visits:
    """Every look at a code."""

    def __init__(
        self,
        codes: Codes,
        purposes: Purposes,
        residents: Residents,
        cases: Cases,
        audit: Audit,
        terminals: Terminals,
        options: VisitOptions | None = None,
        papers: Papers | None = None,
        recognition: Recognition | None = None,
        *,
        mandates: Mandates,
    ) -> None:
        self._mandates = mandates
        self._codes = codes
        self._recognition = recognition or Recognition()
        self._papers = papers
        self._purposes = purposes
        self._audit = audit
        self._terminals = terminals
        self._options = options or VisitOptions()
        self._disclosure = Disclosure(residents, cases, audit, purposes, self._options)
        self._locks = Locks(audit, self._options)
        granting = Granting(self._disclosure, residents, audit, purposes, self._options, mandates)
        self.withdrawing = Withdrawing(codes, audit)
        self.whose = granting.whose
        self.card = granting.card
        self.bearer = granting.bearer
        self.portrait_came = granting.portrait_came
        self.licence_came = granting.licence_came
        self.expire = granting.expire

    async def receive(
        self,
        unit: Unit,
        terminal: Caller,
        text: str,
        purpose: str,
        item: str = "",
        *,
        card_in_hand: bool = False,
        line: UUID | None = None,
    ) -> CounterVisit | Refusal:
        """Look at a code for a purpose: what the purpose allows, or why not. A returned refusal must commit.

        ``card_in_hand`` and ``line`` matter for offline credentials: the clerk has compared with the identity card; the
        terminal's own name for this read, under which it also brings it home where the answer is lost.
        """
        place = await self._place(unit, terminal)
        wanted = self._purposes.get(purpose)
        if wanted is None or purpose not in place.purposes:
            raise PurposeNotAllowed(purpose=purpose)
        if refused := await self._locks.standing(unit, place):
            return refused
        look = _Look(terminal, place, wanted, item)
        if self._papers is not None and is_paper(text):
            return await self._paper(unit, look, self._papers, text, card_in_hand, line)
        recognised = self._recognition.portals(unit.portal, purpose, unit.today)
        redeemed = await self._codes.redeem(unit, text, by=str(place.id), recognised=recognised)
        if isinstance(redeemed, CodeProblem):
            await self._refused(unit, look, redeemed.code, redeemed.holder, redeemed.scene)
            return await self._told(unit, redeemed)
        mandate = await reaching(unit, self._codes, self._mandates, redeemed, wanted)
        if isinstance(mandate, Refusal):
            await self._refused(unit, look, mandate.code, redeemed.holder, redeemed.scene)
            return mandate
        if (home := redeemed.holder.portal) != unit.portal:
            look = replace(look, purpose=self._recognition.agreed(unit.portal, home, wanted, unit.today))
        row = await self._write(unit, look, "accepted", redeemed.holder, redeemed.scene)
        return within(await self._disclosure.first(unit, row, look.purpose), mandate)

    async def _paper(
        self, unit: Unit, look: _Look, papers: Papers, text: str, card_in_hand: bool, line: UUID | None
    ) -> CounterVisit | Refusal:
        """An offline credential, looked at with the network there: the same row, record and line of 谁看过我."""
        recognised = self._recognition.portals(unit.portal, look.purpose.code, unit.today)
        found = await papers.look(unit, text, recognised)
        place, staff_no = look.place, look.terminal.staff_no
        if found.held is not None and found.held.portal != unit.portal:
            agreed = self._recognition.agreed(unit.portal, found.held.portal, look.purpose, unit.today)
            look = replace(look, purpose=agreed)
        if line is not None and (known := await papers.visit_of(place, line)):
            return await self._paper_again(unit, look, found, known)
        tier = found.held.tier if found.held else None
        if isinstance(found, PaperRefused):
            problem = found.problem
            row = await self._write(unit, replace(look, tier=tier), problem.code, problem.holder, problem.scene)
            await papers.remember(unit, place, staff_no, row["id"], found, card=card_in_hand, line=line)
            await self._locks.count(unit, place, look.terminal.actor)
            return problem
        masked = tier == "T0"  # it says nothing that a card could be compared with
        purpose = narrowed(look.purpose, card_in_hand or masked)
        shown = found.shown(card_in_hand)
        also = ("id_last4",) if shown.last4 else ()
        seen = replace(look, purpose=purpose, tier=tier, compared=card_in_hand and not masked, also=also)
        row = await self._write(unit, seen, "accepted", found.holder, found.scene)
        await papers.remember(unit, place, staff_no, row["id"], found, card=card_in_hand, line=line)
        return replace(await self._disclosure.first(unit, row, purpose), paper=shown)

    async def _paper_again(
        self, unit: Unit, look: _Look, found: PaperLook | PaperRefused, visit_id: UUID
    ) -> CounterVisit | Refusal:
        """This read came home before its request arrived: the verdict once more, and no second look. Whether the card
        was compared says what came home."""
        if isinstance(found, PaperRefused):
            return found.problem
        row = await self._row(unit, visit_id)
        compared = row["card_at"] is not None
        visit = await self._disclosure.first(unit, row, narrowed(look.purpose, compared or found.held.tier == "T0"))
        return replace(visit, paper=found.shown(compared))

    async def get(self, unit: Unit, visit_id: UUID, terminal: Caller) -> CounterVisit:
        """An accepted visit for the terminal that received it; ``Missing`` for any other.

        Granted values are in it for a few minutes after the resident's yes; showing them the first time is
        recorded, so the unit must be a writing one.
        """
        row = await sql.row(_MINE, visit_id, unit.portal)
        if row is None or row["outcome"] != "accepted" or sql.uid(row["terminal_id"]) != terminal.terminal_id:
            raise Missing()
        purpose = self._purposes.get(row["purpose"])
        if purpose is None:
            raise Missing()
        purpose = as_agreed(purpose, row)
        if row["scene"] in SCENES.values():
            purpose = narrowed(purpose, not owes_card(row))
        mandate = await still(unit, self._mandates, row)
        return within(await self._disclosure.again(unit, row, purpose, terminal.actor), mandate)

    async def consent(
        self,
        unit: Unit,
        resident_id: UUID,
        visit_id: UUID,
        allow: bool,
        fields: Sequence[str],
        licences: Sequence[str] = (),
    ) -> ResidentVisit | Refusal:
        """The resident's answer: some or all of the asked fields, or no. Too late is an outcome, not a fault.

        ``licences``: which of hers the counter may see, where it asked for them; none named is none shown.

        The same answer again is answered the same; another one is refused with ``consent-closed``.
        """
        row = await sql.row(_ONE_OF_HERS, visit_id, unit.portal)
        if row is None or sql.uid_or_none(row["acting_id"]) != resident_id:
            raise Missing()
        before = consent_of(row, unit.now)
        if before is None:
            raise Missing()
        mandate = await still(unit, self._mandates, row) if allow else None
        granted = granted_of(before.asked, allow, fields if licences else [one for one in fields if one != "licences"])
        state = "allowed" if granted else "refused"
        answered = await sql.execute(
            _ANSWER, state, sql.to_json(list(granted)), unit.now, visit_id, row["portal"], resident_id,
            sql.to_json(sorted(set(licences))) if "licences" in granted else None,
        )  # fmt: skip
        row = await self._row(unit, visit_id)
        if not answered:
            return await self._too_late(unit, row, state, granted)
        await self._record(unit, answering(resident_id, mandate), "visit.consent", row, state, granted)
        unit.tell(f"terminal:{sql.uid(row['terminal_id'])}", "consent", visit_id=str(visit_id), state=state)
        return resident_visit(row, unit.now)

    async def of_resident(
        self, unit: Unit, resident_id: UUID, cursor: str | None = None
    ) -> tuple[list[ResidentVisit], str | None]:
        """谁看过我: every look at a code of mine or shown by me, newest first, and the cursor of the next page."""
        values: list[object] = [unit.portal, resident_id, self._options.page + 1]
        older = ""
        if cursor:
            values.append(_cursor(cursor))
            older = " AND id < $4"
        rows = await sql.rows(
            f"SELECT {READ} FROM visits WHERE {_HERS}{older} ORDER BY id DESC LIMIT $3",
            *values,
        )
        shown = [resident_visit(row, unit.now) for row in rows[: self._options.page]]
        return shown, str(shown[-1].id) if len(rows) > self._options.page else None

    async def some_of_resident(self, unit: Unit, resident_id: UUID, ids: Collection[UUID]) -> dict[UUID, ResidentVisit]:
        """These looks of 谁看过我, by one statement; what is not hers is left out."""
        if not ids:
            return {}
        holes = ",".join(f"${n}" for n in range(3, len(ids) + 3))
        rows = await sql.rows(
            f"SELECT {READ} FROM visits WHERE {_HERS} AND id IN ({holes})",
            unit.portal, resident_id, *ids,
        )  # fmt: skip
        return {sql.uid(row["id"]): resident_visit(row, unit.now) for row in rows}

    async def one_of_resident(self, unit: Unit, resident_id: UUID, visit_id: UUID) -> ResidentVisit:
        """One look of 谁看过我; ``Missing`` where it is not hers."""
        row = await sql.row(_ONE_OF_HERS, visit_id, unit.portal)
        if row is None or resident_id not in (sql.uid_or_none(row["resident_id"]), sql.uid_or_none(row["acting_id"])):
            raise Missing()
        return resident_visit(row, unit.now)

    async def purposes_at(self, unit: Unit, terminal: Caller) -> tuple[Purpose, ...]:
        """What this terminal may ask for."""
        return self._purposes.among((await self._place(unit, terminal)).purposes)

    async def today(self, unit: Unit, terminal: Caller) -> Today:
        """How many codes this terminal has looked at since midnight (Asia/Shanghai), and how many were refused."""
        row = await sql.row(
            "SELECT count(*) AS scanned, coalesce(sum(CASE WHEN outcome = 'accepted' THEN 0 ELSE 1 END), 0) AS refused"
            " FROM visits WHERE terminal_id = $1 AND portal = $2 AND at >= $3",
            terminal.terminal_id,
            unit.portal,
            midnight(unit),
        )
        assert row is not None
        return Today(scanned=int(row["scanned"]), refused=int(row["refused"]))

    async def days(self, unit: Unit, terminal_ids: Sequence[UUID]) -> dict[UUID, TerminalDay]:
        """What each of these terminals did today, and until when it is locked."""
        return await self._locks.days(unit, terminal_ids)

    async def unlock(self, unit: Unit, actor: Actor, place: Place) -> bool:
        """An administrator lets a locked terminal scan again; False if it was not locked."""
        return await self._locks.unlock(unit, actor, place)

    async def _place(self, unit: Unit, terminal: Caller) -> Place:
        if terminal.place is not None:  # its signature was checked for this very request
            return terminal.place
        if terminal.terminal_id is None:
            raise Forbidden()
        return await self._terminals.get(unit, terminal.terminal_id)

    async def _row(self, unit: Unit, visit_id: UUID) -> sql.Row:
        row = await sql.row(_ONE_OF_HERS, visit_id, unit.portal)
        assert row is not None
        return row

    async def _refused(self, unit: Unit, look: _Look, outcome: str, holder: Holder | None, scene: str) -> None:
        await self._write(unit, look, outcome, holder, scene)
        await self._locks.count(unit, look.place, look.terminal.actor)

    async def _write(self, unit: Unit, look: _Look, outcome: str, holder: Holder | None, scene: str) -> sql.Row:
        """The row, its audit entry, and word to the resident's open pages; the row as a read would answer it."""
        visit_id, place, purpose = new_id(), look.place, look.purpose
        seen, asked = ((*purpose.shown, *look.also), purpose.asked) if outcome == "accepted" else ((), ())
        subject, acting = (holder.subject, holder.acting) if holder else (None, None)
        region = holder.region if holder and holder.region else place.region
        until = unit.now + timedelta(seconds=self._options.consent_seconds) if asked else None
        home = holder.portal if holder and holder.portal != unit.portal else None
        values = (
            visit_id, unit.portal, region, unit.now, subject, acting, place.id, place.hall, place.counter,
            look.terminal.staff_id, look.terminal.staff_no, purpose.code, scene, look.item, outcome,
            sql.to_json(list(seen)), "pending" if asked else "none", sql.to_json(list(asked)), "[]", until,
        )  # fmt: skip
        under = holder.delegation if holder else None
        session = holder.session_id if holder and asked else None
        later = (home, under, look.tier, unit.now if look.compared else None)
        await sql.execute(_INSERT, *values, *later, session)
        row: sql.Row = dict(zip(_NAMES, (*values, None, None, *later, *_NOTHING_LATER), strict=True))
        row |= {"fields_seen": seen, "consent_asked": asked, "consent_granted": ()}  # not parsed from their own text
        await self._audit.record(
            at_home(unit, row), look.terminal.actor, "visit.look", subject_kind="visit", subject=str(visit_id),
            resident_id=subject, region=region, outcome=outcome, purpose=purpose.code, fields=seen,
            place=f"{place.hall} {place.counter}"[:128],
        )  # fmt: skip
        if home is not None:  # the counter's own auditors find what their clerk looked at, without whose it was
            await self._audit.record(
                unit, look.terminal.actor, "visit.look_abroad", subject_kind="visit", subject=str(visit_id),
                region=place.region, outcome=outcome, purpose=purpose.code, fields=seen,
                place=f"{place.hall} {place.counter}"[:128],
            )  # fmt: skip
        for one in {subject, acting} - {None}:
            unit.tell(f"resident:{one}", "visit", id=str(visit_id), outcome=outcome)
        if asked:
            unit.tell(f"resident:{acting}", "consent", visit_id=str(visit_id))
        return row

    async def _told(self, unit: Unit, problem: CodeProblem) -> CodeProblem:
        """The same problem with the counter's name in place of a terminal's id."""
        if not isinstance(problem, CodeUsed):
            return problem
        counter = ""
        with suppress(Refusal, ValueError):  # used elsewhere, or at a terminal that has been withdrawn since
            counter = (await self._terminals.get(unit, UUID(str(problem.facts["used_by"])))).counter
        return CodeUsed(used_at=problem.facts["used_at"], counter=counter)

    async def _too_late(
        self, unit: Unit, row: sql.Row, state: str, granted: tuple[str, ...]
    ) -> ResidentVisit | Refusal:
        stands = consent_of(row, unit.now)
        assert stands is not None
        if stands.state in ("expired", *ENDED) or (stands.state == state and set(stands.granted) == set(granted)):
            return resident_visit(row, unit.now)
        return ConsentClosed(state=stands.state)

    async def _record(
        self, unit: Unit, actor: Actor, action: str, row: sql.Row, outcome: str, fields: tuple[str, ...]
    ) -> None:
        await self._audit.record(
            at_home(unit, row), actor, action, subject_kind="visit", subject=str(sql.uid(row["id"])),
            resident_id=sql.uid_or_none(row["resident_id"]), region=row["region"], outcome=outcome,
            purpose=row["purpose"], fields=fields, place=f"{row['hall']} {row['counter']}"[:128],
        )  # fmt: skip


def _cursor(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(faults=[FieldFault("cursor", "cursor-unknown")]) from None
