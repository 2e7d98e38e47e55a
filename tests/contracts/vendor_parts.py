"""What the tests of vendors' channels share: a parcel, its person, templates, accounts at the stand-ins."""

from __future__ import annotations

import base64
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic import SecretStr

from config.channel_settings import AlipaySettings
from config.floor.ids import new_id
from config.floor.unit import Unit
from notify import grants
from notify.channel import Parcel
from notify.vendor_templates import VendorTemplate
from tests.notify.standins.vendors import Vendors

ADDRESS = "wang@example.invalid"
FIELDS = {"thing1": "item", "character_string2": "case_no"}
TEMPLATES = {"case.accepted": VendorTemplate("case.accepted", "T-1", FIELDS)}
VALUES = {"item": "印刷经营许可证核发", "case_no": "5116022026110001"}
PARCEL = Parcel(
    client_msg_id="m-1", message_id=new_id(), portal="demo", event="case.accepted", category="service",
    language="zh-CN", recipient=new_id(), phone="13800000000", title="申请已受理", text="您的申请已受理。",
    link="/m/#/pages/case/case?no=1", values=VALUES,
)  # fmt: skip


def person() -> UUID:
    assert PARCEL.recipient is not None
    return PARCEL.recipient


async def accept(tap: str, unit: Unit) -> bool:
    return await grants.accept(unit, person(), "wechat", "T-1", kind="once", ref=tap)


def alipay_settings(vendors: Vendors) -> AlipaySettings:
    ours = vendors.our_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    theirs = vendors.alipay_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return AlipaySettings(
        app_id="2021", private_key=SecretStr(base64.b64encode(ours).decode()),
        alipay_public_key=base64.b64encode(theirs).decode(), gateway=f"{vendors.url}/gateway.do",
    )  # fmt: skip
