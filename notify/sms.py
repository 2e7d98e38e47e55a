"""Short messages: their length in billed parts, and the signature in front."""

from __future__ import annotations

ONE_PART = 70  # UTF-16 units of a UCS-2 message that stands alone (3GPP TS 23.038)
EACH_PART = 67  # units per part of a longer one: 6 octets of each go to the concatenation header (3GPP TS 23.040)


def units(text: str) -> int:
    """Length in UTF-16 code units, which is how a UCS-2 message is counted."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parts(text: str) -> int:
    """How many messages are billed. A character outside the basic plane is never cut in two."""
    if units(text) <= ONE_PART:
        return 1 if text else 0
    count, room = 1, EACH_PART
    for character in text:
        need = 2 if ord(character) > 0xFFFF else 1
        if need > room:
            count, room = count + 1, EACH_PART
        room -= need
    return count


def signed(signature: str, text: str) -> str:
    """The text as it is sent: 【signature】 first."""
    return f"【{signature}】{text}"
