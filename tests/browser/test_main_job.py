"""The main job as one story in a real browser: her phone, two handlers, two counters, an operator and an approver."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.async_api import expect

from tests.browser.camera import film_nobody, film_screen
from tests.browser.conftest import NewScreen, Screen
from tests.browser.pages_phone import PDF, PHOTO, ResidentPhone, grouped
from tests.browser.pages_staff import WAIT, Console, CounterDesk, enrol
from tests.journeys.town import PEOPLE, Town

NAME, ID_NUMBER, NUMBER = PEOPLE[0]
ITEM = "印刷经营许可证核发"
RIGHT_NAME = "示范印刷有限责任公司"


@dataclass(slots=True)
class Stage:
    """Everybody's screen."""

    town: Town
    phone: ResidentPhone
    handler: Console
    second: Console
    counter: CounterDesk
    neighbour: CounterDesk
    operator: Console
    approver: Console
    film: Path
    case_no: str = ""
    used: str = ""

    def screens(self) -> list[Screen]:
        desks = (self.handler, self.second, self.counter, self.neighbour, self.operator, self.approver)
        return [self.phone.screen, *(desk.screen for desk in desks)]


async def beside(screen: Screen, *, width: int = 1280, height: int = 900) -> Screen:
    """Another person's window in the same browser: cookies and storage of its own."""
    browser = screen.context.browser
    assert browser is not None
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    return Screen(context, await context.new_page())


async def set_stage(town: Town, screen: NewScreen, folder: Path) -> Stage:
    """Seven people, each with a screen; the counter's camera sees an empty desk for now."""
    await town.hire("H1", ["handler"])
    await town.hire("H2", ["handler"])
    await town.hire("C7", ["clerk", "handler"])
    await town.hire("C8", ["clerk"])
    await town.hire("O1", ["operator"])
    await town.hire("P1", ["publisher"])
    film = folder / "camera.y4m"
    await asyncio.to_thread(film_nobody, film)
    phone = await screen(width=360, height=780)
    seen = await screen(camera=str(film))
    others = [await beside(phone) for _ in range(5)]
    await enrol(town, seen.page, "7 号窗口")
    await enrol(town, others[2].page, "8 号窗口")
    return Stage(
        town=town,
        phone=ResidentPhone(town.origin, phone, NUMBER),
        handler=Console(town.origin, others[0]),
        second=Console(town.origin, others[1]),
        counter=CounterDesk(town.origin, seen),
        neighbour=CounterDesk(town.origin, others[2]),
        operator=Console(town.origin, others[3]),
        approver=Console(town.origin, others[4]),
        film=film,
    )


async def test_the_main_job_in_the_browser(server: Town, screen: NewScreen, tmp_path: Path) -> None:
    stage = await set_stage(server, screen, tmp_path)
    await signs_in_and_proves_who_she_is(stage.phone)
    await finds_the_item_and_applies(stage.phone)
    await sees_her_case(stage)
    await corrects_what_was_missing(stage)
    await is_accepted(stage)
    await shows_her_code(stage)
    await answers_the_question(stage)
    await another_counter_sees_the_same_code(stage)
    await an_old_code_and_a_fresh_one(stage)
    await sees_who_looked(stage.phone)
    await is_decided_by_a_second_person(stage)
    await reads_what_she_was_served(stage.phone)
    await was_told_of_every_step(stage)
    await hears_a_notice(stage)
    assert [(one.page.url, one.complaints) for one in stage.screens() if one.complaints] == []


async def signs_in_and_proves_who_she_is(phone: ResidentPhone) -> None:
    """Step 1: phone number and SMS code, then name and ID number; neither is shown whole afterwards."""
    await phone.open()
    await phone.sign_in()
    await phone.tab("我")
    await phone.sees("未实名")
    await phone.page.get_by_role("link", name="实名认证").click()
    await phone.verify(NAME, ID_NUMBER)
    await phone.sees("已实名")
    assert ID_NUMBER not in await phone.main.inner_text()
    assert NAME not in await phone.main.inner_text()


