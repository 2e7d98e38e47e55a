"""What single vendors promise or ask for: grants, tokens, windows, dead browsers, signed answers, public addresses."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from functools import partial

from pydantic import SecretStr

from config.channel_settings import (
    EmailSettings,
    OfficialAccountSettings,
    WebhookSettings,
    WeChatSettings,
)
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import grants, push_subscriptions, reply_windows
from notify.channel import Rejected, Retry, Sent, Unknown
from notify.channels.alipay import Alipay
from notify.channels.email import Email, Sender
from notify.channels.official_account import OfficialAccount
from notify.channels.webhook import Webhook
from notify.channels.webpush import WebPush
from notify.channels.wechat import WeChat
from notify.web_push import Subscription, Vapid, unpadded
from notify.wechat_token import TokenSource
from server.adapters.database import Database
from server.adapters.post_smtp import SmtpPost
from server.adapters.wire import HttpWire
from tests.contracts.vendor_parts import ADDRESS, PARCEL, TEMPLATES, accept, alipay_settings, person
from tests.notify.parts import People
from tests.notify.standins.letters import Letters
from tests.notify.standins.vendors import HOOK_SECRET, SECRET, Vendors
from tests.notify.test_signatures import BROWSER, BROWSER_KEY


async def test_a_redirect_is_not_followed(vendors: Vendors, wire: HttpWire) -> None:
    hook = WebhookSettings(url=f"{vendors.url}/moved", secret=SecretStr(base64.b64encode(HOOK_SECRET).decode()))
    assert await Webhook(hook, wire).send(PARCEL) == Rejected("http-307")
    assert not vendors.seen


async def test_a_host_that_is_not_listed_is_not_called(vendors: Vendors) -> None:
    elsewhere = HttpWire(["api.example.invalid"])
    await elsewhere.open()
    hook = WebhookSettings(url=f"{vendors.url}/hook", secret=SecretStr(base64.b64encode(HOOK_SECRET).decode()))
    assert isinstance(await Webhook(hook, elsewhere).send(PARCEL), Retry)
    await elsewhere.close()
    assert not vendors.seen


async def test_a_dead_browser_is_forgotten_and_a_living_one_gets_it(
    vendors: Vendors, wire: HttpWire, database: Database, vault: Vault
) -> None:
    channel = WebPush(Vapid(BROWSER_KEY, "mailto:a@b.invalid", seconds=lambda: 2e9), wire, database.unit_of_work, vault)

    async def subscribe(unit: Unit) -> None:
        for name in ("dead", "alive"):
            found = Subscription(f"{vendors.url}/push/{name}", BROWSER.p256dh, BROWSER.auth)
            await push_subscriptions.subscribe(unit, vault, person(), found)

    await database.unit_of_work("demo", subscribe)
    vendors.gone.add("dead")
    assert isinstance(await channel.send(PARCEL), Sent)
    assert len(vendors.bodies) == 1
    topic = vendors.bodies[0]["headers"]["Topic"]
    assert len(topic) <= 32 and unpadded(topic) == PARCEL.message_id.bytes  # RFC 8030: a second try replaces the first
    assert [one.endpoint for _, one in await push_subscriptions.of(vault, "demo", person())] == [
        f"{vendors.url}/push/alive"
    ]
    vendors.gone.add("alive")
    assert await channel.send(PARCEL) == Rejected("not-bound")


async def test_a_push_goes_to_public_addresses_only() -> None:
    wire = HttpWire(["localhost", "127.0.0.1", "[::1]"], public_only=True)
    await wire.open()
    hook = WebhookSettings(url="https://localhost/hook", secret=SecretStr(base64.b64encode(HOOK_SECRET).decode()))
    assert isinstance(await Webhook(hook, wire).send(PARCEL), Retry)  # resolves to loopback
    for url in ("http://localhost/hook", "https://127.0.0.1/hook", "https://localhost:8443/hook"):
        outcome = await Webhook(hook.model_copy(update={"url": url}), wire).send(PARCEL)
        assert outcome == Retry("unreachable:address-not-public")
    await wire.close()


async def test_the_token_is_fetched_once_by_many_and_again_when_refused(vendors: Vendors, wire: HttpWire) -> None:
    now = [0.0]
    tokens = TokenSource(wire, app_id="wx1", app_secret=SECRET, base_url=vendors.url, monotonic=lambda: now[0])
    assert set(await asyncio.gather(*(tokens.token() for _ in range(20)))) == {"token-1"}
    now[0] += 7200 - 301
    assert await tokens.token() == "token-1"
    now[0] += 2  # fewer than five minutes are left: both are valid, ours is renewed
    assert await tokens.token() == "token-2"
    now[0] += 60
    assert await tokens.token(instead_of="token-2") == "token-3"
    assert await tokens.token(instead_of="token-2") == "token-3"  # somebody else has fetched it meanwhile
    assert SECRET not in repr(tokens)


async def test_a_refused_token_costs_one_more_call(
    vendors: Vendors, wire: HttpWire, database: Database, vault: Vault
) -> None:
    now = [0.0]
    tokens = TokenSource(wire, app_id="wx1", app_secret=SECRET, base_url=vendors.url, monotonic=lambda: now[0])
    await tokens.token()
    now[0] += 60
    people = People()
    people.accounts[(person(), "wechat_oa")] = "open-oa"
    account = OfficialAccountSettings(app_id="wx1", app_secret=SecretStr(SECRET), base_url=vendors.url)
    channel = OfficialAccount(account, TEMPLATES, wire, tokens, database.unit_of_work, people, vault)
    vendors.refuse_tokens = 1
    assert isinstance(await channel.send(PARCEL), Sent)
    assert vendors.tokens == 2
    vendors.refuse_tokens = 9
    assert isinstance(await channel.send(PARCEL), Retry)


async def test_who_spoke_may_be_answered_five_times(
    vendors: Vendors, wire: HttpWire, database: Database, vault: Vault
) -> None:
    people, run = People(), database.unit_of_work
    people.accounts[(person(), "wechat_oa")] = "open-oa"
    tokens = TokenSource(wire, app_id="wx1", app_secret=SECRET, base_url=vendors.url)
    account = OfficialAccountSettings(app_id="wx1", app_secret=SecretStr(SECRET), base_url=vendors.url)
    channel = OfficialAccount(account, {}, wire, tokens, run, people, vault)
    await run("demo", lambda unit: reply_windows.opened(unit, vault, "open-oa", reply_windows.SPOKE))
    outcomes = [await channel.send(replace(PARCEL, client_msg_id=f"m-{n}")) for n in range(6)]
    assert [type(one) for one in outcomes] == [Sent] * 5 + [Rejected]
    assert vendors.bodies[0]["msgtype"] == "text"
    await run("demo", lambda unit: reply_windows.opened(unit, vault, "open-oa", reply_windows.SPOKE))
    vendors.fault = "45015"
    assert await channel.send(PARCEL) == Rejected("45015")
    assert await channel.send(PARCEL) == Rejected("window-over")  # WeChat's word closed it


async def test_one_accept_is_one_card_and_43101_is_zero(
    vendors: Vendors, wire: HttpWire, database: Database, vault: Vault
) -> None:
    people, run = People(), database.unit_of_work
    people.accounts[(person(), "wechat")] = "open-1"
    tokens = TokenSource(wire, app_id="wx1", app_secret=SECRET, base_url=vendors.url)
    settings = WeChatSettings(app_id="wx1", app_secret=SecretStr(SECRET), base_url=vendors.url)
    channel = WeChat(settings, TEMPLATES, wire, tokens, run, people)
    assert await channel.send(PARCEL) == Rejected("no-grant")
    for tap in ("a", "b", "b", "c"):  # b is told twice: by the front and by the event
        await run("demo", partial(accept, tap))
    assert isinstance(await channel.send(PARCEL), Sent)
    assert isinstance(await channel.send(PARCEL), Sent)  # the same delivery again spends nothing more
    assert [one.balance for one in await grants.left(await database.reading("demo"), person())] == [2]
    vendors.fault = "47003"
    assert await channel.send(replace(PARCEL, client_msg_id="m-2")) == Rejected("47003:thing1")
    vendors.fault = "43101"
    assert await channel.send(replace(PARCEL, client_msg_id="m-3")) == Rejected("43101")
    assert [one.balance for one in await grants.left(await database.reading("demo"), person())] == [0]
    card = vendors.bodies[0]
    assert card["data"]["thing1"] == {"value": "印刷经营许可证核发"}
    assert card["page"] == "pages/case/case?no=1"


async def test_an_answer_that_alipay_did_not_sign_proves_nothing(
    vendors: Vendors, wire: HttpWire, database: Database
) -> None:
    people = People()
    people.accounts[(person(), "alipay")] = "open-1"
    channel = Alipay(alipay_settings(vendors), TEMPLATES, wire, database.unit_of_work, people)
    await database.unit_of_work(
        "demo", lambda unit: grants.accept(unit, person(), "alipay", "T-1", kind="long", ref="a")
    )
    vendors.fault = "unsigned"
    assert await channel.send(PARCEL) == Unknown("answer-not-signed")
    vendors.fault = ""
    assert isinstance(await channel.send(PARCEL), Sent)  # a long-term grant is not spent


async def test_a_letter_can_be_ended_by_one_click_but_a_statutory_one_cannot(
    letters: Letters, database: Database
) -> None:
    people = People()
    people.accounts[(person(), "email")] = ADDRESS
    mail = EmailSettings(host="127.0.0.1", port=letters.port, sender="no-reply@city.invalid", plain=True)
    channel = Email(
        mail, SmtpPost(mail), database.unit_of_work, people, ending=lambda parcel: "/hooks/mail/endings/x",
        sender=lambda _: Sender("示范区", "https://city.invalid"),
    )  # fmt: skip
    await channel.send(PARCEL)
    await channel.send(replace(PARCEL, category="statutory"))
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in letters.taken[0]
    assert "<https://city.invalid/hooks/mail/endings/x>" in letters.taken[0]
    assert "List-Unsubscribe" not in letters.taken[1]
    assert "Message-ID: <m-1@city.invalid>" in letters.taken[0]
    people.accounts[(person(), "email")] = "a@b.invalid\r\nBcc: all@b.invalid"
    assert await channel.send(PARCEL) == Rejected("address-wrong")
