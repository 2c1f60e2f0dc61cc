"""Chance as a pure function: a uniform number is computed from what it decides, not from what was drawn before.

Philox4x64-10 maps a counter of four 64-bit words under a key of two to four words that look random. Here the key is
(seed, draw) and the counter (slot // 4, week, run, stream): no order of evaluation, no number of workers and no
decision that another scenario leaves out can change what a decision draws. One seed gives two scenarios the same luck.

The same functions run interpreted, on Python integers, and compiled by numba, on 64-bit words, with the same bits.

Source: J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw (2011), Parallel random numbers: as easy as 1, 2, 3,
Proceedings of SC11, doi 10.1145/2063384.2063405.
"""

from __future__ import annotations

import hashlib
import operator
from typing import Any

from numba import types
from numba.extending import intrinsic, overload

from sim.numerics.dialect import compilable
from sim.numerics.vectors import lanewise

CHANCE = 0  # the stream of a run's events and decisions
LARGEST_SEED = 2**64 - 1  # a seed is a word of 64 bits
PARAMETERS = 1  # the stream of a draw's parameters

WORD = 0xFFFF_FFFF_FFFF_FFFF
MULTIPLIER_0 = 0xD2E7_470E_E14C_6C93
MULTIPLIER_1 = 0xCA5A_8263_9512_1157
WEYL_0 = 0x9E37_79B9_7F4A_7C15  # the golden ratio, in 64 bits
WEYL_1 = 0xBB67_AE85_84CA_A73B  # sqrt(3) - 1, in 64 bits
ROUNDS = 10
DROPPED_BITS = 12  # of a word, so that 52 are kept: with 53, adding one half would round the largest value up to one
UNIT = 2.0**-52


def counter_of(name: str) -> int:
    """The block of slots that belongs to a name: a signed word that depends on the name alone.

    What is drawn by its name draws the same whatever else there is to draw, and in whatever order. Two of n names have
    the same block with a probability of about n^2 / 2^65.

    >>> counter_of("noise") != counter_of("noises")
    True
    """
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little", signed=True)


def word(x: int) -> int:
    """The integer x modulo 2^64, as an unsigned word; TypeError for anything but an integer.

    >>> word(-1) == 2**64 - 1
    True
    """
    return operator.index(x) & WORD


def product(a: int, b: int) -> tuple[int, int]:
    """The upper and the lower word of the 128-bit product of two words.

    >>> product(2**63, 6)
    (3, 0)
    """
    full = a * b
    return full >> 64, full & WORD


def _words_of_product(typing_context: Any, a: Any, b: Any) -> Any:
    """The compiled `product`, which numba's own integers of 64 bits cannot express: one multiplication instruction."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        narrow = arguments[0].type
        wide = type(narrow)(2 * narrow.width)
        full = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
        upper = builder.trunc(builder.lshr(full, wide(narrow.width)), narrow)
        return context.make_tuple(builder, signature.return_type, (upper, builder.trunc(full, narrow)))

    return _WordPair(types.uint64, types.uint64), generate


_UniTuple: Any = types.UniTuple
_WordPair: Any = _UniTuple(types.uint64, 2)
_compiled_product: Any = intrinsic(_words_of_product)
overload(product)(lambda a, b: lambda a, b: _compiled_product(a, b))
overload(word)(lambda x: (lambda x: types.uint64(x)) if isinstance(x, types.Integer) else None)


@compilable
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Philox4x64-10: the four words that belong to counter (c0, c1, c2, c3) under key (k0, k1), all modulo 2^64.

    A round multiplies c0 and c2 by a constant each, crosses the halves of the products over and adds the key by
    exclusive or; between rounds the key grows by a Weyl constant (Salmon et al. 2011, section 4.3).

    >>> [hex(w) for w in philox(0, 0, 0, 0, 0, 0)][:2]
    ['0x16554d9eca36314c', '0xdb20fe9d672d0fdc']
    """
    c0, c1, c2, c3 = word(c0), word(c1), word(c2), word(c3)
    k0, k1 = word(k0), word(k1)
    for _ in range(ROUNDS):
        upper_0, lower_0 = product(MULTIPLIER_0, c0)
        upper_1, lower_1 = product(MULTIPLIER_1, c2)
        c0, c1, c2, c3 = upper_1 ^ c1 ^ k0, lower_1, upper_0 ^ c3 ^ k1, lower_0
        k0, k1 = (k0 + WEYL_0) & WORD, (k1 + WEYL_1) & WORD
    return c0, c1, c2, c3


@compilable
def unit_interval(w: int) -> float:
    """A word as a number strictly between 0 and 1: the middle of one of 2^52 equal cells; exact.

    >>> unit_interval(0) == 2.0**-53, unit_interval(2**64 - 1) == 1.0 - 2.0**-53
    (True, True)
    """
    return (float(w >> DROPPED_BITS) + 0.5) * UNIT


@lanewise
def uniforms4(seed: int, draw: int, run: int, week: int, block: int, stream: int) -> tuple[float, float, float, float]:
    """The uniform numbers of the four slots 4 block, ..., 4 block + 3, for the price of one."""
    a, b, c, d = philox(block, week, run, stream, seed, draw)
    return unit_interval(a), unit_interval(b), unit_interval(c), unit_interval(d)


@compilable
def uniform(seed: int, draw: int, run: int, week: int, slot: int, stream: int) -> float:
    """The uniform number in (0, 1) of one slot of one week of one run of one draw; all arguments are 64-bit integers.

    `run` is the run's number within its draw. `stream` is CHANCE or PARAMETERS. `slot` names the decision.

    >>> uniform(7, 0, 0, 3, 9, CHANCE) == uniforms4(7, 0, 0, 3, 2, CHANCE)[1]
    True
    """
    slot = word(slot)
    a, b, c, d = philox(slot >> 2, week, run, stream, seed, draw)
    place = slot & 3
    if place < 2:
        return unit_interval(a if place == 0 else b)
    return unit_interval(c if place == 2 else d)
