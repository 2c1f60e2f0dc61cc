"""The studio in a real browser: `python -m tests.studio.browser_check [needed] [PICTURES]` prints what it measured.

It fails where something does not hold; without a browser or axe-core it says so in a line, and fails only if they are
needed. It starts the studio from the wheel, in an environment that has nothing of the checkout, moves a slider, opens
a link again, lets two visitors watch, follows a run, plays a game to its end in two seats, refuses every request that
would leave the machine, and has axe-core look each page through, those of the report and of every job that writes one
too. PICTURES is a folder for screenshots at 1440 and 390 pixels.

`python -m tests.studio.browser_check class 30` measures instead how long a class of thirty waits (not in the gate).
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, time
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from tests.wheels import built, installed, plain

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NARROW = 390  # pixels: a phone
PATIENCE = 120_000  # milliseconds: a loaded machine is no fault
BARS = ".panels section:nth-of-type(2) svg"


def browser_path() -> str | None:
    """Where a browser is; None without one."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def missing() -> str:
    """What the check lacks on this machine, in a line; empty for nothing."""
    if browser_path() is None:
        return "no browser here (Debian: apt-get install chromium): the studio is not tried in one"
    try:
        import playwright.sync_api  # noqa: F401 - only whether it is there
    except ImportError:
        return "playwright is not installed: the studio is not tried in a browser"
    return ""


@contextmanager
def studio(program: Sequence[str | Path], *words: str) -> Iterator[str]:
    """A studio of one's own, started by a program, by the address that it prints."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*program, "studio", f"studio.port={port}", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=plain()) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            found = re.search(r"http://\S+", line)
            assert found, f"no address in {line!r}"
            yield found[0]
        finally:
            process.terminate()


class Visitor:
    """A visitor with a browser window of their own, whose troubles and foreign requests are kept."""

    def __init__(self, browser: Browser, width: int = 1440) -> None:
        self.troubles: list[str] = []
        self.foreign: list[str] = []
        self.page: Page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)
        self.page.on("request", lambda request: self._leaves(request.url))

    def _leaves(self, url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob", "file") and urlsplit(url).hostname not in (
            "localhost",
            "127.0.0.1",
        ):
            self.foreign.append(url)

    def open(self, address: str) -> None:
        """Open an address and wait until all runs are there."""
        self.page.goto(address)
        self.wait_for(5_000)

    def wait_for(self, runs: int) -> None:
        """Wait until so many runs are shown."""
        self.page.wait_for_selector(f'.sure[data-runs="{runs}"]')

    def picture(self) -> str:
        """What is drawn of the ends of the runs."""
        return self.page.locator(BARS).first.inner_html()

    def move(self) -> tuple[float, float]:
        """Move the first slider by the keyboard; milliseconds until the first picture, and until that of 1,000 runs."""
        self.page.locator(".noUi-handle").first.focus()
        self.page.evaluate("window.shown = {}")
        self.page.keyboard.press("ArrowRight")
        self.page.wait_for_function("window.shown[5000]")
        shown: dict[str, float] = self.page.evaluate("window.shown")
        return shown["200"], shown["1000"]


# The page itself notes how long after a key each number of runs was painted: to ask from outside would take processor
# time from what is measured.
NOTE = """() => {
  const within = (root) => root.querySelector(".sure")
    || [...root.querySelectorAll("*")].map((one) => one.shadowRoot && within(one.shadowRoot)).find(Boolean);
  const root = within(document).getRootNode();
  let pressed = 0;
  document.addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
  const note = (runs) => () => { window.shown[runs] ??= performance.now() - pressed; };
  new MutationObserver(() => {
    const runs = root.querySelector(".sure")?.dataset.runs;
    if (runs && window.shown) requestAnimationFrame(() => setTimeout(note(runs)));  // once that frame is painted
  }).observe(root, { childList: true, subtree: true });
}"""


def faults(page: Page) -> list[str]:
    """What axe-core finds on a page that keeps somebody out: its serious and critical faults; none without axe-core."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        return []
    page.wait_for_timeout(0 if page.url.startswith("file:") else 900)  # what comes later is named a moment later
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['help']}: {one['nodes'][0]['html'][:100]}" for one in found if one["impact"] in ("serious", "critical")
    ]


def has_axe() -> bool:
    """Whether axe-core is there."""
    return find_spec("axe_playwright_python") is not None


