"""``python -m server serve | worker | migrate | seed | check | hire | settings | import-items FILE |
retention |
make-root | signing-keys | make-audit-key | verify-audit | make-kek FILE | keys … | rotate-keys | rotate-index |
authenticators | demo | demo-code | demo-proxy``."""

from __future__ import annotations

import gc

from server.light_imports import import_lightly, load_certificates

if __name__ == "__main__":
    gc.disable()  # hardly anything that is made while starting is garbage, and looking for it is a fifth of a start
    import_lightly()

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TextIO

from aiohttp import web

from config.floor.unit import LEGAL_ZONE, SYSTEM, Unit
from config.settings import Settings, described
from notify.channel import provider_of
from server.app import FRONT, make_app, warm_up
from server.demo import telling
from server.domain.sessions.callers import STAFF_ROLES
from server.domain.staff.errors import NumberTaken
from server.domain.terminals.records import Invitation, TerminalFacts
from server.key_commands import (
    data_keys,
    make_audit_key,
    make_kek,
    make_root,
    rotate,
    rotate_search,
    signing_keys,
    verify_record,
)
from server.opening import CannotStart, Opened, migrated, opened, prepared
from server.retention_command import retention
from server.starting import plainly, read_settings
from server.worker import Timetable

Command = Callable[[Settings, argparse.Namespace], Awaitable[int]]
_SHUTDOWN = 20.0
_PASSWORD = 10


async def serve(settings: Settings, asked: argparse.Namespace) -> int:
    """Migrate (demo and test), seed an empty demo, listen until SIGINT or SIGTERM."""
    from server.demo.authenticators import authenticators
    from server.demo.doors import doors

    if settings.profile != "production":
        await migrated(settings)
    async with opened(settings) as house:
        if settings.is_demo:
            await _seed_apart(house)
        for portal in house.services.portals:
            await house.database.unit_of_work(portal.id, house.services.catalogue.publish)
        timetable = Timetable(house)
        runner = web.AppRunner(
            make_app(house.services), handle_signals=False, access_log=None, shutdown_timeout=_SHUTDOWN
        )
        await runner.setup()
        try:
            await web.TCPSite(
                runner, settings.host, settings.port, backlog=1024, reuse_port=asked.reuse_port or None
            ).start()
            if settings.fan_out:
                await timetable.start()
            gc.freeze()  # what was made until now stays: no collection looks at it again
            gc.enable()
            certificates = asyncio.to_thread(load_certificates)
            warming = asyncio.gather(certificates, warm_up(house.services))
            port = runner.addresses[0][1]
            if settings.is_demo:
                print(await authenticators(house.services))
            print(
                doors(house.services, f"http://{settings.host}:{port}", front_built=(FRONT / "index.html").exists()),
                flush=True,
            )
            await _until_told()
            warming.cancel()
        finally:
            await timetable.stop()
            await runner.cleanup()
    print("stopped", flush=True)
    return 0


async def worker(settings: Settings, asked: argparse.Namespace) -> int:
    """Only the timetable and the notice dispatcher."""
    async with opened(settings) as house:
        timetable = Timetable(house)
        await timetable.start()
        gc.freeze()
        try:
            await _until_told()
        finally:
            await timetable.stop()
    return 0


async def migrate_now(settings: Settings, asked: argparse.Namespace) -> int:
    """Bring the database to this program's schema."""
    await migrated(settings)
    print("migrated; the schema is complete")
    return 0


async def seed_now(settings: Settings, asked: argparse.Namespace) -> int:
    """Fill an empty demo database."""
    if not settings.is_demo:
        print("only the demo profile is seeded", file=sys.stderr)
        return 2
    await migrated(settings)
    async with opened(settings) as house:
        return 0 if await _seed_if_empty(house, sys.stdout) else 1


