"""The bargain phase: one session, one offer; signature, ratification, impasse."""

from __future__ import annotations

from typing import Any

from sim.model.equations.choice import log_odds
from sim.model.equations.concession import aspiration, eagerness
from sim.model.equations.package import gain
from sim.model.equations.private import reservation
from sim.model.equations.ratification import ratification
from sim.model.phases.defaults import cut_again
from sim.model.phases.frontier import best_gain, concede, package_value, trace_frontier
from sim.model.phases.luck import luck
from sim.model.phases.mediation import gone, observer_gain
from sim.model.phases.private import renew_sincerity
from sim.model.phases.theories import offer_by_theory
from sim.model.vocabulary import (
    BY_CONCESSION,
    BY_QUANTAL,
    CERTAIN,
    CONCESSION,
    IMPASSES_TO_PAUSE,
    IN_FORCE,
    LEAST_GAIN,
    MOST_SESSIONS,
    NEVER,
    NO_SESSION,
    NO_ZONE,
    NOT_DUE,
    NOT_RATIFIED,
    OUT_OF_TIME,
    PAUSE_WEEKS,
    PENDING,
    PLACE_STRIDE,
    PROMISE,
    QUANTAL_PLACE,
    RATIFY_SLOT,
    REFUSED,
    ROUND_SLOT,
    SIGNED,
    SUSPENDED,
    TRANCHE_WEEKS,
    UNITARY,
    USUAL_WEEKS,
)
from sim.numerics.arithmetic import logistic
from sim.numerics.dialect import compilable, first_lane, lanes_where, note, run_of, standalone


@compilable
def side_aspiration(draw: Any, state: Any, t: int, side: int) -> float:
    """theta of a side at this session."""
    log_time = draw.log_time[min(state.sessions[t], MOST_SESSIONS)]
    eager = eagerness(draw.concession, state.pressure[t, side], draw.pressure_weight)
    return aspiration(log_time, eager)


@compilable
def bargain(rules: Any, draw: Any, state: Any, t: int) -> None:
    """Hold the week's session if both parties came; the session's code says what came of it, up to an acceptance."""
    state.session[t] = NO_SESSION
    state.offering[t] = NEVER
    meeting = both_came(state, t)
    left = lanes_where(meeting)
    while left:
        lane, left = first_lane(left), left & (left - 1)
        hold_session(rules, draw, run_of(state, lane), t)


@compilable
def both_came(state: Any, t: int) -> Any:
    """Whether both parties have come to a round."""
    return (state.meeting[t] == 1) & (state.attending[t, 0] == 1) & (state.attending[t, 1] == 1)


@compilable
def hold_session(rules: Any, draw: Any, state: Any, t: int) -> None:
    """Hold a session: an offer, where there is a zone of agreement."""
    state.sessions[t] += 1
    state.sessions_held[t] += 1
    side = 0 if state.sessions[t] % 2 == 1 else 1
    state.offering[t] = side
    if state.zone[t] == 0:
        state.session[t] = NO_ZONE
        note(state, state.offer_terms[t], (float(state.sessions[t]),))
        return
    make_offer(rules, draw, state, t, side)


@standalone
def make_offer(rules: Any, draw: Any, state: Any, t: int, side: int) -> None:
    """The side in turn offers the frontier package at its aspiration; the other takes what meets its own."""
    if draw.accepting != BY_CONCESSION and draw.accepting != BY_QUANTAL:
        offer_by_theory(rules, draw, state, t, side)
        return
    own = side_aspiration(draw, state, t, side)
    own_gain, other_gain = concede(rules, state, t, side, own * state.best[t, side], state.offer[t])
    bears_it = True
    if draw.private_on == 1:
        least = home_accepts(rules, draw, state, t, side)
        if own_gain < least:
            own_gain, other_gain = concede(rules, state, t, side, min(least, state.best[t, side]), state.offer[t])
            least = home_accepts(rules, draw, state, t, side)
        bears_it = own_gain >= least - LEAST_GAIN
    floor = least_taken(rules, draw, state, t, 1 - side)
    accepted = bears_it and other_gain >= floor - LEAST_GAIN
    if draw.accepting == BY_QUANTAL:
        number = luck(state, ROUND_SLOT + t * PLACE_STRIDE + QUANTAL_PLACE)
        accepted = bears_it and number < logistic(log_odds((other_gain, -floor), draw.noise))
    close_offer(draw, state, t, side, own, own_gain, other_gain, floor, accepted)


@compilable
def least_taken(rules: Any, draw: Any, state: Any, t: int, side: int) -> float:
    """The least gain from the package on offer that a side takes: its aspiration, and what its home would ratify."""
    floor = side_aspiration(draw, state, t, side) * state.best[t, side]
    if draw.private_on == 1:
        floor = max(floor, home_accepts(rules, draw, state, t, side))
    return floor


