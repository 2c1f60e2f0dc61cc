"""The job `import`: a table of positions under every model; printed, as a page and a table, with its case."""

from __future__ import annotations

from sim.case.imported import write_case
from sim.case.loading import load_case
from sim.case.positions import read_positions
from sim.experiment.imported import solved
from sim.experiment.runs import runs_of
from sim.inputs.errors import InputError
from sim.jobs.settings import Settings
from sim.pages.imported.page import PAGE, TABLE, TABLE_MARK, csv_text, import_page, print_import
from sim.pages.kit.html import GENERATOR
from sim.pages.kit.own_files import beside, put, refuse_foreign

CASE = "case"  # the folder of the case that is made


def run(settings: Settings) -> int:
    """Read the table, write the case that it makes, solve it by every model, and write and print what comes of it.

    Returns:
        How many runs failed.

    Raises:
        InputError: a mistake in the table, or a folder that cannot be written to.
    """
    for name, mark in ((TABLE, TABLE_MARK), (PAGE, GENERATOR)):
        refuse_foreign(settings.out / name, mark)
    if settings.positions is None:
        raise InputError("job=import", "positions", "is not given", allowed="jirga import FILE.csv")
    positions, size = read_positions(settings.positions), settings.size
    folder = settings.out / CASE
    write_case(positions, folder)
    scenario = load_case(folder).scenario("status_quo")
    runs = runs_of(scenario, size.draws, size.runs, settings.seed, (), True)
    found = solved(positions, scenario, runs)
    page = import_page(found, beside(settings.out))
    for name, content, mark in ((TABLE, csv_text(found), TABLE_MARK), (PAGE, page, GENERATOR)):
        put(settings.out / name, content, mark)
    print_import(found)
    for name in (TABLE, PAGE, CASE):
        print(f"wrote {settings.out / name}")
    return len(runs.errors())
