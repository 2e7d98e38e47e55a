"""What is asked about people elsewhere: the population register's stand-in, portraits and licences."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

from config.settings import Settings
from server.adapters.papers_http import HttpLicences, HttpPortraits
from server.adapters.papers_standin import PapersStandIn, read_held
from server.adapters.register_standin import RegisterStandIn, read_organisations, read_population

_DEMO = Path(__file__).parent.parent / "config" / "demo"
HELD_LICENCES = _DEMO / "licences.toml"
POPULATION = (_DEMO / "cast.toml", _DEMO / "population.toml")
ORGANISATIONS = _DEMO / "organisations.toml"


async def register_standin(settings: Settings, stack: AsyncExitStack) -> RegisterStandIn | None:
    """The register of the demo and the tests; None where a real one is named, and in production."""
    if settings.profile == "production" or settings.identity.register_url:
        return None
    people = read_population(*(path for path in POPULATION if path.exists()))
    standin = RegisterStandIn(people, read_organisations(ORGANISATIONS))
    await standin.open()
    stack.push_async_callback(standin.close)
    return standin


async def paper_house(
    settings: Settings, stack: AsyncExitStack
) -> tuple[PapersStandIn | None, HttpPortraits, HttpLicences]:
    """Where nothing is connected, every look answers that it could not be compared: never an empty yes."""
    asked, standin = settings.papers, None
    if settings.profile != "production" and not (asked.portrait_url and asked.licence_url):
        people = read_population(*(path for path in POPULATION if path.exists()))
        standin = PapersStandIn(people, read_held(HELD_LICENCES))
        await standin.open()
        stack.push_async_callback(standin.close)
    away = standin.url if standin else ""
    portraits = HttpPortraits(asked.portrait_url or away, timeout=asked.timeout_seconds)
    licences = HttpLicences(asked.licence_url or away, timeout=asked.timeout_seconds)
    for source in (portraits, licences):
        await source.open()
        stack.push_async_callback(source.close)
    return standin, portraits, licences
