"""Settings of the channels to residents, one group each. A group whose key is empty is a channel that is not there."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class ChannelGroup(BaseModel):
    """Secrets are ``SecretStr``: neither repr nor log shows them."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_PATH_END = "unguessable last part of the addresses that the provider calls (it signs nothing); empty = none"


class AliyunSmsSettings(ChannelGroup):
    """Short messages by Aliyun."""

    key_id: str = Field("", description="AccessKey id of Aliyun's short messages; empty = channel absent")
    key_secret: SecretStr = Field(SecretStr(""), description="AccessKey secret")
    sign_name: str = Field("", description="approved signature, without brackets")
    base_url: str = Field("https://dysmsapi.aliyuncs.com", description="Aliyun's address")
    callback_token: SecretStr = Field(SecretStr(""), description=_PATH_END)


class TencentSmsSettings(ChannelGroup):
    """Short messages by Tencent Cloud."""

    secret_id: str = Field("", description="SecretId of Tencent's short messages; empty = channel absent")
    secret_key: SecretStr = Field(SecretStr(""), description="SecretKey")
    app_id: str = Field("", description="SmsSdkAppId")
    sign_name: str = Field("", description="approved signature, without brackets")
    region: str = Field("ap-guangzhou", description="region of the short message service")
    base_url: str = Field("https://sms.tencentcloudapi.com", description="Tencent's address")
    callback_token: SecretStr = Field(SecretStr(""), description=_PATH_END)


class EmailSettings(ChannelGroup):
    """Letters by SMTP."""

    host: str = Field("", description="SMTP server; empty = channel absent")
    port: int = Field(465, description="its port; 465 speaks TLS at once, others by STARTTLS")
    username: str = Field("", description="account at the SMTP server; empty = none")
    password: SecretStr = Field(SecretStr(""), description="its password")
    sender: str = Field("", description="address that letters come from")
    plain: bool = Field(False, description="no TLS at all: only for a server on this very machine")


class WebPushSettings(ChannelGroup):
    """Web Push (RFC 8030, 8291, 8292)."""

    private_key: SecretStr = Field(
        SecretStr(""), description="VAPID key: 32 bytes of a P-256 private key, base64url; empty = channel absent"
    )
    contact: str = Field("mailto:push@example.invalid", description="mailto: or https: that push services may use")
    hosts: tuple[str, ...] = Field(
        (
            "fcm.googleapis.com", "updates.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com",
        ),
        description="push services whose endpoints are taken; *.name = everything under it",
    )  # fmt: skip


class WeChatSettings(ChannelGroup):
    """The mini-program: subscribe messages and callbacks."""

    app_id: str = Field("", description="AppID of the mini-program; empty = channel absent")
    app_secret: SecretStr = Field(SecretStr(""), description="AppSecret")
    base_url: str = Field("https://api.weixin.qq.com", description="WeChat's address")
    state: str = Field("formal", description="which version a card opens: formal, trial or developer")
    callback_token: SecretStr = Field(SecretStr(""), description="Token of the message push setting")
    callback_key: SecretStr = Field(SecretStr(""), description="EncodingAESKey, 43 characters")
    callback_key_before: SecretStr = Field(SecretStr(""), description="the EncodingAESKey before, while it changes")


class OfficialAccountSettings(ChannelGroup):
    """The 公众号: template and customer messages, and callbacks."""

    app_id: str = Field("", description="AppID of the service account; empty = channel absent")
    app_secret: SecretStr = Field(SecretStr(""), description="AppSecret")
    base_url: str = Field("https://api.weixin.qq.com", description="WeChat's address")
    callback_token: SecretStr = Field(SecretStr(""), description="Token of the server setting")
    callback_key: SecretStr = Field(SecretStr(""), description="EncodingAESKey, 43 characters")
    callback_key_before: SecretStr = Field(SecretStr(""), description="the EncodingAESKey before, while it changes")


class AlipaySettings(ChannelGroup):
    """The Alipay mini-program: template messages."""

    app_id: str = Field("", description="app_id; empty = channel absent")
    private_key: SecretStr = Field(SecretStr(""), description="our RSA private key, PKCS#8 or PKCS#1 in base64")
    alipay_public_key: str = Field("", description="Alipay's public key in base64: answers are checked with it")
    gateway: str = Field("https://openapi.alipay.com/gateway.do", description="Alipay's address")


class WebhookSettings(ChannelGroup):
    """Notices to a department's own system."""

    url: str = Field("", description="https address of the department's system; empty = channel absent")
    secret: SecretStr = Field(SecretStr(""), description="shared key, base64: every call is signed with it")


class ChannelSettings(ChannelGroup):
    """All channels that need an account somewhere. Inbox and live pages need none."""

    templates_dir: Path | None = Field(
        None,
        description="folder of templates that vendors approved, one <channel>.toml each; empty = none in production,"
        " the samples of config/channels elsewhere",
    )
    aliyun_sms: AliyunSmsSettings = Field(AliyunSmsSettings(), description="short messages by Aliyun")
    tencent_sms: TencentSmsSettings = Field(TencentSmsSettings(), description="short messages by Tencent")
    email: EmailSettings = Field(EmailSettings(), description="letters")
    webpush: WebPushSettings = Field(WebPushSettings(), description="Web Push")
    wechat: WeChatSettings = Field(WeChatSettings(), description="WeChat mini-program")
    oa: OfficialAccountSettings = Field(OfficialAccountSettings(), description="WeChat official account")
    alipay: AlipaySettings = Field(AlipaySettings(), description="Alipay mini-program")
    webhook: WebhookSettings = Field(WebhookSettings(), description="a department's system")