async def check(settings: Settings, asked: argparse.Namespace) -> int:
    """Open everything once: settings, keys, database, store, data files."""
    async with opened(settings) as house:
        await house.clock.read()
        house.services.notify.judge_wordings()
        print(
            "settings, data files, database: well; store:",
            "well" if await house.services.store.ready() else "not reached",
        )
        for channel in house.services.channels.channels:
            health = await channel.check()
            print(f"channel {channel.name} {provider_of(channel)}:", "well" if health.ok else "NOT WELL", health.note)
        absent = {"sms", "wechat", "oa", "alipay", "webpush", "email", "webhook"} - {
            channel.name for channel in house.services.channels.channels
        }
        print("channels that are not connected:", ", ".join(sorted(absent)) or "none")
    return 0


async def import_items(settings: Settings, asked: argparse.Namespace) -> int:
    """Read a file of service items into the catalogue."""
    if settings.profile != "production":
        await migrated(settings)
    async with opened(settings) as house:
        from server.domain.catalogue.importer import run_import

        return await run_import(house.database, _home(house), asked.file, sys.stdout)


async def hire(settings: Settings, asked: argparse.Namespace) -> int:
    """Put an employee on the payroll, and invite a counter's device if one is named; the password comes on stdin."""
    password = sys.stdin.readline().rstrip("\n")
    if len(password) < _PASSWORD:
        print(f"the password (first line of stdin) needs at least {_PASSWORD} characters", file=sys.stderr)
        return 2
    from server.domain.staff.passwords import hash_password

    hashed = await hash_password(password)
    async with opened(settings) as house:
        services = house.services
        portal = services.portals.get(asked.portal) if asked.portal else next(iter(services.portals))

        async def decide(unit: Unit) -> Invitation | None:
            await services.staff.hire(
                unit,
                staff_no=asked.number,
                name=asked.name,
                department=asked.department,
                region=portal.region,
                roles=asked.role,
                password_hash=hashed,
                halls=asked.works_in,
            )
            await services.audit.record(
                unit, SYSTEM, "staff.hire", subject_kind="staff", subject=asked.number, region=portal.region
            )
            if not asked.counter:
                return None
            purposes = tuple(purpose.code for purpose in services.purposes.all())
            facts = TerminalFacts(asked.hall, asked.counter, purposes)
            return await services.terminals.invite(unit, SYSTEM, portal.region, facts)

        try:
            invitation = await house.database.unit_of_work(portal.id, decide)
        except NumberTaken:
            raise CannotStart(f"{asked.number} is an employee of this portal already; nothing was changed") from None
    print(f"{asked.number} may sign in as {', '.join(asked.role)}")
    if invitation:
        until = f"{invitation.until.astimezone(LEGAL_ZONE):%H:%M}"
        print(
            f"{asked.counter}: type {invitation.code} at /counter/enrol on its computer before {until} (Asia/Shanghai)"
        )
    return 0


async def settings_list(settings: Settings, asked: argparse.Namespace) -> int:
    """Every setting with its default and what it means."""
    for name, default, meaning in described(Settings):
        shown = "" if str(default) in ("", "None", "{}") else f" [{default}]"
        print(f"{name}{shown}\n    {meaning}")
    return 0


def _home(house: Opened) -> str:
    return next(iter(house.services.portals)).id


async def _seed_apart(house: Opened) -> None:
    """Seed an empty database in a process of its own: making a city's past takes memory that serving it never needs."""
    if not await house.services.staff.anybody():
        seeding = await asyncio.create_subprocess_exec(sys.executable, "-m", "server", "seed")
        if await seeding.wait() != 0:
            raise SystemExit("the demonstration city could not be made")


async def _seed_if_empty(house: Opened, out: TextIO) -> bool:
    if await house.services.staff.anybody():
        return False
    from server.demo.seed import seed

    await seed(house.services, house.movable_clock, out, send=house.engine.work_off)
    return True


async def authenticators_now(settings: Settings, asked: argparse.Namespace) -> int:
    """What the authenticators of the demonstration's administrators show now."""
    if not settings.is_demo:
        print("only the demonstration keeps its authenticators itself", file=sys.stderr)
        return 2
    from server.demo.authenticators import authenticators

    async with opened(settings) as house:
        print(await authenticators(house.services))
    return 0


