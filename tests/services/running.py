"""Both servers of a test run, as one context."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.services.postgres import Postgres
from tests.services.process import Room
from tests.services.redis import Redis


@dataclass(frozen=True, slots=True)
class Running:
    """What a run may use while the context is open."""

    postgres: Postgres
    redis: Redis

    @property
    def environment(self) -> dict[str, str]:
        return {"YIMA_TEST_DATABASE_URL": self.postgres.url, "YIMA_TEST_REDIS_URL": self.redis.url}


@contextmanager
def running(*, durable: bool = False) -> Iterator[Running]:
    """PostgreSQL and Redis on free ports; stopped and their folder removed whatever happens inside."""
    room = Room()
    try:
        postgres = Postgres(room, durable=durable)
        try:
            redis = Redis(room)
            try:
                yield Running(postgres, redis)
            finally:
                redis.stop()
        finally:
            postgres.stop()
    finally:
        room.remove()
