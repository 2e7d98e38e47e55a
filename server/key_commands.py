"""The commands about keys and what they prove: making, listing, changing them, and verifying the audit record.

Data keys are rows, wrapped under a key-encryption key that lies in a file or in a key management service:

    make-kek FILE           a fresh key-encryption key becomes the first line of a 0600 file
    keys new                one data key for each family; sealing with them begins when every process has read them
    keys adopt              the keys of the settings become rows, so that the settings may let go of them
    keys rewrap             every row anew under the newest key-encryption key; nothing else is touched
    keys list, keys drop    what there is; take one away that seals nothing any more
    rotate-keys             every value sealed anew under the newest data keys
    rotate-index            the key of search turned to a new one

All of it while the house is open. From keys in the settings to rows, without a pause: give every process a
key-encryption key; ``keys adopt``; take the vault and index keys out of the settings of one process after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime

from config.floor.personal import FAMILIES
from config.floor.refusal import Missing
from config.floor.unit import LEGAL_ZONE, Unit
from config.settings import Settings
from server.adapters.database import Database
from server.adapters.kek import write_kek
from server.adapters.migrate import sealed_columns
from server.domain.keys.service import ALONE, KekRefused, KekUnavailable, KeyChangeRunning, VaultKeyRow
from server.opening import opened
from server.vault_house import VaultHouse, opened_keys


async def make_root(settings: Settings, asked: argparse.Namespace) -> int:
    """Print a fresh root key for offline credentials; keep it where secrets are kept."""
    from codes.signing_keys import fresh_key

    print(f"YIMA_SECRETS__CREDENTIAL_ROOT={base64.b64encode(fresh_key().secret).decode()}")
    return 0


async def make_audit_key(settings: Settings, asked: argparse.Namespace) -> int:
    """Print a fresh key that signs the seals of the audit record, and its public half for whoever verifies."""
    from server.domain.audit.seals import SealingKey

    secret = os.urandom(32)
    print(f"YIMA_SECRETS__AUDIT_KEY={base64.b64encode(secret).decode()}")
    print(f"# public: {base64.b64encode(SealingKey(secret).public).decode()}")
    return 0


async def verify_record(settings: Settings, asked: argparse.Namespace) -> int:
    """Prove that the audit record is as it was sealed, or name what was changed."""
    from server.audit_check import verify_audit
    from server.domain.audit.seals import key_id

    async with opened(settings) as house:
        own = house.services.seals.key.public
        public = [base64.b64decode(text, validate=True) for text in asked.public_key] or ([own] if own else [])
        try:
            heads = await house.services.seals.heads.all()
        except ValueError as error:
            print(f"yima: {error}", file=sys.stderr)
            return 2
        return await verify_audit(house, {key_id(one): one for one in public}, heads, sys.stdout)


async def rotate(settings: Settings, asked: argparse.Namespace) -> int:
    """Seal every personal value anew under the current vault key; may be stopped and begun again."""
    from server.key_change import rotate_keys

    async with opened(settings) as house:
        house.services.rotation.share = asked.share
        return await rotate_keys(house, sys.stdout)


async def rotate_search(settings: Settings, asked: argparse.Namespace) -> int:
    """Turn the key of search to a new one while the house is open; may be stopped and begun again."""
    from server.key_change import rotate_index

    async with opened(settings) as house:
        house.services.search_change.share = asked.share
        try:
            return await rotate_index(house, sys.stdout)
        except KeyChangeRunning:
            print("yima: another change of the key of search is running", file=sys.stderr)
        except (KekRefused, KekUnavailable) as error:
            print(f"yima: {error}", file=sys.stderr)
    return 2


async def make_kek(settings: Settings, asked: argparse.Namespace) -> int:
    """Write a fresh key-encryption key as the first line of FILE (0600); keys that are there go on unwrapping."""
    name = f"kek-{datetime.now(LEGAL_ZONE):%Y%m%d}-{os.urandom(2).hex()}"
    await asyncio.to_thread(write_kek, asked.file, name)
    print(f"{name} wraps from now on: YIMA_VAULT__KEK_FILE={asked.file}; then python -m server keys rewrap")
    return 0


async def data_keys(settings: Settings, asked: argparse.Namespace) -> int:
    """List, make, adopt, re-wrap or drop data keys."""
    async with opened_keys(settings) as (house, database):
        return await KEY_WORK[asked.work](house, database, asked.name)


async def _list(house: VaultHouse, database: Database, name: str) -> int:
    for row in await house.keys.all():
        begins = f"{row.active_from.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M:%S}"
        use = _PHASES[row.phase] if row.kind == "search" else f"seals {row.family or 'everything'} from {begins}"
        print(f"{row.name:<32}  {row.suite}  {use}")
    return 0


async def _new(house: VaultHouse, database: Database, name: str) -> int:
    wait = house.settle_seconds
    made = [await house.made("seal", family, wait=wait) for family in FAMILIES]
    if not house.has_search_key(await house.keys.all()):
        made.append(await house.made("search", phase=ALONE))
    await database.unit_of_work("", lambda unit: house.keys.add(unit, made))
    print(f"{', '.join(row.name for row in made)}: in use in {wait:.0f} s; then python -m server rotate-keys")
    return 0


async def _adopt(house: VaultHouse, database: Database, name: str) -> int:
    rows = await house.adopted()
    await database.unit_of_work("", lambda unit: house.keys.add(unit, rows))
    print(f"{', '.join(row.name for row in rows) or 'nothing'}: now rows; once every process has a key-encryption key "
          "the vault and index keys may leave the settings")  # fmt: skip
    return 0


async def _rewrap(house: VaultHouse, database: Database, name: str) -> int:
    rows = await house.keys.all()
    for row in rows:
        after = await house.rewrapped(row)

        async def change(unit: Unit, row: VaultKeyRow = row, after: bytes = after) -> bool:
            return await house.keys.rewrap(unit, row.name, row.wrapped, after)

        await database.unit_of_work("", change)
    print(f"{len(rows)} data keys wrapped anew; nothing that they seal was touched")
    return 0


async def _drop(house: VaultHouse, database: Database, name: str) -> int:
    await house.load()
    if (needed := await house.needed_for(name, sealed_columns())) is not None:
        print(f"yima: {name} stays: {needed}", file=sys.stderr)
        return 1
    if await house.files.any_begins(*(bytes([suite, len(name)]) + name.encode() for suite in (1, 2))):
        print(f"yima: {name} stays: it seals uploads: python -m server rotate-keys", file=sys.stderr)
        return 1
    gone = await database.unit_of_work("", lambda unit: house.keys.drop(unit, name))
    print(f"{name} is gone" if gone else f"no key {name} that may go")
    return 0 if gone else 1


_PHASES = {1: "search: being filled", 2: "search: being turned", 3: "search", 4: "search before, for a day"}
KEY_WORK: dict[str, Callable[[VaultHouse, Database, str], Awaitable[int]]] = {
    "list": _list,
    "new": _new,
    "adopt": _adopt,
    "rewrap": _rewrap,
    "drop": _drop,
}


async def signing_keys(settings: Settings, asked: argparse.Namespace) -> int:
    """List the keys that sign credentials; with --remove KID --why, take a compromised one off the list."""
    async with opened(settings) as house:
        portal = house.services.portals.get(asked.portal) if asked.portal else next(iter(house.services.portals))
        publisher = house.services.publisher
        if asked.remove:
            kid, why = asked.remove, asked.why
            try:
                revoked = await house.database.unit_of_work(
                    portal.id, lambda unit: house.services.credentials.remove_key(unit, kid, why)
                )
            except Missing:
                print(f"{portal.id} has no such key: {kid.hex()}", file=sys.stderr)
                return 2
            print(f"removed {kid.hex()}; {revoked} credentials revoked; a new key signs now")
        for key in await publisher.keys(await house.database.reading(portal.id)):
            print(f"{key.kid.hex()}  {key.state:9}  signs {key.sign_from:%Y-%m-%d} to {key.sign_until:%Y-%m-%d}")
    return 0
