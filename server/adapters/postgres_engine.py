"""Tortoise's asyncpg client, made safe for a database that freezes, restarts or is full, and quick for units.

As it comes it waits for a pool connection without limit, keeps one for ever when BEGIN times out, lets asyncpg's
own errors through, and spends more on its wrappers than on the statement. Here every wait has a deadline, nothing is
kept, a database that is away is a ``ConnectionError`` (the web answers 503, background work tries again), and a
hand-written statement goes straight to its connection.
"""

from __future__ import annotations

import asyncio
import functools
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NoReturn, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError

from config.floor import sql

ACQUIRE_SECONDS = 2.0
_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.exceptions.TransactionRollbackError,
)
"""Connection lost, server shutting down or starting, a statement cancelled, resources used up, deadlock."""


def _is_away(error: Exception) -> bool:
    return isinstance(error, _AWAY) or (isinstance(error, asyncpg.InterfaceError) and "closed" in str(error))


class Line:
    """One connection while somebody has it. ``begun``: when its present statement was sent, 0 between statements."""

    __slots__ = ("_time", "begun", "connection")

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.begun = 0.0
        self._time = asyncio.get_running_loop().time

    async def rows(self, text: str, values: Sequence[Any]) -> list[sql.Row]:
        self.begun = self._time()
        try:
            return [dict(record) for record in await self.connection.fetch(text, *values)]
        except Exception as error:
            _say(error)
        finally:
            self.begun = 0.0

    async def touched(self, text: str, values: Sequence[Any]) -> int:
        """Run it; how many rows its command tag says (``INSERT 0 1``), 0 where it says none."""
        self.begun = self._time()
        try:
            said: str = await self.connection.execute(text, *values)
        except Exception as error:
            _say(error)
        finally:
            self.begun = 0.0
        count = said.rpartition(" ")[2]
        return int(count) if count.isdecimal() else 0

    async def many(self, text: str, values: Sequence[Sequence[Any]]) -> None:
        self.begun = self._time()
        try:
            await self.connection.executemany(text, values)
        except Exception as error:
            _say(error)
        finally:
            self.begun = 0.0


