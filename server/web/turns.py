"""Admission of what a whole city may ask for in the same second: a few at once, the others wait in turn.

Those who wait hold no database connection and no unit of work, so a counter's scan never stands behind them.
"""

from __future__ import annotations

import asyncio
import secrets
from types import TracebackType

from config.floor.refusal import Busy

_AGAIN, _SPREAD = 2, 4


class Turns:
    """``at_once`` are served, ``most`` more may wait for ``seconds``; whoever comes on top is told to come back."""

    def __init__(self, at_once: int, seconds: float, most: int) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._seconds = seconds
        self._most = most
        self._waiting = 0

    async def __aenter__(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        if self._waiting >= self._most:
            raise _later()
        self._waiting += 1
        try:
            await asyncio.wait_for(self._places.acquire(), self._seconds)
        except TimeoutError:
            raise _later() from None
        finally:
            self._waiting -= 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._places.release()


def _later() -> Busy:
    """Not all at the same second again."""
    return Busy(retry_after=_AGAIN + secrets.randbelow(_SPREAD))
