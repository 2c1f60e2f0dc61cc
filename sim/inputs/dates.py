"""Dates as a person who does not know the day writes them: reduced, as an interval, open on one side."""

from __future__ import annotations

import datetime
import re

DATES = "YYYY, YYYY-MM or YYYY-MM-DD; an interval a/b; open ../b or a/.."
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def date_problem(text: str) -> str | None:
    """What is wrong with an ISO date, a reduced date or an interval; None if nothing.

    >>> date_problem("2018-12-04/2018-12-06"), date_problem("../2019-07"), date_problem("2018-13")
    (None, None, "'2018-13' is not a date")
    """
    parts = text.split("/")
    if len(parts) > 2 or all(part == ".." for part in parts):
        return f"{text!r} is not a date"
    days = [None if part == ".." and len(parts) == 2 else _first_day(part) for part in parts]
    if any(day is None and part != ".." for day, part in zip(days, parts, strict=True)):
        return f"{text!r} is not a date"
    first, last = days[0], days[-1]
    # A reduced end (2018) stands for its last day, so only an end that begins earlier and is no part of it is wrong.
    if first and last and last < first and not parts[0].startswith(parts[-1]):
        return f"{text!r} ends before it begins"
    return None


def _first_day(part: str) -> datetime.date | None:
    found = _DATE.fullmatch(part)
    if not found:
        return None
    try:
        return datetime.date(*(int(number or 1) for number in found.groups()))
    except ValueError:
        return None