class Lines:
    """This process's connections, kept once they are open: lending one is a pop, taking it back an append.

    (asyncpg's own pool makes a task and a shield for each release, and a proxy around each call.) Whoever waits is
    served in turn; a connection that closed meanwhile, or that was left in the middle of something, is replaced by a
    new one. A statement that takes longer than ``seconds`` loses its connection.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]], most: int, seconds: float | None) -> None:
        self._connect = connect
        self._room = most
        self._seconds = seconds
        self._free: list[Line] = []
        self._lent: set[Line] = set()
        self._waiting: deque[asyncio.Future[Line | None]] = deque()
        self._watch: asyncio.TimerHandle | None = None
        self._closed = False

    async def take(self) -> Line:
        """A connection of one's own, within ``ACQUIRE_SECONDS``; give it back with ``give`` or ``drop``."""
        while True:
            line = self._free.pop() if self._free else await self._another()
            if line is None:
                continue
            if not line.connection.is_closed():
                self._lent.add(line)
                if self._watch is None and self._seconds:
                    self._watch = asyncio.get_running_loop().call_later(self._seconds / 4, self._look)
                return line
            self._make_room()

    async def _another(self) -> Line | None:
        """A new connection while there is room, else the next one that is given back; None = look again."""
        if self._room > 0:
            self._room -= 1
            try:
                return Line(await self._connect())
            except BaseException as error:
                self._make_room()
                if isinstance(error, Exception):
                    _say(error)
                raise
        turn: asyncio.Future[Line | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(ACQUIRE_SECONDS):
                return await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                self._call_next(turn.result())
            raise

    def _call_next(self, line: Line | None) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(line)
                return
        if line is not None:
            self._free.append(line)

    def _make_room(self) -> None:
        self._room += 1
        self._call_next(None)

    def give(self, line: Line) -> None:
        """Back, with nothing left open on it."""
        self._lent.discard(line)
        if self._closed:
            line.connection.terminate()
        else:
            self._call_next(line)

    def drop(self, line: Line) -> None:
        """Away: nobody knows what state it is in."""
        self._lent.discard(line)
        line.connection.terminate()
        self._make_room()

    def _look(self) -> None:
        """Cut off what takes too long; its caller meets a closed connection."""
        loop = asyncio.get_running_loop()
        assert self._seconds is not None
        self._watch = loop.call_later(self._seconds / 4, self._look) if self._lent else None
        oldest = loop.time() - self._seconds
        for line in self._lent:
            if 0.0 < line.begun < oldest:
                line.connection.terminate()

    async def close(self) -> None:
        """Say goodbye on the free ones, within ``ACQUIRE_SECONDS``; a lent one is cut off when it comes back."""
        if self._watch:
            self._watch.cancel()
        self._closed = True
        free, self._free = self._free, []
        await asyncio.gather(*(line.connection.close(timeout=ACQUIRE_SECONDS) for line in free), return_exceptions=True)


class _Pooled(PoolConnectionWrapper[Any]):
    """A connection for one of tortoise's own statements."""

    async def __aenter__(self) -> Any:
        self._lines = await cast(SafeAsyncpgClient, self.client).lines()
        self._line = await self._lines.take()
        return self._line.connection

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        _back(self._lines, self._line, kind)


def _back(lines: Lines, line: Line, kind: type[BaseException] | None) -> None:
    """A caller that was cancelled may have left its statement running."""
    if kind is None or issubclass(kind, Exception):
        lines.give(line)
    else:
        lines.drop(line)


class _Transaction(TransactionContextPooled):
    """A transaction whose connection is given back, or dropped, however BEGIN and COMMIT end."""

    async def __aenter__(self) -> Any:
        client = cast(_SafeTransaction, self.client)
        self._lines = await cast(SafeAsyncpgClient, client._parent).lines()
        line = client.line = await self._lines.take()
        client._connection = line.connection
        self.token = get_connections().set(self.connection_name, client)
        self._way = sql.go_straight(line)
        try:
            await client.begin()
        except BaseException:
            self._end(clean=False)
            raise
        return client

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        clean = False
        try:
            await (self.client.commit() if kind is None else self.client.rollback())
            clean = True
        except Exception:
            if kind is None:
                raise
            # else: what ended the unit is told, not that the connection went with it
        finally:
            self._end(clean=clean)

    def _end(self, *, clean: bool) -> None:
        sql.go_back(self._way)
        get_connections().reset(self.token)
        line = cast(_SafeTransaction, self.client).line
        if clean:
            self._lines.give(line)
        else:
            self._lines.drop(line)


class SafeAsyncpgClient(AsyncpgDBClient):
    """The pool's client: bounded waits, plain errors."""

    def __init__(self, *, statement_seconds: float | None = None, **given: Any) -> None:
        super().__init__(**given)
        self._seconds = statement_seconds
        self._lines: Lines | None = None

    async def lines(self) -> Lines:
        """The connections; each is opened when it is first needed."""
        if self._lines is None:
            await self.create_connection(with_db=True)
        assert self._lines is not None
        return self._lines

    async def create_connection(self, with_db: bool) -> None:
        # The server ends a statement too, or it works on for whoever has gone. Compiling one takes longer than ours do.
        settings = {**self.server_settings, "jit": "off"}
        if self._seconds:
            settings["statement_timeout"] = str(round(self._seconds * 1000))
        given = {"host": self.host, "port": self.port, "user": self.user, "password": self.password, **self.extra}
        given["server_settings"] = settings
        connect = functools.partial(asyncpg.connect, **given, database=self.database, timeout=ACQUIRE_SECONDS)
        self._lines = Lines(connect, self.pool_maxsize, self._seconds)

    async def _close(self) -> None:
        if self._lines is not None:
            await self._lines.close()
            self._lines = None

    def acquire_connection(self) -> Any:
        return _Pooled(self, self._pool_init_lock)

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(_SafeTransaction(self), self._pool_init_lock)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """The way of a hand-written read outside a unit."""
        lines = await self.lines()
        line = await lines.take()
        try:
            found = await line.rows(query, values or ())
        except BaseException as error:
            _back(lines, line, type(error))
            raise
        lines.give(line)
        return found

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        return await _plain(super()._translate_exceptions(func, *args, **kwargs))


class _SafeTransaction(TransactionWrapper):
    """A unit's connection. A unit runs one statement after another, so none needs a lock of its own."""

    line: Line
    depth = 0

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(_Savepoint(self))

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return await self.line.rows(query, values or ())

    async def execute_many(self, query: str, values: list[Any]) -> None:
        await self.line.many(query, values)

    async def begin(self) -> None:
        await self.line.touched("BEGIN", ())

    async def commit(self) -> None:
        await self.line.touched("COMMIT", ())

    async def rollback(self) -> None:
        await self.line.touched("ROLLBACK", ())

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        return await _plain(super()._translate_exceptions(func, *args, **kwargs))


class _Savepoint(_SafeTransaction):
    """Part of a unit that may fail by itself."""

    def __init__(self, outer: _SafeTransaction) -> None:
        super().__init__(outer)
        self.line, self.depth = outer.line, outer.depth + 1
        self._name = f"part_{self.depth}"

    async def savepoint(self) -> None:
        await self.line.touched(f"SAVEPOINT {self._name}", ())

    async def savepoint_rollback(self) -> None:
        await self.line.touched(f"ROLLBACK TO {self._name}", ())

    async def release_savepoint(self) -> None:
        await self.line.touched(f"RELEASE {self._name}", ())


async def _plain(call: Any) -> Any:
    try:
        return await call
    except Exception as error:
        if _is_away(error):
            raise ConnectionError(type(error).__name__) from error
        raise


def _say(error: Exception) -> NoReturn:
    """Raise asyncpg's error as tortoise would; itself where there is no other word for it."""
    if _is_away(error):
        raise ConnectionError(type(error).__name__) from error
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        raise IntegrityError(error) from error
    if isinstance(error, asyncpg.SyntaxOrAccessError | asyncpg.exceptions.DataError):
        raise OperationalError(error) from error
    raise error


client_class = SafeAsyncpgClient