async def finds_the_item_and_applies(phone: ResidentPhone) -> None:
    """Steps 2 and 3: what people call it finds it; the form, the papers and the check are the item's own."""
    page = phone.page
    await phone.tab("首页")
    await page.get_by_role("searchbox").fill("开打印店")
    await phone.press("搜索")
    await page.get_by_role("link", name=re.compile(ITEM)).click(timeout=WAIT)
    await phone.title(ITEM)
    await phone.sees("2 个工作日")
    await page.get_by_role("link", name="在线办理").click()
    await phone.title("企业信息")
    await phone.press("下一步")
    await expect(page.get_by_role("alert")).to_contain_text("处需要修改")
    await page.get_by_label("企业名称").fill("示范印刷店")
    await page.get_by_label("统一社会信用代码").fill("91511602MA00000000")
    await page.get_by_label("生产经营场所地址").fill("示范区东街二号")
    await page.get_by_label("租赁", exact=True).check()
    await page.get_by_label("租赁到期日").fill("2028-12-31")
    await phone.press("下一步")
    await phone.title("印刷业务")
    await page.get_by_label("包装装潢印刷品印刷").check()
    await page.get_by_label("主要印刷设备（台）").fill("3")
    await phone.press("下一步")
    await phone.title("经办人")
    await page.get_by_label("经办人姓名").fill("王秀兰")
    await page.get_by_label("经办人手机号").fill(NUMBER)
    await page.get_by_label("我承诺所填内容和所交材料真实有效").check()
    await phone.press("下一步")
    await phone.title("上传材料")
    await phone.hand_in("生产经营场所使用证明", PDF)
    await phone.hand_in("授权委托书", PHOTO)
    await phone.press("下一步")
    await phone.title("核对您填的内容")
    for words in ("示范印刷店", "租赁", "包装装潢印刷品印刷", PDF["name"], PHOTO["name"]):
        await phone.sees(words)
    await phone.press("提交申请")
    await phone.sees("申请已提交")


async def sees_her_case(stage: Stage) -> None:
    """Step 3, the end: an unguessable number and the beginning of a timeline."""
    phone = stage.phone
    await phone.press("查看办理进度")
    await phone.case_says("已提交")
    await phone.sees("提交申请")
    found = re.search(r"no=([0-9A-Za-z]+)", phone.page.url)
    assert found is not None
    assert len(found[1]) >= 16
    stage.case_no = found[1]
    await phone.page.evaluate("window.neverReloaded = true")


async def corrects_what_was_missing(stage: Stage) -> None:
    """Step 4: received; one notice names everything; her open page shows each step by itself; she corrects."""
    phone, handler = stage.phone, stage.handler
    await handler.sign_in("/console", "H1")
    await handler.take(ITEM)
    await handler.press("收件")
    await phone.case_says("已收件")
    form = await handler.unfold("request_correction")
    for label, reason in (("企业名称", "与营业执照上的全称不一致"), ("授权委托书", "没有盖公章，请盖章后重拍")):
        await form.get_by_label(label, exact=True).check()
        await form.get_by_label(f"“{label}”缺什么、怎么补").fill(reason)
    await form.get_by_role("button", name="发出补正告知书（2 项）").click()
    await handler.stands("待补正")
    await phone.case_says("待补正")
    assert await phone.page.evaluate("window.neverReloaded")
    await phone.sees("没有盖公章，请盖章后重拍")
    await phone.page.get_by_role("link", name="去补正").click()
    await phone.page.get_by_label("企业名称").fill(RIGHT_NAME)
    await phone.hand_in("授权委托书", {**PHOTO, "name": "盖章的委托书.jpg"})
    await phone.press("提交补正")
    await phone.case_says("已收件")
    assert stage.case_no in phone.page.url
    assert await phone.page.evaluate("window.neverReloaded")


async def is_accepted(stage: Stage) -> None:
    """Step 4: accepted, the clock runs, work begins; her page follows."""
    phone, handler = stage.phone, stage.handler
    await handler.take(ITEM)
    await expect(handler.page.locator("#case")).to_contain_text(RIGHT_NAME)
    await handler.press("受理")
    await handler.stands("已受理")
    await phone.case_says("已受理")
    await phone.sees("承诺时限")
    await phone.sees("法定时限")
    await handler.press("开始办理")
    await phone.case_says("办理中")


