"""What comes from outside is read strictly: callbacks, answers, fields, vendors' template files."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from Crypto.Cipher import AES
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Settings
from notify.incoming import WrongCallback, json_rows, mainland, understood
from notify.templates import Templates
from notify.vendor_templates import VendorTemplatesWrong, read_vendor_templates
from notify.wechat_crypt import Envelope, read_body
from notify.wechat_events import read_event
from notify.wechat_fields import KINDS, FieldWrong, fitted

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD = "0" * 43
DECLARED = {one.event: one.required | one.optional for one in Templates()}


def _sealed_by_another_library(key: str, message: bytes, app_id: str) -> str:
    raw = base64.b64decode(key + "=")
    text = b"r" * 16 + len(message).to_bytes(4, "big") + message + app_id.encode()
    pad = 32 - len(text) % 32
    return base64.b64encode(AES.new(raw, AES.MODE_CBC, raw[:16]).encrypt(text + bytes([pad]) * pad)).decode()


def test_a_seal_of_another_library_opens_with_the_present_and_the_last_key() -> None:
    envelope = Envelope("t", "wx1", (KEY, OLD))
    for key in (KEY, OLD):
        assert envelope.opened(_sealed_by_another_library(key, "你好".encode(), "wx1")).decode() == "你好"
    assert KEY not in repr(envelope)


@given(st.binary(max_size=200))
def test_no_bytes_open_by_accident(raw: bytes) -> None:
    with pytest.raises(WrongCallback):
        Envelope("t", "wx1", (KEY,)).opened(base64.b64encode(raw).decode())


@given(st.binary(max_size=300))
def test_reading_a_body_answers_or_refuses(raw: bytes) -> None:
    try:
        told = read_event(read_body(raw))
    except WrongCallback:
        return
    assert told.openid


@pytest.mark.parametrize(
    "body",
    [
        b"<xml>" * 50 + b"</xml>" * 50,
        b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>',
        b"<xml/>",
        b"{",
        b"[]",
        b"{}" + b" " * 70_000,
        b"",
        b"\xff\xfe",
    ],
)
def test_bodies_that_are_no_callback_are_refused(body: bytes) -> None:
    with pytest.raises(WrongCallback):
        read_event(read_body(body))


def test_a_finished_template_message_is_a_receipt() -> None:
    xml = (
        "<xml><ToUserName>gh</ToUserName><FromUserName>o1</FromUserName><CreateTime>1</CreateTime>"
        "<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>2001</MsgID><Status>{}</Status></xml>"
    )
    well, blocked = (read_event(read_body(xml.format(word).encode())) for word in ("success", "failed:user block"))
    assert [(one.provider_ref, one.outcome, one.reason) for one in (*well.receipts, *blocked.receipts)] == [
        ("2001", "delivered", ""),
        ("2001", "failed", "failed:user block"),
    ]


def test_a_sent_card_is_a_receipt_and_a_message_opens_the_window() -> None:
    base = {"FromUserName": "o1", "CreateTime": 1, "MsgType": "event", "Event": "subscribe_msg_sent_event"}
    told = read_event({**base, "List": {"TemplateId": "T", "MsgID": "9", "ErrorCode": "43101", "ErrorStatus": "x"}})
    assert [(one.provider_ref, one.outcome, one.reason) for one in told.receipts] == [("9", "failed", "43101")]
    spoke = read_event({"FromUserName": "o1", "MsgType": "text", "Content": "在吗", "MsgId": 77})
    assert spoke.spoke
    assert spoke.key.endswith("77")
    assert read_event({**base, "Event": "unsubscribe"}).left
    assert read_event({**base, "Event": "CLICK"}).acted


@pytest.mark.parametrize(
    ("text", "kind", "stars"),
    [
        ("T", "stop", 0), ("td", "stop", 0), ("ＴＤ", "stop", 0), ("退订。", "stop", 0), (" 3 ", "rating", 3),
        ("５", "rating", 5), ("6", "words", 0), ("0", "words", 0), ("我想退订吗", "words", 0), ("", "words", 0),
    ],
)  # fmt: skip
def test_answers_are_understood(text: str, kind: str, stars: int) -> None:
    wish = understood(text)
    assert (wish.kind, wish.stars) == (kind, stars)


def test_numbers_are_read_as_we_keep_them() -> None:
    assert {mainland(one) for one in ("13800000000", "+8613800000000", "8613800000000", "138 0000-0000")} == {
        "13800000000"
    }
    assert {mainland(one) for one in ("12345", "+113800000000", "１３８００００００００", "")} == {""}


@pytest.mark.parametrize("raw", [b"", b"nul", b"[[]]", b"[" * 100_000, b"[{}," * 501 + b"{}]"])
def test_rows_that_are_none_are_refused(raw: bytes) -> None:
    with pytest.raises(WrongCallback):
        json_rows(raw)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("thing1", "印刷经营许可证核发（含变更、延续、注销）等", "印刷经营许可证核发（含变更、延续、注销…"),
        ("thing1", "第一行\n第二行", "第一行 第二行"),
        ("character_string2", "5116-2026", "5116-2026"),
        ("name3", "阿卜杜拉·买买提·艾力江", "阿卜杜拉·买买提·艾"),
        ("amount4", "¥12.50", "¥12.50"),
        ("phrase5", "已受理", "已受理"),
        ("date6", "2026年11月24日", "2026年11月24日"),
    ],
)
def test_what_may_be_cut_is_cut(field: str, value: str, shown: str) -> None:
    assert fitted({field: value}) == {field: {"value": shown}}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("character_string2", "办件号1"), ("number1", "12a"), ("phrase5", "已经受理了的"), ("phrase5", "OK"),
        ("amount4", "十元"), ("date6", "明天"), ("car_number7", "川A1234567890"), ("unknown1", "x"), ("thing1", " \n "),
    ],
)  # fmt: skip
def test_what_would_be_wrong_is_refused_by_its_field(field: str, value: str) -> None:
    with pytest.raises(FieldWrong, match=field):
        fitted({field: value})


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=60))
def test_a_fitted_value_never_breaks_a_card(kind: str, text: str) -> None:
    try:
        value = fitted({f"{kind}1": text})[f"{kind}1"]["value"]
    except FieldWrong:
        return
    assert value
    assert not any(ord(char) < 32 for char in value)


def test_the_sample_templates_fit_our_events() -> None:
    folder = Path("config/channels")
    found = {path.stem: read_vendor_templates(path, DECLARED) for path in sorted(folder.glob("*.toml"))}
    assert set(found) == {"alipay", "aliyun-sms", "oa", "tencent-sms", "wechat"}
    assert all(found.values())
    for template in found["wechat"].values():
        assert all(name.rstrip("0123456789") in KINDS for name in template.fields)


@pytest.mark.parametrize(
    "text",
    [
        '["no.such.event"]\ncode = "x"',
        '["otp"]\ncode = ""',
        '["otp"]\ncode = "x"\nfields = { a = "nothing" }',
        '["otp"]\ncode = "x"\nkind = "daily"',
        '["otp"]\ncode = "x"\ncolour = "red"',
        "otp = 1",
        "[",
    ],
)
def test_a_wrong_template_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "wechat.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(VendorTemplatesWrong, match=r"wechat\.toml"):
        read_vendor_templates(path, DECLARED)


def test_nothing_configured_is_no_channel_and_secrets_are_not_shown() -> None:
    settings = Settings(profile="test").channels
    assert not any((settings.aliyun_sms.key_id, settings.wechat.app_id, settings.email.host, settings.webhook.url))
    shown = repr(settings.model_copy(update={"wechat": settings.wechat.model_copy(update={"app_secret": "s3cret"})}))
    assert "s3cret" in shown  # what is no SecretStr would be seen, so the next line means something
    assert "SecretStr('')" in repr(settings)
