"""The counter with its plug pulled: the page itself reads, refuses and writes down; its lines come home once."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import qrcode
from PIL import Image
from playwright.async_api import APIResponse, Page, Route, expect

from codes import cose, holder_proof
from config.floor import sql
from server.edges.counter import offline_pages
from tests.browser.conftest import NewScreen, Screen
from tests.browser.pages_staff import WAIT, CounterDesk, enrol
from tests.journeys.people import Phone
from tests.journeys.town import Town

DEVICE = cose.PrivateKey(cose.ES256, bytes(31) + b"\x07")
HOUR = 3600
KEPT = """(async () => {
  const { facts, lines } = await import("/static/counter/offline/store.js")
  const rows = await lines.all()
  const readable = rows.map((row) => JSON.stringify(row) + new TextDecoder().decode(row.bytes)).join()
  return { columns: Object.keys(rows[0]).sort(), readable, extractable: (await facts.get("log-key")).extractable }
})()"""
FILL = """(async () => {
  const { lines } = await import("/static/counter/offline/store.js")
  const [row] = await lines.all()
  await Promise.all(Array.from({ length: 4999 }, (_, at) => lines.put({ ...row, id: `filler ${at}` })))
})()"""
LOOKS = ((360, False), (768, False), (1280, True))


async def order(phone: Phone, tier: str, form: str = "paper") -> Any:
    """A credential of hers; a phone's copy is bound to the test's phone."""
    point = {name: DEVICE.public.parameters[number] for name, number in (("x", -2), ("y", -3))}
    key = {name: base64.urlsafe_b64encode(bytes(value)).rstrip(b"=").decode() for name, value in point.items()}  # type: ignore[call-overload]
    body = {"tier": tier, "form": form, "device_key": key if form == "phone" else None}
    return await phone.must("POST", "/api/v1/credentials", body, status=201)


async def ready_desk(server: Town, screen: Screen) -> CounterDesk:
    """A clerk on shift at a terminal that has fetched everything and would start without a network."""
    await server.hire("C7", ["clerk"])
    await enrol(server, screen.page, "7 号窗口")
    desk = CounterDesk(server.origin, screen)
    await desk.open_for("C7", "办事")
    await kept_ready(screen.page)
    return desk


async def kept_ready(page: Page) -> None:
    """Lists fetched, lines sent, page kept."""
    await expect(page.locator("html[data-offline]")).to_be_attached(timeout=WAIT)
    await page.evaluate("navigator.serviceWorker.ready.then(() => null)")


async def unplug(desk: CounterDesk) -> None:
    """No network, and the computer switched off and on again."""
    await desk.screen.context.set_offline(True)
    await desk.page.goto(f"{desk.origin}/counter")
    await expect(desk.page).to_have_url(f"{desk.origin}/counter/unplugged", timeout=WAIT)
    await expect(desk.page.locator("html[data-ready=yes]")).to_be_attached(timeout=WAIT)


async def plug_in(desk: CounterDesk) -> None:
    """The network is back, and the clerk at the desk."""
    await desk.screen.context.set_offline(False)
    await desk.page.goto(f"{desk.origin}/counter")
    await kept_ready(desk.page)


def held_up(text: str, path: Path) -> str:
    """A second of video of a paper before the desk's camera."""
    drawn = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, box_size=6, border=4)
    drawn.add_data(text)
    code = drawn.make_image().get_image().convert("L").resize((440, 440), Image.Resampling.BILINEAR)
    picture = Image.new("L", (640, 480), 235)
    picture.paste(code, (100, 20))
    frame = b"FRAME\n" + picture.tobytes() + bytes([128]) * (320 * 240 * 2)
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 10)
    return str(path)


async def read(desk: CounterDesk, text: str) -> None:
    """By the hand field, which takes what a gun would type."""
    await desk.page.get_by_label("手工输入").fill(text)
    await desk.page.keyboard.press("Enter")


def faults_of(desk: CounterDesk) -> list[str]:
    """What the page complained of; that the network is gone is the browser's own remark on a try again."""
    return [text for text in desk.screen.complaints if "ERR_INTERNET_DISCONNECTED" not in text]


