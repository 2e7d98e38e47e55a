"""The page of one's own ways to sign in: everybody's who works at the console."""

from __future__ import annotations

import json

from server.edges.console.pages import SIGN_IN, PageCall, framed, pages
from server.web.operations import Staff
from server.web.pages import Page


@pages.get("/console/factors", access=Staff("own.factors"), sign_in=SIGN_IN)
async def factors(call: PageCall) -> Page:
    """Passkeys and the authenticator; led to from the bar of every page."""
    wording = call.services.wording
    words = wording.group("factors.page", call.language) | wording.group("factors.passkey", call.language)
    facts = {"labels": json.dumps(words, ensure_ascii=False)}
    return framed(call, "factors", here="", title=call.text("factors.title"), facts=facts)


__all__ = ["pages"]