def check(browser: Browser, address: str, pictures: Path | None = None) -> list[str]:
    """Try all of it; AssertionError for what does not hold. What was measured, in lines."""
    one, other = Visitor(browser), Visitor(browser, NARROW)
    one.open(address)
    other.open(address)
    seen = other.picture()
    assert one.picture() == seen, "the same address shows two visitors two pictures"
    took = []
    one.page.evaluate(NOTE)
    for _ in range(6):
        took.append(one.move())
    assert one.picture() != seen, "a slider has moved, and the picture is as it was"
    assert other.picture() == seen, "one visitor's slider moves another's picture"
    assert "lever.summit_week" in one.page.url, "the address does not say what was moved"
    again = Visitor(browser)
    again.open(one.page.url)
    assert again.picture() == one.picture(), "a link opened again shows another picture"
    one.page.get_by_role("button", name="Show it, week by week").click()
    one.page.wait_for_selector("iframe[title^='run ']")
    to_the_evidence(one)
    for_keyboard(one, pictures)
    again.page.get_by_role("button", name="Where the runs part from status quo").click()
    again.page.wait_for_selector("iframe[title^='where ']")
    refused = Visitor(browser)
    refused.page.goto(address.replace("token=", "token=x"))
    refused.page.wait_for_selector("text=lacks the token")
    for number, visitor in enumerate((one, other, again, refused)):
        if pictures is not None:
            visitor.page.screenshot(path=pictures / f"studio-{number}.png", full_page=True)
        assert not visitor.troubles, visitor.troubles
        assert not visitor.foreign, visitor.foreign
        assert not (found := faults(visitor.page)), found
    first, thousand = zip(*took, strict=True)
    return [
        f"slider to {what}: median {median(times):.0f} ms ({min(times):.0f} to {max(times):.0f})"
        for what, times in (("the first picture", first), ("the picture of 1,000 runs", thousand))
    ]


def to_the_evidence(visitor: Visitor) -> None:
    """From a paragraph on a run's page to its article on the evidence page, in the same frame; not without a token."""
    page = visitor.page
    frame = page.frame_locator("iframe[title^='run ']")
    frame.locator("#beginning summary").first.click()
    link = frame.locator("a[href^='evidence.html?']:visible").first
    link.wait_for()
    address = urljoin(page.url, link.get_attribute("href") or "")
    assert page.request.get(address.replace("token=", "token=x")).status == 403
    link.click()
    frame.locator(f"[id='{urlsplit(address).fragment}']").wait_for(state="attached")
    assert page.locator("header a[target=_blank][href^='evidence.html?']").count() > 0


def for_keyboard(visitor: Visitor, pictures: Path | None) -> None:
    """From a bar and from a dot to a run, and from a held number to its evidence, without a mouse."""
    page = visitor.page
    parts = page.locator(f"{BARS} [data-ends]").all() + page.locator("circle").locator("..").all()[:1]
    for part in (parts[0], parts[-1]):
        page.get_by_role("button", name="Close it again").click()
        page.wait_for_selector("iframe", state="detached")
        ends = part.get_attribute("data-ends")
        part.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(f"iframe[title^='run '][title$='{ends}']")
    page.goto(f"{page.url}&held.trust.US.PAK=0.3")
    visitor.wait_for(5_000)
    page.get_by_role("button", name="What is known of it").press("Enter")
    page.wait_for_selector("iframe[title^='the evidence']")
    if pictures is not None:
        page.screenshot(path=pictures / "studio-evidence.png", full_page=True)


