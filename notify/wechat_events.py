"""WeChat's events, read: what a person allowed or took back, what became of a card, who just spoke."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from notify.incoming import ProviderReceipt, WrongCallback, text_of
from notify.wechat_crypt import listed

_WRAPPERS = ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent")
_ACTS = frozenset({"CLICK", "VIEW", "SCAN", "subscribe", "view_miniprogram"})


@dataclass(frozen=True, slots=True)
class Allowed:
    """A person's word about one template."""

    template: str
    answer: Literal["accept", "reject"]
    ref: str


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that one callback says. ``spoke``: a message of the person's own; ``acted``: a tap or a scan."""

    key: str
    openid: str
    allowed: Sequence[Allowed] = ()
    receipts: Sequence[ProviderReceipt] = ()
    spoke: bool = False
    acted: bool = False
    left: bool = False


def read_event(body: Mapping[str, Any]) -> Told:
    """One callback. Kinds that we do nothing with are read as well: they are answered and kept."""
    openid, kind = text_of(body.get("FromUserName")), text_of(body.get("MsgType"))
    if not openid or not kind:
        raise WrongCallback("no sender")
    if kind != "event":
        return Told(_key(body), openid, spoke=True)
    event = text_of(body.get("Event"))
    key = _key(body)
    if event in ("subscribe_msg_popup_event", "subscribe_msg_change_event"):
        return Told(key, openid, allowed=_allowed(body, key))
    if event == "subscribe_msg_sent_event":
        return Told(key, openid, receipts=_cards(body))
    if event == "TEMPLATESENDJOBFINISH":
        return Told(key, openid, receipts=[_finished(body)])
    return Told(key, openid, acted=event in _ACTS, left=event == "unsubscribe")


def _key(body: Mapping[str, Any]) -> str:
    """A callback's own identity: the message's id, or sender, instant and everything an event says."""
    if message_id := text_of(body.get("MsgId")) or text_of(body.get("MsgID")):
        return f"{text_of(body.get('FromUserName'))}:{text_of(body.get('Event'))}:{message_id}"[:128]
    rest = hashlib.sha256(repr(sorted(body.items(), key=str)).encode()).hexdigest()
    return f"{text_of(body.get('CreateTime'))}:{rest}"


def _allowed(body: Mapping[str, Any], key: str) -> list[Allowed]:
    found: list[Allowed] = []
    for number, entry in enumerate(listed(body, *_WRAPPERS)):
        template, word = text_of(entry.get("TemplateId")), text_of(entry.get("SubscribeStatusString"))
        if template and word in ("accept", "reject"):
            found.append(Allowed(template, "accept" if word == "accept" else "reject", f"{key}:{number}"))
    return found


def _cards(body: Mapping[str, Any]) -> list[ProviderReceipt]:
    found: list[ProviderReceipt] = []
    for entry in listed(body, *_WRAPPERS):
        reference, code = text_of(entry.get("MsgID")), text_of(entry.get("ErrorCode"))
        if reference and code:
            found.append(_receipt(reference, "" if code == "0" else code))
    return found


def _finished(body: Mapping[str, Any]) -> ProviderReceipt:
    reference, status = text_of(body.get("MsgID")), text_of(body.get("Status"))
    if not reference or not status:
        raise WrongCallback("no message")
    return _receipt(reference, "" if status == "success" else status)


def _receipt(reference: str, reason: str) -> ProviderReceipt:
    outcome: Literal["delivered", "failed"] = "failed" if reason else "delivered"
    return ProviderReceipt(f"{reference}:{reason or 'ok'}"[:128], "", reference, outcome, reason[:64])
