"""Keys that sign credentials and lists, one row each, made and turned by the timetable.

A key is *planned* when it is made, *listed* some days before use so that every verifier has it in time, *signing* for
its period, *verifying* until the last thing it signed has expired, then *gone*. A compromised key is *removed*: it
leaves the signed list at once, and with it everything it signed. Private keys are sealed by the vault.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from codes import cose, strict_cbor
from codes.credential_options import CredentialOptions
from config.floor import sql
from config.floor.ids import new_id
from config.floor.refusal import Missing
from config.floor.unit import Unit
from config.floor.vault import Vault

KeyState = Literal["planned", "listed", "signing", "verifying", "gone", "removed"]
_ALGS = {name: number for number, name in cose.ALGORITHMS.items()}
_PLACE = "signing_keys.private"
_PLANNED_AHEAD = timedelta(days=7)
_COLUMNS = (
    "kid, algorithm, public_key, private_sealed, period, sign_from, sign_until, verify_until, settled_at, removed_at"
)
_INSERT = (
    "INSERT INTO signing_keys (id, portal, kid, algorithm, public_key, private_sealed, period, made_at, sign_from,"
    " sign_until, verify_until, removed_why) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,'')"
    " ON CONFLICT DO NOTHING RETURNING kid"
)


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key as verifiers may know it: its COSE_Key and its instants."""

    kid: bytes
    alg: int
    cose_key: bytes
    sign_from: datetime
    sign_until: datetime
    verify_until: datetime
    state: KeyState


def fresh_key() -> cose.PrivateKey:
    """An ES256 key from the operating system's randomness."""
    while True:
        try:
            return cose.PrivateKey(cose.ES256, secrets.token_bytes(32))
        except ValueError:  # one number in 2**32 is no key of this curve
            continue


_EARLIER = timedelta(minutes=1)
"""A key that is needed at once has begun already, also by the clock of a unit that lost the race to make it."""


