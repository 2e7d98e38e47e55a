"""``make demo-proxy`` against a running server: every step as promised, and told twice."""

from __future__ import annotations

import io

from server.demo.proxy_story import tell_proxy
from tests.journeys.town import PASSWORD, Town


async def told(server: Town, password: str = PASSWORD) -> tuple[int, str]:
    out = io.StringIO()
    return await tell_proxy(server.origin, out, password), out.getvalue()


async def test_the_story_of_the_daughter_is_true_and_can_be_told_again(server: Town) -> None:
    await server.hire("C1003", ["clerk"], counter="3 号窗口")
    await server.hire("D4001", ["hall_manager"])
    await server.resident(0)
    for _ in range(2):
        code, text = await told(server)
        assert code == 0, text
        order = [
            "等待确认（C1003 记录）", "生效中（D4001 确认）", "办件", "王*兰 代 王*山（父亲）出示",
            "purpose-not-allowed", "凭证  王*山", "delegate-never", "王*兰 代 王*山：", "已收回", "code-revoked",
        ]  # fmt: skip
        places = [text.index(part) for part in order]
        assert places == sorted(places), text
    code, text = await told(server, "not the password")
    assert (code, "--staff-password" in text) == (1, True)


async def test_nobody_there_says_so() -> None:
    out = io.StringIO()
    assert await tell_proxy("http://127.0.0.1:9", out, "x") == 1
    assert "is the server running" in out.getvalue()
