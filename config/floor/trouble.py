"""What goes wrong, for whoever reads the log at night: where it was, how long it lasts, and that it is over."""

from __future__ import annotations

import logging
import time
import traceback
from pathlib import Path

_EVERY = 60.0


def where(error: BaseException | None) -> str:
    """What failed and where, innermost last. Never the errors' own words: the database quotes whole rows in them."""
    parts: list[str] = []
    while error is not None and len(parts) < 5:
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        lines = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
        parts.append(f"{type(error).__module__}.{type(error).__qualname__} at {lines}")
        error = error.__cause__ or error.__context__
    return " | from ".join(parts)


def shortly(error: BaseException) -> str:
    """The same for a log that is read every day: of what lies outside, such as a connection, only the name."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return type(error).__name__ if isinstance(error, OSError) else where(error)  # TimeoutError is an OSError


class Lasting:
    """Something that is tried again and again: a trouble is said when it begins, once a minute while it lasts and when
    it is over, so that an hour without a database is a page of the log and not all of it. One that comes and goes is
    not said more often either."""

    def __init__(self, log: logging.Logger, what: str) -> None:
        self._log = log
        self._what = what
        self._said: dict[type[BaseException], float] = {}
        self._times = 0
        self._began = 0.0
        self._spoke = False

    def failed(self, error: BaseException) -> None:
        """Once more. Another kind of error than before is said at once."""
        now, kind = time.monotonic(), type(error)
        self._times += 1
        if self._times == 1:
            self._began = now
        if kind in self._said and now - self._said[kind] < _EVERY:
            return
        self._said[kind], self._spoke = now, True
        lasting = f" ({self._times} times in {now - self._began:.0f} s)" if self._times > 1 else ""
        self._log.warning("%s: %s%s", self._what, shortly(error), lasting)

    def went_well(self) -> None:
        """It worked, as it does nearly always: costs nothing then."""
        if not self._times:
            return
        if self._spoke:
            taken = time.monotonic() - self._began
            self._log.warning("%s: well again after %.1f s, failed %s times", self._what, taken, self._times)
        self._times, self._spoke = 0, False
