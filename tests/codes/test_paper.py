"""Paper: the code is wide enough, readable after printing, and no character of a name is lost in silence."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
import pytest
from PIL import Image

from codes import cose, credential, paper, picture
from tests.codes.readers import qr_codes

KEY = cose.PrivateKey(cose.ES256, bytes(range(32)))
LONG = "阿卜杜拉·买买提江·吐尔逊"
WORDS = paper.PaperWords(
    portal="示范市一码通办", title="一码通纸质凭证", demo="演示环境", name=LONG,
    tells="扫码能看到：姓名、性别、出生年份、证件号后四位。",
    card="须与身份证件一并出示", until="有效期至 2027年5月24日 周一", number="编号 84C10582B5F6",
    lost="丢了怎么办：带身份证到任何一个窗口说“挂失”。", missing="姓名里有打不出的字，已用〓代替。",
)  # fmt: skip
LAYOUTS: tuple[paper.Layout, ...] = ("a6", "stickers")


def text_of(name: str = LONG) -> str:
    told = credential.Credential(
        issuer="demo", tier=1, issued_at=1_795_000_000, expires_at=1_810_000_000, uri="gz:status/12", index=131_000,
        name=name, level=5, region=511602, gender=1, last4="1281", birth_year=1862,
    )  # fmt: skip
    return credential.compose(told, KEY)


def printed(pdf: bytes, dots_per_inch: int = 200) -> Image.Image:
    page: Image.Image = pypdfium2.PdfDocument(pdf)[0].render(scale=dots_per_inch / 72).to_pil()
    return page.convert("L")


def darkest_of(part: Image.Image) -> int:
    """How dark its darkest dot is: 255 = there is none."""
    histogram = part.histogram()
    return next(shade for shade in range(256) if histogram[shade])


def words_on(pdf: bytes) -> str:
    return str(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())


@pytest.mark.parametrize(("layout", "codes"), [("a6", 1), ("stickers", 3)])
def test_the_printed_code_is_read_and_says_the_same(layout: paper.Layout, codes: int) -> None:
    text = text_of()
    sheet = printed(paper.draw(text, WORDS, layout), 150)
    found = qr_codes(sheet)
    assert [one.text for one in found] == [text] * codes


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_code_is_forty_millimetres_wide_with_a_quiet_zone(layout: paper.Layout) -> None:
    picture_of = printed(paper.draw(text_of(), WORDS, layout), 254)  # ten dots a millimetre
    corners = qr_codes(picture_of)[0].position
    dark = (corners.top_right.x - corners.top_left.x) / 10
    modules = len(picture.credential_matrix(text_of()))
    step = dark / modules
    assert dark + 2 * picture.QUIET * step >= 40
    left, top = corners.top_left.x - 39 * step, corners.top_left.y
    quiet = picture_of.crop((int(left), top, corners.top_left.x - 2, corners.bottom_left.y))
    assert darkest_of(quiet) > 200


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_word_is_on_it_and_inside_the_sheet(layout: paper.Layout) -> None:
    pdf = paper.draw(text_of(), WORDS, layout)
    said = words_on(pdf).replace("\r", "").replace("\n", "")
    for part in (WORDS.portal, WORDS.title, LONG, "须与身份证件一并出示", "2027年5月24日", "84C10582B5F6", "挂失"):
        assert part in said, part
    sheet = printed(pdf)
    edge = sheet.crop((0, sheet.height - 12, sheet.width, sheet.height))
    assert darkest_of(edge) == 255


def test_a_rare_character_prints_and_a_missing_one_is_marked_and_said() -> None:
    rare = words_on(paper.draw(text_of("䶮㛃"), replace(WORDS, name="䶮㛃")))
    assert "䶮㛃" in rare
    assert "打不出" not in rare
    lacking = words_on(paper.draw(text_of("王𪚥兰"), replace(WORDS, name="王𪚥兰")))
    assert "王〓兰" in lacking
    assert "打不出" in lacking
    assert "王〓兰" in words_on(paper.draw(text_of("王𪚥兰"), replace(WORDS, name="王𪚥兰"), "stickers"))


def test_outside_the_demonstration_there_is_no_mark() -> None:
    assert "演示" not in words_on(paper.draw(text_of(), replace(WORDS, demo="")))
