"""Passkeys of staff: added in an open session, shown after the password, doubted where they may have been copied.

A challenge is a row: raised for one person, one purpose and one domain, and consumed by the unit that judges its
answer, whatever the verdict. Who finds none left begins anew; nobody is let in twice by one signature.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Missing, Refusal
from config.floor.unit import Actor, Unit
from server.domain.audit.service import Audit
from server.domain.staff import webauthn
from server.domain.staff.errors import (
    ChallengeOver,
    PasskeyDoubted,
    PasskeyKnown,
    PasskeyNone,
    PasskeysTooMany,
    PasskeyUnfit,
    PasskeyWrong,
    SecondFactorLast,
)
from server.domain.staff.webauthn import Site

MOST = 10
"""Passkeys of one person."""
GOOD_FOR = timedelta(minutes=6)
"""How long a challenge may be answered: the five minutes that the specification recommends (§15.1), and the way."""
_CHALLENGE_BYTES = 32
Kind = Literal["add", "enter"]


@dataclass(frozen=True, slots=True)
class Passkey:
    """One line of the list of its holder."""

    id: UUID
    name: str
    domain: str
    created_at: datetime
    last_used_at: datetime | None
    doubted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """How a browser finds a passkey again: its id, and by which ways it can be reached."""

    credential_id: bytes
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is to be signed, for how long, and by which of the passkeys (to be added: by none of them)."""

    id: UUID
    value: bytes
    expires_at: datetime
    known: Sequence[Known]


@dataclass(frozen=True, slots=True)
class Made:
    """A new passkey as the browser brings it."""

    challenge: UUID
    client_data: bytes
    attestation: bytes
    transports: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A passkey's answer to a challenge as the browser brings it. ``holder``: whose it says that it is, if it says."""

    challenge: UUID
    credential_id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes
    holder: bytes = b""