async def shows_her_code(stage: Stage) -> None:
    """Step 6: the counter's camera reads the picture of her own screen."""
    phone, counter = stage.phone, stage.counter
    await counter.open_for("C7", "办事")
    await expect(counter.page.locator("#camera")).to_have_attribute("data-on", "true", timeout=WAIT)
    await expect(counter.result).to_contain_text("等待扫码")
    await phone.back()
    await phone.page.goto(f"{stage.town.origin}/m/#/pages/code/code")
    stage.used = await phone.code()
    await asyncio.to_thread(film_screen, await phone.code_picture(), stage.film)
    await counter.restart_camera()
    await expect(counter.page.locator(".verdict-ok")).to_contain_text("有效", timeout=WAIT)
    await expect(counter.result).to_contain_text("实名已核验，未刷脸")
    await expect(counter.result.locator(".holder-name")).to_have_text("王*兰")
    await expect(counter.result).to_contain_text(ITEM)
    await expect(counter.result.get_by_role("link", name="续办")).to_be_visible()
    await expect(counter.result).not_to_contain_text(ID_NUMBER)
    await expect(counter.page.locator("#scanned")).to_have_text("1")


async def answers_the_question(stage: Stage) -> None:
    """Step 6: her phone shows the question by itself; what she allows appears at the counter."""
    sheet = stage.phone.page.get_by_role("dialog")
    await expect(sheet).to_contain_text("7 号窗口", timeout=WAIT)
    await expect(sheet).to_contain_text("身份证号")
    await expect(sheet).to_contain_text("办事")
    await sheet.get_by_role("button", name=re.compile("^同意给出")).click()
    await expect(sheet).to_be_hidden(timeout=WAIT)
    await expect(stage.counter.result).to_contain_text("本人已同意", timeout=WAIT)
    await expect(stage.counter.result).to_contain_text(ID_NUMBER)
    await stage.counter.page.get_by_role("button", name="关闭摄像头").click()


async def another_counter_sees_the_same_code(stage: Stage) -> None:
    """Step 6: a second look, with a scanner gun, is refused and says when and where the first one was."""
    used, neighbour = stage.used, stage.neighbour
    await neighbour.open_for("C8", "办事")
    await neighbour.shoot(used)
    refused = await neighbour.refused("code-used")
    await expect(refused).to_contain_text("这张码刚才用过了")
    await expect(refused).to_contain_text(re.compile(r"它在 \d\d:\d\d 已由 7 号窗口用过"))
    await expect(refused.locator(".three-now")).to_contain_text("换一个")


async def an_old_code_and_a_fresh_one(stage: Stage) -> None:
    """Step 6: a code nobody used is too old two minutes later; 换一个 gives one that is read. She says no."""
    phone, neighbour = stage.phone, stage.neighbour
    old = await another_code(phone)
    stage.town.clock.advance(timedelta(minutes=2))
    await neighbour.lives_at(stage.town.now())
    await neighbour.type_in(old)
    refused = await neighbour.refused("code-expired")
    await expect(refused).to_contain_text("这张码已经过时")
    await expect(refused.locator(".three-now")).to_contain_text("换一个")
    await neighbour.type_in(await another_code(phone))
    await expect(neighbour.page.locator(".verdict-ok")).to_contain_text("有效", timeout=WAIT)
    sheet = phone.page.get_by_role("dialog")
    await expect(sheet).to_contain_text("8 号窗口", timeout=WAIT)
    await sheet.get_by_role("button", name="不同意", exact=True).click()
    await expect(neighbour.result).to_contain_text("本人没有同意", timeout=WAIT)
    await expect(neighbour.result).not_to_contain_text(ID_NUMBER)
    for status in (409, 410):
        neighbour.screen.forgive(status)


async def another_code(phone: ResidentPhone) -> str:
    """What her screen shows after 换一个."""
    before = await phone.code()
    await phone.press("换一个")
    await expect(phone.main.locator(".code-digits")).not_to_have_text(grouped(before), timeout=WAIT)
    return await phone.code()


async def sees_who_looked(phone: ResidentPhone) -> None:
    """Step 6: every look, the refused one too: where, by whom, when, for what, and what was seen."""
    await phone.page.get_by_role("link", name="谁看过我").click()
    await phone.title("谁看过我")
    looks = phone.main.locator(".card")
    await expect(looks.first).to_contain_text("8 号窗口", timeout=WAIT)
    first = looks.filter(has_text="7 号窗口").last
    for words in ("示范市政务服务大厅", "办事", "工作人员 C7", "已查验", "您同意给出：", "身份证号"):
        await expect(first).to_contain_text(words)
    await expect(looks.filter(has_text="未通过：码已用过")).to_have_count(1)
    await expect(looks.first).to_contain_text("您没有同意")


