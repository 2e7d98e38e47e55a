"""Public channels (a city's screens, broadcast, website) behind a port: what everybody may read, once."""

from __future__ import annotations

from typing import Protocol

from notify.channel import Health, Outcome, Parcel, Rejected, Sent


class PublicBoard(Protocol):
    """One public place. Raising means that nobody knows whether it was shown."""

    async def ready(self) -> bool: ...

    async def publish(self, notice_id: str, *, portal: str, title: str, text: str) -> str:
        """Show it; the same id again shows it once. The place's own reference."""
        ...


class PublicChannel:
    """The ``public`` channel: never for a notice to one person."""

    name = "public"
    provider = "public"
    timeout = 10.0
    needs_phone = False
    harmless_again = True

    def __init__(self, board: PublicBoard) -> None:
        self._board = board

    async def check(self) -> Health:
        return Health(ok=await self._board.ready())

    async def send(self, parcel: Parcel) -> Outcome:
        if parcel.recipient is not None or parcel.phone is not None:
            return Rejected("personal")
        shown = await self._board.publish(
            parcel.client_msg_id, portal=parcel.portal, title=parcel.title, text=parcel.text
        )
        return Sent(shown, delivered=True)
