"""``python -m server retention``: what the rules of retention would end now, or its end."""

from __future__ import annotations

import argparse
import sys

from config.settings import Settings
from server.opening import opened


async def retention(settings: Settings, asked: argparse.Namespace) -> int:
    """Say what is kept no longer by the rules of retention; with --apply, end it (may be stopped and begun again)."""
    say = sys.stdout.write
    async with opened(settings) as house:
        room = house.services.rights.retention
        if not asked.apply:
            total = 0
            async for found in room.due():
                total += found.rows
                oldest = f", the oldest of {found.oldest:%Y-%m-%d}" if found.oldest else ""
                where = f" in {found.portal}" if found.portal else ""
                say(
                    f"{found.rule.code}: {found.rows} rows of {found.rule.table}{where} would be "
                    f"{'cleared' if found.rule.action == 'clear' else 'deleted'} after {found.rule.days} days{oldest}\n"
                )
            say(f"{total} rows in all; nothing was changed (--apply ends them)\n")
            return 0
        gone = 0
        async for step in room.applied():
            if step.over:
                gone += step.gone
            if sys.stdout.isatty():
                say(f"\r{step.rule.code} {step.portal}: {step.gone} rows" + ("\n" if step.over else ""))
                sys.stdout.flush()
            elif step.over:
                say(f"{step.rule.code} {step.portal}: {step.gone} rows\n")
        say(f"{gone} rows in all\n")
    return 0
