"""How a number, a call or a hall's day is refused."""

from __future__ import annotations

from config.floor.refusal import Refusal


class HallsUnusable(ValueError):
    """A hall's file cannot be used; the message says which and why."""


class HallClosed(Refusal):
    """No numbers now: outside the hours, or the day was closed."""

    code = "hall-closed"
    kind = "conflict"


class HallNotYours(Refusal):
    """The employee works in other halls of this portal."""

    code = "hall-not-yours"
    kind = "forbidden"


class TicketsNotByApp(Refusal):
    """This hall gives numbers on the spot only."""

    code = "tickets-not-by-app"
    kind = "conflict"


class TicketsSpent(Refusal):
    """So many numbers by phone in one day, given back or not, and no more; ``most`` says how many."""

    code = "tickets-spent"
    kind = "limited"


class TicketLive(Refusal):
    """This person holds a live number of that business already; ``number`` says which."""

    code = "ticket-live"
    kind = "conflict"


class AlreadyInLine(Refusal):
    """The line to which a ticket should go has a live number of the same person."""

    code = "already-in-line"
    kind = "conflict"


class TicketMoved(Refusal):
    """The ticket is not in a state for this move any more; ``number`` and ``state`` say how it stands."""

    code = "ticket-moved"
    kind = "conflict"


class CounterClosed(Refusal):
    """The counter is not open: nobody is called to it."""

    code = "counter-closed"
    kind = "conflict"


class CounterOccupied(Refusal):
    """The counter still has somebody; ``number`` says whom."""

    code = "counter-occupied"
    kind = "conflict"


class NobodyWaiting(Refusal):
    """Nobody waits for what this counter serves."""

    code = "nobody-waiting"
    kind = "conflict"


class NotServedHere(Refusal):
    """That counter does not serve this business."""

    code = "not-served-here"
    kind = "conflict"


class NotForTickets(Refusal):
    """This look at a code was not for a number, or is too long ago."""

    code = "visit-not-for-tickets"
    kind = "conflict"


class DayState(Refusal):
    """The day was closed already, or is open; ``state`` says which."""

    code = "hall-day-state"
    kind = "conflict"
