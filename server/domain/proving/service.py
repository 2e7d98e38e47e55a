"""The room's only door: what may be proven by whom and where, a challenge, its attempts and its decision.

A challenge is a row that stands before anybody is asked. An attempt is counted before the question and stays counted
when the answer is no; who did not answer was not asked. What is used up is the challenge, never the person: another one
may be begun, as far as the purpose's day allows, and the counter is always open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import FieldFault, Invalid, Refusal
from config.floor.unit import Unit
from config.floor.vault import Vault
from server.domain.consents.service import FACE
from server.domain.identifiers import IdNumber, luhn_passes
from server.domain.proving import records
from server.domain.proving.errors import (
    AccountNotLinked,
    CardNumberWrong,
    FaceConsentNeeded,
    FaceNotPassed,
    LoaNeeded,
    ProvingLocked,
    ProvingOver,
    ProvingTooMany,
    WayClosed,
)
from server.domain.proving.records import CLAIM, TOKEN, Challenge
from server.domain.proving.schemas import ProvingPurpose, ProvingPurposes, ProvingWay
from server.domain.proving.steps import STEPS, Begun, Claim, Ports
from server.domain.residents.errors import IdentityAttemptsExceeded, IdentityTaken, IdentityVerified, StepMismatch
from server.domain.residents.service import ResidentProfile, Residents
from server.domain.residents.ways import Platform
from server.domain.sessions import budgets
from server.domain.sessions.callers import ResidentCaller

_DAY, _HOUR = 86_400, 3_600
_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ProvingLimits:
    """Budgets beside the purposes' own: against lists of names tried from one place, and for what a question costs."""

    per_address: int = 300
    per_portal_day: int = 50_000


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody typed for one step; what the step does not ask for is left out."""

    name: str = ""
    id_number: str = ""
    card: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One counted question: the challenge as it stood, and what is asked about."""

    challenge: Challenge
    claim: Claim


@dataclass(frozen=True, slots=True)
class Offer:
    """One purpose that lies before this person, and the ways that are open to them here."""

    purpose: ProvingPurpose
    ways: tuple[ProvingWay, ...]


class Consenting(Protocol):
    """What residents have agreed to."""

    async def holds(self, unit: Unit, resident_id: UUID, purpose: str) -> bool: ...


