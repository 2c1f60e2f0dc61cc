"""What a run with fresh examples has found, as lines that keep it: `make fresh` prints them."""

from __future__ import annotations

import re

FALSIFYING = re.compile(r"(?:Falsifying example|Failing test case): (?P<name>\w+)\(\n(?P<body>.*?)\n\)", re.DOTALL)


def kept(report: str) -> list[str]:
    """The finds in the text of a failed test, each as the decorator that keeps it.

    >>> text = "E   Failing test case: test_law(\\nE       a=1,\\nE       b=(\\nE           2),  # or any other\\nE   )"
    >>> kept(text)
    ['test_law: @example(a=1, b=(2))']
    """
    lines = (re.sub(r"^E {3}", "", line) for line in report.splitlines())
    found = []
    for match in FALSIFYING.finditer("\n".join(lines)):
        rows = (re.sub(r"\s+# or any other.*", "", row).strip() for row in match["body"].splitlines())
        body = " ".join(rows).replace("( ", "(").rstrip(",")
        found.append(f"{match['name']}: @example({body})")
    return list(dict.fromkeys(found))
