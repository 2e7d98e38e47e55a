"""A letter: every word is on it, nothing runs off the sheet, a long one goes on, each begins on a sheet of its own."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2

from notify.letter import LetterWords, draw

LONG = "阿卜杜拉·买买提江·吐尔逊"
WORDS = LetterWords(
    portal="示范市一码通办", demo="演示环境", date="2026年11月26日 周四", to=f"收件人：{LONG}",
    address="收件地址（寄信人手写）：", title="补正告知书", body="您好：\n\n请在 11月30日 前补一份材料。",
    notes=("办件编号：5116 0220 2611 2000 01", "这是依法必须告知您的通知。"), number="编号 0A1B2C3D",
    sheet="第 {page} 页，共 {pages} 页", missing="姓名里有打不出的字，已用〓代替。",
)  # fmt: skip


def test_letters_are_whole_and_each_begins_on_its_own_sheet() -> None:
    long = replace(WORDS, body="\n".join(f"第 {number} 条：{'请带好证件，' * 12}谢谢。" for number in range(40)))
    strange = replace(WORDS, to="收件人：𪚥某")
    sheets = pypdfium2.PdfDocument(draw([WORDS, long, strange]))
    texts = [sheet.get_textpage().get_text_range().replace("\r\n", "\n") for sheet in sheets]
    assert LONG in texts[0] and "第 1 页，共 1 页" in texts[0]
    for said in (WORDS.portal, WORDS.title, WORDS.number, "请在 11月30日 前补一份材料。", *WORDS.notes):
        assert said in texts[0], said
    assert "\n" not in WORDS.title and "〓" not in texts[0]
    pages = len(texts) - 2
    assert pages >= 2 and f"第 {pages} 页，共 {pages} 页" in texts[pages]
    assert "第 39 条" in "".join(texts[1:-1])
    assert "收件人：〓某" in texts[-1] and WORDS.missing in texts[-1]
    for sheet in sheets:
        width, height = sheet.get_size()
        page = sheet.get_textpage()
        boxes = [
            page.get_charbox(number) for number in range(page.count_chars()) if page.get_text_range(number, 1).strip()
        ]
        assert all(left >= 0 and right <= width and bottom >= 0 and top <= height for left, bottom, right, top in boxes)
