"""The inbox as a channel: its row was written with the message, so a delivery is done by being looked at."""

from __future__ import annotations

from notify.channel import Health, Outcome, Parcel, Rejected, Sent


class InboxChannel:
    """Marks done. New inbox deliveries are born delivered; this answers one that was put back by hand."""

    name = "inbox"
    timeout = 1.0
    needs_phone = False
    harmless_again = True

    async def check(self) -> Health:
        return Health(ok=True)

    async def send(self, parcel: Parcel) -> Outcome:
        if parcel.recipient is None:
            return Rejected("no-recipient")
        return Sent(parcel.message_id.hex, delivered=True)
