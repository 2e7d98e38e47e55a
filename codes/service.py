"""The codes room's only door: issue a handle, show its code, accept a code once, take it back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from codes import dynamic
from codes.errors import CodeExpired, CodeMalformed, CodeProblem, CodeRevoked, CodeUnknown, CodeUsed
from codes.foreign import looks_like
from codes.holder import Holder, IssuedKey, Redeemed, ShownCode
from codes.keys import MasterKeys
from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit

__all__ = ["CodeOptions", "Codes", "Holder", "IssuedKey", "Redeemed", "ShownCode"]


@dataclass(frozen=True, slots=True)
class CodeOptions:
    """Lives and bounds; a city may shorten them."""

    handle_hours: int = 24
    live_per_session: int = 3
    keep_days: int = 7


def random_handle() -> str:
    """Twelve digits from the operating system's randomness."""
    return f"{secrets.randbelow(10**dynamic.HANDLE_DIGITS):0{dynamic.HANDLE_DIGITS}d}"


_INSERT_HANDLE = (
    "INSERT INTO code_handles (id, handle, subject, acting, delegation, device, session_id, portal, region, key_id,"
    " valid_from, valid_until) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)"
    " ON CONFLICT DO NOTHING RETURNING id"
)
# A session keeps its newest handles (old and new overlap while a phone renews); the rest are taken back.
_RETIRE = (
    "UPDATE code_handles SET revoked_at = $2 WHERE session_id = $1 AND subject = $4 AND revoked_at IS NULL"
    " AND id NOT IN (SELECT id FROM code_handles WHERE session_id = $1 AND subject = $4 AND revoked_at IS NULL"
    " ORDER BY valid_from DESC, id DESC LIMIT $3)"
)
_FIND = (
    "SELECT h.subject, h.acting, h.delegation, h.device, h.session_id, h.portal, h.region, h.valid_until,"
    " h.revoked_at, u.used_at, u.used_by FROM code_handles h"
    " LEFT JOIN code_uses u ON u.handle = h.handle AND u.step = $4"
    " WHERE h.handle = $1 AND h.key_id = $3 AND h.portal IN ($2{others})"
)
_HOLD = (
    "SELECT h.id FROM code_uses u JOIN code_handles h ON h.handle = u.handle WHERE u.id = $1 AND h.revoked_at IS NULL"
)
_USE = (
    "INSERT INTO code_uses (id, handle, step, scene, used_at, used_by, portal, region)"
    " {given} ON CONFLICT (handle, step) DO NOTHING RETURNING id"
)
_GIVEN = _USE.format(given="VALUES ($1,$2,$3,$4,$5,$6,$7,$8)")
# Only while its handle stands, and nobody takes that back before the unit ends. (SQLite's units come one by one.)
_STANDING = (
    "WITH held AS (SELECT h.id FROM code_handles h WHERE h.handle = $2 AND h.revoked_at IS NULL{lock}) "
    + _USE.format(given="SELECT $1,$2,$3,$4,$5,$6,$7,$8 FROM held WHERE true")
)
_NEWEST = (
    "SELECT h.handle, h.key_id, u.id AS used FROM code_handles h"
    " LEFT JOIN code_uses u ON u.handle = h.handle AND u.step = $3"
    " WHERE h.session_id = $1 AND h.portal = $4 AND h.acting = $5 AND h.subject = $6"
    " AND h.revoked_at IS NULL AND h.valid_until > $2{under}"
    " ORDER BY h.valid_from DESC, h.id DESC LIMIT 1"
)


