"""The public door of this room: post a notice, read the inbox, choose what to be told and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from config.floor import sql
from config.floor.ids import new_id
from config.floor.unit import Unit
from config.floor.vault import Vault
from notify import ladders, outbox, push_subscriptions, said
from notify.contacts import Contacts, Manner
from notify.inbox import Inbox
from notify.ladder import DEFAULTS, LANE_CASE, LANE_OTP, Category, Patience, active_channels
from notify.outside import hidden
from notify.preferences import Preferences
from notify.receipts import Receipts
from notify.safety import SafetyRules, strange
from notify.sms import signed
from notify.steps import LadderRules, Plan, make_plan
from notify.templates import Templates

WAKE = "wake:notify"


@dataclass(frozen=True, slots=True)
class NotifyOptions:
    """Settings of this room. ``signatures``: portal id → the name between 【】 in front of its short messages;
    ``help_phones``: portal id → the number that elder wordings say to call.

    ``canary``: people who get a campaign first; ``fail_share``: percent of failures that pauses it;
    ``safety``: portal id → what its notices to many are held against; ``new_teams_on_trial``: a team that nobody has
    met yet reaches only its list of test recipients.
    """

    signatures: Mapping[str, str] = field(default_factory=dict)
    signature: str = "一码通办"
    help_phones: Mapping[str, str] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience)
    ladder: LadderRules = field(default_factory=LadderRules)
    canary: int = 100
    fail_share: int = 20
    safety: Mapping[str, SafetyRules] = field(default_factory=dict)
    new_teams_on_trial: bool = False

    def signature_of(self, portal: str) -> str:
        return self.signatures.get(portal, self.signature)

    def help_phone_of(self, portal: str) -> str:
        return self.help_phones.get(portal, "")

    def strange(self, portal: str, words: outbox.Words) -> bool:
        """Whether words name an address that is not on the portal's list. Without rules nothing is looked at."""
        rules = self.safety.get(portal)
        said = "\n".join([words.title, words.body, words.sms, *words.values.values()])
        return rules is not None and bool(strange(said, rules.domains))


class Notify:
    """Store what must be told, in the transaction of the decision that it tells of; sending comes after the commit."""

    def __init__(self, *, vault: Vault, contacts: Contacts, templates: Templates, options: NotifyOptions) -> None:
        self._vault = vault
        self._contacts = contacts
        self._templates = templates
        self._options = options
        self.inbox = Inbox(vault)
        self.preferences = Preferences()
        self.receipts = Receipts(vault, ladders.ended)

    @property
    def ladder(self) -> LadderRules:
        """Which ways there are here, and how long each may stay silent."""
        return self._options.ladder

    def judge_wordings(self) -> None:
        """``TemplateFault`` if a wording of ours is wrong. Takes a tenth of a second: for a thread."""
        self._templates.judged()

    async def post(
        self,
        unit: Unit,
        *,
        recipient: UUID,
        region: str,
        event: str,
        category: Category,
        dedupe_key: str,
        values: Mapping[str, str],
        subject: str = "",
        sensitive: bool = False,
    ) -> UUID | None:
        """Tell a resident. None: this dedupe key was posted before and nothing was stored.

        The inbox row exists when the unit commits; the first step of the ladder is due at once, or when the
        resident's quiet hours end. Statutory notices ask neither preferences nor hours. ``sensitive``: outside the
        inbox it only says that there is a message, and so does one with an address that is on no list. Who chose 长辈版
        gets the elder wording where the event has one.
        Raises ``ValuesMissing`` before anything is stored.
        """
        manner = await self._contacts.manner(recipient)
        draft = self._draft(
            unit, manner, event=event, category=category, dedupe_key=dedupe_key, values=values, subject=subject,
            recipient=recipient, region=region, lane=LANE_CASE, sensitive=sensitive,
        )  # fmt: skip
        if not await outbox.store([draft]):
            return None
        await outbox.put_in_inbox([draft])
        plan = await self._plan(unit, recipient, category)
        channels = await ladders.begin(unit, draft, plan)
        await outbox.plan([(draft, channels)], self._options.patience.lifetime(category), plan.held_until)
        unit.tell(WAKE, "due")
        return draft.id

    async def foresee(self, unit: Unit, recipient: UUID, category: Category) -> Plan:
        """What a notice of this category would take now: the very plan that ``post`` makes; nothing is stored."""
        return await self._plan(unit, recipient, category)

    async def check(self, unit: Unit, text: str) -> said.Said | None:
        """短信验真: what is known of a text message with these words."""
        return await said.ask(unit, self._vault, text)

    async def forget_browsers(self, unit: Unit, resident_id: UUID) -> int:
        """Push to none of a resident's browsers any more (a phone is lost); how many there were."""
        return await push_subscriptions.forget(unit, resident_id)

    async def _plan(self, unit: Unit, recipient: UUID, category: Category) -> Plan:
        rules = self._options.ladder
        choice = quiet = None
        if category != "statutory":  # it passes quiet hours and takes every way: neither is asked
            choice = await self.preferences.choice(unit, recipient, category)
            quiet = await self.preferences.quiet(unit, recipient, rules.quiet)
        reach = await self._contacts.reach(recipient)
        if "webpush" in rules.offered and await push_subscriptions.any_of(unit, recipient):
            reach |= {"webpush"}
        return make_plan(category, choice or DEFAULTS["service"], reach, rules, quiet, unit.now)

    async def post_to_phone(
        self,
        unit: Unit,
        *,
        phone: str,
        event: str,
        dedupe_key: str,
        values: Mapping[str, str],
        language: str = "zh-CN",
    ) -> UUID:
        """Send one short message to a number, before everything else. Posted again, it is the first one's id."""
        draft = self._draft(
            unit, Manner(language), event=event, category="code", dedupe_key=dedupe_key, values=values, subject="",
            recipient=None, region="", lane=LANE_OTP, phone=phone,
        )  # fmt: skip
        if await outbox.store([draft]):
            lifetime = self._options.patience.lifetime("code")
            await outbox.plan([(draft, active_channels("code", None))], lifetime)
            unit.tell(WAKE, "due")
            return draft.id
        first = await sql.row(
            "SELECT id FROM notify_messages WHERE portal = $1 AND dedupe_key = $2", unit.portal, dedupe_key
        )
        assert first is not None
        return sql.uid(first["id"])

    def _draft(
        self,
        unit: Unit,
        manner: Manner,
        *,
        event: str,
        category: str,
        dedupe_key: str,
        values: Mapping[str, str],
        subject: str,
        recipient: UUID | None,
        region: str,
        lane: int,
        phone: str = "",
        sensitive: bool = False,
    ) -> outbox.Draft:
        template = self._templates.get(event)
        signature, phone_of_help = self._options.signature_of(unit.portal), self._options.help_phone_of(unit.portal)
        rendered = template.render(manner.language, values, elder=manner.elder, help_phone=phone_of_help)
        text = signed(signature, rendered.sms)
        words = outbox.Words(rendered.title, rendered.body, text, rendered.link, values if recipient else {})
        if recipient and (sensitive or self._options.strange(unit.portal, words)):
            words = hidden(words, manner.language, signature, elder=manner.elder, help_phone=phone_of_help)
        address = self._vault.seal(phone, outbox.ADDRESS) if phone else None
        return outbox.Draft(
            new_id(), unit.portal, region, recipient, address, event, template.version, category, dedupe_key,
            words.sealed(self._vault), manner.language, subject, lane, None, unit.now,
        )  # fmt: skip
