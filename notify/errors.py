"""What this room refuses; the sentences are in ``config/words/*/notify.toml`` and ``campaigns.toml``."""

from __future__ import annotations

from config.floor.refusal import Missing, Refusal


class ValuesMissing(Refusal):
    """A notice would have had a hole: nothing was stored. ``names`` lists what was not given."""

    code = "notice-values-missing"
    kind = "invalid"


class EventUnknown(Refusal):
    """No template file is named so."""

    code = "notice-event-unknown"
    kind = "invalid"


class NoticeMissing(Missing):
    """No such notice in the caller's inbox."""

    code = "notice-not-found"


class CampaignMissing(Missing):
    """No such campaign in this portal."""

    code = "campaign-not-found"


class SamePerson(Refusal):
    """Whoever wrote, edited or submitted a campaign cannot release it."""

    code = "campaign-same-person"
    kind = "forbidden"


class SecondPersonNeeded(Refusal):
    """Whoever was the first of an emergency's two approvers cannot be the second as well."""

    code = "campaign-second-person"
    kind = "forbidden"


class ContentChanged(Refusal):
    """What the approver read is not what is stored now."""

    code = "campaign-content-changed"


class AudienceChanged(Refusal):
    """The number of people is not the one the approver confirmed. ``people`` is today's number."""

    code = "campaign-audience-changed"


class WrongState(Refusal):
    """The campaign's status does not allow this step. ``status`` names it."""

    code = "campaign-wrong-state"


class CampaignBlocked(Refusal):
    """Something in words or audience forbids submitting; ``blockers`` lists the codes."""

    code = "campaign-blocked"
    kind = "invalid"


class TemplateMissing(Missing):
    """No such template in this portal."""

    code = "notice-template-not-found"


class SegmentMissing(Missing):
    """No such segment in this portal."""

    code = "segment-not-found"


class ListMissing(Missing):
    """No such list, or no such row in it."""

    code = "people-list-not-found"


class ListInUse(Refusal):
    """A notice that was handed in uses this list: it does not change any more."""

    code = "people-list-in-use"


class CellMasked(Refusal):
    """A cell of a list holds what a page shows in place of a value. ``column`` says which."""

    code = "people-list-cell-masked"
    kind = "invalid"


class RulesRefused(Refusal):
    """These rules about people are not of the closed form."""

    code = "audience-rules-wrong"
    kind = "invalid"


class SheetRefused(Refusal):
    """The uploaded file as a whole cannot be used; the fault says why."""

    code = "sheet-refused"
    kind = "invalid"


class PaperTaskMissing(Missing):
    """No such letter or visit in this portal."""

    code = "paper-task-not-found"


class PaperTaskOver(Refusal):
    """Somebody has already written down how this letter or visit ended."""

    code = "paper-task-over"


class FailedCountChanged(Refusal):
    """The group of failed deliveries is not the one whose size was typed. ``count`` is its size now."""

    code = "failed-count-changed"


class MessageMissing(Missing):
    """No such message in this portal."""

    code = "message-not-found"


class ShareCannotMove(Refusal):
    """The provider has not that many points, or one of the two is none of the channel's."""

    code = "share-cannot-move"


class PaperTaskKept(Refusal):
    """What was written down about this letter or visit cannot be taken back: too late, or somebody else wrote it."""

    code = "paper-task-kept"


class TeamMissing(Missing):
    """No such team in this portal."""

    code = "team-not-found"


class TeamLimitReached(Refusal):
    """The team's day has not so much left. ``what``: people or cost; ``used`` of ``most`` are gone."""

    code = "team-limit-reached"
    kind = "limited"


class TestersFull(Refusal):
    """The list of test recipients has its ``most`` people."""

    __test__ = False
    code = "testers-full"


class TrialNotAsked(Refusal):
    """Nobody has asked for the end of this trial, or it is over."""

    code = "trial-not-asked"


class TrialSamePerson(Refusal):
    """Whoever asked for the end of a trial cannot confirm it."""

    code = "trial-same-person"
    kind = "forbidden"


class FollowExists(Refusal):
    """This campaign has such a follow-up already that is neither put away nor stopped."""

    code = "campaign-follow-exists"


class FirstUnderWay(Refusal):
    """What this one corrects or withdraws is still going out, so that its people are not known yet."""

    code = "campaign-first-under-way"
