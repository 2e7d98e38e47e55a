"""The commands about keys and what they prove: making, listing, changing them, and verifying the audit record."""

from __future__ import annotations

import argparse
import base64
import os
import sys

from config.floor.refusal import Missing
from config.settings import Settings
from server.opening import opened


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
        return await rotate_keys(house, sys.stdout)


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
