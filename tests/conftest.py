"""What every test may ask for. One process knows one dialect: PostgreSQL and Redis where
YIMA_TEST_DATABASE_URL and YIMA_TEST_REDIS_URL are set (``python -m tests.services -- pytest``), else SQLite and
the in-process store."""

from __future__ import annotations

import gc
import os
import pickle
import tomllib
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from config.floor.vault import Vault
from config.settings import Demo, Limits, Settings, StaffDoor
from config.wording import Wording
from notify.templates import Templates
from server import opening
from server.adapters.clock import ShiftedClock
from server.adapters.database import Database
from server.adapters.keyring import KeyringVault
from server.adapters.migrate import schema
from server.adapters.store_embedded import EmbeddedStore
from server.adapters.store_redis import RedisStore
from server.opening import opened
from server.services import Services
from tests.guards import loopback_only, no_blocking
from tests.journeys.town import Town, running_town
from tests.services.databases import Databases, PostgresDatabases, SqliteDatabases

DATABASE_URL = os.environ.get("YIMA_TEST_DATABASE_URL", "")
REDIS_URL = os.environ.get("YIMA_TEST_REDIS_URL", "")
# "city": a deployment of production on PostgreSQL, which makes its database itself.
BOTH = {"databases", "database", "store", "services", "server", "program", "city"}
_KEPT = ("YIMA_CI", "YIMA_RACE_ROUNDS")
for _name in [name for name in os.environ if name.startswith("YIMA_")]:
    if not _name.startswith(("YIMA_TEST_", "YIMA_SOAK_", "YIMA_MUTATION", "YIMA_HISTORIES")) and _name not in _KEPT:
        del os.environ[_name]  # a developer's own settings are none of the tests' business


_READ: dict[str, bytes] = {}
_parse = tomllib.loads


def _parsed_once(text: str, /, **options: Any) -> dict[str, Any]:
    """Hundreds of tests open the whole house, whose data files nobody changes: each text is parsed once."""
    if text not in _READ:
        _READ[text] = pickle.dumps(_parse(text, **options))
    parsed: dict[str, Any] = pickle.loads(_READ[text])
    return parsed


vars(tomllib)["loads"] = _parsed_once
vars(opening)["Templates"] = cache(Templates)
vars(opening)["Wording"] = cache(Wording)
vars(opening)["schema"] = cache(schema)
gc.freeze()  # what was imported until now stays: no collection looks at it again
gc.set_threshold(20_000, 20, 50)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--both-only", action="store_true", help="only tests that touch the database or the store")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--both-only"):
        return
    kept = [item for item in items if BOTH & set(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture(scope="session", autouse=True)
def _guards() -> Iterator[None]:
    with loopback_only(), no_blocking():
        yield


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Where fresh, migrated databases come from."""
    made: Databases
    made = PostgresDatabases(DATABASE_URL) if DATABASE_URL else SqliteDatabases(tmp_path_factory.mktemp("db"))
    yield made
    made.close()


@pytest.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    """A fresh, migrated database of this test's own."""
    url = await databases.fresh()
    yield url
    await databases.drop(url)


@pytest.fixture
def clock() -> ShiftedClock:
    """The database's clock; ``clock.set(instant)`` and ``clock.advance(timedelta)`` move it."""
    return ShiftedClock()


@pytest.fixture
async def store() -> AsyncIterator[EmbeddedStore]:
    """Live events and coarse counters, empty."""
    made = RedisStore(REDIS_URL) if REDIS_URL else EmbeddedStore()
    if isinstance(made, RedisStore):
        await made._redis.flushall()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def database(database_url: str, clock: ShiftedClock, store: EmbeddedStore) -> AsyncIterator[Database]:
    """An open, empty database; ``await database.unit_of_work("demo", decide)`` runs one unit."""
    opened = Database(database_url, clock=clock, publisher=store, outlasts_power=False)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def vault() -> Vault:
    """Keys of the tests' own."""
    return KeyringVault({"t1": bytes(range(32))}, "t1", bytes(range(32, 64)))


@pytest.fixture
def settings(database_url: str, data_dir: Path) -> Settings:
    """The test profile on this test's database, with limits that only tests of limits should meet."""
    limits = Limits(requests_per_minute=0, otp_resend_seconds=0, otp_per_phone_hour=1000, otp_per_phone_day=1000)
    return Settings(
        profile="test",
        data_dir=data_dir,
        database_url=SecretStr(database_url),
        redis_url=SecretStr(REDIS_URL),
        limits=limits.model_copy(update={"otp_per_address": 100_000}),
        staff=StaffDoor(lock_minutes=0),
        demo=Demo(year_shift=120, staff_password=SecretStr("")),
    )


@pytest.fixture
async def server(settings: Settings, clock: ShiftedClock) -> AsyncIterator[Town]:
    """The whole application over HTTP in this process; ``server.resident()`` and others let people in."""
    async with running_town(settings, clock) as town:
        yield town


@pytest.fixture
async def services(settings: Settings, clock: ShiftedClock) -> AsyncIterator[Services]:
    """Every service, opened as the program opens them, without HTTP."""
    async with opened(settings, clock=clock) as house:
        yield house.services


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Where this test's program keeps its files."""
    return tmp_path / "data"
