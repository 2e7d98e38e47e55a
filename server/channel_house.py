"""Everything around the channels to residents, put together: which are connected, and what their providers tell us.

A channel whose settings are empty is not there; nothing pretends to have sent.
"""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import SecretStr

from config.channel_settings import ChannelSettings
from config.floor.vault import Vault
from config.portal import Portals
from config.settings import Settings
from notify.callbacks import Accounts, AnswerDesk, Callbacks, Readers
from notify.channel import Channel, Parcel, Run
from notify.channels.console_sms import ConsoleSms
from notify.channels.email import Email, Post, Sender
from notify.channels.faulty_console import FaultyConsoleSms, read_faults
from notify.channels.inbox import InboxChannel
from notify.channels.live import LiveChannel, LiveLine
from notify.contacts import Contacts
from notify.paper import PaperChannel
from notify.receipts import Receipts
from notify.templates import Templates
from notify.vendor_templates import VendorTemplate, read_vendor_templates
from notify.web_push import Vapid
from notify.wechat_crypt import Envelope
from notify.wechat_token import TokenSource
from notify.wire import Wire

SAMPLES = Path(__file__).parent.parent / "config" / "channels"
_FAULTS = Path(__file__).parent.parent / "config" / "demo" / "sms_faults.toml"
ENDING = "notify_endings.token"
_log = logging.getLogger("yima.opening")


@dataclass(frozen=True, slots=True)
class Lines:
    """The ways out that adapters gave us."""

    vendors: Wire
    push: Wire
    post: Post | None


@dataclass(slots=True)
class ChannelHouse:
    """What the services are given."""

    channels: list[Channel] = field(default_factory=list)
    readers: dict[str, Readers] = field(default_factory=dict)
    envelopes: dict[str, Envelope] = field(default_factory=dict)
    path_tokens: dict[str, SecretStr] = field(default_factory=dict)
    offers: dict[str, Mapping[str, VendorTemplate]] = field(default_factory=dict)
    vapid: Vapid | None = None
    push_hosts: tuple[str, ...] = ()


def vendor_hosts(settings: ChannelSettings) -> set[str]:
    """The hosts that our own requests go to, from the settings of what is connected."""
    used = [
        (settings.aliyun_sms.key_id, settings.aliyun_sms.base_url),
        (settings.tencent_sms.secret_id, settings.tencent_sms.base_url),
        (settings.wechat.app_id, settings.wechat.base_url),
        (settings.oa.app_id, settings.oa.base_url),
        (settings.alipay.app_id, settings.alipay.gateway),
        (settings.webhook.url, settings.webhook.url),
    ]
    return {urlsplit(url).hostname or "" for on, url in used if on}


def channel_house(
    all_settings: Settings, lines: Lines, store: LiveLine, *, run: Run, vault: Vault, contacts: Contacts,
    templates: Templates, portals: Portals,
) -> ChannelHouse:  # fmt: skip
    """Our own channels and those that are configured. ``VendorTemplatesWrong`` names a file that is wrong."""
    settings, folder = all_settings.channels, _approved_folder(all_settings)
    declared = {template.event: template.required | template.optional for template in templates}

    def approved(name: str) -> dict[str, VendorTemplate]:
        return read_vendor_templates(folder / f"{name}.toml", declared) if folder else {}

    house = ChannelHouse([InboxChannel(), LiveChannel(store), PaperChannel(run)])
    _short_messages(house, settings, lines, approved)
    _wechat(house, settings, lines, approved, run, contacts, vault)
    if settings.alipay.app_id:
        from notify.channels.alipay import Alipay

        found = approved("alipay")
        house.channels.append(Alipay(settings.alipay, found, lines.vendors, run, contacts))
        house.offers["alipay"] = found
    if key := settings.webpush.private_key.get_secret_value():
        from notify.channels.webpush import WebPush

        house.vapid = Vapid(key, settings.webpush.contact, seconds=time.time)
        house.push_hosts = settings.webpush.hosts
        house.channels.append(WebPush(house.vapid, lines.push, run, vault))
    if lines.post is not None:
        house.channels.append(
            Email(
                settings.email,
                lines.post,
                run,
                contacts,
                sender=_sender(portals, all_settings.public_origin),
                ending=_ending(vault),
            )
        )
    if settings.webhook.url:
        from notify.channels.webhook import Webhook

        house.channels.append(Webhook(settings.webhook, lines.vendors))
    _console(house, all_settings, run, vault)
    return house


def _approved_folder(settings: Settings) -> Path | None:
    """Templates that this deployment's vendors approved; a production one has only its own."""
    return settings.channels.templates_dir or (None if settings.profile == "production" else SAMPLES)


