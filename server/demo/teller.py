"""The voice of ``make demo``: numbered steps in two languages, real answers under them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TextIO

import aiohttp

from config.floor.unit import LEGAL_ZONE
from server.demo.browser import Refused


def moment(instant: str) -> str:
    """As a clock on the wall here says it."""
    return f"{datetime.fromisoformat(instant).astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M}"


class Teller:
    """Says what happens; coloured only on a terminal."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._terminal = out.isatty()
        self._step = 0

    def step(self, zh: str, en: str) -> None:
        """The next step."""
        self._step += 1
        self._line(self._paint("1;34", f"\n{self._step:2}. {zh}"))
        self._line(self._paint("2", f"    {en}"))

    def show(self, label: str, value: object) -> None:
        """One thing that the server answered."""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self._line(f"      {self._paint('32', label)}  {text}")

    def no(self, refused: Refused) -> None:
        """A refusal, in the server's own words."""
        self._line(f"      {self._paint('31', f'{refused.status} {refused.code}')}  {refused}")

    def hint(self, zh: str, en: str) -> None:
        """What to do about it."""
        self._line(f"      {zh}")
        self._line(self._paint("2", f"      {en}"))

    async def wait(self, seconds: int) -> None:
        """Wait that long; on a terminal the seconds are counted down."""
        self.hint(f"等 {seconds} 秒再要一次", f"waiting {seconds} s, then asking again")
        for left in range(seconds, 0, -1):
            if self._terminal:
                self._out.write(f"\r      {left:4} s ")
                self._out.flush()
            await asyncio.sleep(1)
        if self._terminal:
            self._out.write("\r" + " " * 16 + "\r")

    def _paint(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self._terminal else text

    def _line(self, text: str) -> None:
        self._out.write(text + "\n")
        self._out.flush()


async def told(url: str, out: TextIO, command: str, steps: Callable[[Teller], Awaitable[None]]) -> int:
    """Tell the steps of a story; 0 if each went as promised, else 1 after the reason in words."""
    teller = Teller(out)
    try:
        await steps(teller)
    except Refused as refused:
        teller.no(refused)
        if refused.code == "sign-in-wrong":
            teller.hint(
                "请用 --staff-password 写上 make run 打印的工作人员密码",
                f"Give the staff password that `make run` printed: python -m server {command} --staff-password …",
            )
        return 1
    except (aiohttp.ClientError, TimeoutError) as error:
        out.write(f"{url}: {type(error).__name__}: is the server running? (make run)\n")
        return 1
    return 0
