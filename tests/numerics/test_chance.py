"""Laws of sim.draws: published vectors, numpy's Philox, the compiled twin, and one counter for each decision."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit
from numba.core.errors import TypingError

from sim.numerics import chance as draws
from sim.numerics.chance import CHANCE, PARAMETERS, philox, uniform, uniforms4, unit_interval

ALL_ONES = 2**64 - 1
WORDS = st.integers(0, ALL_ONES)
SMALL = st.integers(0, 2**40)

# Random123 1.14 (Salmon et al. 2011), kat_vectors, lines "philox4x64 10": counter, key, result.
KNOWN_ANSWERS = [
    (
        (0, 0, 0, 0),
        (0, 0),
        (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B),
    ),
    (
        (ALL_ONES, ALL_ONES, ALL_ONES, ALL_ONES),
        (ALL_ONES, ALL_ONES),
        (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0),
    ),
    (
        (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
        (0x452821E638D01377, 0xBE5466CF34E90C6C),
        (0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6),
    ),
]


@njit
def compiled_philox(c0, c1, c2, c3, k0, k1):
    return philox(c0, c1, c2, c3, k0, k1)


@njit
def compiled_uniform(seed, draw, run, week, slot, stream):
    return uniform(seed, draw, run, week, slot, stream)


@njit
def compiled_words(rows, out):
    for i in range(rows.shape[0]):
        a, b, c, d = philox(rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], rows[i, 4], rows[i, 5])
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = a, b, c, d


@njit
def compiled_uniforms(rows, out):
    for i in range(rows.shape[0]):
        out[i, 0] = uniform(rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], rows[i, 4], rows[i, 5])
        a, b, c, d = uniforms4(rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], rows[i, 4], rows[i, 5])
        out[i, 1], out[i, 2], out[i, 3], out[i, 4] = a, b, c, d


def numpy_block(counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    """numpy's words at `counter`; numpy adds one to its 256-bit counter before each block."""
    whole = sum(part << (64 * place) for place, part in enumerate(counter))
    before = (whole - 1) % 2**256
    state = np.array([(before >> (64 * place)) & ALL_ONES for place in range(4)], dtype=np.uint64)
    generator = np.random.Philox(counter=state, key=np.array(key, dtype=np.uint64))
    return tuple(int(raw) for raw in generator.random_raw(4))


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_published_words(counter, key, answer):
    assert philox(*counter, *key) == answer
    assert compiled_philox(*(np.uint64(part) for part in counter + key)) == answer


@given(st.tuples(WORDS, WORDS, WORDS, WORDS), st.tuples(WORDS, WORDS))
def test_philox_is_numpys_philox_word_for_word(counter, key):
    assert philox(*counter, *key) == numpy_block(counter, key)


def test_compiled_philox_equals_the_interpreted_one_and_numpys():
    rows = np.random.Generator(np.random.PCG64(11)).integers(0, ALL_ONES, (100_000, 6), dtype=np.uint64, endpoint=True)
    rows[:64] = list(itertools.product((0, ALL_ONES), repeat=6))
    compiled = np.empty((len(rows), 4), dtype=np.uint64)
    compiled_words(rows, compiled)
    interpreted = np.array([philox(*row) for row in rows.tolist()], dtype=np.uint64)
    assert np.array_equal(compiled, interpreted)
    for row, words in zip(rows[:2_000].tolist(), compiled.tolist(), strict=False):
        assert tuple(words) == numpy_block(tuple(row[:4]), tuple(row[4:]))


def test_compiled_uniforms_equal_the_interpreted_ones_bit_for_bit():
    rows = np.random.Generator(np.random.PCG64(12)).integers(0, 2**62, (100_000, 6))
    rows[::2] %= 1000
    rows[:64] = list(itertools.product((0, -1), repeat=6))
    compiled = np.empty((len(rows), 5))
    compiled_uniforms(rows, compiled)
    interpreted = np.array([(uniform(*row), *uniforms4(*row)) for row in rows.tolist()])
    assert np.array_equal(compiled.view(np.uint64), interpreted.view(np.uint64))
    assert compiled.min() > 0.0
    assert compiled.max() < 1.0


