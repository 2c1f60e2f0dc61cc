"""How the states of several runs share memory, and how compiled code reads them: in step, or one lane.

Nothing here is about negotiation: it is for whoever changes the compiler's part. tests/numerics/test_lanes.py plays
four runs in step against four alone, bit for bit.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import (
    infer_getattr,
    intrinsic,
    lower_getattr_generic,
    lower_setattr_generic,
    models,
    overload,
    register_model,
)
from numba.np.arrayobj import make_array, populate_array

from sim.numerics.dialect import note, run_of
from sim.numerics.vectors import INLINED, LANES, Several

WORD_BYTES = 8  # of any number of a state, in a lane
CACHE_LINE = 64  # bytes


@overload(note, jit_options=INLINED, strict=False)
def _note_compiled(state: Any, place: Any, values: Any) -> Any:
    if isinstance(state, Interleaved) or len(values) == 0:
        return lambda state, place, values: None
    last = len(values) - 1

    def note_all(state: Any, place: Any, values: Any) -> None:
        note(state, place, values[:-1])
        place[last] = values[-1]

    return note_all


class Interleaved(types.Type):
    """The states of `LANES` runs, the same number of each side by side: one lane of them, or all in step.

    Args:
        record: numba's type of a single state.
        in_step: whether a number is that of all lanes.
    """

    def __init__(self, record: Any, in_step: bool) -> None:
        self.record = record
        self.in_step = in_step
        self.places: Mapping[str, tuple[int, tuple[int, ...], Any]] = dict(_places(record))
        digest = hashlib.sha256(record.name.encode()).hexdigest()[:16]
        super().__init__(f"{'InStep' if in_step else 'Lane'}({digest})")

    def kind(self, name: str) -> Any:
        """The type of a field."""
        _, shape, element = self.places[name]
        if self.in_step:
            element = Several(types.float64 if isinstance(element, types.Float) else types.int64)
        if not shape:
            return element
        return types.Array(element, len(shape), "C" if self.in_step else "A", aligned=not self.in_step)


def _places(record: Any) -> Iterator[tuple[str, tuple[int, tuple[int, ...], Any]]]:
    """Of each field its first word in a lane, its shape and the kind of its numbers; every number takes a word."""
    first = 0
    for name, kind in record.members:
        shape = tuple(kind.shape) if isinstance(kind, types.NestedArray) else ()
        yield name, (first, shape, kind.dtype if shape else kind)
        first += math.prod(shape)


def room(dtype: Any) -> Any:
    """Zeroed memory for the states of `LANES` runs: int64 (words, LANES), aligned as the processor likes it."""
    shape = (sum(math.prod(field[0].shape) for field in dtype.fields.values()), LANES)
    memory = np.zeros(math.prod(shape) + CACHE_LINE // WORD_BYTES, np.int64)
    start = -memory.ctypes.data % CACHE_LINE // WORD_BYTES
    return memory[start : start + math.prod(shape)].reshape(shape)


@register_model(Interleaved)
class _InterleavedModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ir.PointerType(ir.IntType(8)))


@infer_getattr
class _InterleavedAttribute(AttributeTemplate):
    key = Interleaved

    def generic_resolve(self, kind: Any, name: str) -> Any:
        return kind.kind(name) if name in kind.places else None


@lower_getattr_generic(Interleaved)
def _get(context: Any, builder: Any, kind: Any, value: Any, name: str) -> Any:
    first, shape, _ = kind.places[name]
    found = kind.kind(name)
    step = WORD_BYTES * LANES
    place = cgutils.pointer_add(builder, value, ir.Constant(ir.IntType(64), first * step))
    if not shape:
        typed = builder.bitcast(place, context.get_data_type(found).as_pointer())
        return context.unpack_value(builder, found, typed, WORD_BYTES)
    array = make_array(found)(context, builder)
    strides = [math.prod(shape[axis + 1 :]) * step for axis in range(len(shape))]
    data = builder.bitcast(place, context.get_data_type(found.dtype).as_pointer())
    size = step if kind.in_step else found.dtype.bitwidth // 8
    populate_array(
        array, data=data, shape=_constants(context, builder, shape), strides=_constants(context, builder, strides),
        itemsize=context.get_constant(types.intp, size), meminfo=None, parent=None,
    )  # fmt: skip
    return array._getvalue()


def _constants(context: Any, builder: Any, values: Sequence[int]) -> Any:
    return cgutils.pack_array(builder, [context.get_constant(types.intp, value) for value in values])


@lower_setattr_generic(Interleaved)
def _set(context: Any, builder: Any, signature: Any, arguments: Any, name: str) -> None:
    kind, given = signature.args
    first, _, _ = kind.places[name]
    wanted = kind.kind(name)
    offset = ir.Constant(ir.IntType(64), first * WORD_BYTES * LANES)
    place = cgutils.pointer_add(builder, arguments[0], offset)
    typed = builder.bitcast(place, context.get_data_type(wanted).as_pointer())
    value = context.cast(builder, arguments[1], given, wanted)
    context.pack_value(builder, wanted, value, typed, align=WORD_BYTES)


def in_step(memory: Any, single: Any) -> Any:
    """All lanes of the states in a room, in step; only in compiled code.

    Args:
        memory: as `room` gives it.
        single: any single state, for its type.
    """
    raise NotImplementedError("runs go in step in compiled code only")


@intrinsic
def _in_step(typing_context: Any, memory: Any, single: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = make_array(signature.args[0])(context, builder, arguments[0])
        return builder.bitcast(array.data, ir.PointerType(ir.IntType(8)))

    return Interleaved(single, True)(memory, single), generate


@intrinsic
def _run_of(typing_context: Any, state: Any, lane: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        offset = builder.mul(arguments[1], ir.Constant(ir.IntType(64), WORD_BYTES))
        return cgutils.pointer_add(builder, arguments[0], offset)

    return Interleaved(state.record, False)(state, types.int64), generate


@overload(in_step, jit_options=INLINED, strict=False)
def _in_step_compiled(memory: Any, single: Any) -> Any:
    return lambda memory, single: _in_step(memory, single)


def _is_in_step(state: Any) -> bool:
    return isinstance(state, Interleaved) and state.in_step


@overload(run_of, jit_options=INLINED, strict=False)
def _run_of_compiled(state: Any, lane: Any) -> Any:
    if _is_in_step(state):
        return lambda state, lane: _run_of(state, lane)
    return lambda state, lane: state