async def test_a_credential_is_read_unplugged_also_after_a_cold_start(server: Town, screen: NewScreen) -> None:
    phone = await server.resident()
    basic, standard = await order(phone, "T0"), await order(phone, "T1")
    desk = await ready_desk(server, await screen())
    await unplug(desk)
    await expect(desk.page.locator("#place")).to_contain_text("7 号窗口")
    await expect(desk.page.locator("#lists-state")).to_have_attribute("data-list", "green")
    await read(desk, basic["text"])
    await expect(desk.result.locator(".verdict-ok")).to_contain_text("有效")
    await expect(desk.result).to_contain_text("王*兰")
    await expect(desk.result).to_contain_text("实名已核验")
    await expect(desk.result.locator(".seen")).to_contain_text("地区示范区")
    await read(desk, standard["text"])
    await expect(desk.result.locator(".verdict-warn")).to_contain_text("请核对证件")
    await expect(desk.result).not_to_contain_text("王秀兰")
    await desk.page.get_by_role("button", name="证件一致，是本人").click()
    await expect(desk.result.locator(".verdict-ok")).to_be_visible()
    await expect(desk.result).to_contain_text("王秀兰")
    await expect(desk.result).to_contain_text("身份证件已核对")
    await expect(desk.page.locator("#lines-state")).to_contain_text("2 条等着上传")
    await read(desk, "9001" + "0" * 30)
    await expect(desk.result.locator("[data-code=dynamic]")).to_contain_text("离线凭证")
    await read(desk, standard["text"])
    await expect(desk.result.locator("[data-note=again]")).to_contain_text("已经读过")
    assert faults_of(desk) == []


async def test_the_camera_reads_paper_unplugged(server: Town, screen: NewScreen, tmp_path: Path) -> None:
    phone = await server.resident()
    film = await asyncio.to_thread(held_up, (await order(phone, "T1"))["text"], tmp_path / "paper.y4m")
    desk = await ready_desk(server, await screen(camera=film))
    await unplug(desk)
    await expect(desk.page.locator("#camera")).to_have_attribute("data-on", "true")
    await expect(desk.result).to_contain_text("纸质凭证", timeout=WAIT)
    await expect(desk.result.locator(".verdict-warn")).to_contain_text("请核对证件")
    await expect(desk.page.locator("#lines-state")).to_have_attribute("data-lines", "1")
    assert faults_of(desk) == []


async def test_what_is_kept_is_sealed_bounded_and_ends_with_the_shift(server: Town, screen: NewScreen) -> None:
    phone = await server.resident()
    standard = await order(phone, "T1")
    desk = await ready_desk(server, await screen())
    await unplug(desk)
    await read(desk, standard["text"])
    await expect(desk.page.locator("#lines-state")).to_have_attribute("data-lines", "1")
    kept = await desk.page.evaluate(KEPT)
    assert kept["columns"] == ["bytes", "closesAt", "id", "iv"]
    assert kept["extractable"] is False
    assert not [word for word in ("王", "1281", "accepted", "apply_here", "gz:status") if word in kept["readable"]]
    await desk.page.evaluate(FILL)
    await read(desk, standard["text"] + " ")
    await expect(await desk.refused("log-full")).to_contain_text("先停一停")
    await expect(desk.page.locator("#lines-state")).to_contain_text("已满 5000 条")
    await desk.page.evaluate("indexedDB.deleteDatabase('yima-unplugged')")
    await plug_in(desk)
    await desk.page.get_by_role("button", name="结束当班").click()
    await expect(desk.page).to_have_url(f"{desk.origin}/counter/sign-in", timeout=WAIT)
    await unplug(desk)
    await read(desk, standard["text"])
    await expect(await desk.refused("no-shift")).to_contain_text("没有人值班")


