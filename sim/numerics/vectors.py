"""Several numbers at once: what the words of `sim.numerics.dialect` compile to where runs go in step.

A processor adds four numbers in the time it takes for one. Here numba learns one new kind of number, `Several`, a
vector of `LANES` numbers, with its operators; each lane's arithmetic is that of one run, to the bit. Nothing here is
about negotiation: it is for whoever changes the compiler's part. tests/numerics/test_lanes.py plays four runs in step
against four alone, bit for bit.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typeconv.castgraph import Conversion
from numba.extending import (
    intrinsic,
    lower_builtin,
    lower_cast,
    models,
    overload,
    register_model,
    type_callable,
)

from sim.numerics.dialect import any_of, fails, first_lane, lanes_where, look_up, one_of, plain, total, where

LANES = 4  # runs in step: what a register of 256 bits holds of doubles


class Several(types.Type):
    """Numbers of one kind, one for each lane: a vector of the processor."""

    def __init__(self, element: Any) -> None:
        self.element = element
        super().__init__(f"Several({element})")

    def can_convert_from(self, typing_context: Any, other: Any) -> Any:
        """A number stands for as many equal ones; integers may become doubles."""
        element = other.element if isinstance(other, Several) else other
        if isinstance(element, types.Float):
            return Conversion.safe if self.element == types.float64 else None
        if isinstance(element, types.Boolean):
            return Conversion.safe if self.element == types.boolean else None
        if isinstance(element, types.Integer):
            return Conversion.safe if self.element != types.boolean else None
        return None


DOUBLES, INTEGERS, ANSWERS = Several(types.float64), Several(types.int64), Several(types.boolean)


@register_model(Several)
class _SeveralModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        element = ir.IntType(1) if kind.element == types.boolean else manager.lookup(kind.element).get_value_type()
        super().__init__(manager, kind, ir.VectorType(element, LANES))


def _spread(builder: Any, value: Any) -> Any:
    """One number in every lane."""
    kind = ir.VectorType(value.type, LANES)
    first = builder.insert_element(ir.Constant(kind, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    places = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(first, ir.Constant(kind, ir.Undefined), places)


@lower_cast(types.Number, Several)
@lower_cast(types.Boolean, Several)
@lower_cast(types.IntegerLiteral, Several)
def _spread_number(context: Any, builder: Any, source: Any, target: Any, value: Any) -> Any:
    return _spread(builder, context.cast(builder, value, source, target.element))


@lower_cast(Several, Several)
def _convert_several(context: Any, builder: Any, source: Any, target: Any, value: Any) -> Any:
    if source == target:
        return value
    return builder.sitofp(value, context.get_value_type(target))


def _element(kind: Any) -> Any:
    """Which kind of number an operand is of: boolean, int64 or float64."""
    element = kind.element if isinstance(kind, Several) else types.unliteral(kind)
    if isinstance(element, types.Boolean):
        return types.boolean
    return types.float64 if isinstance(element, types.Float) else types.int64


def _common(first: Any, second: Any) -> Any:
    """The kind of several numbers that two operands have in common."""
    elements = {_element(first), _element(second)}
    if types.float64 in elements:
        return DOUBLES
    return INTEGERS if types.int64 in elements else ANSWERS


def _operator(
    what: Any, result: Callable[[Any], Any], generate: Callable[[Any, Any, Any, Any], Any], needs: Any = None
) -> None:
    """Let compiled code use an operator of two operands on several numbers."""

    def typed(context: Any) -> Any:
        def give(first: Any, second: Any) -> Any:
            if not (isinstance(first, Several) or isinstance(second, Several)):
                return None
            if not all(isinstance(kind, Several | types.Number | types.Boolean) for kind in (first, second)):
                return None
            return result(needs or _common(first, second))

        return give

    def lowered(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        common = needs or _common(*signature.args)
        pairs = zip(arguments, signature.args, strict=True)
        first, second = (context.cast(builder, value, kind, common) for value, kind in pairs)
        return generate(builder, first, second, common)

    type_callable(what)(typed)
    for kinds in ((Several, Several), (Several, types.Number), (types.Number, Several),
                  (Several, types.Boolean), (types.Boolean, Several)):  # fmt: skip
        lower_builtin(what, *kinds)(lowered)


def _arithmetic(symbol: str) -> Callable[[Any, Any, Any, Any], Any]:
    def generate(builder: Any, first: Any, second: Any, common: Any) -> Any:
        return getattr(builder, f"f{symbol}" if common == DOUBLES else symbol)(first, second)

    return generate


def _bitwise(symbol: str) -> Callable[[Any, Any, Any, Any], Any]:
    def generate(builder: Any, first: Any, second: Any, common: Any) -> Any:
        return getattr(builder, symbol)(first, second)

    return generate


def _comparison(symbol: str) -> Callable[[Any, Any, Any, Any], Any]:
    def generate(builder: Any, first: Any, second: Any, common: Any) -> Any:
        if common != DOUBLES:
            return builder.icmp_signed(symbol, first, second)
        compare = builder.fcmp_unordered if symbol == "!=" else builder.fcmp_ordered
        return compare(symbol, first, second)

    return generate


def _extreme(symbol: str) -> Callable[[Any, Any, Any, Any], Any]:
    """Python's min and max: the second operand only where it is beyond the first."""

    def generate(builder: Any, first: Any, second: Any, common: Any) -> Any:
        return builder.select(_comparison(symbol)(builder, second, first, common), second, first)

    return generate