async def _until_told() -> None:
    """Until the first SIGINT or SIGTERM; a second one ends the process at once, as a crash would."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell(number: int) -> None:
        told.set()
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(one)
            signal.signal(one, lambda *_: os._exit(128 + number))

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, tell, number)
    await told.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def add(name: str, run: Command) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=(run.__doc__ or "").splitlines()[0])
        one.set_defaults(run=run)
        return one

    add("serve", serve).add_argument("--reuse-port", action="store_true", help="several processes on one port")
    add("worker", worker)
    add("migrate", migrate_now)
    add("seed", seed_now)
    add("check", check)
    add("authenticators", authenticators_now)
    add("settings", settings_list)
    hiring = add("hire", hire)
    hiring.add_argument("number", help="staff number")
    hiring.add_argument("name")
    hiring.add_argument("--department", required=True)
    hiring.add_argument("--role", action="append", required=True, choices=STAFF_ROLES)
    hiring.add_argument("--portal", default="", help="the first one where none is named")
    hiring.add_argument("--hall", default="", help="where --counter stands")
    hiring.add_argument(
        "--works-in", action="append", default=[], metavar="HALL", help="a hall by its name; none named = all of them"
    )
    hiring.add_argument("--counter", default="", help="invite this counter's computer: prints its one-time code")
    add("import-items", import_items).add_argument("file", type=Path)
    keeping = add("retention", retention).add_mutually_exclusive_group()
    keeping.add_argument("--dry-run", action="store_true", help="say what would be ended (the usual)")
    keeping.add_argument("--apply", action="store_true", help="end it, rule by rule")
    add("make-root", make_root)
    add("make-audit-key", make_audit_key)
    add("make-kek", make_kek).add_argument("file", type=Path)
    keys_of = add("keys", data_keys)
    keys_of.add_argument("work", choices=("list", "new", "adopt", "rewrap", "drop"))
    keys_of.add_argument("name", nargs="?", default="")
    for turning in (add("rotate-keys", rotate), add("rotate-index", rotate_search)):
        turning.add_argument(
            "--share", type=float, default=0.8, help="part of the time that it works, 0.1 to 1; the rest is the house's"
        )
    verifying = add("verify-audit", verify_record)
    verifying.add_argument(
        "--public-key", action="append", default=[], metavar="BASE64", help="a key that seals may be signed with"
    )
    keys = add("signing-keys", signing_keys)
    keys.add_argument(
        "--remove", type=bytes.fromhex, default=b"", metavar="KID", help="a key that somebody else may have"
    )
    keys.add_argument("--why", default="compromised")
    keys.add_argument("--portal", default="", help="the first one where none is named")
    for story in (
        add("demo", telling.demo),
        add("demo-code", telling.demo_code),
        add("demo-proxy", telling.demo_proxy),
    ):
        story.add_argument("--url", default="", help="where the server is, if not where the settings say")
        story.add_argument(
            "--staff-password", default="", help="as `serve` printed it, if the server has another data_dir"
        )
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code."""
    asked = _parser().parse_args(arguments)
    if "PORT" in os.environ and "YIMA_PORT" not in os.environ:
        os.environ["YIMA_PORT"] = os.environ["PORT"]
    settings = None
    try:
        settings = read_settings()
        settings = prepared(settings)
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
        logging.getLogger("tortoise").setLevel(logging.WARNING)  # at INFO it announces every shutdown
        logging.getLogger("asyncio").setLevel(logging.WARNING)
        with contextlib.suppress(KeyboardInterrupt):
            if asked.run is not serve:  # which does both once it listens
                gc.enable()
                load_certificates()
            return int(asyncio.run(asked.run(settings, asked)))
        return 130
    except (CannotStart, OSError) as error:
        line = plainly(error, settings)
        if line is None:
            raise
        print(f"yima: {line}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