class Codes:
    """Dynamic codes. Everything that can be refused without the database is refused before it is asked."""

    def __init__(
        self,
        keys: MasterKeys,
        options: CodeOptions | None = None,
        new_handle: Callable[[], str] = random_handle,
    ) -> None:
        self._keys = keys
        self._options = options or CodeOptions()
        self._new_handle = new_handle

    async def issue(self, unit: Unit, holder: Holder, until: datetime | None = None) -> IssuedKey:
        """A fresh handle and its key, good from now for a day, or to the end of the delegation (``until``) if that
        comes first; the session's oldest surplus handles for the same person are taken back."""
        day = unit.now + timedelta(hours=self._options.handle_hours)
        until = min(day, until or day)
        for _ in range(5):
            handle = self._new_handle()
            if await self._insert(unit, holder, handle, until):
                await sql.execute(_RETIRE, holder.session_id, unit.now, self._options.live_per_session, holder.subject)
                key = self._keys.handle_key(self._keys.current, handle)
                return IssuedKey(handle, key, dynamic.STEP_SECONDS, unit.now, until)
        raise RuntimeError("five random handles in a row were taken: the source of randomness is broken")

    async def _insert(self, unit: Unit, holder: Holder, handle: str, until: datetime) -> bool:
        made = await sql.row(
            _INSERT_HANDLE,
            new_id(),
            handle,
            holder.subject,
            holder.acting,
            holder.delegation,
            holder.device[:64],
            holder.session_id,
            holder.portal,
            holder.region,
            self._keys.current,
            unit.now,
            until,
        )
        return made is not None

    async def revoke(self, unit: Unit, *, session_id: UUID | None = None, subject: UUID | None = None) -> int:
        """Take back every live handle of a session, or of a resident (shown by or for her); how many there were."""
        if (session_id is None) == (subject is None):
            raise ValueError("revoke by session or by subject")
        live = "UPDATE code_handles SET revoked_at = $2 WHERE revoked_at IS NULL AND portal = $3 AND "
        if session_id is not None:
            return await sql.execute(live + "session_id = $1", session_id, unit.now, unit.portal)
        return await sql.execute(live + "(subject = $1 OR acting = $1)", subject, unit.now, unit.portal)

    async def revoke_elsewhere(self, unit: Unit, acting: UUID, keep_session: UUID) -> int:
        """Take back every live handle that somebody shows in any session but this one; how many there were."""
        return await sql.execute(
            "UPDATE code_handles SET revoked_at = $2 WHERE acting = $1 AND session_id <> $4 AND revoked_at IS NULL"
            " AND portal = $3",
            acting, unit.now, unit.portal, keep_session,
        )  # fmt: skip

    async def revoke_under(self, unit: Unit, delegation: UUID) -> int:
        """Take back every live handle that somebody was given to show for another; how many there were."""
        return await sql.execute(
            "UPDATE code_handles SET revoked_at = $2 WHERE delegation = $1 AND revoked_at IS NULL AND portal = $3",
            delegation, unit.now, unit.portal,
        )  # fmt: skip

    async def shown(self, unit: Unit, holder: Holder, scene: str) -> ShownCode | None:
        """The code of this moment for a front that cannot derive; None where a fresh handle must be issued first
        (there is none, it is nearly over, or this very step was used already)."""
        now = unit.now.timestamp()
        step = dynamic.step_of(now)
        margin = unit.now + timedelta(seconds=dynamic.LATE_SECONDS)
        values = [holder.session_id, margin, step, unit.portal, holder.acting, holder.subject]
        values += [holder.delegation] if holder.delegation else []
        under = " AND h.delegation = $7" if holder.delegation else " AND h.delegation IS NULL"
        found = await sql.row(_NEWEST.format(under=under), *values)
        if found is None or found["used"] is not None or found["key_id"] not in set(self._keys):
            return None
        return self._drawn(found["handle"], self._keys.handle_key(found["key_id"], found["handle"]), step, scene)

    def first(self, unit: Unit, issued: IssuedKey, scene: str) -> ShownCode:
        """The code of this moment under a handle that was just issued."""
        return self._drawn(issued.handle, issued.key, dynamic.step_of(unit.now.timestamp()), scene)

    def _drawn(self, handle: str, key: bytes, step: int, scene: str) -> ShownCode:
        renew = datetime.fromtimestamp((step + 1) * dynamic.STEP_SECONDS, UTC)
        good = datetime.fromtimestamp(dynamic.good_until(step), UTC)
        return ShownCode(dynamic.compose(key, handle, step, scene), renew, good)

    async def redeem(self, unit: Unit, text: str, *, by: str, recognised: Sequence[str] = ()) -> Redeemed | CodeProblem:
        """Accept a code once. Of any number of simultaneous calls exactly one is answered with ``Redeemed``.

        Nobody takes the handle of an accepted code back before this unit ends; under a delegation ``hold`` sees to it.

        ``by`` is an id of who looks, kept to tell a second caller. A code of another portal is as unknown as a
        forgery, unless that portal is one of the ``recognised``. The problem is returned, not raised, so that
        the caller's trace of a refused look commits.
        """
        parsed = dynamic.parse(text)
        if parsed is None:
            return CodeMalformed(looks_like=looks_like(text) or "")
        proven = self._prove(parsed, unit.now.timestamp())
        if proven is None:
            return CodeUnknown()
        key_id, judgement = proven
        others = "".join(f",${place}" for place in range(5, 5 + len(recognised)))
        find = _FIND.format(others=others)
        found = await sql.row(find, parsed.handle, unit.portal, key_id, judgement.step, *recognised)
        if found is None:
            return CodeUnknown()
        holder = _holder(found)
        if found["used_at"] is not None:
            return _used(holder, parsed.scene, found)
        if found["revoked_at"] is not None:
            return CodeRevoked().of(holder, parsed.scene)
        if judgement.outcome == "expired" or sql.instant(found["valid_until"]) <= unit.now:
            return CodeExpired().of(holder, parsed.scene)
        return await self._use(unit, parsed, judgement.step, holder, by)

    async def hold(self, unit: Unit, redeemed: Redeemed) -> CodeRevoked | None:
        """For what is left open and ends with a code under a delegation, as ``redeem`` does for any other: nobody takes
        its handle back before this unit ends, and whoever does so afterwards finds what was left. The problem where it
        was taken back since it was redeemed.

        Locks the handle; the delegation is locked before, by whoever looks and by whoever ends it.
        """
        if await sql.row(_HOLD + _lock(), redeemed.used_id):
            return None
        return CodeRevoked().of(redeemed.holder, redeemed.scene)

    def _prove(self, parsed: dynamic.Parsed, now: float) -> tuple[str, dynamic.Judgement] | None:
        """The master key that made this code, if any did; no database is asked about a forgery."""
        for key_id in self._keys:
            judgement = dynamic.judge(parsed, self._keys.handle_key(key_id, parsed.handle), now)
            if judgement.outcome != "unknown":
                return key_id, judgement
        return None

    async def _use(
        self, unit: Unit, parsed: dynamic.Parsed, step: int, holder: Holder, by: str
    ) -> Redeemed | CodeProblem:
        used_id = new_id()
        values = (used_id, parsed.handle, step, parsed.scene, unit.now, by[:64], unit.portal, holder.region)
        use = _GIVEN if holder.delegation else _STANDING.format(lock=_lock())
        if await sql.row(use, *values) is not None:
            return Redeemed(holder, parsed.scene, used_id)
        winner = await sql.row(
            "SELECT used_at, used_by FROM code_uses WHERE handle = $1 AND step = $2", parsed.handle, step
        )
        if winner is None:
            return CodeRevoked().of(holder, parsed.scene)
        return _used(holder, parsed.scene, winner)

    async def purge(self, unit: Unit) -> int:
        """Delete some of what can no longer matter: handles and uses that ended ``keep_days`` ago; how many rows."""
        before = unit.now - timedelta(days=self._options.keep_days)
        gone = await sql.delete_some("code_handles", "valid_until < $1", before)
        return gone + await sql.delete_some("code_uses", "used_at < $1", before)


def _lock() -> str:
    return " FOR NO KEY UPDATE OF h" if sql.is_postgres() else ""


def _holder(found: sql.Row) -> Holder:
    return Holder(
        subject=sql.uid(found["subject"]),
        acting=sql.uid(found["acting"]),
        delegation=sql.uid_or_none(found["delegation"]),
        device=found["device"],
        portal=found["portal"],
        session_id=sql.uid(found["session_id"]),
        region=found["region"],
    )


def _used(holder: Holder, scene: str, winner: sql.Row) -> CodeUsed:
    at = sql.instant(winner["used_at"]).isoformat(timespec="seconds").replace("+00:00", "Z")
    return CodeUsed(used_at=at, used_by=winner["used_by"]).of(holder, scene)
