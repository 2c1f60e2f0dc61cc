"""A scenario as a record of the model: levers and events become effects with their weeks, conditions and sizes."""

from __future__ import annotations

import numpy as np

from sim.case.case import Case
from sim.case.event import Effect
from sim.case.happening import Happening
from sim.case.scenario import Scenario, effects
from sim.model import variables as variables_module
from sim.model import vocabulary as words
from sim.model.variables import Record, records
from sim.world.rules import sizes

STATUS = {"open": words.OPEN, "suspended": words.SUSPENDED, "in_force": words.IN_FORCE}


def plan_record(case: Case, scenario: Scenario) -> Record:
    """A scenario as the engine's plan: the tables as its epoch has them, and one effect after the other."""
    plan = records(variables_module.PLAN, sizes(case), 1)[0]
    for variable in variables_module.PLAN:
        if variable.kind == "i8":
            plan[variable.name] = 0
    _write_tables(case, scenario.epoch, plan)
    found = effects(scenario)
    plan.events = len(found)
    for row, (one, effect) in enumerate(found):
        _write_effect(plan, row, one, effect)
    return plan


def _write_tables(case: Case, name: str, plan: Record) -> None:
    epoch = case.epochs[name]
    plan.start_regime = case.number("regimes", epoch.regime)
    plan.start_status = words.NEVER
    plan.start_package = np.nan
    for table, start in epoch.tables.items():
        t = case.number("tables", table)
        plan.start_status[t] = STATUS[start.status]
        plan.signed_weeks_ago[t], plan.weeks_left[t] = start.signed_weeks_ago, start.weeks_left
        for cell, point in start.package.items():
            plan.start_package[t, case.clause_number(table, cell)] = point


def _write_effect(plan: Record, e: int, one: Happening, effect: Effect) -> None:
    when = one.when
    plan.mode[e], plan.at_week[e], plan.hold[e], plan.lag[e] = when.mode, when.week, when.hold, when.lag
    plan.repeats[e] = one.repeat
    plan.effect[e], plan.player[e], plan.target[e] = effect.code, effect.player, effect.target
    plan.value[e] = effect.value
    plan.place_table[e], plan.place_cell[e] = effect.table, effect.cell
    plan.place_war[e], plan.place_seat[e] = effect.war, effect.seat
    plan.about[e], plan.level[e] = effect.about, effect.level
    plan.conditional[e], plan.weeks[e] = effect.conditional, effect.weeks
    if effect.code == words.STAND:
        plan.stand_salience[effect.player, effect.cell] = effect.salience
    plan.conditions[e] = len(when.conditions)
    for d, condition in enumerate(when.conditions):
        code, first, second, comparison, threshold = condition.engine()
        plan.quantity[e, d], plan.quantity_first[e, d], plan.quantity_second[e, d] = code, first, second
        plan.comparison[e, d], plan.threshold[e, d] = comparison, threshold
