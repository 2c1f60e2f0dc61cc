"""The studio as a server: on this machine alone unless asked otherwise, behind a token, all it shows from here."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import socket
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sim.case.loading import load_case
from sim.case.scenario import BASELINE
from sim.inputs.errors import InputError
from sim.studio.choice import Choice, Offered, own_scenarios, read

if TYPE_CHECKING:
    from sim.jobs.settings import Settings
    from sim.studio.bench import Bench


NEEDS = "pip install 'jirga[studio]'"
TOKEN = "token"
REFUSED = "This address lacks the token that the studio printed when it was started, or has another one."
PLAY = "/play"
PLAY_IT = "Play an actor of this scenario"
FULL = "As many people watch as this studio takes. Try again when somebody has left."


def run(settings: Settings) -> None:
    """The job `studio`: serve until it is stopped, and print the address.

    Raises:
        InputError: Panel is not installed, the address or the port cannot be had, or a mistake in the settings.
    """
    try:
        import panel as pn
    except ImportError:
        raise InputError("studio", "", "needs Panel, which is not installed", allowed=NEEDS) from None
    from sim.jobs.asked import theory_of_settings
    from sim.studio.bench import Bench, Limits

    given, case = settings.studio, load_case(settings.case)
    found = settings.scenario or {}
    files = [Path(file) for file in (found.get("file"),) if file is not None]
    theory = theory_of_settings(settings)
    offered = Offered(case, own_scenarios(case, dict.fromkeys([*files, *given.scenarios])), theory)
    choice = Choice(
        str(found.get("scenario", BASELINE)), tuple(settings.levers.items()), tuple(settings.fixed.items()),
        tuple(settings.off or ()), theory=theory.theory,
    )  # fmt: skip
    read(offered, choice.query())  # a mistake is told before anything is served
    _free(given.address, given.port)
    coded = settings.evidence
    bench = Bench(offered, Limits(given.runs, given.sessions), settings.seed, coded.named, coded.implied)
    bench.seen(choice, 0)  # compiles before anybody waits
    token = secrets.token_urlsafe(16)
    address = address_of(given.address, given.port, token, choice)
    # Bokeh says so where a browser answers a page whose parts were just replaced, and goes on (its issue 12915).
    warnings.filterwarnings("ignore", "reference already known", UserWarning)
    logging.getLogger("asyncio").addFilter(is_told)
    server = pn.serve(
        pages_of(bench, choice, token), start=False, extra_patterns=[evidence_of(bench, token)],
        **served(given.address, given.port),
    )  # fmt: skip
    print(f"the studio is at {address}", flush=True)  # which listens by now
    print(f"to play an actor: {address.replace('/?', f'{PLAY}?', 1)}\nstop it with Ctrl-C", flush=True)
    server.start()
    server.io_loop.start()


def is_told(record: logging.LogRecord) -> bool:
    """Whether a record of asyncio's is told: not that somebody left while a picture was on its way to them."""
    from tornado.websocket import WebSocketClosedError

    kind = record.exc_info[0] if record.exc_info else None
    return kind is None or not issubclass(kind, WebSocketClosedError)


def address_of(host: str, port: int, token: str, choice: Choice) -> str:
    """The address that opens the studio at a choice."""
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1") else host
    return f"http://{shown}:{port}/?{urlencode({TOKEN: token})}&{choice.query()}"


def served(host: str, port: int) -> Mapping[str, Any]:
    """How Panel serves: what it needs comes from this machine, and only pages of this address may open a session."""
    names = [host] if host not in ("127.0.0.1", "0.0.0.0") else ["localhost", "127.0.0.1"]
    if host == "0.0.0.0":
        names += [socket.gethostname(), _own_address()]
    return {
        "address": host, "port": port, "show": False, "title": "jirga: the studio", "admin": False,
        "websocket_origin": [f"{name}:{port}" for name in names], "check_unused_sessions_milliseconds": 5_000,
        "unused_session_lifetime_milliseconds": 30_000, "num_threads": None, "verbose": False,
    }  # fmt: skip


