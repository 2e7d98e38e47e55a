"""Why a notice came, or did not, the way it did: the stored reasons in words."""

from __future__ import annotations

from typing import Any

from config.floor.unit import LEGAL_ZONE
from notify.ladders import WayTaken, Why
from server.web.operations import AnyCall


def told(call: AnyCall, story: Why) -> dict[str, Any]:
    """The story in the caller's language: because, ways, left_out, held, end."""
    text = call.text
    held = None
    if story.held_until and story.held_until > story.decided_at:
        held = text("ladder.held", time=story.held_until.astimezone(LEGAL_ZONE).strftime("%m-%d %H:%M"))
    known = call.services.wording.has
    end = f"ladder.ends.{story.reason}"
    return {
        "because": text(f"ladder.because.{story.category}"),
        "ways": [_way(call, way, story) for way in story.ways]
        + [
            {"channel": one, "label": text(f"ladder.channels.{one}"), "text": text("ladder.states.planned")}
            for one in story.planned
        ],
        "left_out": [
            {"channel": one, "label": text(f"ladder.channels.{one}"), "text": text(f"ladder.left_out.{reason}")}
            for one, reason in sorted(story.left_out.items())
            if reason != "not-offered"
        ],
        "held": held,
        "end": text(end) if story.reason and known(end) else None,
    }


def _way(call: AnyCall, way: WayTaken, story: Why) -> dict[str, Any]:
    state, at = way.state, way.at
    if way.channel == "inbox" and story.read_at:
        state, at = "read", story.read_at
    if way.channel == "live" and state in ("sent", "unknown"):
        state = "shown"
    reason = f"ladder.reasons.{way.reason}"
    label = f"ladder.channels.{way.channel}"
    known = call.services.wording.has
    return {
        "channel": way.channel,
        "label": call.text(label) if known(label) else way.channel,
        "text": call.text(reason) if way.reason and known(reason) else call.text(f"ladder.states.{state}"),
        "at": at,
    }
