"""How many customer messages may still answer a follower of the 公众号.

Source: 客服消息: after a message of the person 5 in 48 hours; after a menu click, a scan or following 3 in one minute.
"""

from __future__ import annotations

from datetime import timedelta

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault

ACCOUNT = "notify_reply_windows.account"
SPOKE = (timedelta(hours=48), 5)
ACTED = (timedelta(minutes=1), 3)


async def opened(unit: Unit, vault: Vault, openid: str, window: tuple[timedelta, int]) -> None:
    """The person spoke or acted: the window is open anew. A shorter one never closes a longer one."""
    lasts, count = window
    await sql.execute(
        "INSERT INTO notify_reply_windows (id, portal, account_index, until, \"left\") VALUES ($1,$2,$3,$4,$5) "
        "ON CONFLICT (portal, account_index) DO UPDATE SET until = EXCLUDED.until, \"left\" = EXCLUDED.\"left\" "
        "WHERE notify_reply_windows.until <= EXCLUDED.until OR notify_reply_windows.\"left\" < EXCLUDED.\"left\"",
        new_id(), unit.portal, vault.index(openid, ACCOUNT), unit.now + lasts, count,
    )  # fmt: skip


async def taken(unit: Unit, vault: Vault, openid: str) -> bool:
    """Use one of the messages; False if the window is over or used up."""
    used = await sql.execute(
        "UPDATE notify_reply_windows SET \"left\" = \"left\" - 1 "
        "WHERE portal = $1 AND account_index IN ($2, $3) AND until > $4 AND \"left\" > 0",
        unit.portal, *vault.search(openid, ACCOUNT).both, unit.now,
    )  # fmt: skip
    return used > 0  # two rows, where the key of search was changed in the midst of a window


async def closed(unit: Unit, vault: Vault, openid: str) -> None:
    """WeChat says that it is over (45015) or used up (45047), or the person left."""
    await sql.execute(
        "DELETE FROM notify_reply_windows WHERE portal = $1 AND account_index IN ($2, $3)",
        unit.portal, *vault.search(openid, ACCOUNT).both,
    )  # fmt: skip