async def is_decided_by_a_second_person(stage: Stage) -> None:
    """Step 4: the one who proposes cannot decide; a second handler does; then it is served."""
    phone, handler, second = stage.phone, stage.handler, stage.second
    await phone.page.goto(f"{stage.town.origin}/m/#/pages/case/case?no={stage.case_no}")
    await phone.case_says("办理中")
    form = await handler.unfold("propose")
    await form.get_by_label("准予许可").check()
    await form.get_by_label("意见").fill("材料齐全，符合条件")
    await form.locator("button[type=submit]").click()
    await expect(handler.page.locator("#case")).to_contain_text("拟办意见", timeout=WAIT)
    await expect(handler.page.locator("#case").get_by_role("button", name="同意，作出决定")).to_have_count(0)
    await second.sign_in("/console", "H2")
    await second.take(ITEM)
    await expect(second.page.locator("#case")).to_contain_text("材料齐全，符合条件")
    await second.press("同意，作出决定")
    await phone.case_says("已办结")
    await handler.take(ITEM)
    await handler.press("送达文书")
    await phone.case_says("已送达")


async def reads_what_she_was_served(phone: ResidentPhone) -> None:
    """Step 4: every paper of her case, one of them opened."""
    papers = phone.main.get_by_role("link")
    for title in ("补正告知书", "受理通知书", "决定书"):
        await expect(papers.filter(has_text=title).first).to_be_visible(timeout=WAIT)
    await papers.filter(has_text="决定书").first.click()
    paper = phone.page.frame_locator("#paper")
    await expect(paper.locator("body")).to_contain_text("准予决定书", timeout=WAIT)
    await expect(paper.locator("body")).to_contain_text(ITEM)
    await phone.back()
    await phone.case_says("已送达")


async def was_told_of_every_step(stage: Stage) -> None:
    """Step 5: the inbox holds each step, the newest unread one opens and leads back to the case; SMS arrived too."""
    phone = stage.phone
    await phone.page.goto(f"{stage.town.origin}/m/#/pages/notices/notices")
    await phone.sees("条未读")
    rows = phone.main.get_by_role("link").filter(has_text=ITEM)
    await expect(rows.nth(5)).to_be_visible(timeout=WAIT)
    await rows.first.click()
    await phone.page.get_by_role("link", name="去看看").click(timeout=WAIT)
    await phone.case_says("已送达")
    about = [text for text in await phone.sms() if ITEM in text]
    assert len(about) >= 4, about
    assert not [text for text in about if NAME in text or ID_NUMBER in text]


async def hears_a_notice(stage: Stage) -> None:
    """Step 7: one writes, sees how many and what they will read; another approves; it is there on her open page."""
    phone, operator, approver = stage.phone, stage.operator, stage.approver
    await phone.page.goto(f"{stage.town.origin}/m/#/pages/notices/notices")
    await phone.sees("条未读")
    page = operator.page
    await operator.sign_in("/console", "O1")
    await operator.go("消息发布")
    await page.get_by_role("link", name="写一条消息").click()
    await page.get_by_label("标题", exact=True).fill("印刷企业年度报告")
    await page.get_by_label("正文", exact=True).fill("您好，")
    await page.get_by_role("button", name="((姓名))").click()
    await page.keyboard.type("：请在年底前提交年度报告。")
    await page.get_by_role("searchbox").fill("印刷")
    await expect(page.locator("#item option", has_text=ITEM)).to_have_count(1, timeout=WAIT)
    await page.locator("#item").select_option(label=f"{ITEM}（区行政审批局）")
    await expect(page.locator("#findings")).to_contain_text("没有", timeout=WAIT)
    await expect(page.locator("#phone")).to_contain_text("王*兰", timeout=WAIT)
    await page.get_by_role("button", name="提交审核").click()
    await expect(page.locator("#standing")).to_contain_text("等待审核", timeout=WAIT)
    page = approver.page
    await approver.sign_in("/console", "P1")
    await approver.go("待我审核")
    await page.get_by_label("请亲手输入这个人数").fill("1", timeout=WAIT)
    await page.get_by_role("button", name="通过并发送").click()
    await expect(page.locator("#approvals")).to_contain_text("没有等您审核的消息", timeout=WAIT)
    await phone.sees("印刷企业年度报告")
    await phone.page.get_by_role("link", name=re.compile("印刷企业年度报告")).click()
    await phone.sees("王*兰：请在年底前提交年度报告。")