class Passkeys:
    """Any number up to ``MOST`` for each member of staff."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    async def listed(self, unit: Unit, staff_id: UUID) -> list[Passkey]:
        """Everything of one person, the oldest first."""
        rows = await sql.rows(
            "SELECT id, name, domain, created_at, last_used_at, doubted_at FROM staff_passkeys "
            f"WHERE portal = $1 AND staff_id = $2 ORDER BY created_at, id LIMIT {MOST}",
            unit.portal, staff_id,
        )  # fmt: skip
        return [
            Passkey(
                sql.uid(row["id"]), row["name"], row["domain"], sql.instant(row["created_at"]),
                sql.instant_or_none(row["last_used_at"]), sql.instant_or_none(row["doubted_at"]),
            )
            for row in rows
        ]  # fmt: skip

    async def ask(self, unit: Unit, staff_id: UUID, kind: Kind, site: Site) -> Challenge | Refusal:
        """Raise a challenge. What this person was asked before and can no longer answer is forgotten with it."""
        known = await self._known(unit, staff_id, site)
        if kind == "enter" and not known:
            return PasskeyNone()
        await sql.execute(
            "DELETE FROM staff_challenges WHERE portal = $1 AND staff_id = $2 AND expires_at < $3",
            unit.portal, staff_id, unit.now,
        )  # fmt: skip
        made = Challenge(new_id(), secrets.token_bytes(_CHALLENGE_BYTES), unit.now + GOOD_FOR, known)
        await sql.execute(
            "INSERT INTO staff_challenges (id, portal, staff_id, kind, domain, challenge, created_at, expires_at) "
            "VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
            made.id, unit.portal, staff_id, kind, site.domain, made.value, unit.now, made.expires_at,
        )  # fmt: skip
        return made

    async def add(self, unit: Unit, actor: Actor, site: Site, made: Made) -> Passkey | Refusal:
        """Put a new passkey on record. Refusals are committed: the challenge is used up either way."""
        assert actor.id is not None
        await hold(actor.id)
        challenge = await self._consume(unit, actor.id, "add", site, made.challenge)
        if challenge is None:
            return ChallengeOver()
        try:
            key = webauthn.new_key(site, challenge, made.client_data, made.attestation)
        except webauthn.Unfit:
            return PasskeyUnfit()
        if len(await self.listed(unit, actor.id)) >= MOST:
            return PasskeysTooMany(most=MOST)
        found = Passkey(new_id(), made.name, site.domain, unit.now, None, None)
        kept = await sql.execute(
            "INSERT INTO staff_passkeys (id, portal, staff_id, domain, credential_id, public_key, sign_count, "
            "transports, name, created_at) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) "
            "ON CONFLICT (portal, credential_id) DO NOTHING",
            found.id, unit.portal, actor.id, site.domain, key.credential_id, key.public_key, key.sign_count,
            " ".join(made.transports), made.name, unit.now,
        )  # fmt: skip
        if kept != 1:
            return PasskeyKnown()
        await self._record(unit, actor, "staff.passkey_add")
        return found

    async def remove(self, unit: Unit, actor: Actor, passkey_id: UUID) -> Refusal | None:
        """Forget one's own passkey, unless nothing that works would be left. Of two at once the second one waits."""
        assert actor.id is not None
        await hold(actor.id)
        if await working(actor.id, without=passkey_id) == 0:
            mine = "SELECT 1 AS one FROM staff_passkeys WHERE id = $1 AND portal = $2 AND staff_id = $3"
            if await sql.row(mine, passkey_id, unit.portal, actor.id):
                return SecondFactorLast()
        gone = await sql.execute(
            "DELETE FROM staff_passkeys WHERE id = $1 AND portal = $2 AND staff_id = $3",
            passkey_id, unit.portal, actor.id,
        )  # fmt: skip
        if gone != 1:
            raise Missing()
        await self._record(unit, actor, "staff.passkey_remove")
        return None

    async def fits(self, unit: Unit, actor: Actor, site: Site, shown: Shown) -> Refusal | None:
        """Whether this answer lets its holder in now; None = it does. Refusals are committed."""
        assert actor.id is not None
        challenge = await self._consume(unit, actor.id, "enter", site, shown.challenge)
        row = await sql.row(
            "SELECT id, public_key, sign_count, doubted_at FROM staff_passkeys "
            "WHERE portal = $1 AND credential_id = $2 AND staff_id = $3 AND domain = $4",
            unit.portal, shown.credential_id, actor.id, site.domain,
        )  # fmt: skip
        if challenge is None or row is None or shown.holder not in (b"", actor.id.bytes):
            return PasskeyWrong()
        try:
            count = webauthn.sign_count(
                site, challenge, bytes(row["public_key"]), shown.client_data, shown.authenticator_data, shown.signature
            )
        except webauthn.Unfit:
            return PasskeyWrong()
        if row["doubted_at"] is not None:
            return PasskeyDoubted()
        before = int(row["sign_count"])
        if (count or before) and count <= before:
            await self._doubt(unit, actor, sql.uid(row["id"]))
            return PasskeyDoubted()
        return None if await self._use(unit, sql.uid(row["id"]), before, count) else PasskeyWrong()

    async def usable(self, unit: Unit, staff_id: UUID, site: Site) -> bool:
        """Whether this person can be asked for a passkey here."""
        return bool(await self._known(unit, staff_id, site))

    async def forget(self, unit: Unit, staff_id: UUID) -> int:
        """Everything of one person, as when two others agreed that it is lost; how many."""
        return await sql.execute(
            "DELETE FROM staff_passkeys WHERE portal = $1 AND staff_id = $2", unit.portal, staff_id
        )

    async def sweep(self, unit: Unit) -> int:
        """Remove some challenges that are over; how many."""
        return await sql.delete_some("staff_challenges", "expires_at < $1", unit.now)

    async def _known(self, unit: Unit, staff_id: UUID, site: Site) -> list[Known]:
        rows = await sql.rows(
            "SELECT credential_id, transports FROM staff_passkeys WHERE portal = $1 AND staff_id = $2 AND domain = $3 "
            f"AND doubted_at IS NULL ORDER BY created_at, id LIMIT {MOST}",
            unit.portal, staff_id, site.domain,
        )  # fmt: skip
        return [Known(bytes(row["credential_id"]), tuple(row["transports"].split())) for row in rows]

    async def _consume(self, unit: Unit, staff_id: UUID, kind: Kind, site: Site, challenge: UUID) -> bytes | None:
        """A challenge is answered once: of two at once with the same one the second finds none."""
        row = await sql.row(
            "UPDATE staff_challenges SET used_at = $1 WHERE id = $2 AND portal = $3 AND staff_id = $4 AND kind = $5 "
            "AND domain = $6 AND used_at IS NULL AND expires_at > $1 RETURNING challenge",
            unit.now, challenge, unit.portal, staff_id, kind, site.domain,
        )  # fmt: skip
        return bytes(row["challenge"]) if row else None

    async def _use(self, unit: Unit, passkey_id: UUID, before: int, count: int) -> bool:
        """The count that was judged is the one that is replaced."""
        used = await sql.execute(
            "UPDATE staff_passkeys SET sign_count = $1, last_used_at = $2 "
            "WHERE id = $3 AND sign_count = $4 AND doubted_at IS NULL",
            count, unit.now, passkey_id, before,
        )  # fmt: skip
        return used == 1

    async def _doubt(self, unit: Unit, actor: Actor, passkey_id: UUID) -> None:
        await sql.execute(
            "UPDATE staff_passkeys SET doubted_at = $1 WHERE id = $2 AND doubted_at IS NULL", unit.now, passkey_id
        )
        await self._record(unit, actor, "staff.passkey_doubt")

    async def _record(self, unit: Unit, actor: Actor, action: str) -> None:
        await self._audit.record(unit, actor, action, subject_kind="staff", subject=str(actor.id))


async def hold(staff_id: UUID) -> None:
    """Nobody else changes what this person comes in with, until this unit is over."""
    lock = " FOR UPDATE" if sql.is_postgres() else ""
    await sql.row(f"SELECT id FROM staff WHERE id = $1{lock}", staff_id)


async def working(staff_id: UUID, *, without: UUID | None = None) -> int:
    """With how many things this person can come in after the password; ``without`` one of the passkeys."""
    passkeys = "SELECT count(*) FROM staff_passkeys WHERE staff_id = $1 AND doubted_at IS NULL"
    codes = "SELECT count(*) FROM staff_second_factors WHERE staff_id = $1 AND confirmed_at IS NOT NULL"
    values = [staff_id]
    if without is not None:
        passkeys += " AND id <> $2"
        values.append(without)
    row = await sql.row(f"SELECT ({passkeys}) + ({codes}) AS found", *values)
    return int(row["found"]) if row else 0