@compilable
def close_offer(
    draw: Any,
    state: Any,
    t: int,
    side: int,
    own: float,
    own_gain: float,
    other_gain: float,
    floor: float,
    accepted: bool,
) -> None:
    """What came of an offer, and what it rested on."""
    out_of_time = state.sessions[t] >= draw.deadline
    state.session[t] = SIGNED if accepted else (OUT_OF_TIME if out_of_time else REFUSED)
    best, other_best = state.best[t, side], state.best[t, 1 - side]
    taken = 1.0 if accepted else 0.0
    numbers = (float(state.sessions[t]), own, own_gain, other_gain, floor, taken, best, other_best)
    note(state, state.offer_terms[t], numbers)


@standalone
def home_accepts(rules: Any, draw: Any, state: Any, t: int, side: int) -> float:
    """The least gain from the package on offer that a side's home would ratify."""
    hurdle, others = draw.hurdle + rules.table_hurdle[t], others_gain(rules, draw, state, t, rules.party[t, side])
    return reservation(hurdle, draw.noise, state.mind[t, side], state.pressure[t, side], others)


@compilable
def others_gain(rules: Any, draw: Any, state: Any, t: int, i: int) -> float:
    """sum_o lambda_o G_o over the players with leverage on a party or voter that are no party (Tsebelis 2002).

    The smallest part is added first, so that the sum does not depend on the order of the players.
    """
    first, second = rules.party[t, 0], rules.party[t, 1]
    parts = 0
    for o in range(rules.players):
        if o != i and o != first and o != second and state.leverage[o, i] > 0.0 and not gone(rules, state, o):
            part = state.leverage[o, i] * observer_gain(rules, draw, state, t, o, state.offer[t])
            place = parts
            while place > 0 and state.parts[place - 1] > part:
                state.parts[place] = state.parts[place - 1]
                place -= 1
            state.parts[place] = part
            parts += 1
    total = 0.0
    for place in range(parts):
        total += state.parts[place]
    return total


@standalone
def ratify(rules: Any, draw: Any, state: Any, t: int, side: int) -> None:
    """A side that has accepted puts the package to those at home and abroad who can stop it."""
    surplus = package_value(rules, state, t, side, state.offer[t])
    others = others_gain(rules, draw, state, t, rules.party[t, side])
    hurdle = draw.hurdle + rules.table_hurdle[t]
    if draw.private_on == 1:
        number, since = state.mind[t, side], state.renewed_at[t, side]
        pressed = state.pressure[t, side]
    else:
        number, since = luck(state, RATIFY_SLOT + t * PLACE_STRIDE + side), state.week
        pressed = 0.0
    terms = ratification(surplus, others, pressed, hurdle)
    odds = CERTAIN if draw.home == UNITARY else log_odds(terms, draw.noise)
    ratified = number < logistic(odds)
    if (
        draw.private_on == 1 and draw.home != UNITARY
    ):  # what was offered and accepted with home in mind is what home accepts, to the dust
        ratified = surplus >= reservation(hurdle, draw.noise, number, pressed, others) - 2.0 * LEAST_GAIN
    state.ratified[t, side] = 1 if ratified else 0
    note(state, state.ratify_terms[t, side], (*terms, odds, number, state.guaranteed_trust[t, side], since))


@compilable
def conclude(rules: Any, draw: Any, state: Any, t: int) -> None:
    """Close the session: sign what both have ratified, else count an impasse where there was one."""
    if state.session[t] == SIGNED:
        if agrees(rules, draw, state, t, 0) and agrees(rules, draw, state, t, 1):
            if rules.voters[t] > rules.members[t] and draw.votes_on == 1:
                put_to_vote(rules, state, t)
            else:
                sign(rules, draw, state, t)
            return
        state.blocked[t] += state.ratified[t, 0] * state.ratified[t, 1]
        state.session[t] = NOT_RATIFIED
    if state.session[t] == REFUSED:
        state.impasses_in_row[t] = 0
    elif state.session[t] != NO_SESSION:
        impasse(state, t)


@compilable
def agrees(rules: Any, draw: Any, state: Any, t: int, side: int) -> bool:
    """Whether a side has ratified, and enough of those who bargain with it agree: all, or a weight that suffices."""
    if rules.members[t] == 0 or draw.blocs_on == 0:
        return state.ratified[t, side] == 1
    weight = rules.lead_weight[t, side]
    for v in range(rules.members[t]):
        if rules.voter_side[t, v] == side and state.approved[t, v] == 1:
            weight += rules.voter_weight[t, v]
    return state.ratified[t, side] == 1 and weight >= rules.weight_needed[t, side] - LEAST_GAIN


