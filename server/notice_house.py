"""The engine of notices, as the settings want it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from config.floor.vault import Vault
from config.portal import Portals
from config.settings import Settings
from notify import campaign_ladders
from notify.audience import Audience
from notify.campaign_ladders import CampaignWork
from notify.channel import Channel, Run
from notify.contacts import Contacts
from notify.dispatch import Dispatcher, DispatchOptions
from notify.engine.cluster import ClusterEngine, Jobs
from notify.engine.embedded import EmbeddedEngine, Engine, EngineOptions
from notify.engine.loops import Waker
from notify.fanout import CampaignFanOut
from notify.providers import ProviderOptions
from notify.safety import SafetyRules, safety_rules
from notify.service import NotifyOptions
from notify.steps import LadderRules, Quiet
from notify.sweeps import Sweeper


def dispatch_options(settings: Settings, safety: Mapping[str, SafetyRules]) -> DispatchOptions:
    """How much at once, and each provider's share, pace and budget."""
    chosen = settings.notices
    return DispatchOptions(
        batch=chosen.batch,
        providers=ProviderOptions(chosen.shares, chosen.rates, chosen.daily),
        domains={portal: rules.domains for portal, rules in safety.items()},
    )


def notify_options(settings: Settings, portals: Portals, channels: Sequence[Channel]) -> NotifyOptions:
    """The signatures of all portals, and how careful a campaign is."""
    signatures = {portal.id: portal.name for portal in portals}
    chosen = settings.notices
    return NotifyOptions(
        signatures=signatures,
        help_phones={portal.id: portal.help_phone for portal in portals},
        canary=chosen.canary,
        fail_share=chosen.fail_share,
        safety=safety_rules(portals),
        ladder=_ladder(settings, channels),
        new_teams_on_trial=settings.profile == "production"
        if chosen.new_teams_on_trial is None
        else chosen.new_teams_on_trial,
    )


def _ladder(settings: Settings, channels: Sequence[Channel]) -> LadderRules:
    chosen = settings.notices
    quiet = Quiet(*chosen.quiet_minutes) if chosen.quiet_minutes else None
    return LadderRules(
        offered=frozenset(channel.name for channel in channels),
        waits={
            "statutory": chosen.wait_statutory,
            "service": chosen.wait_service,
            "information": chosen.wait_information,
        },
        paper_wait=chosen.wait_paper,
        caps={"service": chosen.cap_service, "information": chosen.cap_information},
        cap_days=chosen.cap_days,
        quiet=quiet,
    )


def notice_engine(
    settings: Settings,
    *,
    run: Run,
    vault: Vault,
    contacts: Contacts,
    channels: Sequence[Channel],
    audience: Audience,
    options: NotifyOptions,
    waker: Waker,
    jobs: Callable[[str, int], Jobs],
) -> Engine:
    """Embedded, or on the cluster's queue: the rows are the same, so one may follow the other at any time."""
    chosen, sweeper = settings.notices, Sweeper(run)
    campaigns = CampaignWork(CampaignFanOut(run=run, vault=vault, audience=audience, options=options), run)
    dispatcher = Dispatcher(
        run=run,
        vault=vault,
        contacts=contacts,
        channels=channels,
        options=dispatch_options(settings, options.safety),
        ended=campaign_ladders.ended,
    )
    many = bool(settings.database_url.get_secret_value())
    pace = EngineOptions(bulk=chosen.bulk if many else 1)
    if chosen.engine == "embedded":
        return EmbeddedEngine(dispatcher, campaigns, waker, pace, sweeper=sweeper)
    return ClusterEngine(
        dispatcher, campaigns, waker, run=run, express=jobs("express", 2), bulk=jobs("bulk", chosen.bulk),
        options=pace, sweeper=sweeper,
    )  # fmt: skip