def check_game(browser: Browser, address: str, pictures: Path | None = None) -> list[str]:
    """Play a game to its end, two people in two seats; AssertionError for what does not hold."""
    at = address.replace("/?", "/play?", 1)
    one, other = Visitor(browser), Visitor(browser, NARROW)
    one.page.goto(at)
    one.page.wait_for_selector("text=Begin")
    assert not (found := faults(one.page)), found
    one.page.get_by_label("the United States (US)").check()
    for _ in range(60):  # weeks: as few as can be
        one.page.locator(".noUi-handle").first.press("PageDown")
    one.page.get_by_role("button", name="Begin").click()
    one.page.wait_for_selector(".seat")
    link = one.page.get_by_role("link", name="the United States")
    other.page.goto(str(link.evaluate("link => link.href")))
    other.page.wait_for_selector(".seat")
    assert not (found := faults(other.page)), found
    took, decisions = [], 0
    while not one.page.locator("h2.over").count():
        asked = next((seat for seat in (one, other) if seat.page.locator("h2.week").count()), None)
        button = None if asked is None else asked.page.get_by_role("button", name="As the model would")
        if asked is None or button is None or not button.count():
            one.page.wait_for_timeout(50)
            continue
        key = asked.page.locator("h2.week").get_attribute("data-key")
        if pictures is not None and decisions in (0, 4):
            asked.page.screenshot(path=pictures / f"seat-{decisions}.png", full_page=True)
        start = perf_counter()
        button.click()
        while asked.page.locator(f'h2.week[data-key="{key}"]').count():
            asked.page.wait_for_timeout(5)
            assert perf_counter() - start < PATIENCE / 1000, f"{key} stays as it was"
        took.append(1000.0 * (perf_counter() - start))
        decisions += 1
    other.page.wait_for_selector("h2.over")
    for number, visitor in enumerate((one, other)):
        assert visitor.page.locator("img[alt^='the course of your game']").count() == 1
        if pictures is not None:
            visitor.page.screenshot(path=pictures / f"seat-over-{number}.png", full_page=True)
        assert not visitor.troubles, visitor.troubles
        assert not visitor.foreign, visitor.foreign
        assert not (found := faults(visitor.page)), found
    return [
        f"a game of {decisions} decisions, two seats: median {median(took):.0f} ms from a click to the next question"
    ]


# The page of every job, and the report with all that is linked to it, as small as they can be: they are made the same
# way at any size. A row is made at one time, then those that link to it; the last is a sweep, with a page of its grid.
SUMMIT = "scenario=turkey_summit size.draws=4 size.runs=2 horizon=20 out={0}"
REPORT = (
    (
        f"job=levers {SUMMIT}",
        "job=sensitivity scenario=turkey_summit outcome=[taken_over] size.draws=2 size.runs=2 horizon=6 out={0}",
        "job=calibrate size=smoke out={0}",
    ),
    (
        f"job=theories {SUMMIT}",
        "job=discover scenario=status_quo size.draws=60 size.runs=2 out={0}",
        f"job=robust actor=US outcome=[taken_over] better=[less] tried=3 {SUMMIT}",
    ),
    (
        "job=explain scenario=turkey_summit against=status_quo size=smoke out={0}",
        "job=paragraphs scenario=status_quo epoch=2018-12 horizon=1 evidence.draws=100 size.draws=30 size.runs=1"
        " out={0}/read",
    ),
    (
        "job=patterns size=smoke out={0}",
        "job=record size=smoke out={0}",
        "job=evidence evidence.draws=100 out={0}",
        "job=explain scenario=turkey_summit run=0 size.runs=2 out={0}",
    ),
    ("size=smoke out={0}", "-m scenario=turkey_summit scenario.levers.summit_week=4,12 size=smoke out={0}/sweep"),
)
# Of the entries of a long list the first ones are opened: all are made alike, and each takes axe-core its time.
UNFOLD = """document.querySelectorAll("details:not(.entry), details.entry:nth-of-type(-n+3)").forEach(
  one => { one.open = true; })"""


