"""The words in which the weekly model is written: plain Python that also compiles, for one run or for several in step.

A processor adds four numbers in the time it takes for one, so compiled code plays four runs of a draw in step: a number
then stands for four, one for each run (a lane). The same text runs interpreted, for Mesa, where there is one lane; the
bits are the same, because each lane's arithmetic is that of one run. Whoever writes a phase needs to know this much:

- No `if` whose answer may differ between runs: choose between values with `where`; `not` is `fails`; a shortcut that
  only saves time asks `any_of`.
- What is rare, or differs much from run to run, takes the lanes one by one:

      left = lanes_where(condition)
      while left:
          lane, left = first_lane(left), left & (left - 1)
          ...  # with run_of(state, lane), which is the state of that run alone

  This loop is written out wherever it is needed: a generator would cost a call for every lane, and a loop over a known
  number of lanes would be unrolled into four copies of what is in it.
- A table of numbers is read at a place that may differ between runs with `look_up`; a chance event with `one_of`.
- A decision's terms are a tuple: `total` adds them up, and `note` keeps what it rested on.
- Every function says `@compilable`, or `@standalone` where it is long and called from many places.

What these words compile to is not needed to use them: `sim.numerics.vectors` and `sim.numerics.interleaved`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from numba import njit, types
from numba.core.typing.templates import infer_global
from numba.extending import register_jitable

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def compilable(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Let numba compile `function` into a copy in each compiled caller; the interpreter runs it unchanged.

    numba's calls cost far more than a short function does (a sixth of a run's time), so that the short ones are copied.
    """
    register_jitable(forceinline=True, no_cfunc_wrapper=True)(function)
    return function


def standalone(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """As `compilable`, for a long function: compiled once and called, as copies would crowd the processor's cache.

    numba compiles what `register_jitable` names anew for callers of other options, and copies it into one that is
    copied itself; one dispatcher that says what it wants is compiled once for each kind of its arguments.
    """
    once: Any = njit
    name: Any = infer_global
    dispatcher = once(forceinline=False, no_cfunc_wrapper=True)(function)
    name(function, types.Dispatcher(dispatcher))
    function.__dict__["dispatcher"] = dispatcher  # numba refers to it weakly
    return function


Chosen = TypeVar("Chosen")


def where(condition: Any, yes: Chosen, no: Chosen) -> Chosen:
    """`yes` where the condition holds, else `no`; both are worked out.

    >>> where(True, 1.0, 2.0)
    1.0
    """
    return yes if condition else no


def any_of(condition: Any) -> bool:
    """Whether the condition holds in any lane.

    >>> any_of(False)
    False
    """
    return bool(condition)


def fails(condition: Any) -> bool:
    """Whether a condition does not hold: `not`, which has no meaning for several answers.

    >>> fails(False)
    True
    """
    return not condition


def run_of(state: Any, lane: int) -> Any:
    """The state of one lane."""
    return state


def lanes_where(condition: Any) -> int:
    """The lanes in which a condition holds, a bit for each, to be taken one by one.

    >>> lanes_where(True), lanes_where(False)
    (1, 0)
    """
    return 1 if condition else 0


def first_lane(bits: int) -> int:
    """The first of some lanes.

    >>> first_lane(0b1100)
    2
    """
    return (bits & -bits).bit_length() - 1


def one_of(values: Any, lane: int) -> Any:
    """The number of one lane.

    >>> one_of(0.5, 0)
    0.5
    """
    return values


def look_up(table: Any, place: Any) -> float:
    """A number of a table of doubles, at a place that may differ between lanes."""
    return float(table[place])


def total(values: tuple[Any, ...]) -> Any:
    """The sum of some numbers, from the first to the last.

    >>> total((1.0, 2.0, 4.0))
    7.0
    """
    found = values[0]
    for value in values[1:]:
        found = found + value
    return found


def note(state: Any, place: Any, values: tuple[Any, ...]) -> None:
    """Write down what a decision rested on, as many numbers as it takes; of runs in step nobody asks."""
    for number, value in enumerate(values):
        place[number] = value


def plain(x: Any) -> float:
    """A double of the interpreter, where numpy may have its own; several stay as they are."""
    return float(x)