@compilable
def put_to_vote(rules: Any, state: Any, t: int) -> None:
    """What is signed waits for the votes of others before it is in force; until then nothing of it is due."""
    state.status[t] = PENDING
    state.vote_at[t] = state.week + rules.vote_weeks[t]
    state.votes[t] += 1
    state.impasses_in_row[t] = 0


@compilable
def impasse(state: Any, t: int) -> None:
    """Optimism halves with each impasse; three in a row suspend the table."""
    state.impasses[t] += 1
    state.impasses_in_row[t] += 1
    state.optimism[t] *= 0.5
    if state.impasses_in_row[t] >= IMPASSES_TO_PAUSE or state.session[t] == OUT_OF_TIME:
        suspend(state, t)


@compilable
def suspend(state: Any, t: int) -> None:
    """The table rests for eight weeks or until an event convenes it."""
    state.status[t] = SUSPENDED
    state.reopens[t] = state.week + PAUSE_WEEKS
    state.impasses_in_row[t] = 0


@standalone
def sign(rules: Any, draw: Any, state: Any, t: int) -> None:
    """The offer becomes the agreement in force."""
    state.status[t] = IN_FORCE
    state.signed_week[t] = state.week
    state.impasses_in_row[t] = 0
    state.bad_tranches[t] = 0
    state.agreements[t] += 1
    if state.agreed_week[t] == NEVER:
        state.agreed_week[t] = state.week
    for side in range(2):
        renew_sincerity(state, t, side)
    first = package_value(rules, state, t, 0, state.offer[t])
    second = package_value(rules, state, t, 1, state.offer[t])
    state.nash_product[t] = max(first, 0.0) * max(second, 0.0)  # a gain of nothing may be the dust of one below
    for k in range(rules.clauses[t]):
        bind_clause(rules, draw, state, t, k, state.offer[t, k], int(rules.clause_weeks[t, k]))
    state.regret[t] = regret(rules, draw, state, t)


@standalone
def bind_clause(rules: Any, draw: Any, state: Any, t: int, k: int, point: float, weeks: int) -> None:
    """Write one clause of an agreement: its point, who delivers it, and the path on which it falls due."""
    cell = rules.clause_cell[t, k]
    default = 0.5 * (state.default[t, 0, k] + state.default[t, 1, k])
    moves = abs(point - state.cell[cell]) > LEAST_GAIN or abs(point - default) > LEAST_GAIN
    state.in_package[t, k] = 1 if state.deadlocked[t, k] == 0 and moves else 0
    state.package[t, k] = point
    state.baseline[t, k] = state.cell[cell] if rules.clause_flow[t, k] == 0 else default
    state.due[t, k] = state.baseline[t, k]
    state.due_share[t, k] = 0.0
    span = weeks if rules.clause_flow[t, k] == 0 else USUAL_WEEKS
    state.due_step[t, k] = min(1.0, TRANCHE_WEEKS / span)
    for side in range(2):
        state.delivers[t, k, side] = 1 if is_deliverer(rules, state, t, k, point, side) else 0
        state.conduct[t, k, side] = NOT_DUE
    state.arrears[t, 0], state.arrears[t, 1] = 0.0, 0.0
    state.arrears_share[t, 0], state.arrears_share[t, 1] = 0.0, 0.0


@compilable
def is_deliverer(rules: Any, state: Any, t: int, k: int, point: float, side: int) -> bool:
    """Whoever is worse off by a clause delivers it; where that is neither party or both, the one the case names.

    A loss in the dust of rounding is none: which side it falls on would hang on the scale of the saliences.
    """
    if rules.clause_both[t, k] == 1:
        return True
    cell = rules.clause_cell[t, k]
    own = gain(point, state.default[t, side, k], state.position[rules.party[t, side], cell]) < -LEAST_GAIN
    other = gain(point, state.default[t, 1 - side, k], state.position[rules.party[t, 1 - side], cell]) < -LEAST_GAIN
    if own != other:
        return own
    return rules.clause_by[t, k] == side


@standalone
def regret(rules: Any, draw: Any, state: Any, t: int) -> float:
    """How much more the first party could have had at full trust without loss to the second: the price of distrust."""
    for side in range(2):
        for k in range(rules.clauses[t]):
            state.slope[t, side, PROMISE, k] = draw.weight[t, side, k]
            state.slope[t, side, CONCESSION, k] = draw.weight[t, side, k]
            state.stake[t, side, k] /= state.guaranteed_trust[t, side]
    cut_again(rules, state, t)
    trace_frontier(rules, state, t, True)
    cut_again(rules, state, t)
    held = package_value(rules, state, t, 1, state.package[t])
    own = package_value(rules, state, t, 0, state.package[t])
    state.end_value[t, 0, 1] -= held
    return max(best_gain(state, t, 0) - own, 0.0)
