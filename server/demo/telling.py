"""The stories that a terminal can tell, as commands; each is only read in when it is told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable
from typing import TextIO

from config.settings import Settings

Story = Callable[[str, TextIO, str], Awaitable[int]]


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
