"""War: challengers against incumbents, control as the share of what is fought over."""

from __future__ import annotations

from sim.numerics.arithmetic import exp
from sim.numerics.dialect import compilable

LEAST_CONTROL, MOST_CONTROL = 0.01, 0.99  # a beaten side keeps a remainder, and the odds stay finite


@compilable
def challenger_strength(strength: float, sanctuary_effect: float, sanctuary: float, armed: float) -> float:
    """S_ch = s (1 + a_s sanctuary), with the arms it has kept.

    >>> challenger_strength(1.0, 0.5, 0.5, 1.0)
    1.25
    """
    return strength * armed * (1.0 + sanctuary_effect * sanctuary)


@compilable
def incumbent_strength(cohesion: float, presence_effect: float, presence: float) -> float:
    """S_in = h (1 + a_p m).

    >>> incumbent_strength(0.5, 1.0, 1.0)
    1.0
    """
    return cohesion * (1.0 + presence_effect * presence)


@compilable
def allied(strength: float, allies: float) -> float:
    """S (1 + sum_o a_o): the strength of a side whose lead brings S, with the allies that still fight.

    Shares add up, as the efforts of the members of one side do in a contest between groups (Katz, Nitzan & Rosenberg
    1990); an ally that makes peace alone takes its share out (Christia 2012).

    >>> allied(0.5, 0.6)
    0.8
    """
    return strength * (1.0 + allies)


@compilable
def success(challenger: float, incumbent: float) -> float:
    """p = S_ch / (S_ch + S_in), the challenger's chance in an engagement (Tullock 1980; Hirshleifer 1989).

    >>> success(1.0, 3.0)
    0.25
    """
    return challenger / (challenger + incumbent)


@compilable
def control_growth(combat_pace: float, intensity: float, success: float) -> float:
    """G = eta v (2 p - 1), weekly growth of the odds of control.

    >>> control_growth(0.1, 1.0, 0.75)
    0.05
    """
    return combat_pace * intensity * (2.0 * success - 1.0)


@compilable
def next_control(control: float, growth: float, shock: float) -> float:
    """clip(c + c (1 - c)(G + shock), 0.01, 0.99): logistic growth with chance, shock = sigma sqrt(v) z.

    The bounds leave a beaten side a remainder and keep the odds finite.

    >>> next_control(0.5, 0.1, 0.0)
    0.525
    """
    return min(max(control + control * (1.0 - control) * (growth + shock), LEAST_CONTROL), MOST_CONTROL)


@compilable
def side_taking(bandwagon: float, control: float, expected: float) -> float:
    """s (c* - c): who holds a place changes sides when it expects the other to win (Kuran 1991; Christia 2012).

    Args:
        bandwagon: s, share of the way in a week.
        control: c, in [0, 1].
        expected: c*, the control that both sides see coming.

    >>> side_taking(0.1, 0.5, 0.75)
    0.025
    """
    return bandwagon * (expected - control)


@compilable
def next_intensity(intensity: float, ceasefire: float, offensive: float) -> float:
    """v + (v0 (1 - y)(1 + offensive) - v) / 4, in units of the war's usual intensity (v0 = 1).

    >>> next_intensity(1.0, 1.0, 0.0)
    0.75
    """
    return intensity + 0.25 * ((1.0 - ceasefire) * (1.0 + offensive) - intensity)


@compilable
def cohesion_target(patron_share: float, trust_in_patron: float, presence: float) -> float:
    """(1 - phi) + phi tau m: what holds the incumbent together is its own, and its patron's presence.

    >>> cohesion_target(0.5, 0.8, 0.5)
    0.7
    """
    return (1.0 - patron_share) + patron_share * trust_in_patron * presence


@compilable
def next_cohesion(cohesion: float, target: float, setback_effect: float, lost_control: float) -> float:
    """h + (target - h) / 26 - chi max(dc, 0), clipped to [0.01, 1]: half a year's pull, and defeats that demoralise.

    >>> next_cohesion(0.5, 0.76, 1.0, 0.01)
    0.5
    """
    return min(max(cohesion + (target - cohesion) / 26.0 - setback_effect * max(lost_control, 0.0), 0.01), 1.0)


@compilable
def takeover_hazard(takeover_rate: float, presence: float, cohesion: float, control: float) -> float:
    """zeta (1 - m)(1 - h) c^2, a rate a week.

    >>> takeover_hazard(0.1, 0.0, 0.5, 0.5)
    0.0125
    """
    return takeover_rate * (1.0 - presence) * (1.0 - cohesion) * (control * control)


@compilable
def chance(rate: float) -> float:
    """1 - e^(-rate): the chance that something of this weekly rate happens within the week.

    >>> round(chance(0.1), 6)
    0.095163
    """
    return 1.0 - exp(-rate)


@compilable
def parity_strength(
    parity: float, incumbent: float, sanctuary_effect: float, sanctuary: float, armed: float, allies: float
) -> float:
    """s such that p(epoch) = p0: p0 / (1 - p0) S_in / (1 + a_s sanctuary) / armed / (1 + sum_o a_o), o its allies.

    armed: the share of its arms that the challenger still has at the epoch; without any it has no chance whatever s is.
    A free strength would decide everything.

    >>> parity_strength(0.5, 0.8, 0.0, 1.0, 1.0, 0.0), parity_strength(0.5, 0.8, 0.0, 1.0, 0.5, 1.0)
    (0.8, 0.8)
    """
    kept = armed if armed > 0.0 else 1.0
    return parity / (1.0 - parity) * incumbent / (1.0 + sanctuary_effect * sanctuary) / kept / (1.0 + allies)


@compilable
def flight(flight_base: float, flight_shift: float, intensity: float, lost_control: float) -> float:
    """f0 v + f1 max(dc, 0), as a share of the refugee stock a week.

    >>> flight(0.001, 0.1, 1.0, 0.01)
    0.002
    """
    return flight_base * intensity + flight_shift * max(lost_control, 0.0)


@compilable
def after_return(control: float, returned: float) -> float:
    """c + c (1 - c) returned: fighters let home strengthen an insurgency there, by one in the odds if all return.

    >>> after_return(0.5, 0.2)
    0.55
    """
    return next_control(control, returned, 0.0)
