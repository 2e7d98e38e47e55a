"""Forgers' work for the tests: texts that are nearly a good code, from seeded dice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from random import Random

from codes import base45, credential, deflate, dynamic, holder_proof, status_list, verdict
from codes.health_certificate import read_certificate
from codes.trust_list import TrustList
from config.floor import damm
from tests.codes.credentials import NOW, URI, issued, key, listed, status, text_of, trusted
from tests.codes.make_vectors import message_of, wrapped

HANDLE_KEY = bytes(range(32))
STEP = dynamic.step_of(NOW)
SIGNS = base45.ALPHABET
STRANGE = "\n a\u0660\uff11\ud83d\udcf1HC1:%00"


@dataclass
class Tally:
    """What became of the mutants."""

    given: Counter[str] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)

    def count(self, outcome: str, text: str) -> None:
        self.given[outcome] += 1
        if outcome == "ok":
            self.accepted.append(text)


def edited(dice: Random, text: str, signs: str) -> str:
    """One to three edits: a sign replaced, left out, doubled, swapped with another, or something strange put in."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        at = dice.randrange(len(text)) if text else 0
        match dice.randrange(8):
            case 0:
                text = text[:at] + text[at + 1 :]
            case 1:
                text = text[:at] + dice.choice(signs) + text[at:]
            case 2 if dice.random() < 0.3:
                text = text[:at]
            case 3 if len(text) > 1:
                other = dice.randrange(len(text))
                signs_of = list(text)
                signs_of[at], signs_of[other] = text[other], text[at]
                text = "".join(signs_of)
            case 4 if dice.random() < 0.2:
                text = text[:at] + dice.choice(STRANGE) + text[at + 1 :]
            case _:
                text = text[:at] + dice.choice(signs) + text[at + 1 :]
    return text


def edited_bytes(dice: Random, data: bytes) -> bytes:
    """The same, for bytes: bits turned, bytes replaced, left out, doubled, cut."""
    made = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 3))):
        at = dice.randrange(len(made)) if made else 0
        match dice.randrange(6):
            case 0:
                del made[at : at + dice.choice((1, 1, 4, 40))]
            case 1:
                made[at:at] = dice.randbytes(dice.choice((1, 1, 4)))
            case 2 if made:
                made[at] = dice.choice((0, 0x1B, 0x40, 0x5F, 0x7F, 0x9F, 0xA0, 0xBF, 0xD2, 0xF6, 0xFF))
            case 3:
                made[at:at] = made[at : at + 8]
            case _ if made:
                made[at] ^= 1 << dice.randrange(8)
    return bytes(made)


def dynamic_mutants(dice: Random, tally: Tally, count: int) -> None:
    """Dynamic codes with digits edited, half of them with the check digit made good again."""
    for _ in range(count):
        scene = f"0{dice.randrange(7)}"
        text = dynamic.compose(HANDLE_KEY, f"{dice.randrange(10**12):012}", STEP - dice.randrange(3), scene)
        mutant = edited(dice, text, "0123456789")
        if dice.random() < 0.5 and mutant[:33].isascii() and mutant[:33].isdigit():
            mutant = mutant[:33] + damm.check_digit(mutant[:33])
        if mutant != text:
            tally.count(read_dynamic(mutant), mutant)


def read_dynamic(text: str) -> str:
    """What the server's pure part says to a text, given that the handle's key is this one."""
    parsed = dynamic.parse(text)
    return "malformed" if parsed is None else dynamic.judge(parsed, HANDLE_KEY, NOW).outcome


@dataclass(frozen=True)
class UnpluggedCounter:
    """An unplugged counter with its lists."""

    keys: TrustList
    lists: dict[str, status_list.StatusList]

    def read(self, text: str) -> str:
        told = verdict.verify(text, keys=self.keys, lists=self.lists, now=NOW)
        return "ok" if isinstance(told, verdict.Accepted) else told.reason


def counter() -> UnpluggedCounter:
    """One that knows the test keys and takes every tier."""
    return UnpluggedCounter(trusted(listed(), listed("counter", tiers=frozenset((0, 1)))), {URI: status()})


def genuine() -> list[str]:
    """Good texts of each tier, on paper and on a phone."""
    paper = [text_of(issued(tier)) for tier in credential.TIERS]
    phone = [text_of(issued(tier, bound=True)) for tier in credential.TIERS]
    return paper + [holder_proof.show(text, key("phone"), NOW) for text in phone]


_message_of = cache(message_of)


def _edited_message(dice: Random, text: str) -> str:
    """The signed message edited inside an intact wrapping, the proof left as it is."""
    proof = text[4 : 4 + holder_proof.CHARACTERS] if len(text) > 450 else ""
    bare = "GZ1:" + text[4 + len(proof) :]
    return "GZ1:" + proof + wrapped(edited_bytes(dice, _message_of(bare))[: deflate.LARGEST])[4:]


def _edited_packing(dice: Random, text: str) -> str:
    data = base45.decode(text[4:])
    assert data is not None
    return "GZ1:" + base45.encode(edited_bytes(dice, data))


def _edited_text(dice: Random, text: str) -> str:
    return edited(dice, text, SIGNS)


_WAYS: tuple[Callable[[Random, str], str], ...] = (_edited_text, _edited_text, _edited_packing, _edited_message)


def credential_mutants(dice: Random, tally: Tally, count: int) -> None:
    """Credentials edited as text, as packed bytes, and as a message in an intact wrapping."""
    reader, texts = counter(), genuine()
    for _ in range(count):
        text = dice.choice(texts)
        mutant = dice.choice(_WAYS)(dice, text)
        if mutant != text:
            tally.count(reader.read(mutant), mutant)


class Breach(Exception):
    """A text that nobody signed was accepted."""


def read_anything(data: bytes) -> None:
    """One input of the coverage-guided fuzzer: the first byte says what the rest is taken for. ``Breach`` if it is
    taken for good without being one of ``genuine``; any other exception is a crash of the reader."""
    kind, rest = (data[0] % 6, data[1:]) if data else (0, b"")
    if kind < 3:
        text = rest.decode("latin-1") if kind == 0 else wrapped(rest[: deflate.LARGEST])
        text = "GZ1:" + base45.encode(rest) if kind == 1 else text
        if _COUNTER.read(text) == "ok" and text not in _GENUINE:
            raise Breach(text)
    elif kind == 3:
        if read_dynamic(rest.decode("latin-1")) == "ok" and rest.decode("latin-1") not in _DYNAMIC:
            raise Breach(rest.decode("latin-1"))
    elif kind == 4:
        read_certificate("HC1:" + base45.encode(deflate.store(rest[: deflate.LARGEST])), keys={}, now=NOW)
    elif status_list.read(rest, _COUNTER.keys, NOW) is not None and rest != _STATUS:
        raise Breach(rest.hex())


def seeds() -> list[bytes]:
    """Good inputs of each kind, for the fuzzer to start from."""
    texts = [b"\0" + text.encode() for text in _GENUINE] + [b"\3" + text.encode() for text in _DYNAMIC]
    packed = [b"\1" + data for text in _GENUINE if (data := base45.decode(text[4:])) is not None]
    bare = [text for text in _GENUINE if len(text) < 450]
    messages = [kind + message_of(text) for text in bare for kind in (b"\2", b"\4")]
    return [*texts, *packed, *messages, b"\5" + _STATUS]


_COUNTER = counter()
_GENUINE = genuine()
_DYNAMIC = [dynamic.compose(HANDLE_KEY, "000123456789", STEP, "03")]
_STATUS = status_list.write({}, key("signing"), issuer="demo", uri=URI, now=NOW)
