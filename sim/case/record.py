"""The record of a case: what its articles say happened between the epochs, as statements on outcomes.

The file `record.yaml` of a case holds it; a case may have none. Nothing here is scored: see `sim.experiment.record`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from sim.case.case import Case
from sim.case.happening import LONGEST
from sim.case.scenario import Scenario, load_scenario
from sim.inputs.errors import one_of
from sim.inputs.files import read_yaml
from sim.inputs.objects import Strict, checked

FILE = "record.yaml"


class Statement(Strict):
    """One statement of the record.

    Attributes:
        statement: in words.
        epoch: where the runs begin that it is held against.
        scenario: the scenario of the case that plays what was done.
        weeks: over how many weeks it is played.
        all: conditions on outcomes (`Runs.values`) that hold together.
        happened: whether they did.
        paragraphs: what it rests on, by article.
        calibrates: whether it has been used to set a parameter, so that it cannot test the model.
    """

    statement: str = Field(min_length=1)
    epoch: str
    scenario: str
    weeks: int = Field(ge=1, le=LONGEST)
    all: tuple[str, ...] = Field(min_length=1)
    happened: bool
    paragraphs: dict[str, tuple[int, ...]] = Field(min_length=1)
    calibrates: bool = False

    def course(self, case: Case) -> Scenario:
        """The scenario that it is held against."""
        return load_scenario(case, self.scenario).change(epoch=self.epoch, horizon=self.weeks)


class _File(Strict):
    statements: dict[str, Statement] = Field(min_length=1)


def load_record(case: Case) -> Mapping[str, Statement]:
    """The statements of a case by name, in their order; none where it has no record.

    Raises:
        InputError: the first mistake found in its record.yaml, or a course that is impossible.
    """
    path = case.folder / FILE
    if not path.is_file():
        return {}
    found = checked(_File, read_yaml(path), file=str(path)).statements
    lengths = {article["id"] for article in read_yaml(case.folder / "evidence" / "articles.yaml")["articles"]}
    for name, one in found.items():
        one_of(path, f"statements.{name}.epoch", one.epoch, case.epochs, "an epoch")
        for article in one.paragraphs:
            one_of(path, f"statements.{name}.paragraphs", article, lengths, "an article")
        one.course(case)
    return found
