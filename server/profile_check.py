"""Why the program cannot start, and the check that the demo and real data never meet."""

from __future__ import annotations

from server.services import Services

DEMO_MARK = "demo"


class CannotStart(Exception):
    """Something outside the program is not as it must be; the message says what and what to do."""


class WrongDatabase(CannotStart):
    """The demo met a database it did not seed, or a real profile met the demo's."""


async def check_profile(services: Services) -> None:
    """The demo never opens on real data, and nothing real opens on the demo's."""
    if services.settings.profile == "test":
        return
    seeded = await services.staff.marked(DEMO_MARK) is not None
    if services.settings.is_demo and not seeded and await services.staff.anybody():
        raise WrongDatabase("the demo profile refuses a database that it did not seed")
    if seeded and not services.settings.is_demo:
        raise WrongDatabase("this database belongs to the demo profile")
