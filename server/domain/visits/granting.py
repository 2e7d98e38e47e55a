"""After the look: the card in the clerk's hand, what is fetched from elsewhere, and questions nobody answered.

Pictures (portrait, licences) never rest here. This room says whether they may be fetched now, whose they are, and
writes down what came of it; the edge fetches between two units of work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from codes.errors import CodeRevoked
from config.floor import sql
from config.floor.refusal import FieldFault, Invalid, Missing, Refusal
from config.floor.unit import SYSTEM, Actor, Unit
from server.domain.audit.service import Audit
from server.domain.delegations.errors import DelegationOver
from server.domain.purposes.service import PICTURES, Purpose, Purposes
from server.domain.visits.abroad import as_agreed, at_home, is_abroad
from server.domain.visits.disclosure import Disclosure, shown_now
from server.domain.visits.errors import CardNotCompared, ConsentClosed, NotGranted
from server.domain.visits.papers import SCENES
from server.domain.visits.ports import Caller, Mandates, Residents, VisitOptions
from server.domain.visits.standing import still, within
from server.domain.visits.views import ENDED, READ, CounterVisit, VisitParties, card_opens, codes_in, owes_card

PortraitOutcome = Literal["shown", "missing", "unavailable"]
_BATCH = 200
_CARD = (
    "UPDATE visits SET card_at = $1, card_fields = $2 WHERE id = $3 AND portal = $4 AND card_at IS NULL"
    " AND consent_state NOT IN ('refused','withdrawn','revoked')"
)
_EXPIRE = (
    "UPDATE visits SET consent_state = 'expired' WHERE consent_state = 'pending' AND id IN (SELECT id FROM visits"
    f" WHERE portal = $1 AND consent_state = 'pending' AND consent_until <= $2 ORDER BY consent_until LIMIT {_BATCH})"
    f" RETURNING {READ}"
)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whose pictures may be fetched: who stands at the counter, and her portal. Lives for one request."""

    visit_id: UUID
    portal: str
    resident_id: UUID
    name: str
    id_number: str
    purpose: str
    basis: str
    counter: str
    licences: tuple[str, ...]


async def own_visit(unit: Unit, visit_id: UUID, terminal: Caller) -> sql.Row:
    """The accepted visit of this very terminal; ``Missing`` for anybody else's."""
    row = await sql.row(f"SELECT {READ} FROM visits WHERE id = $1 AND portal = $2", visit_id, unit.portal)
    if row is None or row["outcome"] != "accepted" or sql.uid(row["terminal_id"]) != terminal.terminal_id:
        raise Missing()
    return row


