"""Wire shapes of Web Push and of cards that a person allows in WeChat or Alipay."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from server.web.shapes import Wire

_Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,128}={0,2}$")]


class PushKeys(Wire):
    """The browser's keys, base64url."""

    p256dh: _Key
    auth: _Key


class PushSubscriptionGiven(Wire):
    """What ``PushManager.subscribe`` answered."""

    endpoint: Annotated[str, StringConstraints(min_length=10, max_length=1024)]
    keys: PushKeys


class PushSubscribed(Wire):
    """The subscription's id: what the browser gives to end it."""

    id: UUID


class PushOffer(Wire):
    """The key that a browser subscribes with; null where this portal does not push."""

    key: str | None


CardChannel = Literal["wechat", "alipay"]


class Card(Wire):
    """One kind of card: what it tells, and how often it may still."""

    channel: CardChannel
    template: str
    event: str
    kind: Literal["once", "long"]
    left: int


class CardList(Wire):
    """Every card that this portal could send."""

    cards: list[Card]


class CardAnswer(Wire):
    """A person's word about one template, as the platform's prompt returned it."""

    template: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    answer: Literal["accept", "reject", "ban", "filter", "acceptWithAudio"]


class CardAnswers(Wire):
    """One prompt's answers; ``prompt`` is the front's own id of it, so that sending it again counts once."""

    channel: CardChannel
    prompt: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
    answers: Annotated[list[CardAnswer], Field(min_length=1, max_length=3)]
