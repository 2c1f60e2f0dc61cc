"""The structural parameters of the model and the switches that turn a mechanism off: one row each.

Everything else follows from the rows: the fields of a draw, what structural.yaml has to say (the one that comes with
the package, for every case) and may say (a case's own), what can be switched off and how that is told. A new mechanism
adds a row here, its prior with its source in sim/evidence/structural.yaml, its equation with the line of a phase that
calls it, and a test of its direction (docs/guides/first_mechanism.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import nan
from types import MappingProxyType
from typing import Any, NamedTuple


class Switch(NamedTuple):
    """A mechanism that can be turned off, so that a pattern can be traced to what carries it.

    Attributes:
        name: as in a scenario's `off`.
        meaning: what is so when it is off.
        value: what its field of a draw is when it is off.
    """

    name: str
    meaning: str
    value: float = 0.0


class Parameter(NamedTuple):
    """A structural parameter: one number of a draw, the same for all actors, with its prior in structural.yaml.

    Attributes:
        name: of the field of a draw, and in structural.yaml.
        high: the largest value with which the equations make sense; the least is 0.
        off: the switch that turns its mechanism off, if any; two parameters may share one.
        positive: whether 0 itself makes no sense.
        drawn_as: the name that it had before, if any: it takes its chance by that, so that its numbers stay.
    """

    name: str
    high: float
    off: Switch | None = None
    positive: bool = False
    drawn_as: str = ""

    def allows(self, value: float) -> bool:
        """Whether the equations make sense with a value."""
        return 0.0 <= value <= self.high and not (self.positive and value == 0.0)

    @property
    def domain(self) -> str:
        """What it allows, in words.

        >>> Parameter("noise", 10.0, positive=True).domain, Parameter("consent", 1.0).domain
        ('above 0, up to 10', '0 to 1')
        """
        return f"above 0, up to {self.high:g}" if self.positive else f"0 to {self.high:g}"


class Flag(NamedTuple):
    """A mechanism without a number of its own: a field of a draw that is 1, and 0 when it is off."""

    name: str
    meaning: str
    off: Switch


class Coded(NamedTuple):
    """A coded quantity that can be left out: a field of a draw, and the switch that empties it."""

    name: str
    off: Switch


class Rule(NamedTuple):
    """A rule that a theory can replace: a field of a draw, which holds the place of the way that is chosen.

    Attributes:
        name: of the field, and in a theory's file.
        meaning: what it decides.
        ways: by name, what each is, in words; the first is the model as designed.
    """

    name: str
    meaning: str
    ways: Mapping[str, str]

    def code(self, way: str) -> int:
        """The place of a way.

        >>> REPLACEABLE[1].code("interest")
        0
        """
        return list(self.ways).index(way)


class Constant(NamedTuple):
    """A number that a way of a rule needs, which the theory's file states: a field of a draw, 0 where nothing needs it.

    Attributes:
        name: of the field, and in a theory's file.
        rule, way: what needs it.
        meaning: with its unit.
        high: the largest value that makes sense; it is above 0.
    """

    name: str
    rule: str
    way: str
    meaning: str
    high: float

    def allows(self, value: float) -> bool:
        """Whether the rule makes sense with a value."""
        return 0.0 < value <= self.high


BANDWAGON = Switch("bandwagon", "nobody changes sides for who is expected to win, and cohesion follows the day")
WAR_COST = Switch("war_cost", "fighting costs neither side anything at the table")

CODED: tuple[Coded, ...] = (Coded("red_line", Switch("red_lines", "no red line binds", nan)),)

# The ends of what makes sense, beyond any prior: a slip by a thousand is told, a bold guess is not.
SHARE = 1.0
WORTH = 10.0  # whole tables
RATE = 10.0  # a week
RATIO = 100.0
ATTACKS = 1_000.0  # a week
LASTING = 5_000.0  # weeks or sessions

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("prior_strength", RATIO, positive=True),
    Parameter("loss_weight", RATIO),
    Parameter("half_life", LASTING, positive=True),
    Parameter(
        "guarantor_weight",
        SHARE,
        Switch("guarantors", "mediators do not make promises more believable (guarantor_weight = 0)"),
    ),
    Parameter(
        "vulnerability",
        RATIO,
        Switch("vulnerability", "delivering to a cheat costs no more than delivering (vulnerability = 0)"),
    ),
    Parameter("war_cost_challenger", WORTH, WAR_COST),
    Parameter("war_cost_incumbent", WORTH, WAR_COST),
    Parameter("pressure_weight", WORTH),
    Parameter("patience", RATIO),
    Parameter("noise", WORTH, positive=True),
    Parameter("attendance_cost", WORTH),
    Parameter("consent", SHARE),
    Parameter("hurdle", WORTH),
    Parameter("deadline", LASTING, positive=True),
    Parameter("concession", RATIO, positive=True),
    Parameter("forecast_horizon", LASTING, positive=True),
    Parameter("combat_pace", RATE),
    Parameter("combat_noise", RATE),
    Parameter("sanctuary_effect", RATIO),
    Parameter("presence_effect", RATIO),
    Parameter("patron_share", SHARE),
    Parameter("setback_effect", RATIO),
    Parameter("takeover_rate", RATE, drawn_as="collapse_rate"),
    Parameter("optimism", SHARE, Switch("optimism", "both sides see the same default")),
    Parameter("autonomy", SHARE),
    Parameter("flight_base", SHARE),
    Parameter("flight_shift", RATIO),
    Parameter("attack_rate", ATTACKS),
    Parameter("own_motion", SHARE, Switch("own_motion", "who delivers alone wants all that it is ready to do", 1.0)),
    Parameter("renewal", LASTING, positive=True),
    Parameter("bandwagon", SHARE, BANDWAGON),
    Parameter(
        "round_weeks", LASTING, Switch("rounds", "the parties of an open table meet every week", 1.0), positive=True
    ),
    Parameter("breaking", RATE, Switch("breaking", "talks are never broken off")),
    Parameter("effort_strength", RATIO, Switch("effort", "mediators try as hard as coded, or as an event has it")),
    Parameter("coercion_cost", WORTH),
    Parameter("reciprocity", SHARE, Switch("reciprocity", "nobody repays what was done to it freely")),
)

FLAGS: tuple[Flag, ...] = (
    Flag(
        "forecast_on",
        "1 where the default of power sharing follows the forecast of the war",
        Switch("forecast_default", "the default of power sharing is what is the case, not the forecast of the war"),
    ),
    Flag("learning_on", "1 where trust is learnt", Switch("learning", "trust stays where it starts")),
    Flag(
        "private_on",
        "1 where stance, mind and sincerity last as long as leaders do",
        Switch("private", "every week draws anew whether a side comes, accepts and keeps"),
    ),
    Flag("foresight_on", "1 where the incumbent's cohesion follows the presence announced", BANDWAGON),
    Flag(
        "grievances_on",
        "1 where what is owed under one agreement is held against the debtor at every table",
        Switch("grievances", "what is owed under an agreement is held against the debtor at its own table alone"),
    ),
    Flag(
        "onlookers_on",
        "1 where those without a stake learn from what is done to those whom they side with",
        Switch("onlookers", "nobody learns from what is done to others"),
    ),
    Flag(
        "spoilers_on",
        "1 where talks suffer from the attacks of outsiders",
        Switch("spoilers", "only the attacks of a party end its talks, and no outsider aims at a table"),
    ),
    Flag(
        "blocs_on",
        "1 where those who bargain with a party have to agree to what it accepts, as the case's rule has it",
        Switch("blocs", "each party decides for all who bargain with it"),
    ),
    Flag(
        "votes_on",
        "1 where what is signed waits for the votes that the case names",
        Switch("votes", "what is signed is in force at once, without a vote"),
    ),
    Flag(
        "alliances_on",
        "1 where an ally that has made a peace of its own fights no more",
        Switch("alliances", "every ally fights to the end, whatever it signs"),
    ),
    Flag(
        "tied_exit_on",
        "1 where what an exit that waits for a signature changes is part of what signing is worth",
        Switch("tied_exit", "an exit that waits for a signature makes signing worth neither more nor less"),
    ),
)


REPLACEABLE: tuple[Rule, ...] = (
    Rule(
        "accepting",
        "how an offer is made and accepted",
        MappingProxyType(
            {
                "concession": "both sides concede towards a deadline, each what its home would ratify",
                "nash": "the package with the greatest product of both gains is signed in the first session",
                "compromise": "each clause at the mean position, weighted by salience and leverage, if both gain by it",
                "quantal": "as by concession, but an offer is accepted the likelier the better it is, never surely",
                "attrition": "both insist on a demand, until one whose home could bear the other's gives way",
            }
        ),
    ),
    Rule(
        "coming",
        "what makes a party come",
        MappingProxyType(
            {
                "interest": "what it expects, is offered, is owed and is pressed to",
                "ripeness": "the same, in a hurting stalemate with a way out, and never else",
                "readiness": "motivation to end the war times optimism about the talks, in place of what it expects",
            }
        ),
    ),
    Rule(
        "promises",
        "whether an agreement binds",
        MappingProxyType(
            {"doubted": "it is kept as each side chooses", "binding": "every promise is believed and kept"}
        ),
    ),
    Rule(
        "home",
        "who has to agree besides those at the table",
        MappingProxyType({"ratifies": "those at home and abroad who can stop it", "unitary": "nobody"}),
    ),
)

CONSTANTS: tuple[Constant, ...] = (
    Constant("demand", "accepting", "attrition", "what a side insists on, as a share of the best that it can get", 1.0),
    Constant("hurting", "coming", "ripeness", "intensity of a war, in its usual one, from which it hurts a side", 2.0),
    Constant("stalemate", "coming", "ripeness", "most that control is seen to move within the forecast's horizon", 1.0),
)


def parity(name: str) -> Parameter:
    """The parameter of a war's parity, under the name that the case gives it (`wars.NAME.parity_prior`)."""
    return Parameter(name, SHARE, positive=True)


def switched() -> Iterator[tuple[str, Switch]]:
    """Every field of a draw that a switch sets, with the switch."""
    rows: Iterable[Coded | Parameter | Flag] = (*CODED, *PARAMETERS, *FLAGS)
    for row in rows:
        if row.off is not None:
            yield row.name, row.off


SWITCHES: Mapping[str, str] = MappingProxyType({switch.name: switch.meaning for _, switch in switched()})
EACH = "each"  # in a sweep of `off`: every switch in turn, one at a time


def switch_off(draws: Any, off: Sequence[str]) -> None:
    """Turn mechanisms off in records of draws, in place."""
    for field, switch in switched():
        if switch.name in off:
            draws[field][...] = switch.value
