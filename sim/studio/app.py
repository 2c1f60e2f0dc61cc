"""The studio's widgets, in a browser or a notebook: they change a `Choice` and show what comes of it as runs arrive."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import panel as pn

from sim.agents.parting import names_apart
from sim.agents.words import label
from sim.case.scenario import BASELINE
from sim.evidence.priors import Priors
from sim.experiment.runs import Runs
from sim.experiment.turning import share_otherwise, turning
from sim.inputs.errors import InputError
from sim.inputs.errors import shown as shown_value
from sim.model.parameters import SWITCHES
from sim.pages.evidence.number import number_page
from sim.pages.kit.html import tag
from sim.pages.report.figures import composition
from sim.pages.report.measures import examples
from sim.pages.report.settlements import settlements
from sim.pages.run.again import file_command, parting_command
from sim.pages.run.page import run_page
from sim.pages.run.pair import names_of, pair_page
from sim.pages.run.turning import Pairs, turning_page, typical_runs
from sim.studio.bench import Bench, Seen
from sim.studio.choice import Choice, scenario_of, scenario_yaml
from sim.studio.numbers import numbers_csv
from sim.studio.panes import Frame, Picture
from sim.studio.uncertain import Strong, groups_of, strongest
from sim.studio.view import STYLE, bars_of, paired_pin, picture_of_ends, saved, those, view
from sim.world.uncertainty import fixable

REST = 0.5  # seconds without another choice before the longest computation begins: it would delay the next picture
MOST_PAIRS = 40  # of runs that are followed to where they part, while somebody waits
Told = Callable[[Choice], None]
SAVED = "studio"  # the name of what is saved, without an ending


class Page(NamedTuple):
    """A page that is shown in a frame: what it is, and its text."""

    title: str
    text: str


class Studio:
    """One visitor's studio.

    Args:
        bench: computes, for all visitors.
        choice: what is shown first.
        told: hears of every choice, to write it into the address.
        evidence: the address of the evidence page; None without one.

    Attributes:
        choice: what is chosen now.
        seen: what is shown; None before the first runs.
        layout: the widgets and the picture, to be shown.
    """

    def __init__(
        self, bench: Bench, choice: Choice, told: Told = lambda choice: None, evidence: str | None = None
    ) -> None:
        self.bench, self.choice, self.told, self.evidence = bench, choice, told, evidence
        self.seen: Seen | None = None
        self._strong: tuple[Strong, ...] = ()  # of the runs that are shown, once all are there
        self._asked = 0
        self._is_setting = False
        self._picture = Picture(sizing_mode="stretch_width", stylesheets=[STYLE])
        self._picture.on_msg(self._part_asked)
        self._said = pn.pane.HTML("", sizing_mode="stretch_width", stylesheets=[STYLE], visible=False)
        self._levers = pn.Column(sizing_mode="stretch_width")
        self._held = pn.Column(sizing_mode="stretch_width")
        self._page = pn.Column(sizing_mode="stretch_width")
        self._scenario = pn.widgets.Select(label="Scenario", options=bench.offered.titles, sizing_mode="stretch_width")
        self._hold = pn.widgets.Select(label="Hold an uncertainty", groups={"": []}, sizing_mode="stretch_width")
        self._theory = pn.widgets.Select(
            label="By whose rules", options=bench.offered.theory_titles, sizing_mode="stretch_width"
        )
        self._off = pn.widgets.CheckBoxGroup(options={_meaning(name): name for name in SWITCHES}, label="Switched off")
        self._pin = pn.widgets.Button(label="Pin this to compare with", sizing_mode="stretch_width")
        self._parted_pin = pn.widgets.Button(label="Where the runs part from the pinned", sizing_mode="stretch_width")
        self.layout = self._laid_out()
        self._set()
        self._scenario.param.watch(self._picked, "value")
        self._hold.param.watch(self._hold_asked, "value")
        self._theory.param.watch(self._ruled, "value")
        self._off.param.watch(self._switched, "value")
        self._pin.on_click(self._pinned)

    # --- the layout

    def _laid_out(self) -> Any:
        classes = pn.widgets.Select(
            label="One run that ends in", options=list(self.bench.case.classes), sizing_mode="stretch_width"
        )
        shown = pn.widgets.Button(label="Show it, week by week", color="primary", sizing_mode="stretch_width")
        shown.on_click(lambda event: self._ask(partial(self.page_of_run, classes.value)))
        parted = pn.widgets.Button(label="Where the runs part from status quo", sizing_mode="stretch_width")
        parted.on_click(lambda event: self._ask(self.page_of_partings))
        paired = pn.widgets.Button(label="A typical pair that parts, side by side", sizing_mode="stretch_width")
        paired.on_click(lambda event: self._ask(self.page_of_pair))
        self._parted_pin.on_click(lambda event: self._ask(self.page_of_partings_from_pin))
        files = (
            ("numbers (CSV)", "csv", self._csv), ("picture of the ends (SVG)", "svg", self._svg),
            ("picture of the ends (PNG)", "png", self._png), ("all pictures (HTML)", "html", self._html),
            ("scenario (YAML)", "yaml", self._yaml),
        )  # fmt: skip
        downloads = [
            pn.widgets.FileDownload(label=f"Save the {what}", filename=f"{SAVED}.{ending}", embed=False,
                                    callback=partial(asyncio.to_thread, made), sizing_mode="stretch_width")
            for what, ending, made in files
        ]  # fmt: skip
        side = pn.Column(
            self._scenario, self._levers, self._hold, self._held, self._theory,
            pn.Card(self._off, title="Mechanisms switched off", collapsed=True, sizing_mode="stretch_width"),
            self._pin, parted, self._parted_pin, paired, classes, shown,
            pn.Card(*downloads, title="Take away", collapsed=True, sizing_mode="stretch_width"),
            width=340, stylesheets=[SIDE],
        )  # fmt: skip
        main = pn.Column(self._said, self._page, self._picture, sizing_mode="stretch_width")
        return pn.Row(side, main, sizing_mode="stretch_width", stylesheets=[ROW])

    def _set(self) -> None:
        """Let the widgets say what is chosen."""
        self._is_setting = True
        scenario = self.bench.offered.scenario(self.choice.scenario)
        moved = scenario_of(self.bench.offered, self.choice)
        self._scenario.value = self.choice.scenario
        self._theory.value = self.choice.theory
        self._off.value = list(self.choice.off)
        self._pin.label = "Pin this to compare with" if self.choice.pinned is None else "Take the pin away"
        self._parted_pin.visible = self.choice.pinned is not None
        self._levers[:] = [self._lever(name, one) for name, one in moved.levers.items()]
        known = self.bench.grid.priors[scenario.epoch]
        self._hold.groups = groups_of(self.bench.case, known, self._strong)
        self._hold.value = ""
        self._held[:] = [self._held_one(known, name, value) for name, value in self.choice.held]
        self._is_setting = False

    def _lever(self, name: str, lever: Any) -> Any:
        whole = all(float(one).is_integer() for one in (lever.low, lever.high, lever.value)) and lever.high > 1
        kind = pn.widgets.IntSlider if whole else pn.widgets.FloatSlider
        as_number = int if whole else float
        step = 1 if whole else (lever.high - lever.low) / 100
        slider = kind(
            label=f"{lever.meaning}, {lever.unit}", start=as_number(lever.low), end=as_number(lever.high), step=step,
            value=as_number(lever.value), sizing_mode="stretch_width",
        )  # fmt: skip
        slider.param.watch(lambda event: self._moved(name, float(event.new)), "value_throttled")
        return slider

    def _held_one(self, known: Priors, name: str, value: float) -> Any:
        low, high = fixable(known[name])
        slider = pn.widgets.FloatSlider(
            label=label(self.bench.case, name), start=low, end=high, step=(high - low) / 100 or 0.01, value=value,
            sizing_mode="stretch_width",
        )  # fmt: skip
        slider.param.watch(lambda event: self._hold_at(name, float(event.new)), "value_throttled")
        told, whole = label(self.bench.case, name), {"sizing_mode": "stretch_width", "stylesheets": [WRAPPED]}
        free = pn.widgets.Button(label=f"Let it vary again: {told}", **whole)
        free.on_click(lambda event: self._free(name))
        rests = pn.widgets.Button(label=f"What is known of it: {told}", **whole)
        rests.on_click(lambda event: self._ask(partial(self.page_of_number, name)))
        return pn.Column(slider, rests, free, sizing_mode="stretch_width")

    # --- what a visitor does

    def _picked(self, event: Any) -> None:
        if not self._is_setting:
            self._strong = ()  # what is uncertain elsewhere may not be so there
            self._change(Choice(event.new, pinned=self.choice.pinned, theory=self.choice.theory), anew=True)

    def _moved(self, name: str, value: float) -> None:
        self._change(replace(self.choice, levers=_with(self.choice.levers, name, value)))

    def _hold_asked(self, event: Any) -> None:
        if self._is_setting or not event.new:
            return
        known = self.bench.grid.priors[self.bench.offered.scenario(self.choice.scenario).epoch]
        low, high = fixable(known[event.new])
        self._change(replace(self.choice, held=_with(self.choice.held, event.new, (low + high) / 2)), anew=True)

    def _hold_at(self, name: str, value: float) -> None:
        self._change(replace(self.choice, held=_with(self.choice.held, name, value)))

    def _free(self, name: str) -> None:
        self._change(replace(self.choice, held=tuple(one for one in self.choice.held if one[0] != name)), anew=True)

    def _switched(self, event: Any) -> None:
        if not self._is_setting:
            self._change(replace(self.choice, off=tuple(event.new)))

    def _ruled(self, event: Any) -> None:
        if not self._is_setting:
            self._change(replace(self.choice, theory=event.new))

    def _pinned(self, event: Any) -> None:
        self._change(replace(self.choice, pinned=self.choice.alone if self.choice.pinned is None else None), anew=True)

    def _change(self, choice: Choice, *, anew: bool = False) -> None:
        """Take over a choice; a mistake leaves what was chosen, and is told in a sentence."""
        try:
            scenario_of(self.bench.offered, choice)
        except InputError as error:
            self.say(str(error))
            return
        self.choice = choice
        self.told(choice)
        if anew:
            self._set()
        self.close()
        if pn.state.curdoc is not None:  # without a page nobody waits for the runs: `look_now`
            pn.state.execute(self.look)

    # --- what is shown

    async def look(self) -> None:
        """Show what the choice comes to, with more and more runs, until another is made."""
        self._asked += 1
        mine, choice = self._asked, self.choice
        for stage in range(len(self.bench.stages)):
            await asyncio.sleep(REST if stage > 1 else 0.0)
            if mine != self._asked:
                return
            try:
                seen, shown = await self.bench.beside(partial(self._made, choice, stage))
            except InputError as error:
                self.say(str(error))
                return
            if mine != self._asked:
                return
            self._show(seen, shown)
        known = self.bench.grid.priors[seen.runs.sweep.scenario.epoch]
        await asyncio.sleep(REST)
        if mine != self._asked:
            return
        strong = await asyncio.to_thread(strongest, seen.runs)  # ranks all runs: nobody else waits
        if mine == self._asked:
            self._strong = strong
            self._hold.groups = groups_of(self.bench.case, known, strong)

    def _made(self, choice: Choice, stage: int) -> tuple[Seen, str]:
        seen = self.bench.seen(choice, stage)
        return seen, view(seen, whole=seen.is_last, evidence=self.evidence)

    def look_now(self, stage: int = 0) -> None:
        """The same at once, with the runs of one stage: where nobody waits, as in a notebook or a test."""
        self._show(*self._made(self.choice, stage))

    def _show(self, seen: Seen, shown: str) -> None:
        self.seen, self._picture.markup, self._said.visible = seen, shown, False

    def say(self, text: str) -> None:
        """Tell a visitor what is wrong, in a sentence."""
        self._said.object, self._said.visible = tag("div", text, class_="studio", role="alert"), True

    @property
    def said(self) -> str:
        """What is told to be wrong; empty for nothing."""
        return str(self._said.object) if self._said.visible else ""

    @property
    def shown(self) -> str:
        """The markup that is shown."""
        return str(self._picture.markup)

    def _ask(self, made: Callable[[], Page | str]) -> None:
        pn.state.execute(partial(self._open, made))

    def _part_asked(self, event: Any) -> None:
        pn.state.execute(partial(self.asked_of, event.data))

    async def asked_of(self, message: Any) -> None:
        """Show a run that ends as the bar or the dot that was chosen says; what a browser sends can be anything."""
        asked = message if isinstance(message, dict) else {}
        who, ends = (str(asked.get(key, "")) for key in ("who", "ends"))
        await self._open(partial(self.page_of_run, ends, who))

    async def _open(self, made: Callable[[], Page | str]) -> None:
        """Make a page beside the server's own loop, so that nobody else waits for it, and show it."""
        self.show(await asyncio.to_thread(made))

    def show(self, page: Page | str) -> None:
        """Show a page above the picture, or say in a sentence why there is none."""
        if isinstance(page, str):
            self.say(page)
            return
        close = pn.widgets.Button(label="Close it again")
        close.on_click(lambda event: self.close())
        self._page[:] = [close, Frame(name_told=page.title, page=page.text, sizing_mode="stretch_width")]

    def close(self) -> None:
        """Show no page any more."""
        self._page.clear()

    def page_of_run(self, kind: str, who: str = "") -> Page | str:
        """The page of a typical run that ends so, of what is shown.

        Args:
            kind: a settlement class.
            who: the name of those drawn whose run it is; empty: of the scenario that was chosen.
        """
        shown = {} if self.seen is None else {one.name: one.runs for one in those(self.seen)}
        runs = shown.get(who) if who or self.seen is None else self.seen.runs
        found = {} if runs is None else examples(runs)
        if runs is None or kind not in found:
            return f"Of these runs none ends in {shown_value(kind)}."
        number = found[kind]
        return Page(f"run {number}, which ends in {kind}", run_page(runs.explain(number), evidence=self.evidence))

    def page_of_number(self, name: str) -> Page:
        """What is known of an uncertainty, and from which paragraphs."""
        told = label(self.bench.case, name)
        return Page(f"the evidence: {told}", number_page(self.bench.findings, name, told))

    def page_of_partings(self) -> Page | str:
        """Where runs part that end otherwise than in status quo: those of a few pairs, evenly spread."""
        if self.seen is None or self.seen.runs is self.seen.baseline:
            return "This is the status quo: nothing parts from itself."
        return self._partings(self.seen.baseline, BASELINE)

    def page_of_partings_from_pin(self) -> Page | str:
        """The same against what is pinned."""
        runs = self._twins_of_pin()
        if isinstance(runs, str):
            return runs
        assert self.seen is not None
        assert self.seen.choice.pinned is not None
        pinned, chosen = self.seen.choice.pinned, self.seen.choice.alone
        # The command line holds a scenario against another by its name, and all but the levers holds for both.
        as_it_is = replace(chosen, scenario=pinned.scenario, levers=()) == pinned
        return self._partings(runs, pinned.scenario if as_it_is else None)

    def page_of_pair(self) -> Page | str:
        """One run in two worlds, typical of the most common parting from the pin, or else from status quo."""
        if self.seen is None or (self.seen.choice.pinned is None and self.seen.runs is self.seen.baseline):
            return "This is the status quo: nothing parts from itself."
        one = self.seen.baseline if self.seen.choice.pinned is None else self._twins_of_pin()
        if isinstance(one, str):
            return one
        other = self.seen.runs
        found = typical_runs(turning(one, other, MOST_PAIRS, progress=False))
        if not found:
            return "Of the pairs that were followed none parts at a decision that both take."
        pair = one.explain(found[0].number), other.explain(found[0].number)
        return Page(
            f"run {found[0].number} of {' and of '.join(names_of(*pair))}", pair_page(*pair, evidence=self.evidence)
        )

    def _twins_of_pin(self) -> Runs | str:
        """The runs that are pinned, each the twin of one that is shown; else why there are none."""
        if self.seen is None or self.seen.choice.pinned is None:
            return "Nothing is pinned."
        if self.seen.choice.alone == self.seen.choice.pinned:
            return "This is what is pinned: nothing parts from itself."
        runs = paired_pin(self.seen)
        return "What is pinned begins or ends at another time: its runs have no twins here." if runs is None else runs

    def _partings(self, one: Runs, against: str | None) -> Page:
        assert self.seen is not None
        other = self.seen.runs
        names = names_apart(one.sweep.scenario, other.sweep.scenario)
        found = turning(one, other, MOST_PAIRS, progress=False)
        sizes = other.sweep.draws, other.sweep.runs, other.sweep.seed
        command = None if against is None else parting_command(other.sweep.world, against, *sizes)
        pairs = Pairs(one.sweep.world, names, found, share_otherwise(one, other), {}, command)
        return Page(f"where {names[0]} and {names[1]} part", turning_page(pairs))

    # --- to take away

    def _csv(self) -> io.StringIO:
        return io.StringIO("" if self.seen is None else numbers_csv(self.seen))

    def _svg(self) -> io.StringIO:
        return io.StringIO("" if self.seen is None else picture_of_ends(self.seen))

    def _png(self) -> io.BytesIO:
        found = io.BytesIO()
        if self.seen is not None:
            composition(bars_of(self.seen), settlements(self.bench.case), key=True).savefig(
                found, format="png", dpi=200
            )
            found.seek(0)
        return found

    def _html(self) -> io.StringIO:
        return io.StringIO("" if self.seen is None else saved(self.seen, self._command(self.seen)))

    def _command(self, seen: Seen) -> str:
        """What gives the numbers of a choice again, once its scenario is saved."""
        sweep = seen.runs.sweep
        return file_command(sweep.world, f"{SAVED}.yaml", sweep.draws, sweep.runs, sweep.seed)

    def _yaml(self) -> io.StringIO:
        stage = len(self.bench.stages) - 1
        seen = self.seen if self.seen is not None and self.seen.choice == self.choice else None
        found = seen or self.bench.seen(self.choice, stage)
        return io.StringIO(scenario_yaml(found.runs.sweep.scenario, SAVED, self._command(found)))


WRAPPED = ".bk-btn { white-space: normal; }"  # a button's words may need a second line
# Controls beside the picture; above it where the screen is narrow.
ROW = "@media (max-width: 52rem) { :host { flex-direction: column !important; height: auto !important; } }"
SIDE = """@media (max-width: 52rem) {
  :host { width: 100% !important; max-width: 100% !important; height: auto !important; flex: none !important; }
}"""


def _with(numbers: tuple[tuple[str, float], ...], name: str, value: float) -> tuple[tuple[str, float], ...]:
    return tuple({**dict(numbers), name: value}.items())


def _meaning(name: str) -> str:
    return f"{name.replace('_', ' ')}: {SWITCHES[name]}"


def first_look(studio: Studio) -> Any:
    """The layout of a studio that begins to show its runs as soon as it is on a screen."""
    pn.state.onload(studio.look)
    return studio.layout
