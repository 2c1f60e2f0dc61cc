"""Where a file or a folder that somebody names is, whatever the working folder is by the time it is used."""

from __future__ import annotations

from pathlib import Path

from sim.inputs.errors import InputError, shown


def configuration_folder() -> Path:
    """The folder of the configuration: inside the installed package, or at the top of the checkout.

    >>> (configuration_folder() / "config.yaml").is_file()
    True
    """
    package = Path(__file__).parents[1]
    inside = package / "conf"
    return inside if inside.is_dir() else package.parent / "conf"


def home_of(given: str | Path) -> Path:
    """The path as given, with `~` for the home folder, as a shell reads it.

    Raises:
        InputError: `~NAME` of nobody, or no home folder is known.
    """
    try:
        return Path(given).expanduser()
    except RuntimeError:
        raise InputError(str(given), "", f"{shown(str(given))} begins with the home of nobody") from None


def place(given: str | Path) -> Path:
    """The same with the present working folder before it, so that it stays where it is when that changes.

    >>> place("results") == Path.cwd() / "results", place("~") == Path.home()
    (True, True)
    """
    return home_of(given).absolute()