def _console(house: ChannelHouse, settings: Settings, run: Run, vault: Vault) -> None:
    """The demo's console stands in for a provider of short messages; in production that would be saying that something
    was sent which never was."""
    if any(channel.name == "sms" for channel in house.channels):
        return
    if settings.profile == "production":
        _log.warning("no provider of short messages is connected: each of them will fail as channel-unknown")
    elif settings.is_demo:
        house.channels.append(FaultyConsoleSms(run, vault, "console", read_faults(_FAULTS)))
    else:
        house.channels.append(ConsoleSms(run, vault, "console"))


def _short_messages(
    house: ChannelHouse, settings: ChannelSettings, lines: Lines, approved: Callable[[str], dict[str, VendorTemplate]]
) -> None:
    if settings.aliyun_sms.key_id:
        from notify.channels.aliyun_sms import AliyunSms

        aliyun = AliyunSms(settings.aliyun_sms, approved("aliyun-sms"), lines.vendors)
        house.channels.append(aliyun)
        house.readers["aliyun-sms"] = Readers(
            "sms", lambda raw: aliyun.read_receipt({}, raw), aliyun.read_inbound
        )  # fmt: skip
        house.path_tokens["aliyun-sms"] = settings.aliyun_sms.callback_token
    if settings.tencent_sms.secret_id:
        from notify.channels.tencent_sms import TencentSms

        tencent = TencentSms(settings.tencent_sms, approved("tencent-sms"), lines.vendors)
        house.channels.append(tencent)
        house.readers["tencent-sms"] = Readers(
            "sms", lambda raw: tencent.read_receipt({}, raw), tencent.read_inbound
        )  # fmt: skip
        house.path_tokens["tencent-sms"] = settings.tencent_sms.callback_token


def _wechat(
    house: ChannelHouse, settings: ChannelSettings, lines: Lines, approved: Callable[[str], dict[str, VendorTemplate]],
    run: Run, contacts: Contacts, vault: Vault,
) -> None:  # fmt: skip
    if (mini := settings.wechat).app_id:
        from notify.channels.wechat import WeChat

        tokens = TokenSource(
            lines.vendors, app_id=mini.app_id, app_secret=mini.app_secret.get_secret_value(), base_url=mini.base_url
        )
        found = approved("wechat")
        house.channels.append(WeChat(mini, found, lines.vendors, tokens, run, contacts))
        house.offers["wechat"] = found
        kinds = {template.code: template.kind for template in found.values()}
        house.readers["wechat"] = Readers("wechat", account="wechat", kinds=kinds)
        house.envelopes["wechat"] = _envelope(
            mini.app_id, mini.callback_token, mini.callback_key, mini.callback_key_before
        )
    if (account := settings.oa).app_id:
        from notify.channels.official_account import ACCOUNT, OfficialAccount

        tokens = TokenSource(
            lines.vendors, app_id=account.app_id, app_secret=account.app_secret.get_secret_value(),
            base_url=account.base_url,
        )  # fmt: skip
        house.channels.append(
            OfficialAccount(account, approved("oa"), lines.vendors, tokens, run, contacts, vault)
        )  # fmt: skip
        house.readers["wechat-oa"] = Readers("oa", account=ACCOUNT)
        house.envelopes["wechat-oa"] = _envelope(
            account.app_id, account.callback_token, account.callback_key, account.callback_key_before
        )


def _envelope(app_id: str, token: SecretStr, *keys: SecretStr) -> Envelope:
    known = tuple(value for key in keys if (value := key.get_secret_value()))
    return Envelope(token.get_secret_value(), app_id, known)


def callbacks_of(
    house: ChannelHouse, *, run: Run, vault: Vault, receipts: Receipts, accounts: Accounts, desk: AnswerDesk
) -> Callbacks:
    """Where what providers tell is kept and applied."""
    return Callbacks(run=run, vault=vault, receipts=receipts, accounts=accounts, desk=desk, readers=house.readers)


def _sender(portals: Portals, origin: str) -> Callable[[str], Sender]:
    return lambda portal: Sender(portals.get(portal).name, origin)


def _ending(vault: Vault) -> Callable[[Parcel], str]:
    def path(parcel: Parcel) -> str:
        sealed = vault.seal(f"{parcel.portal}|{parcel.recipient}|{parcel.category}", ENDING)
        return f"/hooks/mail/endings/{base64.urlsafe_b64encode(sealed).rstrip(b'=').decode()}"

    return path


def read_ending(vault: Vault, token: str) -> tuple[str, UUID, str] | None:
    """Whose letters of which category a link ends; None for anything that we did not write."""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        portal, resident, category = vault.open(sealed, ENDING).split("|")
        return portal, UUID(resident), category
    except ValueError:
        return None
