"""The longest that one callback holds the event loop while the main job runs in this process."""

from __future__ import annotations

import asyncio
import asyncio.events
import contextlib
import io
import tempfile
import time
from pathlib import Path
from typing import Any

from config.settings import Demo, Limits, Settings
from server.adapters.clock import ShiftedClock
from server.adapters.migrate import migrate
from tests.journeys import story
from tests.journeys.test_main_job import main_job_cast
from tests.journeys.town import running_town


def _named(handle: Any) -> str:
    """The coroutine of a task's step, else the callback itself."""
    task = getattr(handle._callback, "__self__", None)
    return str(task.get_coro() if isinstance(task, asyncio.Task) else handle)[:160]


class Watch:
    """CPU milliseconds of the longest callbacks, by what they ran."""

    def __init__(self) -> None:
        self.longest: list[tuple[float, str]] = []
        self._run = asyncio.events.Handle._run

    def __enter__(self) -> Watch:
        run, longest = self._run, self.longest

        def timed(handle: Any) -> None:
            begun = time.thread_time()
            run(handle)
            spent = (time.thread_time() - begun) * 1000
            if spent > 1:
                longest.append((spent, _named(handle)))

        asyncio.events.Handle._run = timed  # type: ignore[method-assign, assignment]  # the watch
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.events.Handle._run = self._run  # type: ignore[method-assign]  # as it was
        self.longest.sort(reverse=True)


async def _main_job(folder: Path, watch: Watch) -> None:
    settings = Settings(
        profile="test",
        data_dir=folder,
        limits=Limits(requests_per_minute=0, otp_resend_seconds=0),
        demo=Demo(year_shift=120),
    )
    await migrate(settings.storage_url(migrating=True))
    async with running_town(settings, ShiftedClock()) as town:
        cast, told = await main_job_cast(town), story.Told()
        with watch:
            await story.signs_in(cast)
            await story.finds_the_item(cast, told)
            await story.applies(cast, told)
            await story.corrected_and_accepted(cast, told)
            await story.shows_her_code(cast, told)
            await story.decided_and_served(cast, told)
            await story.hears_a_campaign(cast, told)


def longest_hold() -> list[tuple[float, str]]:
    """The worst callbacks of one main job on SQLite, client and server in one loop, longest first."""
    watch = Watch()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        asyncio.run(_main_job(Path(folder), watch))
    return watch.longest


if __name__ == "__main__":  # a process of its own: the bench's heap would be walked by our collector
    found = longest_hold()
    print(f"longest callback of the main job {found[0][0] if found else 0:.1f} ms of CPU (goal 50)")
    for spent, what in found[:3]:
        print(f"   {spent:6.1f} ms  {what}")
