"""``make demo-code`` against a running server: every step as promised, told twice, and told with a wrong password."""

from __future__ import annotations

import io

from server.demo.code_story import tell_code
from tests.journeys.town import PASSWORD, Town


async def told(server: Town, password: str = PASSWORD) -> tuple[int, str]:
    out = io.StringIO()
    return await tell_code(server.origin, out, password), out.getvalue()


async def test_the_story_of_the_code_is_true_and_can_be_told_again(server: Town) -> None:
    await server.hire("C1003", ["clerk"], counter="3 号窗口")
    await server.resident(0)
    for _ in range(2):
        code, text = await told(server)
        assert code == 0, text
        order = ["一码  90", "✓ 有效  王*兰", "409 code-used", "QR 版本", "✓ 有效  王秀兰", "cwt 3", "410 code-revoked"]
        places = [text.index(part) for part in (*order, "更新前  有效", "更新后  拒绝：revoked", "谁看过我")]
        assert places == sorted(places), text


async def test_a_wrong_password_says_what_to_do(server: Town) -> None:
    await server.hire("C1003", ["clerk"], counter="3 号窗口")
    await server.resident(0)
    code, text = await told(server, "not the password")
    assert code == 1
    assert "--staff-password" in text


async def test_nobody_there_says_so() -> None:
    out = io.StringIO()
    assert await tell_code("http://127.0.0.1:9", out, "x") == 1
    assert "is the server running" in out.getvalue()