def report_in(folder: Path) -> list[Path]:
    """Write the report into a folder with the pages that it is linked to, and that of a sweep; every page there."""
    for together in REPORT:
        commands = [[sys.executable, "-m", "sim", *line.format(folder).split()] for line in together]
        running = [
            subprocess.Popen(one, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for one in commands
        ]
        for one in running:
            _, said = one.communicate()
            assert one.returncode == 0, said
    return sorted(folder.rglob("*.html"))


def check_report(browser: Browser, pages: list[Path], pictures: Path | None = None) -> list[str]:
    """Look every page of the report through, all of it unfolded; AssertionError for what keeps somebody out.

    On a phone as on a screen: there no page is wider than what shows it, so that nobody reads by pushing it to and fro.
    """
    found = {}
    for file, width in ((file, width) for file in pages for width in (1440, NARROW)):
        visitor = Visitor(browser, width)
        visitor.page.goto(file.as_uri())
        visitor.page.evaluate(UNFOLD)
        if pictures is not None:
            visitor.page.screenshot(path=pictures / f"{file.stem}-{width}.png")
        assert not visitor.troubles, (file, visitor.troubles)
        assert not visitor.foreign, (file, visitor.foreign)
        wide = int(visitor.page.evaluate("document.documentElement.scrollWidth"))
        those = faults(visitor.page) if width > NARROW else []  # the same elements: once is enough
        if those := [*those, *([f"is {wide} pixels wide"] if wide > width else [])]:
            found[file.name, width] = those
        visitor.page.context.close()
    assert not found, found
    of_a_run = [file for file in pages if "-run-" in file.name and "-and-" not in file.name]
    assert of_a_run
    for file in of_a_run:
        check_marks(browser, file)
    return [f"the report: {len(pages)} pages looked through, at {NARROW} pixels too"]


def check_marks(browser: Browser, file: Path) -> None:
    """On a phone a finger beside a mark of a timeline has its words told, and leads to the decisions of its week."""
    page = browser.new_context(viewport={"width": NARROW, "height": 900}, has_touch=True).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(file.as_uri())
    mark = page.locator("svg[data-marks] g:has(> title) > circle").first
    mark.scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, -200)")  # from below what stays on top
    box = mark.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 6, box["y"] + 6)
    said = page.locator("svg[data-marks] >> xpath=ancestor::figure >> [role=status]").first
    week = re.match(r"Week (\d+): ", said.inner_text())
    assert week is not None, said.inner_text()
    said.locator("a").click()
    entry = page.locator(f"#week-{week[1]}")
    entry.locator("li").first.wait_for()
    page.context.close()


# In the visitor's own page: all move the lever at one moment, and each notes when which number of runs was shown.
MOVE_AT = """([value, moment]) => {
  const page = Bokeh.documents[0];
  window.shown = {};
  page.on_change((event) => {
    for (const one of event.events || [event]) {
      const found = one.attr === "markup" && /data-runs="(\\d+)"/.exec(one.value);
      if (found) { window.shown[found[1]] = Date.now() - moment; }
    }
  });
  const lever = [...page._all_models.values()].find((one) => one.type === "Slider" && one.title.startsWith("week in"));
  setTimeout(() => { lever.value = value; lever.setv({ value_throttled: value }); }, moment - Date.now());
}"""


def a_class(browser: Browser, address: str, visitors: int) -> list[str]:
    """How long visitors wait who move a lever in the same moment, each to another value: all browsers are here, too."""
    those = [Visitor(browser) for _ in range(visitors)]
    for one in those:
        one.open(address)
    moment = 1000.0 * (time() + 0.2 * visitors)
    for number, one in enumerate(those):
        one.page.evaluate(MOVE_AT, [5 + number, moment])
    lines = []
    for runs in (200, 1_000, 5_000):
        for one in those:
            one.page.wait_for_function(f"window.shown[{runs}]")
        waited = [one.page.evaluate(f"window.shown[{runs}]") / 1000.0 for one in those]
        told = f"{visitors} visitors in browsers, to the picture of {runs:,} runs"
        lines.append(f"{told}: median {median(waited):.1f} s, last {max(waited):.1f} s")
        assert not any(one.troubles for one in those), [one.troubles for one in those]
    return lines


def main(words: list[str]) -> int:
    """Run the check, or say in one line why not."""
    lacks, is_needed = missing(), words[:1] == ["needed"]
    if lacks:
        print(lacks)
        return int(is_needed)
    folder = [Path(word) for word in words[is_needed:]]
    if not has_axe():
        print("axe-playwright-python is not installed: no page is looked through for what keeps people out")
        if is_needed:
            return 1
    from playwright.sync_api import sync_playwright

    if words[:1] == ["class"]:
        with studio([sys.executable, "-m", "sim"], "scenario=turkey_summit") as address, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
            print(*a_class(browser, address, int(words[1])), sep="\n")
            browser.close()
        return 0
    with TemporaryDirectory() as made, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        print(*check_report(browser, report_in(Path(made)), folder[0] if folder else None), sep="\n")
        browser.close()
    with TemporaryDirectory() as made, ExitStack() as stack:
        (source := Path(made) / "source").mkdir()
        program = installed(built(source), Path(made) / "away") / "jirga"
        address = stack.enter_context(studio([program], "scenario=turkey_summit"))
        driver = stack.enter_context(sync_playwright())
        browser = driver.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        print(*check(browser, address, folder[0] if folder else None), sep="\n")
        print(*check_game(browser, address, folder[0] if folder else None), sep="\n")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
