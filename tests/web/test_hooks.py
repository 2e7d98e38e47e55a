"""Providers call us: only who knows the secret is heard, everything is kept before it is applied, twice is once."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import SecretStr

from config.channel_settings import (
    AliyunSmsSettings,
    ChannelSettings,
    TencentSmsSettings,
    WebPushSettings,
    WeChatSettings,
)
from config.floor import sql
from config.floor.unit import Unit
from config.settings import Settings
from notify import grants
from notify.channel import Parcel
from notify.receipts import apply_waiting
from notify.wechat_crypt import Envelope, signed
from server.adapters.clock import ShiftedClock
from server.channel_house import _ending
from tests.journeys.town import Town, running_town
from tests.journeys.visitor import Visitor
from tests.notify.test_signatures import BROWSER_KEY, GOOD

TOKEN, KEY, APP = "callback-word", "k" * 42 + "A", "wx-sample"
ENVELOPE = Envelope(TOKEN, APP, (KEY,))
CHANNELS = ChannelSettings(
    aliyun_sms=AliyunSmsSettings(key_id="AK", key_secret=SecretStr("s"), callback_token=SecretStr("aliyun-path")),
    tencent_sms=TencentSmsSettings(secret_id="AK", secret_key=SecretStr("s"), callback_token=SecretStr("tencent-path")),
    wechat=WeChatSettings(
        app_id=APP, app_secret=SecretStr("s"), callback_token=SecretStr(TOKEN), callback_key=SecretStr(KEY)
    ),
    webpush=WebPushSettings(private_key=SecretStr(BROWSER_KEY), hosts=("push.example.net",)),
)


@pytest.fixture
async def town(settings: Settings, clock: ShiftedClock) -> AsyncIterator[Town]:
    """A town whose providers are connected (nobody is called)."""
    async with running_town(settings.model_copy(update={"channels": CHANNELS}), clock) as made:
        yield made


async def _post(visitor: Visitor, path: str, raw: str | bytes) -> tuple[int, str]:
    data = raw.encode() if isinstance(raw, str) else raw
    answer = await visitor.call("POST", path, data=data, headers={"Content-Type": "text/plain"})
    return answer.status, answer.content.decode()


PHONE = "13800000011"


async def _resident(town: Town, phone: str = PHONE) -> Visitor:
    """Somebody signed in without a short message: here those go to a provider that nobody calls."""
    services = town.services

    async def enter(unit: Unit) -> str:
        person = await services.residents.enter(unit, phone, language="zh-CN")
        return (await services.sign_in.open(unit, person, device="test")).session.token

    visitor = await town.stranger()
    visitor.headers["Authorization"] = f"Bearer {await services.database.unit_of_work('demo', enter)}"
    return visitor


async def _id(resident: Visitor) -> UUID:
    return UUID((await resident.call("GET", "/api/v1/me")).body["id"])


async def _delivery(town: Town, resident: UUID, provider: str, reference: str) -> str:
    """One short message on its way; its client id."""
    services = town.services

    async def post(unit: Unit) -> str:
        message = await services.notify.post(
            unit, recipient=resident, region="511602000000", event="case.accepted", category="statutory",
            dedupe_key=reference, values={"item": "印刷经营许可证核发", "case_no": "5116022026110001"},
        )  # fmt: skip
        row = await sql.row(
            "UPDATE notify_deliveries SET state = 'sent', provider = $1, provider_ref = $2 "
            "WHERE message_id = $3 AND channel = 'sms' RETURNING client_msg_id",
            provider, reference, message,
        )  # fmt: skip
        assert row is not None
        return str(row["client_msg_id"])

    return await services.database.unit_of_work("demo", post)


async def _state(client_msg_id: str) -> str:
    row = await sql.row("SELECT state FROM notify_deliveries WHERE client_msg_id = $1", client_msg_id)
    assert row is not None
    return str(row["state"])


async def test_receipts_in_arrays_doubled_and_late_are_applied_once(town: Town) -> None:
    resident, stranger = await _resident(town), await town.stranger()
    me = await _id(resident)
    first = await _delivery(town, me, "aliyun-sms", "biz-1")
    row = {"phone_number": "13800000000", "success": True, "err_code": "DELIVERED", "biz_id": "biz-1", "out_id": first}
    late = {
        "phone_number": "13800000000",
        "success": True,
        "err_code": "DELIVERED",
        "biz_id": "biz-9",
        "out_id": "later",
    }
    raw = json.dumps([row, row, late])
    path = "/hooks/sms/aliyun-sms/aliyun-path/receipts"
    assert await _post(stranger, path, raw) == (200, '{"code":0,"msg":"成功"}')
    assert await _post(stranger, path, raw) == (200, '{"code":0,"msg":"成功"}')
    assert await _state(first) == "delivered"
    failed = json.dumps([{**row, "success": False, "err_code": "MK:0001"}])
    await _post(stranger, path, failed)
    assert await _state(first) == "delivered"  # a final state does not move
    assert len(await sql.rows("SELECT id FROM notify_callbacks")) == 2
    kept = await sql.rows("SELECT payload FROM notify_callbacks")
    assert all(b"13800000000" not in bytes(one["payload"]) for one in kept)


async def test_a_receipt_that_comes_before_its_message_waits(town: Town) -> None:
    resident, stranger = await _resident(town), await town.stranger()
    me = await _id(resident)
    raw = json.dumps([{"mobile": "13800000000", "report_status": "FAIL", "errmsg": "MK:1", "sid": "s-early"}])
    assert await _post(stranger, "/hooks/sms/tencent-sms/tencent-path/receipts", raw) == (
        200,
        '{"result":0,"errmsg":"OK"}',
    )
    message = await _delivery(town, me, "tencent-sms", "s-early")
    await town.services.database.unit_of_work("", apply_waiting)
    assert await _state(message) == "failed"


async def test_what_a_dead_process_kept_is_applied_by_the_sweeper(town: Town, clock: ShiftedClock) -> None:
    resident, stranger = await _resident(town), await town.stranger()
    message = await _delivery(town, await _id(resident), "tencent-sms", "s-1")
    raw = json.dumps([{"mobile": PHONE, "report_status": "SUCCESS", "sid": "s-1"}])
    callbacks, unit_of_work = town.services.callbacks, town.services.database.unit_of_work
    with pytest.MonkeyPatch.context() as patch:  # the process dies between keeping and applying
        patch.setattr(type(callbacks), "_apply", _dies)
        assert (await _post(stranger, "/hooks/sms/tencent-sms/tencent-path/receipts", raw))[0] == 200
    assert await _state(message) == "sent"
    assert await unit_of_work("", callbacks.sweep) == 0  # not yet: somebody may be at it
    clock.advance(timedelta(seconds=60))
    assert await unit_of_work("", callbacks.sweep) == 1
    assert await _state(message) == "delivered"
    assert await unit_of_work("", callbacks.sweep) == 0
    clock.advance(timedelta(days=91))
    assert await unit_of_work("", callbacks.purge) == 1


async def test_bodies_that_wait_are_applied_in_their_order_a_provider_at_a_time(
    town: Town, clock: ShiftedClock
) -> None:
    resident, stranger = await _resident(town), await town.stranger()
    me = await _id(resident)
    one, other = await _delivery(town, me, "tencent-sms", "s-1"), await _delivery(town, me, "aliyun-sms", "biz-1")
    aliyun = {"phone_number": PHONE, "success": True, "err_code": "DELIVERED", "biz_id": "biz-1", "out_id": other}
    bodies = (
        ("tencent-sms/tencent-path", {"mobile": PHONE, "report_status": "SUCCESS", "sid": "s-1"}),
        ("aliyun-sms/aliyun-path", aliyun),
        ("tencent-sms/tencent-path", {"mobile": PHONE, "report_status": "FAIL", "errmsg": "MK:1", "sid": "s-1"}),
    )
    callbacks, unit_of_work = town.services.callbacks, town.services.database.unit_of_work
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(callbacks), "_apply", _dies)
        for path, body in bodies:
            await _post(stranger, f"/hooks/sms/{path}/receipts", json.dumps([body]))
            clock.advance(timedelta(seconds=1))
    await sql.execute("UPDATE notify_callbacks SET payload = $1 WHERE provider = 'aliyun-sms'", b"broken")
    clock.advance(timedelta(seconds=60))
    assert [await unit_of_work("", callbacks.sweep) for _ in range(3)] == [2, 1, 0]
    assert (await _state(one), await _state(other)) == ("delivered", "sent")
    notes = await sql.rows("SELECT note FROM notify_receipts ORDER BY received_at, id")
    assert [row["note"] for row in notes] == ["applied", "late"]
    (broken,) = await sql.rows("SELECT note FROM notify_callbacks WHERE note <> ''")
    assert broken["note"] == "unreadable"


async def _dies(*_: object) -> None:
    raise ConnectionResetError


@pytest.mark.parametrize(
    "path",
    [
        "/hooks/sms/aliyun-sms/wrong/receipts",
        "/hooks/sms/aliyun-sms/aliyun-path/other",
        "/hooks/sms/nobody/aliyun-path/receipts",
        "/hooks/sms/tencent-sms/aliyun-path/receipts",
        "/hooks/wechat-oa",
        "/hooks/wechat?signature=00&timestamp=1&nonce=2",
        "/hooks/mail/endings/AAAA",
    ],
)
async def test_who_does_not_know_the_secret_is_not_heard(town: Town, path: str) -> None:
    stranger = await town.stranger()
    raw = "<xml><Encrypt>AAAA</Encrypt></xml>" if "wechat" in path else "[]"
    status, _ = await _post(stranger, path, raw)
    assert status == 404
    assert not await sql.rows("SELECT id FROM notify_callbacks")


async def test_what_cannot_be_read_is_refused_and_not_kept(town: Town) -> None:
    stranger = await town.stranger()
    for raw in ("{", "[1]", "null", "[" * 5000, json.dumps([{}]), json.dumps([{"success": True}] * 501)):
        status, text = await _post(stranger, "/hooks/sms/aliyun-sms/aliyun-path/receipts", raw)
        assert status == 400, text
    assert not await sql.rows("SELECT id FROM notify_callbacks")


async def test_td_ends_what_may_be_refused_and_a_digit_rates(town: Town) -> None:
    resident, stranger = await _resident(town), await town.stranger()
    me = await _id(resident)
    path = "/hooks/sms/aliyun-sms/aliyun-path/answers"
    said = [{"phone_number": f"+86{PHONE}", "content": " td。", "sequence_id": 7}]
    assert (await _post(stranger, path, json.dumps(said)))[0] == 200
    choices = await town.services.notify.preferences.of(await town.services.database.reading("demo"), me)
    assert not choices["service"].sms
    assert not choices["information"].sms
    for content, note in (("3", "nothing-to-rate"), ("谢谢", "words")):
        said = [{"phone_number": PHONE, "content": content, "sequence_id": content}]
        await _post(stranger, path, json.dumps(said))
        row = await sql.row("SELECT note FROM notify_callbacks ORDER BY received_at DESC, id DESC LIMIT 1")
        assert row == {"note": note}


def _safe(body: dict[str, object] | str) -> tuple[str, str]:
    """The address and the body of a callback in safe mode."""
    plain = body if isinstance(body, str) else json.dumps(body)
    sealed = ENVELOPE.sealed(plain.encode(), os.urandom(16))
    signature = signed(TOKEN, "1700000000", "n", sealed)
    path = f"/hooks/wechat?signature=x&timestamp=1700000000&nonce=n&encrypt_type=aes&msg_signature={signature}"
    return path, json.dumps({"ToUserName": "gh", "Encrypt": sealed})


async def test_wechat_checks_the_address(town: Town) -> None:
    stranger = await town.stranger()
    good = signed(TOKEN, "1", "2")
    answer = await stranger.call("GET", f"/hooks/wechat?signature={good}&timestamp=1&nonce=2&echostr=echo-77")
    assert (answer.status, answer.content) == (200, b"echo-77")
    wrong = await stranger.call("GET", f"/hooks/wechat?signature={good}&timestamp=1&nonce=3&echostr=echo-77")
    assert wrong.status == 404


async def test_wechat_tells_what_a_person_allowed_once_in_json_and_xml(town: Town) -> None:
    resident, stranger = await _resident(town), await town.stranger()
    me = await _id(resident)
    services, template = town.services, "sample-template-accepted"

    async def bind(unit: Unit) -> None:
        await services.residents.bindings.bind(unit, me, "wechat", "o-77")

    await services.database.unit_of_work("demo", bind)
    entry = {"TemplateId": template, "SubscribeStatusString": "accept", "PopupScene": "0"}
    base = {"ToUserName": "gh", "FromUserName": "o-77", "MsgType": "event", "Event": "subscribe_msg_popup_event"}
    one: dict[str, object] = {**base, "CreateTime": 1700000001, "List": entry}
    several: dict[str, object] = {**base, "CreateTime": 1700000002, "List": [entry, {**entry, "TemplateId": "other"}]}
    inner = "".join(f"<{k}>{v}</{k}>" for k, v in entry.items())
    head = "".join(f"<{k}>{v}</{k}>" for k, v in base.items())
    listed = f"<SubscribeMsgPopupEvent><List>{inner}</List></SubscribeMsgPopupEvent>"
    xml = f"<xml>{head}<CreateTime>1700000003</CreateTime>{listed}</xml>"
    for body in (one, several, xml):
        for _ in range(2):  # WeChat tells up to three times
            assert await _post(stranger, *_safe(body)) == (200, "success")
    reading = await services.database.reading("demo")
    left = {grant.template: grant.balance for grant in await grants.left(reading, me)}
    assert left == {template: 3, "other": 1}
    no: dict[str, object] = {**base, "Event": "subscribe_msg_change_event", "CreateTime": 5,
                             "List": {"TemplateId": template, "SubscribeStatusString": "reject"}}  # fmt: skip
    await _post(stranger, *_safe(no))
    cards = (await resident.call("GET", "/api/v1/notice-cards")).body["cards"]
    assert {"channel": "wechat", "template": template, "event": "case.accepted", "kind": "once", "left": 0} in cards
    left = {grant.template: grant.balance for grant in await grants.left(reading, me)}
    assert left[template] == 0


async def test_wechats_callbacks_are_refused_when_changed(town: Town) -> None:
    stranger = await town.stranger()
    path, body = _safe({"FromUserName": "o", "MsgType": "event", "Event": "x", "CreateTime": 1})
    sealed = json.loads(body)["Encrypt"]
    to_another = json.dumps({"ToUserName": "hg", "Encrypt": sealed})
    assert (await _post(stranger, path, to_another))[0] == 200  # outside the seal, it decides nothing
    assert (await _post(stranger, path, json.dumps({"Encrypt": sealed[:-4] + "AAA="})))[0] == 404
    foreign = Envelope(TOKEN, "wx-other", (KEY,)).sealed(b"{}", os.urandom(16))
    signature = signed(TOKEN, "1", "n", foreign)
    other = f"/hooks/wechat?timestamp=1&nonce=n&msg_signature={signature}"
    assert (await _post(stranger, other, json.dumps({"Encrypt": foreign})))[0] == 400
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><FromUserName>&a;</FromUserName></xml>'
    assert (await _post(stranger, *_safe(bomb)))[0] == 400
    plain = f"/hooks/wechat?signature={signed(TOKEN, '1', '2')}&timestamp=1&nonce=2"
    assert (await _post(stranger, plain, '{"FromUserName":"o","MsgType":"event"}'))[0] == 400  # a key, yet unsealed


async def test_one_click_ends_letters_of_one_category(town: Town) -> None:
    resident, stranger = await _resident(town), await town.stranger()
    me = await _id(resident)
    parcel = Parcel("m", me, "demo", "case.accepted", "information", "zh-CN", me, None, "", "")
    path = _ending(town.services.vault)(parcel)
    shown = await stranger.call("GET", path)
    assert shown.status in (200, 303, 404)  # a look decides nothing
    assert not await sql.rows("SELECT id FROM audit_entries WHERE action = 'notice.ended'")
    assert (await _post(stranger, path, "List-Unsubscribe=One-Click"))[0] == 200
    assert len(await sql.rows("SELECT id FROM audit_entries WHERE action = 'notice.ended'")) == 1
    changed = path[:-9] + ("B" if path[-9] == "A" else "A") + path[-8:]
    assert (await _post(stranger, changed, "List-Unsubscribe=One-Click"))[0] == 404


async def test_a_browser_is_subscribed_by_its_owner_only(town: Town) -> None:
    resident, other = await _resident(town), await _resident(town, "13800000012")
    key = await resident.call("GET", "/api/v1/push-key")
    assert len(key.body["key"]) == 87
    given = {"endpoint": "https://push.example.net/a", "keys": {"p256dh": GOOD[0], "auth": GOOD[1]}}
    made = await resident.call("POST", "/api/v1/push-subscriptions", body=given)
    assert made.status == 201
    again = await resident.call("POST", "/api/v1/push-subscriptions", body=given)
    assert again.body == made.body
    foreign = await resident.call(
        "POST", "/api/v1/push-subscriptions", body={**given, "endpoint": "https://10.0.0.1/internal"}
    )
    assert foreign.status == 422
    await other.call("DELETE", f"/api/v1/push-subscriptions/{made.body['id']}")
    assert len(await sql.rows("SELECT id FROM notify_push_subscriptions")) == 1
    taken_over = await other.call("POST", "/api/v1/push-subscriptions", body=given)  # signed in on the same browser
    assert taken_over.body == made.body
    gone = await other.call("DELETE", f"/api/v1/push-subscriptions/{made.body['id']}")
    assert gone.status == 204
    assert not await sql.rows("SELECT id FROM notify_push_subscriptions")


async def test_where_wechat_tells_us_itself_the_fronts_word_is_not_counted_again(town: Town) -> None:
    resident = await _resident(town)
    answers = [{"template": "sample-template-accepted", "answer": "accept"}]
    given = {"channel": "wechat", "prompt": "prompt-0001", "answers": answers}
    told = await resident.call("POST", "/api/v1/notice-cards", body=given)
    assert told.status == 200
    assert {card["left"] for card in told.body["cards"]} == {0}
    wrong = await resident.call("POST", "/api/v1/notice-cards", body={**given, "answers": answers * 4})
    assert wrong.status == 422
