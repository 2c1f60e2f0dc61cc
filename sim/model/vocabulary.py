"""The words of the engine: the phases of a week, codes of statuses and effects, and the constants of the protocol."""

from __future__ import annotations

PHASES = ("events", "leverage", "attend", "bargain", "comply", "fight", "learn", "record")

# Table status.
CLOSED, OPEN, SUSPENDED, IN_FORCE, PENDING = 0, 1, 2, 3, 4  # pending: signed, and put to a vote
STATUS_NAMES = ("closed", "open", "suspended", "in_force", "pending")

# What came of a session.
NO_SESSION, REFUSED, NO_ZONE, OUT_OF_TIME, NOT_RATIFIED, SIGNED = 0, 1, 2, 3, 4, 5
SESSION_NAMES = ("no_session", "refused", "no_zone", "out_of_time", "not_ratified", "signed")

# What a party did about a clause that it delivers.
NOT_DUE, KEPT, BROKEN, WITHHELD = 0, 1, 2, 3
CONDUCT_NAMES = ("not_due", "kept", "broken", "withheld")

# The sides of a war.
CHALLENGING, DEFENDING = 0, 1

# Default paths of a clause.
DEFAULT_CODES = {
    "current": 0,
    "none": 1,
    "presence": 2,
    "forecast": 3,
    "position": 4,
    "shared": 5,
    "opposed": 6,
}
BY_CURRENT, BY_NONE, BY_PRESENCE, BY_FORECAST, BY_POSITION, BY_SHARED, BY_OPPOSED = range(7)

# What the availability of an instrument follows.
FOLLOWS_CODES = {"cell": 0, "cell_left": 1, "presence": 2, "control": 3, "control_left": 4, "sanctuary": 5}
FOLLOWS_CELL, FOLLOWS_CELL_LEFT, FOLLOWS_PRESENCE, FOLLOWS_CONTROL, FOLLOWS_CONTROL_LEFT, FOLLOWS_SANCTUARY = range(6)

# When a table opens.
STANDING, CALLED, AFTER = 0, 1, 2
OPENS_CODES = {"standing": STANDING, "called": CALLED, "after": AFTER}

# Slots of chance: phase, table or war, party or clause and k each have their own bits, so that a further actor, clause
# or table leaves the luck of the others as it was.
ATTEND_SLOT, RATIFY_SLOT, COMPLY_SLOT, WAR_SLOT = 1 << 24, 2 << 24, 3 << 24, 4 << 24
ROUND_SLOT, BREAKING_PLACE = 7 << 24, 0
YIELD_PLACE, QUANTAL_PLACE = 1, 3  # of a side's giving way, and of an offer's acceptance, in the block of the round
PRIVATE_SLOT, SINCERITY_SLOT = 5 << 24, 6 << 24  # by the count of renewals in place of the week
PLACE_STRIDE = 1 << 12  # between tables, between wars
CLAUSE_STRIDE = 2  # between clauses of the comply phase: one slot a side

# Effects of events that the engine knows; a scenario's vocabulary is written in these (sim.world.plan).
EFFECTS = (
    "set_cell",
    "shift_cell",
    "offer",
    "schedule",
    "delay",
    "convene",
    "invite",
    "effort",
    "absent",
    "stand",
    "offensive",
    "concede",
    "for_effort",
)
(
    SET_CELL,
    SHIFT_CELL,
    OFFER,
    SCHEDULE,
    DELAY,
    CONVENE,
    INVITE,
    EFFORT,
    ABSENT,
    STAND,
    OFFENSIVE,
    CONCEDE,
    FOR_EFFORT,
) = range(len(EFFECTS))

# Quantities that a trigger can watch.
QUANTITIES = (
    "week",
    "regime",
    "presence",
    "cell",
    "trust",
    "leverage",
    "control",
    "intensity",
    "cohesion",
    "status",
    "sessions",
    "impasses",
    "agreed",
    "collapsed",
    "in_force",
    "open",
)
(
    Q_WEEK,
    Q_REGIME,
    Q_PRESENCE,
    Q_CELL,
    Q_TRUST,
    Q_LEVERAGE,
    Q_CONTROL,
    Q_INTENSITY,
    Q_COHESION,
    Q_STATUS,
    Q_SESSIONS,
    Q_IMPASSES,
    Q_AGREED,
    Q_COLLAPSED,
    Q_IN_FORCE,
    Q_OPEN,
) = range(len(QUANTITIES))
COMPARISONS = ("<", "<=", ">", ">=")
LESS, AT_MOST, MORE, AT_LEAST = range(4)
BY_WEEK, BY_ALL, BY_ANY = 0, 1, 2
PIECES_OF_A_CLAUSE = 8  # room for seven: a slope can change at six points between a clause's two ends
PROMISE, CONCESSION = 0, 1  # slopes of a side's term of a clause: where it gains on its default, where it loses
LEAST_GAIN = 1e-9  # a zone of agreement must hold more than the dust of rounding
MOST_SESSIONS = 520  # a horizon of 260 weeks, and as many sessions before it
MOST_EVENTS, MOST_CONDITIONS = 32, 6

# Design constants of the protocol (model.md, sections 4.3 to 4.7), each with its reason in the ODD document.
TRANCHE_WEEKS = 4  # a tranche falls due every fourth week of an agreement
PAUSE_WEEKS = 8  # a suspended or collapsed table rests this long
IMPASSES_TO_PAUSE = 3
BAD_TRANCHES_TO_COLLAPSE = 3
WITHHOLDING_SHARE = 0.25  # one withholds while it is owed more than this share of what is due
COLLAPSE_SHARE = 0.5
FREE_EFFORT = 0.5  # effort up to here is facilitation, above it is coercion
WEEKS_TO_LIFT_A_LINE = 13
WEEKS_TO_CONVENE_AFTER_TAKEOVER = 4
WEEKS_TO_LEAVE_AFTER_TAKEOVER = 2
USUAL_WEEKS = 26  # over which a flow counts as one whole agreement
NEVER = -1
FOREVER = 1_000_000


# Ways of the rules that a theory replaces, by their places (parameters.REPLACEABLE).
BY_CONCESSION, BY_NASH, BY_COMPROMISE, BY_QUANTAL, BY_ATTRITION = range(5)
BY_INTEREST, BY_RIPENESS, BY_READINESS = range(3)
BINDING, UNITARY = 1, 1
CERTAIN = 1000.0  # log-odds of what a theory leaves no choice about: the chance is 1, or 0 below it


# What is noted of a session, in order; what is noted of a decision stands beside its equation.
OFFER_TERMS = ("session", "aspiration", "gain", "other_gain", "other_floor", "accepted", "best", "other_best")
