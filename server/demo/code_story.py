"""``make demo-code``: one code told in the terminal against a running server. Its scan, its second scan, a credential,
the check without a network, its loss, and a COSE library of somebody else reading it."""

from __future__ import annotations

import asyncio
import base64
import importlib
import time
from dataclasses import dataclass
from typing import Any, TextIO

from codes import base45, cose, deflate, dynamic, picture, status_list, strict_cbor, trust_list, verdict
from server.demo.browser import Refused, Visitor
from server.demo.cast import Person, read_cast
from server.demo.teller import Teller, moment, told

_CLERK = "C1003"
_SCAN = "/counter/api/v1/scans"


@dataclass(slots=True)
class _Unplugged:
    """What a counter keeps for the time without a network."""

    keys: trust_list.TrustList
    lists: dict[str, status_list.StatusList]

    def says(self, text: str) -> verdict.Accepted | verdict.Refused:
        """The verdict, with no call to anybody."""
        return verdict.verify(text, keys=self.keys, lists=self.lists, now=time.time())


async def tell_code(url: str, out: TextIO, password: str) -> int:
    """Tell it once; 0 if every step went as promised. It may be told again at once."""
    person = (await asyncio.to_thread(read_cast)).person("mother")

    async def steps(teller: Teller) -> None:
        async with Visitor(url) as phone, Visitor(url) as counter:
            await _enter(teller, phone, counter, person, password)
            await _dynamic(teller, phone, counter)
            issued = await _credential(teller, phone)
            await _offline(teller, phone, counter, issued)

    return await told(url, out, "demo-code", steps)


async def _enter(teller: Teller, phone: Visitor, counter: Visitor, person: Person, password: str) -> None:
    teller.step("王秀兰登录，3 号窗口开班", "She signs in; counter 3 begins its shift on a registered device.")
    opened = await phone.ask("POST", "/tour/api/v1/sign-in", {"cast_id": person.key})
    phone.headers["Authorization"] = f"Bearer {opened['token']}"
    me = await phone.ask("GET", "/api/v1/me")
    if me["loa"] < 3:
        claim = {"method": "name_and_id", "name": person.name, "id_number": person.id_number}
        done = await phone.ask("POST", "/api/v1/me/verifications", claim)
        phone.headers["Authorization"] = f"Bearer {done['token']}"
        me = done["resident"]
    teller.show("居民", f"{me['name_masked']}  LoA {me['loa']}")
    shift = await counter.enter_as_staff("counter", _CLERK, password)
    teller.show("窗口", f"{shift['terminal']['hall']} {shift['terminal']['counter']} · {shift['staff']['staff_no']}")


async def _dynamic(teller: Teller, phone: Visitor, counter: Visitor) -> None:
    teller.step("手机自己算出一码：34 位数字，30 秒一张", "The phone derives it: 34 digits, new every 30 s.")
    issued = await phone.ask("POST", "/api/v1/code-keys", {"device": "demo story"})
    key = base64.urlsafe_b64decode(issued["key"] + "=" * (-len(issued["key"]) % 4))
    text = dynamic.compose(key, issued["handle"], dynamic.step_of(time.time()), "03")
    teller.show("一码", " ".join(text[at : at + 4] for at in range(0, len(text), 4)))
    scan = {"text": text, "purpose": "apply_here"}
    teller.step("窗口扫一次：有效", "The counter scans it: good.")
    seen = await counter.ask("POST", _SCAN, scan, key=f"code-{time.time_ns()}")
    teller.show("✓ 有效", f"{seen['holder']['name_masked']}  {seen['holder']['proof_label']}")
    teller.step("同一张再扫一次：用过了", "The same code again: used.")
    await _must_refuse(teller, counter, scan, "code-used")


async def _credential(teller: Teller, phone: Visitor) -> dict[str, Any]:
    teller.step("领一份纸质离线凭证", "She orders a paper credential that can be checked without a network.")
    body = {"tier": "T1", "form": "paper"}
    issued: dict[str, Any] = await phone.ask("POST", "/api/v1/credentials", body, key=f"paper-{time.time_ns()}")
    modules = picture.credential_matrix(issued["text"])
    teller.show("凭证", f"{issued['text'][:44]}…  {len(issued['text'])} 字符，QR 版本 {picture.version(modules)}-M")
    teller.show("有效期至", moment(issued["expires_at"]))
    return issued