class Granting:
    """What a terminal may do with a visit that it has."""

    @staticmethod
    async def whose(unit: Unit, visit_id: UUID, terminal_id: UUID | None) -> VisitParties:
        """The people of an accepted visit, by ids, for rooms that do something for them.

        ``Missing`` for any terminal but the one that received it, and for a person of another portal: to be seen under
        an agreement is not to be served as a resident of this one. ``CardNotCompared`` for an offline credential from
        tier 1 on before the card was compared; ``CodeRevoked`` or ``DelegationOver`` where the code was taken back
        while the phone was asked.
        """
        row = await sql.row(f"SELECT {READ} FROM visits WHERE id = $1 AND portal = $2", visit_id, unit.portal)
        if row is None or row["outcome"] != "accepted" or sql.uid(row["terminal_id"]) != terminal_id or is_abroad(row):
            raise Missing()
        if owes_card(row):
            raise CardNotCompared()
        if row["consent_state"] in ENDED:
            raise DelegationOver() if row["consent_state"] == "withdrawn" else CodeRevoked()
        return VisitParties(
            sql.instant(row["at"]), row["purpose"], sql.uid(row["resident_id"]), sql.uid(row["acting_id"]),
            row["hall"], row["counter"], sql.instant_or_none(row["card_at"]), sql.uid_or_none(row["delegation_id"]),
            row["scene"] == SCENES["paper"],
        )  # fmt: skip

    def __init__(
        self,
        disclosure: Disclosure,
        residents: Residents,
        audit: Audit,
        purposes: Purposes,
        options: VisitOptions,
        mandates: Mandates,
    ) -> None:
        self._mandates = mandates
        self._disclosure = disclosure
        self._residents = residents
        self._audit = audit
        self._purposes = purposes
        self._options = options

    async def card(self, unit: Unit, visit_id: UUID, terminal: Caller, fields: Sequence[str]) -> CounterVisit | Refusal:
        """The clerk holds her card and says so: it opens those of ``fields`` that the purpose lets a card open.

        A no on the phone stays a no. Said twice, it is written once. Fields without a name mean all that it opens.
        """
        row = await own_visit(unit, visit_id, terminal)
        mandate = await still(unit, self._mandates, row)
        purpose = self._purpose(row)
        allowed = card_opens(row, purpose)
        if not allowed:
            raise Missing()
        if strange := [field for field in fields if field not in allowed]:
            raise Invalid(faults=[FieldFault("fields", "field-not-by-card", (("field", strange[0]),))])
        opened = tuple(field for field in allowed if field in fields) if fields else allowed
        if await sql.execute(_CARD, unit.now, sql.to_json(list(opened)), visit_id, unit.portal):
            await self._record(unit, terminal.actor, "visit.card", row, "confirmed", opened)
            unit.tell(f"resident:{sql.uid(row['acting_id'])}", "visit", id=str(visit_id), outcome="card")
        row = await own_visit(unit, visit_id, terminal)
        if row["card_at"] is None:
            return ConsentClosed(state="refused")
        return within(await self._disclosure.again(unit, row, purpose, terminal.actor), mandate)

    async def bearer(self, unit: Unit, visit_id: UUID, terminal: Caller, picture: str) -> Bearer:
        """Whose ``portrait`` or ``licences`` this terminal may see now; ``NotGranted`` where she has not said yes, or
        the minutes are over."""
        assert picture in PICTURES
        row = await own_visit(unit, visit_id, terminal)
        await still(unit, self._mandates, row)
        purpose = self._purpose(row)
        if picture not in shown_now(row, purpose, unit.now, self._options):
            raise NotGranted()
        acting, subject = sql.uid(row["acting_id"]), sql.uid(row["resident_id"])
        whose = acting if picture == "portrait" else subject
        home = at_home(unit, row)
        known = await self._residents.disclose(home, whose, ["name", "id_number"])
        if "id_number" not in known:
            raise NotGranted()
        title = purpose.basis.title["zh-CN"]
        return Bearer(
            visit_id, home.portal, whose, known["name"], known["id_number"], purpose.code, title, row["counter"],
            codes_in(row["consent_licences"]),
        )  # fmt: skip

    async def portrait_came(self, unit: Unit, visit_id: UUID, terminal: Caller, outcome: PortraitOutcome) -> None:
        """Write down what the portrait's source answered. Once seen stays seen."""
        row = await own_visit(unit, visit_id, terminal)
        await sql.execute(
            "UPDATE visits SET portrait_outcome = $1 WHERE id = $2"
            " AND (portrait_outcome IS NULL OR portrait_outcome <> 'shown')",
            outcome, visit_id,
        )  # fmt: skip
        await self._record(unit, terminal.actor, "visit.portrait", row, outcome, ("portrait",))

    async def licence_came(self, unit: Unit, visit_id: UUID, terminal: Caller, outcome: str, kind: str = "") -> None:
        """Write down that the list (no ``kind``) or one face was seen, or that the source was away."""
        row = await own_visit(unit, visit_id, terminal)
        await self._record(unit, terminal.actor, "visit.licence", row, outcome, (kind,) if kind else ("licences",))

    async def expire(self, unit: Unit) -> int:
        """Questions of this portal that nobody answered in time become ``expired``, each with its entry; how many."""
        rows = await sql.rows(_EXPIRE, unit.portal, unit.now)
        for row in rows:
            await self._record(unit, SYSTEM, "visit.consent", row, "expired", codes_in(row["consent_asked"]))
            unit.tell(
                f"terminal:{sql.uid(row['terminal_id'])}", "consent", visit_id=str(sql.uid(row["id"])), state="expired"
            )
        return len(rows)

    def _purpose(self, row: sql.Row) -> Purpose:
        purpose = self._purposes.get(row["purpose"])
        if purpose is None:
            raise Missing()
        return as_agreed(purpose, row)

    async def _record(
        self, unit: Unit, actor: Actor, action: str, row: sql.Row, outcome: str, fields: tuple[str, ...]
    ) -> None:
        await self._audit.record(
            at_home(unit, row), actor, action, subject_kind="visit", subject=str(sql.uid(row["id"])),
            resident_id=sql.uid_or_none(row["resident_id"]), region=row["region"], outcome=outcome,
            purpose=row["purpose"], fields=fields, place=f"{row['hall']} {row['counter']}"[:128],
        )  # fmt: skip
