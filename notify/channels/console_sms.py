"""Short messages for demo and tests: instead of a phone they reach a sealed table that ``/dev/outbox`` reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify.channel import Health, Outcome, Parcel, Rejected, Run, Sent

ADDRESS = "notify_console_outbox.address"
TEXT = "notify_console_outbox.text"
NEWEST = 50


@dataclass(frozen=True, slots=True)
class ConsoleMessage:
    """One short message as the phone would show it."""

    to: str
    at: datetime
    channel: str
    text: str


class ConsoleSms:
    """The ``sms`` channel without a provider. The same ``client_msg_id`` twice is one message."""

    name = "sms"
    timeout = 5.0
    needs_phone = True
    harmless_again = True

    def __init__(self, run: Run, vault: Vault, provider: str = "") -> None:
        self.provider = provider  # named, its figures are kept as a vendor's are
        self._run = run
        self._vault = vault

    async def check(self) -> Health:
        return Health(ok=True, note="console")

    async def send(self, parcel: Parcel) -> Outcome:
        if not parcel.phone:
            return Rejected("no-phone")
        phone = parcel.phone
        index = self._vault.search(phone, ADDRESS)

        async def keep(unit: Unit) -> None:
            await sql.execute(
                "INSERT INTO notify_console_outbox "
                "(id, portal, client_msg_id, channel, address, address_index, address_index_next, text, at) "
                "VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT (client_msg_id) DO NOTHING",
                new_id(), parcel.portal, parcel.client_msg_id, self.name, self._vault.seal(phone, ADDRESS),
                index.here, index.beside, self._vault.seal(parcel.text, TEXT), unit.now,
            )  # fmt: skip

        await self._run("", keep)
        return Sent(parcel.client_msg_id, delivered=True)


async def sent_to(unit: Unit, vault: Vault, phone: str, limit: int = NEWEST) -> list[ConsoleMessage]:
    """What this phone got in the unit's portal, newest first."""
    index = vault.search(phone, ADDRESS)
    rows = await sql.rows(
        "SELECT at, channel, text FROM notify_console_outbox WHERE (address_index = $1 OR address_index_next = $2)"
        " AND portal = $3 ORDER BY at DESC, id DESC LIMIT $4",
        index.here, index.beside, unit.portal, limit,
    )  # fmt: skip
    return [ConsoleMessage(phone, sql.instant(r["at"]), r["channel"], vault.open(bytes(r["text"]), TEXT)) for r in rows]
