"""The steps that a purpose of proving may be built from, and the ports behind them.

A step says yes or no about a claim. A comparing step is asked once; a face is looked at by its platform, on the
person's own phone, and only the platform's answer to *our* question counts. No port takes or gives a picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Protocol

from server.domain.identifiers import IdKind
from server.domain.residents.ways import Platform

StepCode = Literal["name_and_id", "operator", "bank_card", "wechat_face", "alipay_face", "counter"]
EVERYWHERE: frozenset[Platform] = frozenset({"h5", "wechat", "alipay"})


@dataclass(frozen=True, slots=True)
class Step:
    """What a step is, whatever a city does with it.

    ``known``: it confirms a name that is proven already. ``kinds``: the documents it can be asked about; None = all.
    ``account``: the binding whose account is checked.
    """

    face: bool = False
    platforms: frozenset[Platform] = EVERYWHERE
    known: bool = False
    kinds: frozenset[IdKind] | None = None
    card: bool = False
    phone: bool = False
    account: str = ""
    at_counter: bool = False


STEPS: Mapping[StepCode, Step] = MappingProxyType(
    {
        "name_and_id": Step(),
        "operator": Step(phone=True),
        "bank_card": Step(card=True, phone=True),
        "wechat_face": Step(
            face=True, platforms=frozenset({"wechat"}), known=True, kinds=frozenset({"mainland"}), account="wechat"
        ),
        "alipay_face": Step(
            face=True, platforms=frozenset({"alipay", "h5"}), known=True, kinds=frozenset({"mainland"})
        ),
        "counter": Step(at_counter=True),
    }
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says to be. ``card`` lives only as long as the question to the bank; it is never written down."""

    name: str
    number: str
    kind: IdKind
    phone: str = ""
    card: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """A face check that a platform has opened: its token, and the page that leads to it where there is one."""

    token: str
    url: str = ""


class Compare(Protocol):
    """A register that compares at once."""

    async def agrees(self, claim: Claim) -> bool:
        """Yes or no; ``StepUnavailable`` where it did not say. Never inside a transaction."""
        ...


class Face(Protocol):
    """A platform that looks at a face."""

    async def begin(self, claim: Claim, reference: str, back: str) -> Begun:
        """Open a check under our ``reference``; ``back`` is where its page leads to."""
        ...

    async def passed(self, claim: Claim, reference: str, token: str) -> bool:
        """What the platform says to the server. What the phone says is never asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """The steps that this deployment has; the counter needs none."""

    compare: Mapping[StepCode, Compare]
    face: Mapping[StepCode, Face]

    def has(self, step: StepCode) -> bool:
        return STEPS[step].at_counter or step in self.compare or step in self.face
