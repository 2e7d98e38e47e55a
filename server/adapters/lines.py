"""The ways out to vendors: only to hosts that the settings name, and to push services at public addresses."""

from __future__ import annotations

from contextlib import AsyncExitStack

from config.channel_settings import ChannelSettings
from server.adapters.wire import HttpWire
from server.channel_house import Lines, vendor_hosts


async def open_lines(settings: ChannelSettings, stack: AsyncExitStack) -> Lines:
    """Open them; ``stack`` closes them again."""
    vendors = HttpWire(vendor_hosts(settings))
    push = HttpWire(settings.webpush.hosts, public_only=True)
    for wire in (vendors, push):
        await wire.open()
        stack.push_async_callback(wire.close)
    if not settings.email.host:
        return Lines(vendors, push, None)
    from server.adapters.post_smtp import SmtpPost  # a library that only a configured mail server needs

    return Lines(vendors, push, SmtpPost(settings.email))
