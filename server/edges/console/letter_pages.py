"""Letters to post and doors to knock at: the list that the last step of a ladder fills."""

from __future__ import annotations

import json
from typing import get_args

from notify import paper
from server.edges.console.pages import SIGN_IN, PageCall, framed, pages
from server.edges.console.watch_words import Speaker
from server.web.operations import Staff
from server.web.pages import Page

_STATES = ("open", "sent", "handed", "returned")
_RESULTS = {
    "open": (("letter", "sent"), ("visit", "handed"), ("visit", "returned")),
    "sent": (("letter", "handed"), ("letter", "returned"), ("visit", "handed")),
}
REASONS = tuple(one for one in get_args(paper.Reason) if one)


@pages.get("/console/letters", access=Staff("notices.paper"), sign_in=SIGN_IN)
async def letters(call: PageCall) -> Page:
    """One state and region, twenty at a time: three statements."""
    query = call.request.query
    state = query.get("state", "open") if query.get("state") in _STATES else "open"
    region = query.get("region", "")[:12]
    scope = call.staff.scope
    waiting = {place: n for place, n in (await paper.waiting(call.unit)).items() if scope.holds(region=place)}
    tasks, cursor = await paper.page(call.unit, state, query.get("cursor", ""), region, scope=scope)
    names = await call.services.residents.masked(call.unit, sorted({one.recipient for one in tasks}))
    facts = {"labels": json.dumps(call.services.wording.group("letters", call.language), ensure_ascii=False)}
    return framed(
        call, "letters", here="letters", title=call.text("letters.title"), facts=facts, state=state, states=_STATES,
        region=region, waiting=waiting, tasks=tasks, names=names, cursor=cursor, results=_RESULTS.get(state, ()),
        reasons=REASONS, say=Speaker(call), place=lambda code: call.portal.places.get(code) or call.portal.region_name,
        me=call.staff.staff_no, now=call.unit.now,
    )  # fmt: skip


__all__ = ["pages"]
