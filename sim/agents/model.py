"""One run as a Mesa model: the phases of a week in their order, agent by agent, every decision recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesa import Model
from mesa.datacollection import DataCollector

from sim.agents.journal import BY_HAND, Journal
from sim.agents.narrative import Period, story
from sim.agents.places import Table, War
from sim.agents.players import KINDS, Actor, Player, ThirdParty
from sim.agents.questions import NOBODY
from sim.agents.reasons import why
from sim.agents.seats import STAND_WEEKS, efforts_as_told, efforts_at_once, make_efforts, stands_as_told
from sim.agents.views import View
from sim.case.case import Case, mediated_pairs
from sim.case.scenario import Scenario
from sim.inputs.frozen import Frozen, listed
from sim.inputs.numbers import whole_number
from sim.model import variables as variables_module
from sim.model import vocabulary as words
from sim.model.phases.begin import begin, derive
from sim.model.phases.effort import choose_effort, forget_kindness
from sim.model.phases.events import events
from sim.model.phases.record import record
from sim.model.variables import records
from sim.numerics.chance import LARGEST_SEED
from sim.world.rules import sizes
from sim.world.world import World, load_world

if TYPE_CHECKING:
    from pandas import DataFrame


Reporter = Callable[["NegotiationModel"], Any]
MOST = 2**31 - 1  # of draws and of runs within one


class NegotiationModel(Model):  # type: ignore[misc]  # Mesa comes without types
    """One run of a scenario, week by week.

    >>> model = NegotiationModel("status_quo", horizon=2)
    >>> model.run_model()
    >>> model.week, model.running
    (2, False)

    Args:
        scenario: a scenario, the name of one of the case's, or a file that ends in .yaml.
        draw: number of the draw of everything uncertain, from 0.
        run: number of the run within its draw, from 0.
        seed: of all chance; one seed, draw and run give one course of events. None is 1: Mesa 3.5's batch runner gives
            its own `rng` here, so seeds for it are named `rng=[1, 2]`.
        case: a case, the name of one, or a case's folder.
        horizon: weeks; None: the scenario's.
        passes: the coding passes that count; None: all.
        implied: whether rows that an article only implies count.
        world: what `load_world` gives, in place of scenario and case, to load them once for many runs.
        rng: for Mesa's own use (shuffling agents in a notebook); the model takes no chance from it.
        levers: the scenario's levers by name, e.g. `summit_week=8`.

    Attributes:
        world: the case, the evidence and the scenario.
        tables: the tables by name.
        wars: the wars by name.
        journal: every decision so far; `decisions` shows it as a table.
        seats: which actors somebody plays (`sim.agents.game`); nobody any, unless a game says so.

    Raises:
        InputError: the case, the scenario, a lever or a number is wrong.
    """

    def __init__(
        self,
        scenario: str | Path | Scenario = "status_quo",
        draw: int = 0,
        run: int = 0,
        seed: int | None = 1,
        case: str | Path | Case = "afghanistan",
        *,
        horizon: int | None = None,
        passes: Sequence[str] | None = None,
        implied: bool = True,
        world: World | None = None,
        rng: Any = None,
        **levers: float,
    ) -> None:
        seed = whole_number("model", "seed", 1 if seed is None else seed, 0, LARGEST_SEED)
        draw, run = (whole_number("model", key, value, 0, MOST) for key, value in (("draw", draw), ("run", run)))
        super().__init__(rng=seed if rng is None else rng)
        world = load_world(scenario, case, passes=passes, implied=implied) if world is None else world
        if levers or horizon is not None:
            changed: dict[str, Any] = {"horizon": horizon, **levers}
            world = world.change(world.scenario.change(**changed))
        self.world, self.draw_number, self.run_number, self.seed_of_chance = world, draw, run, seed
        self._prepare()
        self._players: dict[str, Player] = {}
        for code in world.case.players:
            kind = KINDS[world.case.actors[code].kind] if code in world.case.actors else ThirdParty
            self._players[code] = kind(self, code)
        named = enumerate(world.case.tables)
        self.tables: Mapping[str, Table] = Frozen({name: Table(self, t, name) for t, name in named})
        fought = enumerate(world.case.wars)
        self.wars: Mapping[str, War] = Frozen({name: War(self, w, name) for w, name in fought})
        self._phases: Mapping[str, Callable[[], None]] = Frozen(
            {name: getattr(self, f"phase_{name}") for name in words.PHASES}
        )
        self._reporters = reporters(world.case)
        self.at_start = {name: report(self) for name, report in self._reporters.items()}
        self.datacollector = DataCollector(model_reporters=dict(self._reporters))

    def __repr__(self) -> str:
        scenario = self.world.scenario
        place = f"draw {self.draw_number}, run {self.run_number}, seed {self.seed_of_chance}"
        return f"<one run of {scenario.scenario}: {place}; week {self.week} of {scenario.horizon}>"

    def __dir__(self) -> list[str]:
        return sorted({*listed(self), "agents", "run_model"})  # and of Mesa's names those that a reader of a run uses

    def __reduce__(self) -> tuple[Any, ...]:
        """A run is a function of these: another process plays it again, to the same week and the same bits."""
        made = (type(self), self.world, self.draw_number, self.run_number, self.seed_of_chance)
        return _played, (*made, self.week)

    @cached_property
    def drawn(self) -> Mapping[str, float]:
        """The run's draw by column, as it came from the priors."""
        return Frozen(self.world.drawn(self.draw_number, self.seed_of_chance))

    def _prepare(self) -> None:
        """The records of the engine and the state at the epoch."""
        world = self.world
        self.rules = View(world.rules, variables_module.RULES, constant=True)
        self.plan = View(world.plan, variables_module.PLAN, constant=True)
        draw = world.uncertainty.records(1, self.seed_of_chance, self.draw_number)[0]
        derive(self.rules, View(draw, variables_module.DRAW), self.plan)  # views: records are read twice as slowly
        self.draw = View(draw, variables_module.DRAW, constant=True)
        self.state = View(records(variables_module.STATE, sizes(world.case), 1)[0], variables_module.STATE)
        begin(self.rules, self.draw, self.plan, self.state, self.seed_of_chance, self.run_number)
        self.seats = NOBODY
        self.journal = Journal(world, self.rules, self.state)

    @property
    def scenario(self) -> None:
        """Always None: Mesa 3.5 keeps an experimental scenario of its own here; this model's is `world.scenario`."""

    @scenario.setter
    def scenario(self, given: object) -> None:
        """Mesa 3.5 sets its own; nothing here uses it."""

    def player(self, code: str) -> Player:
        """The agent of a code."""
        return self._players[code]

    def actor(self, code: str) -> Actor:
        """The agent of a code that bargains."""
        found = self.player(code)
        if not isinstance(found, Actor):
            raise KeyError(f"{code} bargains over nothing of its own")
        return found

    @property
    def week(self) -> int:
        """The week that is over; 0 before the first."""
        return int(self.state.week)

    @property
    def regime(self) -> str:
        """The regime of this week."""
        regime: str = self.world.case.regimes[self.state.regime]
        return regime

    # --- a week

    def step(self) -> None:
        """One week: the phases in their order. Stops running at the horizon."""
        self.state.week += 1
        for phase in words.PHASES:
            self._phases[phase]()
        self.datacollector.collect(self)
        self.running = self.week < self.world.scenario.horizon

    def phase_events(self) -> None:
        """What the scenario brings about, and the tables that open."""
        state, plan = self.state, self.plan
        statuses, efforts = state.status.copy(), state.effort.copy()
        answered, told = (plan, {}) if self.seats is NOBODY else efforts_at_once(self)
        events(self.rules, self.draw, answered, state)
        make_efforts(self, told)
        for e in range(plan.events):
            if state.happening[e] == 1:
                self.journal.happened(e, plan)
        for t, status in enumerate(statuses):
            self.journal.turned("events", t, int(status))
        for o, effort in enumerate(efforts):
            if state.effort[o] != effort:
                reasons = BY_HAND if o in told else self.journal.reasons_for_effort(o, self.draw)
                self.journal.chose_effort("events", o, float(effort), reasons)

    def phase_leverage(self) -> None:
        """Everybody sees what is left of the instruments at hand."""
        self.agents.do("use_instruments")

    def phase_attend(self) -> None:
        """Table by table, mediators and parties decide whether to come."""
        for table in self.tables.values():
            table.gather()

    def phase_bargain(self) -> None:
        """Table by table, those who came bargain."""
        for table in self.tables.values():
            table.bargain()

    def phase_comply(self) -> None:
        """Table by table, what was agreed is delivered, withheld or broken."""
        for table in self.tables.values():
            table.comply()

    def phase_fight(self) -> None:
        """War by war, the challenger fights."""
        for war in self.wars.values():
            war.challenger.fight(war)

    def phase_learn(self) -> None:
        """Every fourth week norms and coercion are noticed; then everybody learns."""
        if self.week % STAND_WEEKS == 0:
            stands_as_told(self)
        if self.week % words.TRANCHE_WEEKS == 0:
            for table in self.tables.values():
                table.notice_norms()
            self.agents.do("notice_coercion")
            plan, told = (self.plan, {}) if self.seats is NOBODY else efforts_as_told(self)
            for o in range(self.rules.mediated):
                self._choose_effort(o, plan, told)
        self.agents.do("learn")

    def _choose_effort(self, o: int, plan: View, told: Mapping[int, float]) -> None:
        """A mediator looks again at what it does, or does what somebody has decided."""
        before = float(self.state.effort[o])
        forget_kindness(self.rules, self.draw, self.state, o)
        reasons = BY_HAND if o in told else self.journal.reasons_for_effort(o, self.draw)
        choose_effort(self.rules, self.draw, plan, self.state, o)
        make_efforts(self, {o: told[o]} if o in told else {})
        self.journal.chose_effort("learn", o, before, reasons)

    def phase_record(self) -> None:
        """Count the week."""
        record(self.rules, self.state)

    # --- what a run is asked about

    def course(self, name: str) -> list[Any]:
        """One quantity (`reporters`) week by week, from 0, the epoch."""
        return [self.at_start[name], *self.datacollector.model_vars[name]]

    @property
    def weeks(self) -> DataFrame:
        """One row a week from 0, the epoch; one column a quantity (`reporters`)."""
        import pandas as pd

        found = self.datacollector.get_model_vars_dataframe()
        start = pd.DataFrame([self.at_start])
        weeks = pd.concat([start, found], ignore_index=True) if len(found) else start
        return weeks.rename_axis("week")

    @property
    def decisions(self) -> DataFrame:
        """One row a decision, with the terms that made it (`sim.agents.journal`)."""
        return self.journal.frame()

    @property
    def story(self) -> tuple[Period, ...]:
        """What happened so far, period by period, in words: print one, or read its `lines`."""
        return story(self)

    def why(self, who: str, *, table: str | None = None, week: int | None = None) -> str:
        """Why a player did what it did in a week, in words; see `sim.agents.reasons.why`."""
        return why(self, who, table=table, week=week)


