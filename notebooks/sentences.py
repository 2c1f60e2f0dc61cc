"""A sentence in place of a traceback where a name is missing: `make lesson` starts every kernel with it.

A kernel that was started anew knows nothing of the cells above, and nothing in a notebook could tell so.
"""

from typing import Any

from IPython.core.getipython import get_ipython


def told(shell: Any, kind: type[NameError], error: NameError, trace: Any, tb_offset: int | None = None) -> None:
    """Say what is missing, and what to do; the cell counts as failed, so that those below it wait."""
    print(
        f"There is no '{error.name}' yet: the kernel was started anew, or a cell above was left out. "
        "Choose Run > Run All Above Selected Cell, then run this one again."
    )


if (shell := get_ipython()) is not None:
    shell.set_custom_exc((NameError,), told)
