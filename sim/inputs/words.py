"""The words of a command as they are printed: whoever pastes one has the same value, to the last digit."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./+-]*")
_READ_OTHERWISE = re.compile(r"null|true|false|inf|nan", re.IGNORECASE)


def exact(value: float) -> str:
    """A number as one writes it, with all its digits.

    >>> exact(12.0), exact(0.1), exact(1.0 / 3.0)
    ('12', '0.1', '0.3333333333333333')
    """
    short = f"{value:g}"
    return short if float(short) == value else repr(float(value))


def quoted(text: str) -> str:
    r"""Text as one value of Hydra's grammar, whatever is in it: a backslash counts only before a quote or the end.

    >>> print(quoted("it's x[draft]"), quoted("C:\\x"))
    'it\'s x[draft]' 'C:\x'
    """
    escaped = re.sub(r"(\\*)'", r"\1\1\\'", text)
    return "'" + re.sub(r"(\\+)$", r"\1\1", escaped) + "'"


def word(key: str, text: str) -> str:
    """A key with a text as its value, quoted for Hydra's grammar where it would be read otherwise without.

    For the shell it has to be quoted besides (`shlex.join`).

    >>> word("out", "results/mine"), word("out", "x[draft], 2"), word("out", "2021")
    ('out=results/mine', "out='x[draft], 2'", "out='2021'")
    """
    plain = _PLAIN.fullmatch(text) and not _READ_OTHERWISE.fullmatch(text)
    return f"{key}={text if plain else quoted(text)}"
