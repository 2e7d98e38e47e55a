"""Settings of the steps that prove who somebody is. A step whose key is empty is a step that is not offered."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class _Proof(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GatewayProof(_Proof):
    """A comparison through the city's gateway, whose own contract with an operator or a bank is its business."""

    app_id: str = Field("", description="this application's id at the gateway; empty = step absent")
    app_key: SecretStr = Field(SecretStr(""), description="shared key: every request is signed with it, HMAC-SHA256")
    base_url: str = Field("", description="address of the gateway")


class BankProof(GatewayProof):
    """Bank card."""

    elements: Literal[3, 4] = Field(
        4, description="3 = name, number and card are compared; 4 = the mobile number that the bank knows as well"
    )


class WeChatFace(_Proof):
    """人脸核身 2.0 of the mini-program."""

    app_id: str = Field("", description="AppID of the mini-program that checks faces; empty = step absent")
    app_secret: SecretStr = Field(SecretStr(""), description="its AppSecret")
    base_url: str = Field("https://api.weixin.qq.com", description="WeChat's address")


class AlipayFace(_Proof):
    """alipay.user.certify.open."""

    app_id: str = Field("", description="app_id that faces are checked with; empty = step absent")
    private_key: SecretStr = Field(SecretStr(""), description="our RSA private key, PKCS#8 or PKCS#1 in base64")
    alipay_public_key: str = Field("", description="Alipay's public key in base64: answers are checked with it")
    gateway: str = Field("https://openapi.alipay.com/gateway.do", description="Alipay's address")
    biz_code: Literal["FACE", "SMART_FACE"] = Field("FACE", description="which check Alipay does, by its own name")


class ProofSettings(_Proof):
    """All steps beside the population register and the counter."""

    timeout_seconds: float = Field(5.0, gt=0, description="longest wait for an answer about a person, seconds")
    per_address: int = Field(300, ge=1, description="questions about people asked from one address in an hour")
    per_portal_day: int = Field(50_000, ge=1, description="questions a portal pays for in a day: the hard stop")
    operator: GatewayProof = Field(GatewayProof(), description="运营商三要素: name, number, mobile number")
    bank: BankProof = Field(BankProof(), description="bank card: three or four elements")
    wechat: WeChatFace = Field(WeChatFace(), description="face check in WeChat")
    alipay: AlipayFace = Field(AlipayFace(), description="face check with Alipay")