def _own_address() -> str:
    """The address of this machine in its network, without a word sent to anybody."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: nothing leaves by it
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _free(host: str, port: int) -> None:
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        allowed = "a port that is free, an address of this machine"
        raise InputError("studio", "studio.port", f"{host}:{port}: {error.strerror}", allowed=allowed) from None


@dataclass
class Sessions:
    """How many people watch.

    Attributes:
        most: that may at one time.
        count: of those who do.
    """

    most: int
    count: int = 0

    def enter(self) -> bool:
        """Whether one more may; then it counts."""
        if self.count >= self.most:
            return False
        self.count += 1
        return True

    def leave(self) -> None:
        """One less."""
        self.count -= 1


def pages_of(bench: Bench, choice: Choice, token: str) -> Mapping[str, Callable[[], Any]]:
    """What makes the pages of each visitor, apart from all others: the studio, and a seat in a game.

    Args:
        bench: computes for all.
        choice: what is shown where the address says nothing.
        token: that the address must have.
    """
    import panel as pn

    from sim.pages.evidence.page import FILE as EVIDENCE
    from sim.studio.app import Studio, first_look
    from sim.studio.rooms import Rooms
    from sim.studio.seat import Seat, first_seat

    pn.extension()
    sessions = Sessions(bench.limits.sessions)
    rooms = Rooms(bench.offered, bench.passes, bench.implied)
    evidence = f"{EVIDENCE}?{urlencode({TOKEN: token})}"

    def page() -> Any:
        arguments = _arguments()
        try:
            wanted = (
                read(bench.offered, urlencode(arguments)) if any(key == "scenario" for key, _ in arguments) else choice
            )
        except InputError as error:
            studio = Studio(bench, choice, _told(token), evidence)
            studio.say(str(error))
            return studio.layout
        link = pn.pane.HTML(play_link(token, wanted.scenario))
        studio = Studio(bench, wanted, _told(token, link), evidence)
        return pn.Column(link, first_look(studio), sizing_mode="stretch_width")

    def seat() -> Any:
        asked = dict(_arguments())
        name = asked.get("scenario", choice.scenario)
        found = Seat(rooms, name if name in bench.offered.names else BASELINE, _told_seat(token), _query_of(token))
        if "game" in asked:
            try:
                found.sit(rooms.find(asked["game"]), asked.get("seat", ""))
            except InputError as error:
                found.say(str(error))
        return first_seat(found)

    return {"/": _guarded(page, token, sessions), PLAY: _guarded(seat, token, sessions)}


def evidence_of(bench: Bench, token: str) -> tuple[str, type, Mapping[str, Any]]:
    """What serves the evidence page, to those whose address has the token: the server's own form of a page's place."""
    from tornado.web import RequestHandler

    from sim.pages.evidence.page import FILE as EVIDENCE

    class Evidence(RequestHandler):
        """Made beside the server's own loop, so that nobody waits for another's page."""

        async def get(self) -> None:
            if not secrets.compare_digest(self.get_query_argument(TOKEN, "").encode(), token.encode()):
                self.set_status(HTTPStatus.FORBIDDEN)
                self.finish(f"<p>{REFUSED}</p>")
                return
            self.finish(await asyncio.to_thread(lambda: bench.evidence_page))

    return rf"/{re.escape(EVIDENCE)}", Evidence, {}


def _arguments() -> list[tuple[str, str]]:
    """What the visitor's address says, in order."""
    import panel as pn

    arguments = pn.state.session_args
    return [(key, one.decode("utf-8", "replace")) for key, values in arguments.items() for one in values]


def _guarded(page: Callable[[], Any], token: str, sessions: Sessions) -> Callable[[], Any]:
    """A page for those alone whose address has the token, and for no more than may watch."""
    import panel as pn

    def guarded() -> Any:
        given = dict(_arguments()).get(TOKEN, "")
        if not secrets.compare_digest(given.encode(), token.encode()):
            return pn.pane.HTML(f"<p>{REFUSED}</p>")
        if not sessions.enter():
            return pn.pane.HTML(f"<p>{FULL}</p>")
        pn.state.on_session_destroyed(lambda context: sessions.leave())
        return pn.Column(page(), pn.pane.HTML(NAME_SLIDERS, height=0), sizing_mode="stretch_width")

    return guarded


# A slider's handle has no name of its own that a screen reader could say: it gets that of the slider, also where one
# comes later. Panel's widgets stand in shadow trees, each of which has to be looked into.
NAME_SLIDERS = """<script>
function nameSliders(root) {
  for (const element of root.querySelectorAll("*")) if (element.shadowRoot) nameSliders(element.shadowRoot);
  const title = root.querySelector(".bk-slider-title");
  for (const handle of root.querySelectorAll(".noUi-handle:not([aria-labelledby])")) {
    if (title) { title.id = "slider-title"; handle.setAttribute("aria-labelledby", title.id); }
  }
}
if (!window.slidersAreNamed) { window.slidersAreNamed = true; setInterval(() => nameSliders(document), 400); }
</script>"""


def play_link(token: str, scenario: str) -> str:
    """A link to the form that begins a game in a scenario, as markup."""
    return f'<a href="{PLAY.removeprefix("/")}?{urlencode({TOKEN: token, "scenario": scenario})}">{PLAY_IT}</a>'


def _told(token: str, link: Any = None) -> Callable[[Choice], None]:
    """Writes a choice into the address of the visitor's browser, and its scenario into what leads to a game."""
    import panel as pn

    def told(choice: Choice) -> None:
        if link is not None:
            link.object = play_link(token, choice.scenario)
        if pn.state.location is not None:
            pn.state.location.search = f"?{urlencode({TOKEN: token})}&{choice.query()}"

    return told


def _query_of(token: str) -> Callable[[Mapping[str, str]], str]:
    """Makes of a game and a seat the query of an address."""
    return lambda place: urlencode({TOKEN: token, **place})


def _told_seat(token: str) -> Callable[[Mapping[str, str]], None]:
    """Writes a game and a seat into the address of the visitor's browser."""
    import panel as pn

    def told(place: Mapping[str, str]) -> None:
        if pn.state.location is not None:
            pn.state.location.search = f"?{_query_of(token)(place)}"

    return told


def open_studio(scenario: str = BASELINE, *, case: str = "afghanistan", runs: int = 5_000, seed: int = 1) -> Any:
    """The studio's panels, to be shown in a notebook: `sim.open_studio("turkey_summit")` as a cell's last line.

    Args:
        scenario: what is shown first.
        case: the name of a case, or a case's folder.
        runs: the most of one scenario.
        seed: of all chance.

    Raises:
        InputError: there is no such scenario, or Panel is not installed.
    """
    try:
        import panel as pn
    except ImportError:
        raise InputError("studio", "", "needs Panel, which is not installed", allowed=NEEDS) from None
    from sim.studio.app import Studio
    from sim.studio.bench import Bench, Limits

    pn.extension(inline=True)
    offered = Offered(load_case(case))
    shown = Studio(Bench(offered, Limits(runs=runs), seed), read(offered, Choice(scenario).query()))
    shown.look_now(min(1, len(shown.bench.stages) - 1))
    return shown.layout
