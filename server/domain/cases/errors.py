"""How cases say no."""

from __future__ import annotations

from config.floor.refusal import Forbidden, Invalid, Missing, Refusal


class CaseMissing(Missing):
    """No such case, or not the caller's: never told apart."""


class DocumentMissing(Missing):
    """No such document in this case."""


class WrongState(Refusal):
    """The case does not stand where this action begins."""

    code = "wrong-state"
    kind = "conflict"


class ChangedMeanwhile(Refusal):
    """Somebody else changed the case since it was read."""

    code = "changed-meanwhile"
    kind = "conflict"


class SamePerson(Refusal):
    """Whoever proposed a decision cannot also confirm it."""

    code = "same-person"
    kind = "conflict"


class CorrectionAlreadyRequested(Refusal):
    """Everything missing is told at once; there is no second correction notice."""

    code = "correction-already-requested"
    kind = "conflict"


class NotYourTurn(Forbidden):
    """This action belongs to somebody else."""


class OpinionMissing(Refusal):
    """The action needs a written reason."""

    code = "opinion-missing"
    kind = "invalid"


class OutcomeMissing(Refusal):
    """A proposal says whether to grant or to refuse."""

    code = "outcome-missing"
    kind = "invalid"


class CorrectionsMissing(Refusal):
    """A correction notice names at least one thing."""

    code = "corrections-missing"
    kind = "invalid"


class ItemNotOnline(Refusal):
    """The item has no complete guide, so it cannot be applied for here."""

    code = "item-not-online"
    kind = "conflict"


class CorrectionOverdue(Refusal):
    """The time for correcting is over."""

    code = "correction-overdue"
    kind = "gone"


class TooManyDrafts(Refusal):
    """The resident keeps as many drafts as may be kept."""

    code = "too-many-drafts"
    kind = "limited"


class AnswersInvalid(Invalid):
    """Answers or materials of the form are wrong; the faults name each."""
