"""The house connects what is configured and nothing else; public places show no personal notice."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic import SecretStr

from config.channel_settings import ChannelSettings
from config.floor.vault import Vault
from config.portal import read_portals
from config.settings import Settings
from notify.channel import Rejected, Sent, provider_of
from notify.channels.public import PublicChannel
from notify.channels.webhook import Webhook
from notify.links import address_of, page_of
from notify.templates import Templates
from notify.vendor_templates import VendorTemplatesWrong
from server.adapters.database import Database
from server.adapters.post_smtp import SmtpPost
from server.adapters.store_embedded import EmbeddedStore
from server.adapters.wire import HttpWire, is_public
from server.channel_house import ChannelHouse, Lines, channel_house, read_ending, vendor_hosts
from tests.contracts.vendor_parts import PARCEL
from tests.notify.parts import People
from tests.notify.standins.vendors import key_of
from tests.notify.test_signatures import BROWSER_KEY

TEMPLATES, PORTALS = Templates(), read_portals(demo=True)
SECRET = "a-word-that-nobody-prints"


def _everything() -> ChannelSettings:
    ours = key_of("ours").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    theirs = key_of("alipay").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return ChannelSettings.model_validate({
        "aliyun_sms": {"key_id": "AK", "key_secret": SECRET}, "tencent_sms": {"secret_id": "AK", "secret_key": SECRET},
        "wechat": {"app_id": "wx1", "app_secret": SECRET}, "oa": {"app_id": "wx2", "app_secret": SECRET},
        "alipay": {"app_id": "2021", "private_key": ours, "alipay_public_key": theirs},
        "webpush": {"private_key": BROWSER_KEY}, "email": {"host": "127.0.0.1", "password": SECRET},
        "webhook": {"url": "https://department.example.invalid/hook", "secret": base64.b64encode(b"s" * 32).decode()},
    })  # fmt: skip


def _house(database: Database, vault: Vault, channels: ChannelSettings, profile: str = "test") -> ChannelHouse:
    settings = Settings(profile="test").model_copy(update={"channels": channels, "profile": profile})
    wire = HttpWire(vendor_hosts(channels))
    post = SmtpPost(channels.email) if channels.email.host else None
    return channel_house(
        settings, Lines(wire, wire, post), EmbeddedStore(), run=database.unit_of_work, vault=vault, contacts=People(),
        templates=TEMPLATES, portals=PORTALS,
    )  # fmt: skip


async def test_everything_that_is_configured_is_connected(database: Database, vault: Vault) -> None:
    house = await asyncio.to_thread(_house, database, vault, _everything())
    found = {(channel.name, provider_of(channel)) for channel in house.channels}
    assert found == {
        ("inbox", ""), ("live", ""), ("paper", ""), ("sms", "aliyun-sms"), ("sms", "tencent-sms"), ("wechat", "wechat"),
        ("oa", "wechat-oa"), ("alipay", "alipay"), ("webpush", "webpush"), ("email", "smtp"), ("webhook", "webhook"),
    }  # fmt: skip
    assert set(house.readers) == {"aliyun-sms", "tencent-sms", "wechat", "wechat-oa"}
    assert {name: bool(found) for name, found in house.offers.items()} == {"wechat": True, "alipay": True}
    assert SECRET not in repr(house) + repr(_everything())


async def test_nothing_configured_is_our_own_channels_only(database: Database, vault: Vault) -> None:
    own = await asyncio.to_thread(_house, database, vault, ChannelSettings())
    assert [one.name for one in own.channels] == ["inbox", "live", "paper", "sms"]
    bare = await asyncio.to_thread(
        _house, database, vault, ChannelSettings(), "production"
    )  # no console there: it would only pretend
    assert [one.name for one in bare.channels] == ["inbox", "live", "paper"]
    assert vendor_hosts(ChannelSettings()) == set()
    assert bare.vapid is None


async def test_a_connected_channel_without_approved_templates_says_so(database: Database, vault: Vault) -> None:
    house = await asyncio.to_thread(
        _house, database, vault, _everything(), "production"
    )  # the samples are not a real deployment's
    for channel in house.channels:
        if provider_of(channel) in ("aliyun-sms", "tencent-sms", "alipay"):
            assert not (await channel.check()).ok
            assert await channel.send(PARCEL) == Rejected("template-missing")


async def test_a_wrong_template_file_stops_the_start(database: Database, vault: Vault, tmp_path: Path) -> None:
    await asyncio.to_thread((tmp_path / "wechat.toml").write_text, '["nothing.such"]\ncode = "x"', "utf-8")
    with pytest.raises(VendorTemplatesWrong, match="nothing"):
        await asyncio.to_thread(_house, database, vault, _everything().model_copy(update={"templates_dir": tmp_path}))


def test_only_our_own_endings_are_read(vault: Vault) -> None:
    assert read_ending(vault, "AAAA") is None
    assert read_ending(vault, "!" * 20) is None
    assert read_ending(vault, base64.urlsafe_b64encode(vault.seal("a|b|c", "elsewhere.token")).decode()) is None


class Square:
    """A screen on a square."""

    def __init__(self) -> None:
        self.shown: dict[str, str] = {}

    async def ready(self) -> bool:
        return True

    async def publish(self, notice_id: str, *, portal: str, title: str, text: str) -> str:
        self.shown[notice_id] = text
        return "screen-1"


async def test_a_public_place_shows_no_personal_notice() -> None:
    square = Square()
    channel = PublicChannel(square)
    assert (await channel.check()).ok
    assert await channel.send(PARCEL) == Rejected("personal")
    everybody = replace(PARCEL, recipient=None, phone=None)
    assert await channel.send(everybody) == await channel.send(everybody) == Sent("screen-1", delivered=True)
    assert list(square.shown) == [PARCEL.client_msg_id]


def test_a_link_is_what_each_channel_wants() -> None:
    link = "/m/#/pages/case/case?no=1"
    assert page_of(link) == "pages/case/case?no=1"
    assert address_of("https://city.invalid", link) == f"https://city.invalid{link}"
    assert page_of("https://evil.invalid/") == address_of("https://city.invalid", "//evil.invalid") == ""
    assert address_of("", link) == ""


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("10.1.2.3", False), ("::1", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("::ffff:10.0.0.1", False), ("224.0.0.1", False),
        ("fe80::1%eth0", False), ("0.0.0.0", False), ("name", False),
    ],
)  # fmt: skip
def test_public_addresses_are_told_from_others(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_a_short_key_for_a_department_is_not_well() -> None:
    made = Webhook(
        _everything().webhook.model_copy(update={"secret": SecretStr(base64.b64encode(b"short").decode())}),
        HttpWire([]),
    )
    assert not (await made.check()).ok
