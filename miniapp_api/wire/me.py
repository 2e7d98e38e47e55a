"""Wire shapes of signing in and of oneself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from server.web.shapes import Instant, Wire


class AskCode(Wire):
    """``POST /otp``"""

    phone: str = Field(min_length=11, max_length=11, pattern=r"^1[3-9][0-9]{9}$")


class CodeAsked(Wire):
    """The same for every number."""

    retry_after: int
    expires_in: int


class PortalShape(Wire):
    """The portal this front belongs to."""

    id: str
    name: str
    name_en: str
    region: str
    region_name: str
    languages: list[str]
    demo: bool


class MePortal(Wire):
    id: str
    name: str


class Me(Wire):
    """The resident as the resident sees it: numbers masked."""

    id: str
    loa: int
    name_masked: str | None
    phone_masked: str
    id_number_masked: str | None
    region: str
    language: str
    elder: bool
    portal: MePortal
    verified_at: Instant | None


class SignIn(Wire):
    """``POST /sessions``"""

    method: Literal["sms", "wechat", "alipay", "zheliban", "ticket", "net_identity"]
    phone: str | None = Field(None, min_length=11, max_length=11, pattern=r"^1[3-9][0-9]{9}$")
    otp: str | None = Field(None, min_length=4, max_length=8, pattern=r"^[0-9]+$")
    code: str | None = Field(None, min_length=1, max_length=512, description="the one-time code or ticket of the way")
    phone_code: str | None = Field(
        None, min_length=1, max_length=512, description="WeChat: the second code, for the phone number"
    )
    device: str = Field("", max_length=64)


class WayShape(Wire):
    """One way in: where its code can be had, and the page that hands it out where there is one."""

    method: Literal["sms", "wechat", "alipay", "zheliban", "ticket", "net_identity"]
    platforms: list[Literal["h5", "wechat", "alipay"]]
    login_url: str


class Ways(Wire):
    """``GET /sign-in-methods``; the short message is always among them."""

    methods: list[WayShape]


class DeviceShape(Wire):
    """One device on which the resident is signed in."""

    id: str
    device: str
    current: bool
    signed_in_at: Instant
    seen_at: Instant
    expires_at: Instant


class DevicesQuery(Wire):
    """Go on where the last page ended."""

    cursor: str = Field("", max_length=36)


class DevicePage(Wire):
    """``GET /sessions``, the newest first."""

    sessions: list[DeviceShape]
    next_cursor: str | None


class AccountLink(Wire):
    """``POST /me/accounts``"""

    method: Literal["wechat", "alipay", "zheliban", "ticket", "net_identity"]
    code: str = Field(min_length=1, max_length=512)


class AccountShape(Wire):
    """One account by which the resident is known."""

    method: str
    linked_at: Instant


class Accounts(Wire):
    """``GET /me/accounts``, the newest first."""

    accounts: list[AccountShape]


class SignedInShape(Wire):
    """A new session. The token is shown once."""

    token: str
    expires_at: Instant
    resident: Me
    earlier_account: bool = Field(
        description="the platform proved an identity that an earlier account of mine has: see /me/merge"
    )


class Preferences(Wire):
    """``PUT /me/preferences``; what is left out stays."""

    language: Literal["zh-CN", "en"] | None = None
    elder: bool | None = None


class Verification(Wire):
    """``POST /me/verifications``"""

    method: Literal["name_and_id"]
    name: str = Field(min_length=2, max_length=50)
    id_number: str = Field(min_length=8, max_length=20)


class Verified(Wire):
    """The identity was proven."""

    loa: int
    outcome: Literal["verified"]
    resident: Me
    token: str = Field(description="the session's new token: the one before is over")
