"""Tortoise's asyncpg client, made safe for a database that freezes, restarts or is full.

As it comes it waits for a pool connection without limit, keeps one for ever when BEGIN times out, and lets
asyncpg's own errors through. Here every wait has a deadline, nothing is kept, and a database that is away is a
``ConnectionError``: the web answers 503, background work tries again.
"""

from __future__ import annotations

from typing import Any, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import PoolConnectionWrapper, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError

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


class _Pooled(PoolConnectionWrapper[Any]):
    """A connection for one statement, waited for a bounded time."""

    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        self.connection = await cast(Any, self.client)._pool.acquire(timeout=ACQUIRE_SECONDS)
        return self.connection


class _Transaction(TransactionContextPooled):
    """A transaction whose connection goes back to the pool, or away, however BEGIN and COMMIT end."""

    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        client = cast(Any, self.client)
        client._connection = await client._parent._pool.acquire(timeout=ACQUIRE_SECONDS)
        self.token = get_connections().set(self.connection_name, client)
        try:
            await client.begin()
        except BaseException:
            get_connections().reset(self.token)
            client._connection.terminate()  # nobody knows what state it is in
            await client._parent._pool.release(client._connection)
            raise
        return client

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            await super().__aexit__(kind, error, trace)
        except Exception as ended:
            if _is_away(ended):
                raise ConnectionError(type(ended).__name__) from ended
            raise


class SafeAsyncpgClient(AsyncpgDBClient):
    """The pool's client: bounded waits, plain errors."""

    def acquire_connection(self) -> Any:
        return _Pooled(self, self._pool_init_lock)

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(_SafeTransaction(self), self._pool_init_lock)

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        return await _plain(super()._translate_exceptions(func, *args, **kwargs))


class _SafeTransaction(TransactionWrapper):
    """A unit's connection. A unit runs one statement after another, so none needs a lock of its own."""

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """The way of every hand-written statement: straight to the connection."""
        try:
            return [dict(record) for record in await self._connection.fetch(query, *(values or ()))]
        except Exception as error:
            if (worded := _worded(error)) is error:
                raise
            raise worded from error

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        return await _plain(super()._translate_exceptions(func, *args, **kwargs))


async def _plain(call: Any) -> Any:
    try:
        return await call
    except Exception as error:
        if _is_away(error):
            raise ConnectionError(type(error).__name__) from error
        raise


def _worded(error: Exception) -> Exception:
    """asyncpg's error as tortoise would raise it; itself where there is no other word for it."""
    if _is_away(error):
        return ConnectionError(type(error).__name__)
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return IntegrityError(error)
    if isinstance(error, asyncpg.SyntaxOrAccessError | asyncpg.exceptions.DataError):
        return OperationalError(error)
    return error


client_class = SafeAsyncpgClient