class SigningKeys:
    """The keys of every portal. A unit of work's portal decides whose they are."""

    def __init__(
        self,
        vault: Vault,
        options: CredentialOptions | None = None,
        new_key: Callable[[], cose.PrivateKey] = fresh_key,
    ) -> None:
        self._vault = vault
        self._options = options or CredentialOptions()
        self._new_key = new_key
        self._opened: dict[str, cose.PrivateKey] = {}

    async def turn(self, unit: Unit) -> int:
        """See that a key signs now and that the next one is planned in time; how many were made.

        Safe from two processes at once: a period has one key, the loser's insert does nothing.
        """
        await self._settle(unit)
        keys = [row for row in await self._rows(unit) if row["removed_at"] is None]
        spans = [(sql.instant(row["sign_from"]), sql.instant(row["sign_until"])) for row in keys]
        taken = {int(row["period"]) for row in keys}
        made = 0
        if not any(start <= unit.now < end for start, end in spans):
            begin = unit.now - _EARLIER
            later = [start for start, _ in spans if start > unit.now]
            until = min(later, default=begin + timedelta(days=self._options.sign_days))
            made += await self._make(unit, _free(taken), begin, until)
            taken.add(_free(taken))
            spans.append((begin, until))
        end = max(end for _, end in spans)
        if end - timedelta(days=self._options.listed_days) - _PLANNED_AHEAD <= unit.now:
            made += await self._make(unit, _free(taken), end, end + timedelta(days=self._options.sign_days))
        return made

    async def signer(self, unit: Unit) -> cose.PrivateKey | None:
        """The portal's signing key of this instant; None where none is made yet (``turn`` makes it)."""
        row = await sql.row(
            "SELECT kid, algorithm, private_sealed FROM signing_keys WHERE portal = $1 AND removed_at IS NULL"
            " AND sign_from <= $2 AND sign_until > $2 ORDER BY sign_from DESC, kid LIMIT 1",
            unit.portal,
            unit.now,
        )
        return self._signer(row)

    async def signer_of(self, unit: Unit, kid: str) -> cose.PrivateKey | None:
        """The key that signed something before, to say the very same again; None once it is removed or gone."""
        row = await sql.row(
            "SELECT kid, algorithm, private_sealed FROM signing_keys"
            " WHERE portal = $1 AND kid = $2 AND removed_at IS NULL AND verify_until > $3",
            unit.portal, kid, unit.now,
        )  # fmt: skip
        return self._signer(row)

    def _signer(self, row: sql.Row | None) -> cose.PrivateKey | None:
        if row is None:
            return None
        kid = str(row["kid"])
        private = self._opened.get(kid)
        if private is None:
            secret = self._vault.open_bytes(row["private_sealed"], _PLACE)
            private = self._opened[kid] = cose.PrivateKey(_ALGS[row["algorithm"]], secret)
        return private

    async def ready(self, unit: Unit) -> cose.PrivateKey:
        """The signing key of this instant, made now if there is none; the unit must be a writing one."""
        found = await self.signer(unit)
        if found is None:
            await self.turn(unit)
            found = await self.signer(unit)
        assert found is not None, "turning makes a key that signs now"
        return found

    async def listed(self, unit: Unit) -> list[ListedKey]:
        """What the signed key set holds now: keys from some days before their use until they are gone."""
        return [key for key in await self.all(unit) if key.state in ("listed", "signing", "verifying")]

    async def all(self, unit: Unit) -> list[ListedKey]:
        """Every key of the portal with its state, oldest first."""
        return [self._listed(row, unit.now) for row in await self._rows(unit)]

    async def remove(self, unit: Unit, kid: bytes, why: str) -> int:
        """A key that others may have: off the list, and every credential it signed is revoked; how many those were.

        ``Missing`` where the portal has no such key. A new key signs at once.
        """
        gone = await sql.execute(
            "UPDATE signing_keys SET removed_at = $1, removed_why = $2"
            " WHERE portal = $3 AND kid = $4 AND removed_at IS NULL",
            unit.now, why[:200], unit.portal, kid.hex(),
        )  # fmt: skip
        if not gone:
            raise Missing()
        await sql.execute(
            "UPDATE status_entries SET status = 1, changed_at = $1 WHERE EXISTS (SELECT 1 FROM credentials c"
            " WHERE c.list_id = status_entries.list_id AND c.idx = status_entries.idx AND c.kid = $2"
            " AND c.portal = $3 AND c.state <> 'revoked')",
            unit.now, kid.hex(), unit.portal,
        )  # fmt: skip
        revoked = await sql.execute(
            "UPDATE credentials SET state = 'revoked', state_at = $1, state_by = 'system', reason = 'key-removed'"
            " WHERE kid = $2 AND portal = $3 AND state <> 'revoked'",
            unit.now, kid.hex(), unit.portal,
        )  # fmt: skip
        await self.turn(unit)
        return revoked

    async def _rows(self, unit: Unit) -> list[sql.Row]:
        return await sql.rows(
            f"SELECT {_COLUMNS} FROM signing_keys WHERE portal = $1 ORDER BY sign_from, id", unit.portal
        )

    async def _make(self, unit: Unit, period: int, start: datetime, end: datetime) -> int:
        private = self._new_key()
        made = await sql.row(
            _INSERT, new_id(), unit.portal, private.kid.hex(), cose.ALGORITHMS[private.alg],
            strict_cbor.encode(private.public.parameters), self._vault.seal_bytes(private.secret, _PLACE), period,
            unit.now, start, end, end + self._options.longest,
        )  # fmt: skip
        return int(made is not None)

    async def _settle(self, unit: Unit) -> None:
        """A key that has stopped signing verifies until the last thing it signed is over, and no longer."""
        for row in await sql.rows(
            "SELECT kid, sign_until FROM signing_keys WHERE portal = $1 AND settled_at IS NULL"
            " AND removed_at IS NULL AND sign_until <= $2",
            unit.portal, unit.now - timedelta(days=1),
        ):  # fmt: skip
            found = await sql.row("SELECT max(expires_at) AS until FROM credentials WHERE kid = $1", row["kid"])
            lists = sql.instant(row["sign_until"]) + timedelta(days=self._options.list_days)
            last = sql.instant_or_none(found["until"]) if found else None
            await sql.execute(
                "UPDATE signing_keys SET verify_until = $1, settled_at = $2 WHERE kid = $3",
                max(lists, last or lists), unit.now, row["kid"],
            )  # fmt: skip

    def _listed(self, row: sql.Row, now: datetime) -> ListedKey:
        start, end = sql.instant(row["sign_from"]), sql.instant(row["sign_until"])
        until = sql.instant(row["verify_until"])
        state: KeyState = "verifying"
        if row["removed_at"] is not None:
            state = "removed"
        elif now < start:
            state = "listed" if start - timedelta(days=self._options.listed_days) <= now else "planned"
        elif now < end:
            state = "signing"
        elif until <= now:
            state = "gone"
        alg, public = _ALGS[row["algorithm"]], bytes(row["public_key"])
        return ListedKey(bytes.fromhex(row["kid"]), alg, public, start, end, until, state)


def _free(taken: set[int]) -> int:
    """The first period without a key: the next one, or the one whose key was removed."""
    return next(period for period in range(len(taken) + 1) if period not in taken)
