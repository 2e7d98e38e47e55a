"""Every channel by a provider keeps the same promises, against a stand-in that checks what it is sent."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace

import pytest
from pydantic import SecretStr

from config.channel_settings import (
    AliyunSmsSettings,
    EmailSettings,
    OfficialAccountSettings,
    TencentSmsSettings,
    WebhookSettings,
    WeChatSettings,
)
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import grants, push_subscriptions
from notify.channel import Asking, Channel, Named, Rejected, Retry, Sent, Unknown
from notify.channels.alipay import Alipay
from notify.channels.aliyun_sms import AliyunSms
from notify.channels.email import Email, Sender
from notify.channels.official_account import OfficialAccount
from notify.channels.tencent_sms import TencentSms
from notify.channels.webhook import Webhook
from notify.channels.webpush import WebPush
from notify.channels.wechat import WeChat
from notify.web_push import Subscription, Vapid
from notify.wechat_token import TokenSource
from server.adapters.database import Database
from server.adapters.post_smtp import SmtpPost
from server.adapters.wire import HttpWire
from tests.contracts.vendor_parts import ADDRESS, PARCEL, TEMPLATES, alipay_settings, person
from tests.notify.parts import NOON, People
from tests.notify.standins.letters import Letters
from tests.notify.standins.vendors import HOOK_SECRET, KEY, SECRET, Vendors
from tests.notify.test_signatures import BROWSER, BROWSER_KEY

NEVER = {
    "aliyun-sms": "isv.MOBILE_NUMBER_ILLEGAL", "tencent-sms": "FailedOperation.PhoneNumberInBlacklist",
    "wechat": "40037", "wechat-oa": "43004", "alipay": "TEMPLATE_NOT_EXIST", "webpush": "400", "webhook": "422",
    "smtp": "550",
}  # fmt: skip
LATER = {
    "aliyun-sms": "isv.BUSINESS_LIMIT_CONTROL", "tencent-sms": "RequestLimitExceeded", "wechat": "45009",
    "wechat-oa": "-1", "alipay": "isp.unknow-error", "webpush": "429", "webhook": "425", "smtp": "451",
}  # fmt: skip


@dataclass
class Rig:
    """One channel, its stand-in, and a resident whom it can reach."""

    channel: Channel
    provider: str
    vendors: Vendors
    letters: Letters
    people: People
    database: Database
    vault: Vault

    def fault(self, name: str) -> None:
        self.vendors.fault = self.letters.fault = name

    @property
    def taken(self) -> int:
        return sum(self.vendors.seen.values()) + len(self.letters.taken)

    async def close_vendor(self) -> None:
        await self.vendors.close()
        await self.letters.close()

    async def balance(self) -> int:
        left = await grants.left(await self.database.reading("demo"), person())
        return sum(one.balance for one in left)


@pytest.fixture(params=sorted(NEVER))
async def rig(
    request: pytest.FixtureRequest, vendors: Vendors, letters: Letters, wire: HttpWire, database: Database, vault: Vault
) -> Rig:
    """Each provider in turn."""
    people, run = People(), database.unit_of_work
    for provider in ("wechat", "wechat_oa", "alipay", "email"):
        people.accounts[(person(), provider)] = ADDRESS if provider == "email" else f"open-{provider}"
    tokens = TokenSource(wire, app_id="wx1", app_secret=SECRET, base_url=vendors.url)
    secret = SecretStr(SECRET)
    match request.param:
        case "aliyun-sms":
            made: Channel = AliyunSms(
                AliyunSmsSettings(key_id=KEY, key_secret=secret, sign_name="一码通办", base_url=vendors.url),
                TEMPLATES,
                wire,
            )
        case "tencent-sms":
            made = TencentSms(
                TencentSmsSettings(secret_id=KEY, secret_key=secret, sign_name="一码通办", base_url=vendors.url),
                TEMPLATES, wire,
            )  # fmt: skip
        case "wechat":
            settings = WeChatSettings(app_id="wx1", app_secret=secret, base_url=vendors.url)
            made = WeChat(settings, TEMPLATES, wire, tokens, run, people)
        case "wechat-oa":
            account = OfficialAccountSettings(app_id="wx1", app_secret=secret, base_url=vendors.url)
            made = OfficialAccount(account, TEMPLATES, wire, tokens, run, people, vault)
        case "alipay":
            made = Alipay(alipay_settings(vendors), TEMPLATES, wire, run, people)
        case "webpush":
            made = WebPush(Vapid(BROWSER_KEY, "mailto:a@b.invalid", seconds=lambda: 2e9), wire, run, vault)
        case "webhook":
            hook = WebhookSettings(url=f"{vendors.url}/hook", secret=SecretStr(base64.b64encode(HOOK_SECRET).decode()))
            made = Webhook(hook, wire)
        case _:
            mail = EmailSettings(host="127.0.0.1", port=letters.port, sender="no-reply@city.invalid", plain=True)
            made = Email(
                mail, SmtpPost(mail), run, people, sender=lambda _: Sender("示范区", "https://city.invalid"),
                ending=lambda parcel: "/hooks/mail/endings/x",
            )  # fmt: skip

    async def ready(unit: Unit) -> None:
        for name in ("wechat", "alipay"):
            await grants.accept(unit, person(), name, "T-1", kind="once", ref=f"tap-{name}")
        if request.param == "webpush":
            browser = Subscription(f"{vendors.url}/push/a", BROWSER.p256dh, BROWSER.auth)
            await push_subscriptions.subscribe(unit, vault, person(), browser)

    await run("demo", ready)
    return Rig(made, request.param, vendors, letters, people, database, vault)


async def test_it_sends_and_the_provider_has_it_once(rig: Rig) -> None:
    outcome = await rig.channel.send(PARCEL)
    assert isinstance(outcome, Sent), outcome
    assert rig.taken == 1
    assert (await rig.channel.check()).ok
    assert isinstance(rig.channel, Named)
    assert rig.channel.provider == rig.provider


async def test_a_lost_answer_is_in_doubt_and_not_a_failure(rig: Rig) -> None:
    for fault in ("lost",) if rig.provider == "smtp" else ("lost", "gateway"):
        rig.fault(fault)
        outcome = await rig.channel.send(replace(PARCEL, client_msg_id=f"m-{fault}"))
        if rig.provider in ("wechat", "alipay") and fault == "gateway":
            assert outcome == Rejected("no-grant")  # the first one may have been a card: it stays spent
        else:
            assert isinstance(outcome, Unknown), outcome
    assert rig.taken >= 1


async def test_a_provider_that_is_away_has_certainly_not_sent(rig: Rig) -> None:
    await rig.close_vendor()
    outcome = await rig.channel.send(replace(PARCEL, client_msg_id="m-2"))
    assert isinstance(outcome, Retry), outcome
    assert rig.taken == 0


async def test_a_permanent_code_ends_it_and_another_one_waits(rig: Rig) -> None:
    if rig.provider != "smtp":
        rig.fault("busy")
        assert isinstance(await rig.channel.send(PARCEL), Retry)
    rig.fault(LATER[rig.provider])
    assert isinstance(await rig.channel.send(PARCEL), Retry)
    rig.fault(NEVER[rig.provider])
    outcome = await rig.channel.send(replace(PARCEL, client_msg_id="m-2"))
    assert isinstance(outcome, Rejected), outcome
    if rig.provider in ("wechat", "alipay"):
        assert await rig.balance() == 2  # nothing was sent, so nothing was spent


async def test_nobody_to_send_to_is_refused_for_good(rig: Rig) -> None:
    rig.people.accounts.clear()
    stranger = replace(PARCEL, recipient=None, phone=None)
    outcome = await rig.channel.send(stranger)
    if rig.provider == "webhook":
        assert isinstance(outcome, Sent)  # it goes to a department, not to a person
        return
    assert outcome in (Rejected("no-recipient"), Rejected("no-phone"))
    if not rig.channel.needs_phone:
        assert await rig.channel.send(replace(PARCEL, recipient=new_id())) == Rejected("not-bound")
    assert rig.taken == 0


async def test_half_a_template_is_never_sent(rig: Rig) -> None:
    if rig.provider in ("webpush", "webhook", "smtp"):
        pytest.skip("has no templates of the vendor's")
    outcome = await rig.channel.send(replace(PARCEL, values={"item": "x"}))
    assert isinstance(outcome, Rejected)
    assert outcome.code.startswith("value-missing")
    other = await rig.channel.send(replace(PARCEL, event="case.decided"))
    assert other == Rejected("window-over" if rig.provider == "wechat-oa" else "template-missing")
    assert rig.taken == 0


async def test_no_secret_and_no_person_is_printed(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    for fault in ("", "lost", LATER[rig.provider], "surprise" if rig.provider not in _NUMBERS else "999"):
        rig.fault(fault)
        await rig.channel.send(PARCEL)
    printed = caplog.text + repr(rig.channel) + repr(vars(rig.channel))
    assert SECRET not in printed
    assert PARCEL.phone is not None and PARCEL.phone not in printed
    assert "token-" not in caplog.text and ADDRESS not in caplog.text and "open-" not in caplog.text


_NUMBERS = {"wechat", "wechat-oa", "webpush", "webhook", "smtp"}


async def test_a_lost_short_message_is_found_by_its_id(rig: Rig) -> None:
    if not isinstance(rig.channel, Asking):
        pytest.skip("nobody can be asked")
    before = await rig.channel.lookup(PARCEL, NOON)
    assert before is None or isinstance(before, Retry)
    rig.fault("lost")
    assert isinstance(await rig.channel.send(PARCEL), Unknown)
    rig.fault("")
    found = await rig.channel.lookup(PARCEL, NOON)
    assert isinstance(found, Sent) and found.delivered
