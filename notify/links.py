"""A notice's link is a path of the residents' H5 (``/m/#/pages/case/case?no=…``); other channels want it otherwise."""

from __future__ import annotations

_FRONT = "/m/#/"


def page_of(link: str) -> str:
    """The mini-program's page; "" for a link that leads to none."""
    return link.removeprefix(_FRONT) if link.startswith(_FRONT) else ""


def address_of(origin: str, link: str) -> str:
    """The whole address in a letter; "" where there is no link, no known origin, or it would leave our own pages."""
    return f"{origin}{link}" if origin and link.startswith(_FRONT) else ""
