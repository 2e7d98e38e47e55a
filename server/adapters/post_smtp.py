"""SMTP by aiosmtplib: one connection a letter, TLS unless the server is on this very machine."""

from __future__ import annotations

import logging

import aiosmtplib
from aiosmtplib import errors

from config.channel_settings import EmailSettings
from notify.channels.email import LetterLost, LetterRefused, NoPost

_log = logging.getLogger("yima.post")
_SECONDS = 12.0


class SmtpPost:
    """``Post`` over the network."""

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings

    async def reach(self) -> None:
        client = await self._connected()
        await _leave(client)

    async def give(self, sender: str, recipient: str, letter: bytes) -> None:
        client = await self._connected()
        try:
            await client.sendmail(sender, [recipient], letter)
        except errors.SMTPRecipientsRefused as refused:
            raise LetterRefused(refused.recipients[0].code) from None
        except errors.SMTPResponseException as refused:
            raise LetterRefused(refused.code) from None
        except (errors.SMTPException, OSError, TimeoutError) as error:
            _log.warning("the letter's answer was lost: %s", type(error).__name__)
            raise LetterLost from None
        finally:
            await _leave(client)

    async def _connected(self) -> aiosmtplib.SMTP:
        asked = self._settings
        at_once = not asked.plain and asked.port == 465
        client = aiosmtplib.SMTP(
            hostname=asked.host, port=asked.port, use_tls=at_once, start_tls=not asked.plain and not at_once,
            timeout=_SECONDS,
        )  # fmt: skip
        try:
            await client.connect()
            if asked.username:
                await client.login(asked.username, asked.password.get_secret_value())
        except errors.SMTPAuthenticationError as refused:
            client.close()
            # Somebody has to put the password right; until then every letter waits.
            _log.error("the SMTP server refuses our account: %s", refused.code)
            raise NoPost("sign-in") from None
        except (errors.SMTPException, OSError, TimeoutError) as error:
            client.close()
            raise NoPost(type(error).__name__) from None
        return client


async def _leave(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit(timeout=1.0)
    except (errors.SMTPException, OSError, TimeoutError):
        client.close()
