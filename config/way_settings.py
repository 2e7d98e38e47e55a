"""Settings of the ways in beside the short message. A way whose key is empty is a way that is not there."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class _Way(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WeChatWay(_Way):
    """The mini-program's sign-in: code2session and getPhoneNumber."""

    app_id: str = Field("", description="AppID of the mini-program that people sign in with; empty = way absent")
    app_secret: SecretStr = Field(SecretStr(""), description="its AppSecret")
    base_url: str = Field("https://api.weixin.qq.com", description="WeChat's address")


class AlipayWay(_Way):
    """The Alipay mini-program's sign-in: alipay.system.oauth.token."""

    app_id: str = Field("", description="app_id that people sign in with; empty = way absent")
    private_key: SecretStr = Field(SecretStr(""), description="our RSA private key, PKCS#8 or PKCS#1 in base64")
    alipay_public_key: str = Field("", description="Alipay's public key in base64: answers are checked with it")
    gateway: str = Field("https://openapi.alipay.com/gateway.do", description="Alipay's address")


class ZhelibanWay(_Way):
    """浙里办: ticket, token, person."""

    service_code: str = Field("", description="servicecode given by 浙里办; empty = way absent")
    service_password: SecretStr = Field(SecretStr(""), description="servicepwd: what requests are signed with")
    base_url: str = Field("https://appapi.zjzwfw.gov.cn", description="address of 浙里办's single sign-on")
    login_url: str = Field("", description="page of 浙里办 that sends people back with a ticket")


class TicketWay(_Way):
    """A national-platform-style ticket, through the city's gateway."""

    app_id: str = Field("", description="this application's id at the identity platform; empty = way absent")
    app_key: SecretStr = Field(SecretStr(""), description="shared key: every request is signed with it, HMAC-SHA256")
    base_url: str = Field("", description="address of the gateway to the identity platform")
    login_url: str = Field("", description="page of the platform that sends people back with a ticket")


class NetIdentityWay(_Way):
    """国家网络身份认证 (网号, 网证), through the city's gateway."""

    app_id: str = Field("", description="this application's id at the network identity service; empty = way absent")
    app_key: SecretStr = Field(SecretStr(""), description="shared key: every request is signed with it, HMAC-SHA256")
    base_url: str = Field("", description="address of the gateway to the network identity service")
    modes: tuple[str, ...] = Field(
        ("certificate", "certificate_password", "certificate_face", "certificate_password_face"),
        description="modes that are accepted: 网证; 网证+口令; 网证+人脸; 网证+口令+人脸",
    )


class WaySettings(_Way):
    """All ways in that need an account somewhere."""

    timeout_seconds: float = Field(5.0, gt=0, description="longest wait for a provider of a way in, seconds")
    wechat: WeChatWay = Field(WeChatWay(), description="WeChat")
    alipay: AlipayWay = Field(AlipayWay(), description="Alipay")
    zheliban: ZhelibanWay = Field(ZhelibanWay(), description="浙里办")
    ticket: TicketWay = Field(TicketWay(), description="a national-platform-style ticket")
    net_identity: NetIdentityWay = Field(NetIdentityWay(), description="国家网络身份认证")