@pytest.mark.parametrize("kind", [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64])
def test_every_kind_of_integer_gives_the_same_number(kind):
    arguments = (7, 11, 3, 104, 61, PARAMETERS)
    expected = uniform(*arguments)
    typed = tuple(kind(argument) for argument in arguments)
    assert uniform(*typed) == expected
    assert compiled_uniform(*typed) == expected


def test_a_negative_integer_means_its_residue_modulo_two_to_the_64():
    assert uniform(-1, -2, -3, -4, -5, CHANCE) == uniform(2**64 - 1, 2**64 - 2, 2**64 - 3, 2**64 - 4, 2**64 - 5, 0)
    assert compiled_uniform(-1, -2, -3, -4, -5, CHANCE) == uniform(-1, -2, -3, -4, -5, CHANCE)


def test_a_fraction_cannot_name_a_decision():
    with pytest.raises(TypeError):
        uniform(1, 0, 0, 0, 0.5, CHANCE)
    with pytest.raises(TypingError):
        compiled_uniform(1, 0, 0, 0, 0.5, CHANCE)


@given(WORDS)
def test_a_uniform_number_is_exact_and_strictly_inside_the_unit_interval(word):
    number = unit_interval(word)
    assert 0.0 < number < 1.0
    assert Fraction(number) == (Fraction(word >> 12) + Fraction(1, 2)) / 2**52


@pytest.mark.parametrize("word", [0, 1, 2**12 - 1, 2**63, ALL_ONES - 2**12, ALL_ONES])
def test_the_ends_of_the_unit_interval_are_never_reached(word):
    assert 0.0 < unit_interval(word) < 1.0
    assert unit_interval(word) + unit_interval(ALL_ONES - word) == 1.0


@given(SMALL, SMALL, SMALL, SMALL, SMALL, st.sampled_from((CHANCE, PARAMETERS)))
def test_a_block_is_its_four_slots(seed, draw, run, week, block, stream):
    slots = tuple(uniform(seed, draw, run, week, 4 * block + place, stream) for place in range(4))
    assert uniforms4(seed, draw, run, week, block, stream) == slots


def addresses(monkeypatch, places):
    """Where each place (draw, run, week, slot, stream) of one seed reads: key, counter, and place in a block."""
    seen = []

    def record(*address):
        seen.append(address)
        return 0 << 12, 1 << 12, 2 << 12, 3 << 12

    monkeypatch.setattr(draws, "philox", record)
    read = [int(uniform(99, draw, run, week, slot, stream) * 2**52) for draw, run, week, slot, stream in places]
    return list(zip(seen, read, strict=True))


def test_no_two_decisions_share_a_counter(monkeypatch):
    grid = itertools.product(range(5), range(5), range(6), range(23), (CHANCE, PARAMETERS))
    corners = itertools.product((7, 2**32, 2**63, ALL_ONES), repeat=4)
    places = [*grid, *((*corner, stream) for corner in corners for stream in (CHANCE, PARAMETERS))]
    found = addresses(monkeypatch, places)
    assert len(places) == len(set(places)) == len(set(found))


def test_every_decision_of_a_small_ensemble_draws_its_own_number():
    places = itertools.product((1, 2), range(4), range(4), range(30), range(40), (CHANCE, PARAMETERS))
    rows = np.array(list(places), dtype=np.int64)
    out = np.empty((len(rows), 5))
    compiled_uniforms(rows, out)
    assert len(np.unique(out[:, 0])) == len(rows)


@pytest.mark.parametrize("column", range(6), ids=["seed", "draw", "run", "week", "slot", "stream"])
def test_numbers_along_every_axis_are_uniform_and_uncorrelated(column):
    count = 40_000
    rows = np.full((count, 6), 5, dtype=np.int64)
    rows[:, column] = np.arange(count)
    out = np.empty((count, 5))
    compiled_uniforms(rows, out)
    numbers = out[:, 0]
    cells = np.histogram(numbers, bins=100, range=(0.0, 1.0))[0]
    chi_square = float(((cells - count / 100) ** 2).sum() / (count / 100))
    assert 45.0 < chi_square < 180.0  # 99 degrees of freedom: beyond 1e-6 on either side
    assert abs(np.corrcoef(numbers[1:], numbers[:-1])[0, 1]) < 5.0 / np.sqrt(count)
