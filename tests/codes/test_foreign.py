"""Foreign codes are named, so that a clerk knows what was scanned."""

from __future__ import annotations

import pytest

from codes.foreign import looks_like


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("134567890123456789", "wechat_pay"),
        ("100000000000000000", "wechat_pay"),
        ("281234567890123456", "alipay"),
        ("2512345678901234", "alipay"),
        ("301234567890123456789012", "alipay"),
        ("6212345678901234567", "unionpay"),
        ("GZ1:NCFOXN", "offline_credential"),
        ("HC1:NCFOXN", "health_certificate"),
        ("https://example.org/x", "link"),
        ("wxp://f2f0abc", "link"),
        ("6901234567892", "product"),
        ("11010519491231002X", "identity_number"),  # the sample number of GB 11643
        ("6901234567893", None),
        ("1345678901234567890", None),
        ("hello", None),
        ("", None),
        ("１３" + "4" * 16, None),
        ("9" * 5000, None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_scanned_text_is_named(text: str, kind: str | None) -> None:
    assert looks_like(text) == kind
