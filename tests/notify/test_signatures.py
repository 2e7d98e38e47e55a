"""Signatures against the vendors' and the RFCs' own published examples."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

from notify import web_push
from notify.channels import aliyun_sms, tencent_sms
from notify.web_push import Subscription


def test_aliyun_acs3_equals_the_published_example() -> None:
    query = {
        "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
        "RegionId": "cn-shanghai",
    }
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    made = aliyun_sms.authorization(
        "YourAccessKeyId", "YourAccessKeySecret", method="POST", path="/", query=query, headers=headers, body=b""
    )
    assert made.endswith("Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")
    assert "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version" in made


def test_tencent_tc3_equals_the_published_example() -> None:
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    made = tencent_sms.authorization(
        "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", service="cvm",
        headers={"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"},
        body=body, at=datetime.fromtimestamp(1551113065, UTC),
    )  # fmt: skip
    assert made == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host, Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


def _raw(text: str) -> bytes:
    return web_push.unpadded(text)


WATERMELON = b"When I grow up, I want to be a watermelon"
BROWSER_KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
BROWSER = Subscription(
    "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
    _raw("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
    _raw("BTBZMqHH6r4Tts7J_aSIgg"),
)


def _private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(_raw(text), "big"), ec.SECP256R1())


def test_web_push_encryption_equals_rfc_8291_appendix_a() -> None:
    made = web_push.encrypted(
        WATERMELON, BROWSER, key=_private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        salt=_raw("DGv6ra1nlYgDCS1FRnbzlw"),
    )  # fmt: skip
    assert web_push.padless(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3"
        "jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_a_foreign_library_opens_what_we_encrypt() -> None:
    made = web_push.encrypted("您的申请已受理".encode(), BROWSER)
    opened = http_ece.decrypt(made, private_key=_private(BROWSER_KEY), auth_secret=BROWSER.auth, version="aes128gcm")
    assert opened.decode() == "您的申请已受理"


def test_a_foreign_library_accepts_our_vapid_token() -> None:
    vapid = web_push.Vapid(BROWSER_KEY, "mailto:push@example.invalid", seconds=lambda: 2_000_000_000.0)
    header = vapid.authorization("https://push.example.net/push/abc")
    assert Vapid02.verify(header)
    assert vapid.authorization("https://push.example.net/push/other") == header  # one token a service
    assert vapid.authorization("https://elsewhere.example.net/x") != header


def test_a_vapid_token_is_made_anew_before_it_ends() -> None:
    now = [1_000_000.0]
    vapid = web_push.Vapid(BROWSER_KEY, "mailto:push@example.invalid", seconds=lambda: now[0])
    first = vapid.authorization("https://push.example.net/a")
    now[0] += 10 * 3600
    assert vapid.authorization("https://push.example.net/a") == first
    now[0] += 1.5 * 3600
    assert vapid.authorization("https://push.example.net/a") != first


HOSTS = ("push.example.net", "*.push.example.org")
GOOD = web_push.padless(BROWSER.p256dh), web_push.padless(BROWSER.auth)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.net/x",
        "https://push.example.net:8443/x",
        "https://evil.example.com/x",
        "https://push.example.net.evil.example.com/x",
        "https://push.example.org/x",
        "https://user:word@push.example.net/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://push.example.net/x#y",
        "https://push.example.net/" + "x" * 1024,
        "https://push.example.net:port/x",
        "file:///etc/passwd",
        "https://ｐush.example.net/x",
    ],
)
def test_a_push_address_outside_the_list_is_refused(endpoint: str) -> None:
    with pytest.raises(web_push.SubscriptionWrong):
        web_push.read_subscription(endpoint, *GOOD, HOSTS)


@pytest.mark.parametrize(
    ("p256dh", "auth"), [("AAAA", GOOD[1]), (GOOD[0], "AAAA"), ("B" + "A" * 86, GOOD[1]), ("!", "!")]
)
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(web_push.SubscriptionWrong):
        web_push.read_subscription("https://push.example.net/x", p256dh, auth, HOSTS)


def test_a_listed_push_service_is_taken() -> None:
    found = web_push.read_subscription("https://a.push.example.org/x", *GOOD, HOSTS)
    assert found.p256dh == BROWSER.p256dh
    assert "/x" not in repr(found)
