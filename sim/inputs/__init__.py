"""The door: files become checked, frozen objects, or one line says what is wrong with them.

Nothing here knows what the files are about: that stands with the objects, in `case`, `evidence` and `jobs`.
"""

from sim.inputs.errors import InputError, Mistakes, nearest, one_of, shown
from sim.inputs.files import Row, read_csv, read_yaml
from sim.inputs.frozen import Frozen, frozen
from sim.inputs.objects import Strict, checked, what_is_allowed

__all__ = [
    "Frozen",
    "InputError",
    "Mistakes",
    "Row",
    "Strict",
    "checked",
    "frozen",
    "nearest",
    "one_of",
    "read_csv",
    "read_yaml",
    "shown",
    "what_is_allowed",
]