def _register_operators() -> None:
    same, answers = (lambda common: common), (lambda common: ANSWERS)
    for names, symbol in (("add iadd", "add"), ("sub isub", "sub"), ("mul imul", "mul")):
        for name in names.split():
            _operator(getattr(operator, name), same, _arithmetic(symbol))
    for name, symbol in (("lshift", "shl"), ("rshift", "ashr")):
        _operator(getattr(operator, name), same, _arithmetic(symbol), INTEGERS)
    for name in ("truediv", "itruediv"):
        _operator(getattr(operator, name), same, _arithmetic("div"), DOUBLES)
    for name, symbol in (("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">="), ("eq", "=="), ("ne", "!=")):
        _operator(getattr(operator, name), answers, _comparison(symbol))
    for names, symbol in (("and_ iand", "and_"), ("or_ ior", "or_")):
        for name in names.split():
            _operator(getattr(operator, name), same, _bitwise(symbol))
    _operator(min, same, _extreme("<"))
    _operator(max, same, _extreme(">"))


_register_operators()


def _function(what: Any, result: Any, name: str) -> None:
    """Let compiled code use a function of one argument on several doubles, as LLVM's own of that name."""

    def typed(context: Any) -> Any:
        return lambda x: result if isinstance(x, Several) else None

    def lowered(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        value = context.cast(builder, arguments[0], signature.args[0], DOUBLES)
        if name == "isnan":
            return builder.fcmp_unordered("uno", value, value)
        kind = context.get_value_type(DOUBLES)
        wanted = ir.FunctionType(kind, [kind])
        function = cgutils.get_or_insert_function(builder.module, wanted, f"llvm.{name}.v{LANES}f64")
        return builder.call(function, [value])

    type_callable(what)(typed)
    lower_builtin(what, Several)(lowered)


@type_callable(operator.neg)
def _negative_of(context: Any) -> Any:
    return lambda x: x if isinstance(x, Several) else None


@lower_builtin(operator.neg, Several)
def _negative(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return builder.fneg(arguments[0]) if signature.args[0] == DOUBLES else builder.neg(arguments[0])


_function(abs, DOUBLES, "fabs")
_function(math.sqrt, DOUBLES, "sqrt")
_function(math.isnan, ANSWERS, "isnan")


# ---------------------------------------------------------------- the same, of several numbers


def _builtin(function: Any, result: Callable[..., Any], generate: Callable[..., Any]) -> None:
    """Let compiled code use a function of this module: its result's kind, and its instructions in place of a call."""
    count = function.__code__.co_argcount
    typed: dict[int, Any] = {  # numba asks a typing function how many arguments it has
        1: lambda context: lambda a: result(context, a),
        2: lambda context: lambda a, b: result(context, a, b),
        3: lambda context: lambda a, b, c: result(context, a, b, c),
    }
    type_callable(function)(typed[count])
    lower_builtin(function, *[types.Any] * count)(generate)


def _kind_of_choice(context: Any, condition: Any, yes: Any, no: Any) -> Any:
    if any(isinstance(kind, Several) for kind in (condition, yes, no)):
        return _common(yes, no)
    return context.unify_types(types.unliteral(yes), types.unliteral(no))


def _choose(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    condition, kind = signature.args[0], signature.return_type
    test = context.cast(builder, arguments[0], condition, ANSWERS if isinstance(kind, Several) else types.boolean)
    return builder.select(test, *(context.cast(builder, arguments[n], signature.args[n], kind) for n in (1, 2)))


def _answer_bits(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """A bit for each lane in which a condition holds."""
    if isinstance(signature.args[0], Several):
        return builder.zext(builder.bitcast(arguments[0], ir.IntType(LANES)), ir.IntType(64))
    return builder.zext(context.cast(builder, arguments[0], signature.args[0], types.boolean), ir.IntType(64))


def _kind_of_answers(context: Any, condition: Any) -> Any:
    return ANSWERS if isinstance(condition, Several) else types.boolean


def _turn_answers(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return builder.not_(context.cast(builder, arguments[0], signature.args[0], signature.return_type))


def _any_answer(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return builder.icmp_unsigned("!=", _answer_bits(context, builder, signature, arguments), ir.IntType(64)(0))


def _lowest_bit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    bits = context.cast(builder, arguments[0], signature.args[0], types.int64)
    return builder.cttz(bits, ir.Constant(ir.IntType(1), 1))


def _element_of(context: Any, values: Any, lane: Any) -> Any:
    return values.element if isinstance(values, Several) else types.unliteral(values)


def _extract(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    values, lane = signature.args
    if isinstance(values, Several):
        return builder.extract_element(arguments[0], context.cast(builder, arguments[1], lane, types.int64))
    return context.cast(builder, arguments[0], values, signature.return_type)


_builtin(where, _kind_of_choice, _choose)
_builtin(fails, _kind_of_answers, _turn_answers)
_builtin(any_of, lambda context, condition: types.boolean, _any_answer)
_builtin(lanes_where, lambda context, condition: types.int64, _answer_bits)
_builtin(first_lane, lambda context, bits: types.int64, _lowest_bit)
_builtin(one_of, _element_of, _extract)


@intrinsic
def several(typing_context: Any, first: Any, second: Any, third: Any, fourth: Any) -> Any:
    """The numbers of four lanes, all of one kind, side by side."""
    element = _element(first)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        found = ir.Constant(context.get_value_type(signature.return_type), ir.Undefined)
        for lane, value in enumerate(arguments):
            found = builder.insert_element(found, value, ir.Constant(ir.IntType(32), lane))
        return found

    return Several(element)(element, element, element, element), generate


INLINED = {"forceinline": True, "no_cfunc_wrapper": True}


def lanewise(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let numba compile a function of several integers that gives a tuple of four doubles: lane by lane."""

    def each(a: Any, b: Any, c: Any, d: Any, e: Any, f: Any) -> Any:
        x = function(one_of(a, 0), one_of(b, 0), one_of(c, 0), one_of(d, 0), one_of(e, 0), one_of(f, 0))
        y = function(one_of(a, 1), one_of(b, 1), one_of(c, 1), one_of(d, 1), one_of(e, 1), one_of(f, 1))
        z = function(one_of(a, 2), one_of(b, 2), one_of(c, 2), one_of(d, 2), one_of(e, 2), one_of(f, 2))
        w = function(one_of(a, 3), one_of(b, 3), one_of(c, 3), one_of(d, 3), one_of(e, 3), one_of(f, 3))
        return (
            several(x[0], y[0], z[0], w[0]), several(x[1], y[1], z[1], w[1]),
            several(x[2], y[2], z[2], w[2]), several(x[3], y[3], z[3], w[3]),
        )  # fmt: skip

    def choose(a: Any, b: Any, c: Any, d: Any, e: Any, f: Any) -> Any:
        return each if any(isinstance(kind, Several) for kind in (a, b, c, d, e, f)) else function

    overload(function, jit_options=INLINED, strict=False)(choose)
    return function


@overload(plain, jit_options=INLINED, strict=False)
def _plain_compiled(x: Any) -> Any:
    return (lambda x: x) if isinstance(x, Several) else (lambda x: float(x))


@overload(look_up, jit_options=INLINED, strict=False)
def _look_up_compiled(table: Any, place: Any) -> Any:
    if isinstance(place, Several):
        return lambda table, place: several(
            table[one_of(place, 0)], table[one_of(place, 1)], table[one_of(place, 2)], table[one_of(place, 3)]
        )
    return lambda table, place: table[place]


@overload(total, jit_options=INLINED, strict=False)
def _total_compiled(values: Any) -> Any:
    if len(values) == 1:
        return lambda values: values[0]
    return lambda values: total(values[:-1]) + values[-1]