async def _offline(teller: Teller, phone: Visitor, counter: Visitor, issued: dict[str, Any]) -> None:
    text = issued["text"]
    teller.step("窗口取来名单，拔掉网线，自己验", "The counter takes keys and lists, unplugs, and checks by itself.")
    before = await _synchronise(phone, counter)
    seen = before.says(text)
    assert isinstance(seen, verdict.Accepted), seen
    told = seen.credential
    teller.show("✓ 有效", f"{told.name} · 证件尾号 {told.last4} · {told.birth_year} 年生 · 名单 {seen.freshness}")
    teller.hint("含姓名的凭证要与身份证件一并核对", "A credential with the name is compared with the card in hand")
    await _foreign(teller, text, before)
    teller.step("挂失，联网的窗口马上拒绝", "She reports it lost: a counter with a network refuses it at once.")
    await phone.ask("DELETE", f"/api/v1/credentials/{issued['id']}")
    await _must_refuse(teller, counter, {"text": text, "purpose": "apply_here"}, "code-revoked")
    teller.step("拔了网线的窗口：更新名单以前还不知道", "The unplugged counter does not know before its next list.")
    teller.show("更新前", _word(before.says(text)))
    after = (await _synchronise(phone, counter)).says(text)
    teller.show("更新后", _word(after))
    assert isinstance(after, verdict.Refused), after
    teller.step("谁看过我", "Who looked at me.")
    for visit in (await phone.ask("GET", "/api/v1/visits"))["visits"][:4]:
        teller.show(moment(visit["at"]), f"{visit['counter']} {visit['purpose_label']} {visit['outcome_label']}")


def _word(said: verdict.Accepted | verdict.Refused) -> str:
    return f"有效（名单 {said.freshness}）" if isinstance(said, verdict.Accepted) else f"拒绝：{said.reason}"


async def _synchronise(phone: Visitor, counter: Visitor) -> _Unplugged:
    """As the counter's page does: the root with the shift, then the open addresses."""
    kit = await counter.ask("GET", "/counter/api/v1/offline-kit")
    packed = kit["root"]["key"]
    parameters = strict_cbor.decode(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    root = cose.public_key(parameters, kit["root"]["alg"])
    keys = trust_list.read(await phone.fetch(kit["keys"]), [root])
    assert keys is not None, "the root signed the key set"
    read = [status_list.read(await phone.fetch(path), keys, time.time()) for path in kit["lists"]]
    return _Unplugged(keys, status_list.newest(one for one in read if one is not None))


async def _must_refuse(teller: Teller, counter: Visitor, scan: dict[str, str], code: str) -> None:
    said = ""
    try:
        await counter.ask("POST", _SCAN, scan, key=f"again-{time.time_ns()}")
    except Refused as refused:
        teller.no(refused)
        said = refused.code
    assert said == code, f"{code} was promised, {said or 'yes'} was said"


async def _foreign(teller: Teller, text: str, kept: _Unplugged) -> None:
    """The same bytes, read by another project's COSE library."""
    teller.step("换一个别人写的 COSE 库来读", "Somebody else's COSE library reads it.")
    try:
        library = await asyncio.to_thread(importlib.import_module, "cwt")
    except ImportError:
        teller.hint("没有安装 cwt：make tools 会装上", "cwt is not installed: make tools brings it")
        return
    message = deflate.unstore(base45.decode(text.removeprefix("GZ1:")) or b"") or b""
    kid = cose.read_sign1(message).kid
    (listed,) = kept.keys.named(kid)
    key = library.COSEKey.new({**listed.key.parameters, 2: kid, 3: listed.key.alg, 4: [2]})
    claims = strict_cbor.decode(library.COSE.new(verify_kid=True).decode(message, [key]))
    assert isinstance(claims, dict), "a claims set"
    teller.show(
        f"cwt {library.__version__}", f"iss {claims[1]} · iat {claims[6]} · exp {claims[4]} · 169 {claims[169]}"
    )
