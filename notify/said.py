"""短信验真: whether a text message is one of ours.

Of every text message that we send, but for sign-in codes, a keyed digest of its words is kept for a week. Who asks has
the whole words, and learns which portal sent them, of what kind and when: nothing about anybody. A digest names nobody,
and cannot be turned into words without the key. What is not found is not called a fraud: it may be older, or a code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault

PLACE = "notify_said.digest"
KEPT = timedelta(days=7)
_SIGNATURE = re.compile(r"^\[[^\[\]]{1,30}\]|\[[^\[\]]{1,30}\]$")
_MOST = 4_096


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of a message of ours."""

    category: str
    day: date


def plain(text: str) -> str:
    """Words as they are compared: width, case, spaces and the signature at either end, which phones and carriers
    change, make no difference."""
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()
    return _SIGNATURE.sub("", folded.replace("【", "[").replace("】", "]"))


class SaidBook:
    """Writes down what is sent; a process remembers what it has written today."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._known: set[tuple[str, bytes]] = set()
        self._day: date | None = None

    async def keep(self, unit: Unit, sent: Sequence[tuple[str, str, str]]) -> None:
        """(portal, category, text) of a batch, before it goes: one statement, none where all is known."""
        if self._day != unit.today or len(self._known) > _MOST:
            self._known, self._day = set(), unit.today
        found = {(portal, self._vault.search(plain(text), PLACE).here): category for portal, category, text in sent}
        new = sorted(key for key in found if key not in self._known)
        if not new:
            return
        groups: list[str] = []
        values: list[object] = []
        for portal, digest in new:
            groups.append("(" + ",".join(f"${len(values) + n}" for n in range(1, 6)) + ")")
            values += [new_id(), portal, digest, found[portal, digest], unit.today]
        await sql.execute(
            f"INSERT INTO notify_said (id, portal, digest, category, day) VALUES {','.join(groups)} "
            "ON CONFLICT (portal, digest) DO UPDATE SET day = EXCLUDED.day, category = EXCLUDED.category "
            "WHERE notify_said.day < EXCLUDED.day",
            *values,
        )

    def kept(self, sent: Sequence[tuple[str, str, str]]) -> None:
        """These are written for certain: their unit has committed."""
        self._known.update((portal, self._vault.search(plain(text), PLACE).here) for portal, _, text in sent)


async def ask(unit: Unit, vault: Vault, text: str) -> Said | None:
    """What is known of these words in this portal; None where they are not among the last week's."""
    row = await sql.row(
        "SELECT category, day FROM notify_said WHERE portal = $1 AND digest IN ($2, $3) AND day > $4 "
        "ORDER BY day DESC LIMIT 1",
        unit.portal, *vault.search(plain(text), PLACE).both, unit.today - KEPT,
    )  # fmt: skip
    return Said(row["category"], sql.day(row["day"])) if row else None


async def forget(unit: Unit) -> int:
    """What is older than a week, some at a time."""
    return await sql.delete_some("notify_said", "day <= $1", unit.today - KEPT)