def _played(kind: type[NegotiationModel], world: World, draw: int, run: int, seed: int, weeks: int) -> NegotiationModel:
    model = kind(world=world, draw=draw, run=run, seed=seed)
    for _ in range(weeks):
        model.step()
    return model


def reporters(case: Case) -> dict[str, Reporter]:
    """What is collected every week, by the names that triggers and outcomes use."""
    found: dict[str, Reporter] = {
        "regime": lambda model: model.regime,
        "presence": lambda model: float(model.state.presence),
        "flight": lambda model: float(model.state.flight),
    }
    for c, cell in enumerate(case.cells):
        found[f"cell.{cell}"] = _number("cell", c)
    for w, war in enumerate(case.wars):
        for name in ("control", "intensity", "cohesion", "attacks", "hazard"):
            found[f"war.{war}.{name}"] = _number(name, w)
    for t, (name, table) in enumerate(case.tables.items()):
        found[f"table.{name}.status"] = _word("status", words.STATUS_NAMES, t)
        found[f"table.{name}.session"] = _word("session", words.SESSION_NAMES, t)
        for place, who in enumerate([*table.parties, *(seat for seat, _, _ in table.seats)]):
            found[f"attendance.{name}.{who}"] = _number("attending", t, place)
        for side, who in enumerate(table.parties):
            found[f"table.{name}.owed.{who}"] = _number("arrears_share", t, side)
    for kind in ("trust", "leverage"):
        for i, who in enumerate(case.players):
            for j, whom in enumerate(case.players):
                if i != j and {who, whom} & set(case.actors):
                    found[f"{kind}.{who}.{whom}"] = _number(kind, i, j)
    for o, (who, whom) in enumerate(mediated_pairs(case)):
        found[f"effort.{who}.{whom}"] = _number("effort", o)
    return found


def _number(field: str, *place: int) -> Reporter:
    return lambda model: float(getattr(model.state, field)[place])


def _word(field: str, names: tuple[str, ...], place: int) -> Reporter:
    return lambda model: names[getattr(model.state, field)[place]]