class Proving:
    """Challenges of one portal's residents."""

    def __init__(
        self,
        vault: Vault,
        residents: Residents,
        consents: Consenting,
        purposes: ProvingPurposes,
        ports: Ports,
        limits: ProvingLimits,
    ) -> None:
        self._vault = vault
        self._residents = residents
        self._consents = consents
        self.purposes = purposes
        self.ports = ports
        self._limits = limits
        self.one = records.of_resident

    def offers(self, who: ResidentProfile, needed: int, platform: Platform) -> list[Offer]:
        """What there is to do to come to this level, in order, by the ways open to this person on this platform."""
        return [self._offer(purpose, who, platform) for purpose in self.purposes.towards(who.loa, needed)]

    def between(self, who: ResidentProfile, have: int, needed: int, platform: Platform) -> list[Offer]:
        """What there is to do from one level to another, where the first one was proven about another account."""
        return [self._offer(purpose, who, platform) for purpose in self.purposes.towards(have, needed)]

    def above(self, who: ResidentProfile, platform: Platform) -> list[Offer]:
        """Every level that this person has not reached, from the lowest."""
        return [self._offer(one, who, platform) for one in self.purposes.all() if one.level > who.loa]

    def _offer(self, purpose: ProvingPurpose, who: ResidentProfile, platform: Platform) -> Offer:
        return Offer(purpose, tuple(way for way in purpose.ways if self._is_open(way, who, platform)))

    def _is_open(self, way: ProvingWay, who: ResidentProfile, platform: Platform) -> bool:
        if platform not in way.platforms:
            return False
        for code in way.steps:
            step = STEPS[code]
            if not self.ports.has(code) or (step.phone and not who.phone_masked):
                return False
            if step.kinds is not None and who.id_kind and who.id_kind not in step.kinds:
                return False
        return True

    async def open(
        self, unit: Unit, caller: ResidentCaller, purpose_code: str, way_code: str, platform: Platform
    ) -> Challenge:
        """Begin a challenge; an earlier one of this person is over. Two at once leave one open."""
        who = await self._residents.get(unit, caller.resident_id)
        purpose = self.purposes.get(purpose_code)
        way = purpose.way(way_code) if purpose else None
        if purpose is None or way is None or way.at_counter:
            raise WayClosed()
        have = max(who.loa, await self._residents.merges.level(unit, who.id))
        if have >= purpose.level:
            raise IdentityVerified()
        earlier = self.purposes.get(purpose.before)
        if earlier is not None and have < earlier.level:
            raise LoaNeeded(needed=earlier.level, person=who.id)
        if not self._is_open(way, who, platform):
            raise WayClosed()
        for step in way.steps:
            await self._account(caller, STEPS[step].account)
        return await self._insert(unit, caller, purpose, way)

    async def _account(self, caller: ResidentCaller, provider: str) -> str:
        """The linked account whose holder's face is looked at; empty where the step needs none."""
        found = await self._residents.bindings.subject(caller.resident_id, provider) if provider else ""
        if found is None:
            raise AccountNotLinked()
        return found

    async def _insert(self, unit: Unit, caller: ResidentCaller, purpose: ProvingPurpose, way: ProvingWay) -> Challenge:
        challenge_id = new_id()
        until = unit.now + timedelta(minutes=purpose.minutes)
        while True:
            await sql.execute(
                f"UPDATE provings SET {records.DECIDED} WHERE resident_id = $3 AND state = 'open'",
                "over", unit.now, caller.resident_id,
            )  # fmt: skip
            made = await sql.row(
                "INSERT INTO provings (id, portal, region, resident_id, session_id, purpose, way, level, steps, "
                "at_step, attempts, most, state, reference, opened_at, expires_at) "
                "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,0,0,$10,'open',$11,$12,$13) ON CONFLICT DO NOTHING RETURNING id",
                challenge_id, unit.portal, caller.region, caller.resident_id, caller.session_id, purpose.code, way.code,
                purpose.level, ",".join(way.steps), purpose.attempts, new_id().hex, unit.now, until,
            )  # fmt: skip
            if made is not None:
                return await records.of_resident(unit, challenge_id, caller)

    async def asks(self, unit: Unit, caller: ResidentCaller, challenge: Challenge) -> tuple[str, ...]:
        """What the step in turn needs to be told: ``name`` and ``id_number`` while they are not known, ``card``."""
        if challenge.state != "open":
            return ()
        known = await self._known(unit, caller, challenge) is not None
        named = () if known else ("name", "id_number")
        return (*named, "card") if STEPS[challenge.step].card else named

    async def attempt(
        self, unit: Unit, caller: ResidentCaller, challenge_id: UUID, given: Given, *, address: str
    ) -> Attempt | Refusal:
        """Count one question before it is asked; a refusal is returned, so that the count stays.

        A claim that breaks its own form is refused uncounted: nobody would be asked.
        """
        challenge = await records.of_resident(unit, challenge_id, caller)
        await self._must_consent(unit, caller, challenge)
        claim = await self._claim(unit, caller, challenge, given)
        counted = await sql.execute(
            "UPDATE provings SET attempts = attempts + 1 WHERE id = $1 AND state = 'open' AND at_step = $2"
            " AND attempts < most AND expires_at > $3",
            challenge.id, challenge.at_step, unit.now,
        )  # fmt: skip
        if not counted:
            return self._why_not(unit, await records.of_resident(unit, challenge_id, caller))
        if refused := await self._over_budget(unit, caller, challenge, address):
            return refused
        return Attempt(replace(challenge, attempts=challenge.attempts + 1), claim)

    def _why_not(self, unit: Unit, found: Challenge) -> Refusal:
        used_up = found.state == "locked" or (found.state == "open" and found.attempts >= found.most)
        return ProvingLocked() if used_up and unit.now < found.expires_at else ProvingOver()

    async def _over_budget(
        self, unit: Unit, caller: ResidentCaller, challenge: Challenge, address: str
    ) -> Refusal | None:
        purpose, limits = self.purposes.get(challenge.purpose), self._limits
        most = purpose.per_day if purpose else 1
        if await budgets.spend(unit, _name(challenge), caller.resident_id.bytes, seconds=_DAY) > most:
            return IdentityAttemptsExceeded(retry_after=budgets.seconds_left(unit.now, _DAY))
        for name, key, seconds, limit in (
            ("proving-address", self._vault.search(address, "budgets.address"), _HOUR, limits.per_address),
            ("proving-portal", b"portal", _DAY, limits.per_portal_day),
        ):
            if await budgets.spend(unit, name, key, seconds=seconds) > limit:
                return ProvingTooMany(retry_after=budgets.seconds_left(unit.now, seconds))
        return None

    async def _claim(self, unit: Unit, caller: ResidentCaller, challenge: Challenge, given: Given) -> Claim:
        """Who is to be confirmed: the proven identity, what this challenge has heard already, or what is typed now."""
        step = STEPS[challenge.step]
        card = _card(given.card) if step.card else ""
        known = await self._known(unit, caller, challenge)
        if known is None:
            missing = [field for field in ("name", "id_number") if not getattr(given, field)]
            if missing:
                raise Invalid(faults=[FieldFault(field, "missing") for field in missing])
            known = self._residents.read_claim(unit, given.name, given.id_number)
        name, number = known
        phone = await self._residents.phone(caller.resident_id) if step.phone else ""
        account = await self._account(caller, step.account)
        return Claim(name, number.number, number.kind, phone=phone or "", card=card, account=account)

    async def _known(self, unit: Unit, caller: ResidentCaller, challenge: Challenge) -> tuple[str, IdNumber] | None:
        told: Mapping[str, str] | None
        if challenge.claim_sealed is not None:
            told = sql.from_json(self._vault.open(challenge.claim_sealed, CLAIM))
        else:
            told = await self._residents.disclose(unit, caller.resident_id, ("name", "id_number"))
            if "id_number" not in told:
                told = await self._residents.merges.claim(unit, caller.resident_id)
        if told is None:
            return None
        return self._residents.read_claim(unit, told["name"], told["id_number"])

    async def give_back(self, unit: Unit, caller: ResidentCaller, attempt: Attempt) -> None:
        """Nobody answered, so nothing was asked: the attempt does not count."""
        challenge = attempt.challenge
        await sql.execute(
            "UPDATE provings SET attempts = attempts - 1 WHERE id = $1 AND at_step = $2 AND attempts > 0"
            " AND state = 'open'",
            challenge.id, challenge.at_step,
        )  # fmt: skip
        await self._refund(unit, caller, challenge)

    async def _refund(self, unit: Unit, caller: ResidentCaller, challenge: Challenge) -> None:
        await budgets.refund(unit, _name(challenge), caller.resident_id.bytes, seconds=_DAY)

    async def settle(
        self, unit: Unit, caller: ResidentCaller, attempt: Attempt, *, agreed: bool
    ) -> Challenge | Refusal:
        """What was answered, written down: no, the next step, or the level. A no is returned, so that it stays."""
        challenge = attempt.challenge
        if not agreed:
            return await self._no(unit, caller, challenge)
        await self._refund(unit, caller, challenge)  # a yes guesses nothing
        if challenge.at_step + 1 < len(challenge.steps):
            sealed = self._vault.seal(
                sql.to_json({"name": attempt.claim.name, "id_number": attempt.claim.number}), CLAIM
            )
            changed = await sql.execute(
                "UPDATE provings SET at_step = at_step + 1, attempts = 0, claim_sealed = $1, token_sealed = NULL"
                " WHERE id = $2 AND state = 'open' AND at_step = $3",
                sealed, challenge.id, challenge.at_step,
            )  # fmt: skip
        else:
            changed = await self._end(unit, challenge, "proven")
        if not changed:
            return ProvingOver()
        found = await records.of_resident(unit, challenge.id, caller)
        if found.state == "proven":
            number = self._residents.read_claim(unit, attempt.claim.name, attempt.claim.number)[1]
            refused = await self._residents.proofs.settle(
                unit, caller.actor, caller.resident_id, attempt.claim.name, number,
                level=challenge.level, way=challenge.way,
            )  # fmt: skip
            if refused:
                await sql.execute("UPDATE provings SET state = 'refused' WHERE id = $1", challenge.id)
                if isinstance(refused, IdentityTaken):  # she has an account here already: the two may become one
                    await self._residents.merges.offer(
                        unit, caller.resident_id, attempt.claim.name, number, level=challenge.level, way=challenge.way,
                        session_id=caller.session_id,
                    )  # fmt: skip
                return refused
        return found

    async def _no(self, unit: Unit, caller: ResidentCaller, challenge: Challenge) -> Refusal:
        await sql.execute("UPDATE provings SET token_sealed = NULL WHERE id = $1", challenge.id)
        await sql.execute(
            f"UPDATE provings SET {records.DECIDED} WHERE id = $3 AND state = 'open' AND attempts >= most",
            "locked", unit.now, challenge.id,
        )  # fmt: skip
        refusal: Refusal = await self._residents.proofs.mismatch(unit, caller.actor, caller.resident_id, challenge.step)
        if STEPS[challenge.step].face:
            return FaceNotPassed()
        return StepMismatch() if STEPS[challenge.step].phone else refusal

    async def _end(self, unit: Unit, challenge: Challenge, state: str) -> int:
        return await sql.execute(
            f"UPDATE provings SET {records.DECIDED} WHERE id = $3 AND state = 'open' AND at_step = $4",
            state, unit.now, challenge.id, challenge.at_step,
        )  # fmt: skip

    async def facing(self, unit: Unit, caller: ResidentCaller, challenge_id: UUID) -> Attempt:
        """The challenge whose face step is to be opened at its platform, and about whom. Counts nothing: the question
        comes later."""
        challenge = await records.of_resident(unit, challenge_id, caller)
        if challenge.state != "open" or challenge.expires_at <= unit.now or not STEPS[challenge.step].face:
            raise ProvingOver()
        if challenge.attempts >= challenge.most:
            raise ProvingLocked()
        await self._must_consent(unit, caller, challenge)
        return Attempt(challenge, await self._claim(unit, caller, challenge, Given()))

    async def lacks_consent(self, unit: Unit, caller: ResidentCaller, challenge: Challenge) -> bool:
        """Whether the step in turn looks at a face and its holder has not agreed to that."""
        faces = challenge.state == "open" and STEPS[challenge.step].face
        return faces and not await self._consents.holds(unit, caller.resident_id, FACE)

    async def _must_consent(self, unit: Unit, caller: ResidentCaller, challenge: Challenge) -> None:
        if await self.lacks_consent(unit, caller, challenge):
            raise FaceConsentNeeded()

    async def faced(self, unit: Unit, caller: ResidentCaller, attempt: Attempt, begun: Begun) -> None:
        """The platform opened its check: its name for it is kept, sealed, until the answer."""
        kept = sql.to_json({"token": begun.token, "url": begun.url})
        changed = await sql.execute(
            "UPDATE provings SET token_sealed = $1 WHERE id = $2 AND state = 'open' AND at_step = $3",
            self._vault.seal(kept, TOKEN), attempt.challenge.id, attempt.challenge.at_step,
        )  # fmt: skip
        if not changed:
            raise ProvingOver()

    def begun(self, challenge: Challenge) -> Begun | None:
        """The platform's check of this step, if one was opened."""
        if challenge.token_sealed is None:
            return None
        kept = sql.from_json(self._vault.open(challenge.token_sealed, TOKEN))
        return Begun(kept["token"], kept["url"])

    async def sweep(self, unit: Unit) -> int:
        """Forget some challenges that were over thirty days ago; how many. How a level was reached stays known."""
        return await sql.delete_some("provings", "expires_at < $1", unit.now - _KEPT)


def _name(challenge: Challenge) -> str:
    return f"proving-{challenge.level}"


def _card(text: str) -> str:
    card = "".join(text.split())
    if not card:
        raise Invalid(faults=[FieldFault("card", "missing")])
    if not luhn_passes(card):
        raise CardNumberWrong(faults=[FieldFault("card", "card-number-wrong")])
    return card
