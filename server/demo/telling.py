"""The stories that a terminal can tell, as commands; each is only read in when it is told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable
from typing import TextIO

import aiohttp

from config.settings import Settings
from server.demo.browser import Refused
from server.demo.teller import Teller

Story = Callable[[str, TextIO, str], Awaitable[int]]


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


async def demo_code(settings: Settings, asked: argparse.Namespace) -> int:
    """Tell the one code, its credential and the check without a network against a running server."""
    from server.demo.code_story import tell_code

    return await _tell(tell_code, settings, asked)


async def demo_proxy(settings: Settings, asked: argparse.Namespace) -> int:
    """Tell how a daughter acts for her father without a phone, against a running server."""
    from server.demo.proxy_story import tell_proxy

    return await _tell(tell_proxy, settings, asked)


async def demo(settings: Settings, asked: argparse.Namespace) -> int:
    """Tell the main job against a running server."""
    from server.demo.story import tell

    return await _tell(tell, settings, asked)


async def _tell(story: Story, settings: Settings, asked: argparse.Namespace) -> int:
    password = asked.staff_password or settings.demo.staff_password.get_secret_value()
    return await story(asked.url or f"http://{settings.host}:{settings.port}", sys.stdout, password)
