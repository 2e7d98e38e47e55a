"""What a notice says outside the inbox where its own words may not be seen there: that there is one, and no more."""

from __future__ import annotations

from functools import lru_cache

from notify.outbox import Outside, Words
from notify.sms import signed
from notify.templates import Rendered, Templates

EVENT = "notice.waiting"
LINK = "/m/#/pages/notices/notices"
"""The inbox, which nobody sees who has not signed in."""

_TEMPLATE = Templates(only=EVENT).get(EVENT)  # one small file, read before there is a loop to hold up


@lru_cache(maxsize=32)
def _waiting(language: str, elder: bool, help_phone: str) -> Rendered:
    return _TEMPLATE.render(language, {"link": LINK}, elder=elder, help_phone=help_phone)


def hidden(words: Words, language: str, signature: str, *, elder: bool = False, help_phone: str = "") -> Words:
    """The same words for the inbox, and the general ones for every other channel."""
    general = _waiting(language, elder, help_phone)
    return Words(
        words.title, words.body, signed(signature, general.sms), words.link, words.values,
        Outside(general.title, general.body, general.link),
    )  # fmt: skip