async def test_a_new_version_is_taken_when_the_desk_is_idle_and_said(
    server: Town, screen: NewScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await ready_desk(server, await screen())
    await read(desk, "134567890123456789")
    await expect(desk.result.locator(".verdict")).to_be_visible()
    text = await asyncio.to_thread(offline_pages.worker_of, server.services.portals.get("demo"))
    monkeypatch.setattr(offline_pages, "worker_of", lambda _: text.replace('VERSION = "', 'VERSION = "new'))
    await desk.page.evaluate("navigator.serviceWorker.ready.then((worker) => worker.update()).then(() => null)")
    await desk.page.wait_for_function("navigator.serviceWorker.ready.then((worker) => Boolean(worker.waiting))")
    await expect(desk.result.locator(".verdict")).to_be_visible()  # an answer is on the screen: not now
    await desk.page.get_by_role("button", name="清除").click()
    await expect(desk.page.locator("#toasts")).to_contain_text("已更新到新版本", timeout=WAIT)
    assert [name[:16] for name in await desk.page.evaluate("caches.keys()")] == ["yima-counter-new"]


async def test_a_revoked_paper_is_refused_after_one_sync(server: Town, screen: NewScreen) -> None:
    phone = await server.resident()
    paper = await order(phone, "T1")
    desk = await ready_desk(server, await screen())
    await phone.must("DELETE", f"/api/v1/credentials/{paper['id']}")
    await unplug(desk)
    await read(desk, paper["text"])
    await expect(desk.result.locator(".verdict-warn")).to_contain_text("请核对证件")
    await plug_in(desk)
    await unplug(desk)
    await read(desk, paper["text"])
    await expect(await desk.refused("revoked")).to_contain_text("停用")
    await expect(desk.page.locator("html")).to_have_attribute("data-sound", "bad")


async def test_lists_that_did_not_come_at_first_come_by_themselves_within_seconds(
    server: Town, screen: NewScreen
) -> None:
    await order(await server.resident(), "T0")
    await server.hire("C7", ["clerk"])
    shown = await screen()
    await enrol(server, shown.page, "7 号窗口")
    await shown.page.route("**/.well-known/yima/keys", lambda route: route.fulfill(status=404), times=1)
    await shown.page.clock.install()
    await CounterDesk(server.origin, shown).open_for("C7", "办事")
    await expect(shown.page.locator("html[data-offline='1']")).to_be_attached(timeout=WAIT)
    await expect(shown.page.locator("#lists-state")).to_have_attribute("data-list", "none")
    await shown.page.clock.run_for(3_000)
    await expect(shown.page.locator("#lists-state")).to_have_attribute("data-list", "green", timeout=WAIT)


async def test_a_screenshot_is_refused_and_the_live_screen_is_taken(server: Town, screen: NewScreen) -> None:
    phone = await server.resident()
    copy = await order(phone, "T1", "phone")
    desk = await ready_desk(server, await screen())
    await unplug(desk)
    now = int(server.now())
    await read(desk, holder_proof.show(copy["text"], DEVICE, now - 61))
    await expect(await desk.refused("proof-stale")).to_contain_text("实时画面")
    await read(desk, copy["text"])
    await expect(await desk.refused("proof-missing")).to_contain_text("截图")
    stranger = cose.PrivateKey(cose.ES256, bytes(31) + b"\x08")
    await read(desk, holder_proof.show(copy["text"], stranger, now))
    await expect(await desk.refused("proof-wrong")).to_contain_text("另一台手机")
    await read(desk, holder_proof.show(copy["text"], DEVICE, int(server.now())))
    await expect(desk.result.locator(".verdict-warn")).to_contain_text("请核对证件")


async def test_lists_grow_amber_and_red_and_a_shift_ends(server: Town, screen: NewScreen) -> None:
    phone = await server.resident()
    basic, standard = await order(phone, "T0"), await order(phone, "T1")
    desk = await ready_desk(server, await screen())
    await unplug(desk)
    lists, start = desk.page.locator("#lists-state"), server.now()

    async def later(hours: int) -> None:
        past = 60 if hours > 0 else -60  # a minute beyond the full hour: what is aged may be younger than start
        await desk.page.clock.set_system_time(start + hours * HOUR + past)
        await desk.page.evaluate("import('/static/counter/offline/state.js').then((state) => state.drawState())")

    await later(13)
    await expect(lists).to_have_attribute("data-list", "amber")
    await expect(lists).to_contain_text("13 小时前")
    await read(desk, basic["text"])
    await expect(await desk.refused("no-shift")).to_contain_text("值班时间已经结束")
    await desk.page.evaluate(
        "import('/static/counter/offline/store.js').then(({ facts }) => facts.set('shift', "
        "{ staff_no: 'C7', until: '2999-01-01T00:00:00Z' }))"
    )
    await read(desk, standard["text"])
    await expect(desk.result.locator("[data-note=amber]")).to_contain_text("13 小时前")
    await later(8 * 24)
    await expect(lists).to_have_attribute("data-list", "red")
    await read(desk, standard["text"])
    await expect(await desk.refused("keys-too-old")).to_contain_text("名单过期")
    await read(desk, basic["text"])
    await expect(desk.result.locator(".verdict-warn")).to_contain_text("仅供参考")
    await expect(desk.result.locator("[data-note=red]")).to_be_visible()
    await later(-3)
    await expect(desk.page.locator("#clock-state")).to_contain_text("慢了 3 小时")


async def test_where_the_network_breaks_the_page_goes_on_by_itself(server: Town, screen: NewScreen) -> None:
    phone = await server.resident()
    standard = await order(phone, "T1")
    desk = await ready_desk(server, await screen())
    await read(desk, standard["text"])
    await expect(desk.result.locator(".verdict-warn")).to_contain_text("请核对证件")
    await desk.page.get_by_role("button", name="证件一致，是本人").click()
    await expect(desk.result.locator("[data-note=card]")).to_be_visible()
    await desk.screen.context.set_offline(True)
    await read(desk, standard["text"])
    await expect(desk.result).to_contain_text("已自动改为离线查验")
    await expect(desk.result.locator(".verdict-warn")).to_contain_text("请核对证件")
    await expect(desk.page.locator("#lines-state")).to_contain_text("1 条等着上传")


async def test_lines_come_home_exactly_once_though_the_page_dies_in_between(server: Town, screen: NewScreen) -> None:
    phone = await server.resident()
    papers = [await order(phone, "T0"), await order(phone, "T1")]
    desk = await ready_desk(server, await screen())
    await unplug(desk)
    for paper in papers:
        await read(desk, paper["text"])
        await expect(desk.result.locator(".verdict")).to_be_visible()
    await desk.page.get_by_role("button", name="证件一致，是本人").click()
    await expect(desk.page.locator("#lines-state")).to_have_attribute("data-lines", "2")

    async def lose_the_answer(route: Route) -> None:
        arrived.append(await route.fetch())
        await route.abort()

    arrived: list[APIResponse] = []
    await desk.screen.context.route("**/offline-reads", lose_the_answer)
    await plug_in(desk)
    assert [(await one.json())["stored"] for one in arrived] == [2]
    await expect(desk.page.locator("#lines-state")).to_have_attribute("data-lines", "2")
    await desk.page.close()  # the server has them, this page never heard of it
    await desk.screen.context.unroute("**/offline-reads")
    again = CounterDesk(server.origin, Screen(desk.screen.context, await desk.screen.context.new_page()))
    await plug_in(again)
    await expect(again.page.locator("#lines-state")).to_have_attribute("data-lines", "0")
    visits = (await phone.must("GET", "/api/v1/visits"))["visits"]
    assert sorted(one["outcome"] for one in visits) == ["accepted", "accepted"]
    rows = await sql.rows("SELECT offline, card_in_hand FROM credential_reads")  # both may be of one second
    assert sorted((bool(row["offline"]), bool(row["card_in_hand"])) for row in rows) == [(True, False), (True, True)]


async def test_nothing_is_cut_and_nothing_bars_the_way_unplugged(server: Town, screen: NewScreen) -> None:
    phone = await server.resident(1)
    standard = await order(phone, "T1")
    desk = await ready_desk(server, await screen())
    await unplug(desk)
    for width, dark in LOOKS:
        await desk.screen.as_seen(width, dark=dark)
        for text in (standard["text"], "GZ1:" + "A" * 30, "9001" + "0" * 30):
            await read(desk, text)
            await expect(desk.result.locator(".verdict")).to_be_in_viewport()
            assert await desk.screen.sideways() <= 0
            assert await desk.screen.barriers() == []


async def test_a_proof_that_grew_old_while_the_card_was_compared_costs_one_more_scan(
    server: Town, screen: NewScreen
) -> None:
    phone = await server.resident()
    copy = await order(phone, "T1", "phone")
    desk = await ready_desk(server, await screen())
    aged = int(server.now()) - 50
    await read(desk, holder_proof.show(copy["text"], DEVICE, aged))
    await expect(desk.result.locator(".verdict-warn")).to_contain_text("请核对证件")
    server.clock.advance(timedelta(seconds=12))
    await desk.page.get_by_role("button", name="证件一致，是本人").click()
    await expect(await desk.refused("code-expired")).to_contain_text("一分钟")
    fresh = int(server.now())
    for _ in range(2):  # the same once more is the same look, its card included
        await read(desk, holder_proof.show(copy["text"], DEVICE, fresh))
        await expect(desk.result.locator("[data-note=card]")).to_be_visible()
    await read(desk, holder_proof.show(copy["text"], DEVICE, fresh - 1))
    await expect(desk.result.locator(".verdict-warn")).to_contain_text("请核对证件")
