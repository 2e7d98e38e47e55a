"""Being told outside this page: Web Push in a browser, cards in WeChat and Alipay."""

from __future__ import annotations

from typing import cast

from config.floor.refusal import FieldFault, Invalid, Missing
from config.floor.unit import Unit
from miniapp_api.wire.push import (
    Card,
    CardAnswers,
    CardChannel,
    CardList,
    PushOffer,
    PushSubscribed,
    PushSubscriptionGiven,
)
from notify import grants, push_subscriptions
from notify.web_push import SubscriptionWrong, read_subscription
from server.services import Services
from server.web.operations import Call, NoBody, NoQuery, Open, Operations, Resident

operations = Operations(tag="notices")
ACCEPTED = frozenset({"accept", "acceptWithAudio"})


@operations.get(
    "/api/v1/push-key",
    name="getPushKey",
    summary="The key that a browser subscribes with",
    access=Open(),
    answer=PushOffer,
)
async def push_key(call: Call[NoBody, NoQuery]) -> PushOffer:
    """Null where this portal does not push: then the front offers nothing."""
    vapid = call.services.channels.vapid
    return PushOffer(key=vapid.public_key if vapid else None)


@operations.post(
    "/api/v1/push-subscriptions",
    name="subscribeToPush",
    summary="Tell me in this browser too",
    access=Resident(),
    body=PushSubscriptionGiven,
    answer=PushSubscribed,
    status=201,
    idempotent=True,
    limit=20,
    problems=("invalid-input", "not-found"),
)
async def subscribe(call: Call[PushSubscriptionGiven, NoQuery]) -> PushSubscribed:
    """The address comes from a stranger: only listed push services are taken. A browser has one owner: the last."""
    house, given = call.services.channels, call.body
    if house.vapid is None:
        raise Missing()
    try:
        found = read_subscription(given.endpoint, given.keys.p256dh, given.keys.auth, house.push_hosts)
    except SubscriptionWrong:
        raise Invalid(faults=(FieldFault("endpoint", "invalid"),)) from None
    kept = await push_subscriptions.subscribe(call.unit, call.services.vault, call.resident.resident_id, found)
    return PushSubscribed(id=kept)


@operations.delete(
    "/api/v1/push-subscriptions/{id}",
    name="endPush",
    summary="No longer in this browser",
    access=Resident(),
    problems=("not-found",),
)
async def end(call: Call[NoBody, NoQuery]) -> None:
    """Mine only; one that is gone already is gone."""
    await push_subscriptions.unsubscribe(call.unit, call.resident.resident_id, call.path_id("id"))


@operations.get(
    "/api/v1/notice-cards",
    name="listNoticeCards",
    summary="Cards that WeChat or Alipay could show me, and how many I have allowed",
    access=Resident(),
    answer=CardList,
)
async def cards(call: Call[NoBody, NoQuery]) -> CardList:
    """The front asks for what is used up, at a tap that has to do with it."""
    return await _cards(call.services, call.unit, call)


@operations.post(
    "/api/v1/notice-cards",
    name="answerNoticeCards",
    summary="What I answered when the platform asked",
    access=Resident(),
    body=CardAnswers,
    answer=CardList,
    limit=30,
)
async def answer(call: Call[CardAnswers, NoQuery]) -> CardList:
    """Counted only where the vendor does not tell us itself: its event is the better witness and would count twice."""
    given, house = call.body, call.services.channels
    offered = {template.code: template for template in house.offers.get(given.channel, {}).values()}
    told_by_vendor = given.channel in house.envelopes and bool(house.envelopes[given.channel].token)
    for number, one in enumerate(given.answers):
        template = offered.get(one.template)
        if template is None or told_by_vendor:
            continue
        ref, person = f"front:{given.prompt}:{number}", call.resident.resident_id
        if one.answer in ACCEPTED:
            await grants.accept(call.unit, person, given.channel, template.code, kind=template.kind, ref=ref)
        else:
            await grants.reject(call.unit, person, given.channel, template.code, ref=ref)
    return await _cards(call.services, call.unit, call)


async def _cards(services: Services, unit: Unit, call: Call[CardAnswers, NoQuery] | Call[NoBody, NoQuery]) -> CardList:
    left = {(one.channel, one.template): one.balance for one in await grants.left(unit, call.resident.resident_id)}
    return CardList(
        cards=[
            Card(
                channel=cast(CardChannel, channel), template=template.code, event=template.event, kind=template.kind,
                left=left.get((channel, template.code), 0),
            )
            for channel, templates in sorted(services.channels.offers.items())
            for template in templates.values()
        ]
    )  # fmt: skip
