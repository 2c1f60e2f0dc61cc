"""Whether the names in a case mean something, and what is given has something to do: all mistakes of case.yaml."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from sim.case.case import Ally, Case, Clause, Effort, Instrument, NamedEvent, Table, War, mediated_pairs
from sim.case.events import EVENTS
from sim.inputs.errors import InputError, Mistakes, nearest, one_of, shown
from sim.model.parameters import PARAMETERS

NAME = re.compile(r"[A-Za-z_]\w*")  # outcomes and triggers are called by names with dots between them
# Which further key each default path needs, and what a key goes with alone.
NEEDS: Mapping[str, str] = {"position": "position_of", "shared": "shared_with", "opposed": "opposed_to"}
GOES_WITH: Mapping[str, str] = {**{key: default for default, key in NEEDS.items()}, "fallback": "shared"}
OF_CELLS, OF_WARS = ("cell", "cell_left"), ("control", "control_left", "sanctuary")


def check_case(case: Case, file: str) -> None:
    """Refuse names that mean nothing and keys that would have no effect.

    Raises:
        InputError: the first mistake found, and the others beside it.
    """
    with Mistakes() as mistakes:
        with mistakes.apart():
            _check_names(case, file)
        for code, cell in case.cells.items():
            for number, actor in enumerate(cell.only_for):
                with mistakes.apart():
                    one_of(file, f"cells.{code}.only_for[{number}]", actor, case.players, "a player")
        for name, table in case.tables.items():
            with mistakes.apart():
                _check_table(case, file, f"tables.{name}", name, table)
        for name, war in case.wars.items():
            with mistakes.apart():
                _check_war(case, file, f"wars.{name}", war)
        for number, tool in enumerate(case.instruments):
            with mistakes.apart():
                _check_instrument(case, file, f"instruments[{number}]", tool, case.instruments[:number])
        for name, event in case.events.items():
            with mistakes.apart():
                _check_named_event(case, file, f"events.{name}", name, event)
        for number, effort in enumerate(case.efforts):
            with mistakes.apart():
                _check_effort(case, file, f"efforts[{number}]", effort, case.efforts[:number])


def _check_names(case: Case, file: str) -> None:
    groups: Mapping[str, Iterable[str]] = {
        **{group: getattr(case, group) for group in ("actors", "third_parties", "cells", "tables", "wars")},
        **{f"tables.{name}.groups": table.groups for name, table in case.tables.items()},
    }
    with Mistakes() as mistakes:
        for group, names in groups.items():
            for name in names:
                with mistakes.apart():
                    _check_name(file, f"{group}.{name}", name)
        for number, regime in enumerate(case.regimes):
            with mistakes.apart():
                _check_name(file, f"regimes[{number}]", regime)
                if regime in case.regimes[:number]:
                    raise InputError(file, f"regimes[{number}]", f"{regime!r} is named twice", allowed="each once")
        for code, name in case.third_parties.items():
            with mistakes.apart():
                if not name.strip():
                    raise InputError(file, f"third_parties.{code}", "is empty", allowed="its full name")
                if code in case.actors:
                    raise InputError(file, f"third_parties.{code}", "is an actor already", allowed="either of them")
        for number, tool in enumerate(case.instruments):
            with mistakes.apart():
                _check_name(file, f"instruments[{number}].name", tool.name)


def _check_name(file: str, key: str, name: str) -> None:
    if not NAME.fullmatch(name):
        raise InputError(file, key, f"{shown(name)} is not a name", allowed="letters, digits and _, no digit first")


def _check_table(case: Case, file: str, key: str, name: str, table: Table) -> None:
    with Mistakes() as mistakes:
        for number, party in enumerate(table.parties):
            with mistakes.apart():
                one_of(file, f"{key}.parties[{number}]", party, case.actors, "an actor")
                if party in table.parties[:number]:
                    raise InputError(file, f"{key}.parties", f"{party!r} is named twice", allowed="two actors")
        with mistakes.apart():
            _check_seats(case, file, key, table)
        for number, regime in enumerate(table.regimes):
            with mistakes.apart():
                one_of(file, f"{key}.regimes[{number}]", regime, case.regimes, "a regime")
        with mistakes.apart():
            if (table.opens == "after") != (table.opens_after is not None):
                raise InputError(file, f"{key}.opens_after", "goes with opens: after", allowed="both or neither")
            if table.opens_after is not None:
                one_of(file, f"{key}.opens_after.cell", table.opens_after.cell, case.cells, "a cell")
        with mistakes.apart():
            _check_ends_war(case, file, key, table)
        with mistakes.apart():
            _check_blocs(case, file, f"{key}.blocs", table)
        with mistakes.apart():
            _check_votes(case, file, f"{key}.ratified_by.voters", table)
        for cell, clause in table.clauses.items():
            with mistakes.apart():
                _check_clause(case, file, f"{key}.clauses.{cell}", cell, name, clause)


def _check_seats(case: Case, file: str, key: str, table: Table) -> None:
    parts: Mapping[str, Iterable[str]] = {
        "mediators": table.mediators,
        "invited": table.invited,
        **{f"groups.{group}": members for group, members in table.groups.items()},
    }
    seated: list[str] = []
    with Mistakes() as mistakes:
        for part, members in parts.items():
            for number, member in enumerate(members):
                with mistakes.apart():
                    where = f"{key}.{part}[{number}]"
                    one_of(file, where, member, case.players, "a player")
                    if member in table.parties:
                        allowed = "players other than the parties"
                        raise InputError(file, where, f"{member!r} is a party and cannot mediate", allowed=allowed)
                    if member in seated:
                        raise InputError(file, where, f"{member!r} has a seat already", allowed="one seat each")
                    seated.append(member)
        for group, members in table.groups.items():
            with mistakes.apart():
                if not members:
                    raise InputError(file, f"{key}.groups.{group}", "has no members", allowed="players")
                if group in case.players:
                    raise InputError(file, f"{key}.groups.{group}", "is a player", allowed="a name of its own")


def _check_blocs(case: Case, file: str, key: str, table: Table) -> None:
    seen: set[str] = set()
    with Mistakes() as mistakes:
        for lead, bloc in table.blocs.items():
            with mistakes.apart():
                one_of(file, key, lead, table.parties, "a party, which leads its side")
                one_of(
                    file, f"{key}.{lead}.members", lead, bloc.members, "a member", "the party itself among its members"
                )
            for code, weight in bloc.members.items():
                place = f"{key}.{lead}.members.{code}"
                with mistakes.apart():
                    one_of(file, f"{key}.{lead}.members", code, case.players, "a player")
                    if code in seen or (code in table.parties and code != lead):
                        raise InputError(file, place, "is on both sides", allowed="each player once")
                    if not 0.0 < weight < float("inf"):
                        raise InputError(file, place, f"{weight:g} is no weight", allowed="above 0")
                    seen.add(code)


def _check_votes(case: Case, file: str, key: str, table: Table) -> None:
    if table.ratified_by is None:
        return
    with Mistakes() as mistakes:
        for voter, needed in table.ratified_by.voters.items():
            with mistakes.apart():
                one_of(file, key, voter, case.players, "a player")
                if voter in table.parties:
                    problem = f"{voter!r} is a party, and ratifies what it signs anyway"
                    raise InputError(file, f"{key}.{voter}", problem, allowed="players other than the parties")
                if voter in table.members:
                    problem = f"{voter!r} bargains with {table.members[voter]!r}, and agrees before anything is signed"
                    raise InputError(file, f"{key}.{voter}", problem, allowed="players who are in no bloc of the table")
                if not 0.0 < needed < 1.0:
                    allowed = "a share between 0 and 1"
                    raise InputError(file, f"{key}.{voter}", f"{needed:g} is out of range", allowed=allowed)


def _check_ends_war(case: Case, file: str, key: str, table: Table) -> None:
    ending = [cell for cell, clause in table.clauses.items() if clause.ends_war]
    if table.ends_war is not None:
        war = case.wars[one_of(file, f"{key}.ends_war", table.ends_war, case.wars, "a war")]
        if not ending:
            raise InputError(
                file, f"{key}.ends_war", "no clause of the table ends a war", allowed="ends_war: true of one"
            )
        for cell in ending:
            if cell != war.ceasefire:
                problem, allowed = f"{cell} is not the ceasefire of {table.ends_war}", f"the clause {war.ceasefire}"
                raise InputError(file, f"{key}.clauses.{cell}.ends_war", problem, allowed=allowed)
    elif ending:
        where = f"{key}.clauses.{ending[0]}.ends_war"
        raise InputError(file, where, "the table ends no war", allowed="a table with ends_war")


def _check_clause(case: Case, file: str, key: str, cell: str, name: str, clause: Clause) -> None:
    table = case.tables[name]
    with Mistakes() as mistakes:
        with mistakes.apart():
            one_of(file, key, cell, case.cells, "a cell")
        with mistakes.apart():
            if clause.both == (clause.by is not None):
                allowed = "either by or both"
                raise InputError(file, f"{key}.by", "names who delivers, unless both do", allowed=allowed)
        with mistakes.apart():
            _check_default(case, file, key, clause)
        # A party that is no actor is told of at the table, and not again at every clause.
        parties = table.parties if set(table.parties) <= set(case.actors) else (*table.parties, *case.actors)
        links: tuple[tuple[str, str | None, Iterable[str], str], ...] = (
            ("through", clause.through, case.actors, "an actor"),
            ("by", clause.by, parties, "a party"),
            ("position_of", clause.position_of, parties, "a party"),
            ("shared_with", clause.shared_with, (other for other in case.tables if other != name), "another table"),
            ("opposed_to", clause.opposed_to, (other for other in table.clauses if other != cell), "another clause"),
            ("arms", clause.arms, case.wars, "a war"),
        )
        for link, value, names, what in links:
            with mistakes.apart():
                if value is not None:
                    one_of(file, f"{key}.{link}", value, names, what)
        with mistakes.apart():
            other = case.tables.get(clause.shared_with or "")
            if other is not None and cell not in other.clauses:
                problem = f"{clause.shared_with!r} has no clause {cell!r}"
                raise InputError(file, f"{key}.shared_with", problem, allowed="a table with this clause")


def _check_default(case: Case, file: str, key: str, clause: Clause) -> None:
    """The default path has what it needs, and no key that goes with another one."""
    needed = NEEDS.get(clause.default)
    if needed and getattr(clause, needed) is None:
        raise InputError(file, f"{key}.{needed}", "is missing", allowed=f"needed by default: {clause.default}")
    for part, default in GOES_WITH.items():
        if part in clause.model_fields_set and clause.default != default:
            raise InputError(file, f"{key}.{part}", f"goes with default: {default}, not {clause.default}")
    if clause.default == "presence" and not any(war.patron for war in case.wars.values()):
        raise InputError(
            file, f"{key}.default", "no war has a patron whose presence it could follow", allowed="current"
        )
    if clause.default == "forecast" and not any(war.turns_regime for war in case.wars.values()):
        raise InputError(file, f"{key}.default", "no war turns the regime, so none is forecast", allowed="current")


def _check_war(case: Case, file: str, key: str, war: War) -> None:
    with Mistakes() as mistakes:
        sides: list[str] = []
        for role in ("challenger", "incumbent", "patron"):
            with mistakes.apart():
                code = getattr(war, role)
                if code is not None:
                    one_of(file, f"{key}.{role}", code, case.actors, "an actor")
                    if code in sides:
                        problem = f"{code!r} has another part in this war"
                        raise InputError(file, f"{key}.{role}", problem, allowed="an actor for each part")
                    sides.append(code)
        for code, ally in war.allies.items():
            with mistakes.apart():
                _check_ally(case, file, f"{key}.allies.{code}", code, ally, sides)
        with mistakes.apart():
            if war.turns_regime and case.turned is None:
                problem = "there is no regime to turn to"
                raise InputError(file, f"{key}.turns_regime", problem, allowed="false, or a second name in regimes")
        for role in ("ceasefire", "disarmament", "flight_cell"):
            with mistakes.apart():
                cell = getattr(war, role)
                if cell is not None:
                    one_of(file, f"{key}.{role}", cell, case.cells, "a cell")
        with mistakes.apart():
            if war.parity_prior in {row.name for row in PARAMETERS}:
                problem = f"{war.parity_prior!r} is a parameter of the model already"
                raise InputError(file, f"{key}.parity_prior", problem, allowed="a name of its own")
        with mistakes.apart():
            _check_sanctuary(case, file, f"{key}.sanctuary", war)


def _check_ally(case: Case, file: str, key: str, code: str, ally: Ally, parts: Iterable[str]) -> None:
    one_of(file, key, code, case.actors, "an actor")
    if code in parts:
        raise InputError(file, key, f"{code!r} has another part in this war", allowed="an actor for each part")
    if ally.peace is not None:
        table = case.tables[one_of(file, f"{key}.peace", ally.peace, case.tables, "a table")]
        if code not in table.parties:
            problem = f"{code} is no party of {ally.peace}"
            raise InputError(file, f"{key}.peace", problem, allowed=f"a table of {code}")
        if table.ends_war is not None:
            problem = f"{ally.peace} ends a war, and not for {code} alone"
            raise InputError(file, f"{key}.peace", problem, allowed="a table without ends_war")


def _check_sanctuary(case: Case, file: str, key: str, war: War) -> None:
    if war.sanctuary is None:
        return
    one_of(file, f"{key}.host", war.sanctuary.host, case.actors, "an actor")
    if war.sanctuary.by == "cell":
        _check_link(file, f"{key}.cell", war.sanctuary.cell, case.cells, "a cell", "by: cell")
    elif war.sanctuary.cell is not None:
        raise InputError(file, f"{key}.cell", "goes with by: cell, not leverage")
    else:
        wanted = (war.sanctuary.host, war.challenger, "sanctuary")
        if wanted not in [(tool.holder, tool.target, tool.follows) for tool in case.instruments]:
            problem = f"{war.sanctuary.host} has no instrument that follows the sanctuary of {war.challenger}"
            raise InputError(file, f"{key}.by", problem, allowed="such an instrument, or by: cell")
    if war.sanctuary.regime is not None:
        one_of(file, f"{key}.regime", war.sanctuary.regime, case.regimes, "a regime")


def _check_link(file: str, key: str, value: str | None, allowed: Iterable[str], what: str, needed_by: str) -> None:
    if value is None:
        raise InputError(file, key, "is missing", allowed=f"{what}, needed by {needed_by}")
    one_of(file, key, value, allowed, what)


def _check_instrument(case: Case, file: str, key: str, tool: Instrument, before: Iterable[Instrument]) -> None:
    with Mistakes() as mistakes:
        for role in ("holder", "target"):
            with mistakes.apart():
                one_of(file, f"{key}.{role}", getattr(tool, role), case.players, "a player")
        with mistakes.apart():
            if tool.holder == tool.target:
                raise InputError(file, f"{key}.target", f"{tool.target!r} holds it", allowed="another player")
            if tool.column in {other.column for other in before}:
                problem = f"{tool.holder} has a {tool.name} over {tool.target} already"
                raise InputError(file, f"{key}.name", problem, allowed="each instrument of a pair once")
        for part, allowed, kinds, what in (
            ("cell", case.cells, OF_CELLS, "a cell"),
            ("war", case.wars, OF_WARS, "a war"),
        ):
            with mistakes.apart():
                value = getattr(tool, part)
                if tool.follows in kinds:
                    _check_link(file, f"{key}.{part}", value, allowed, what, f"follows: {tool.follows}")
                elif value is not None:
                    raise InputError(file, f"{key}.{part}", f"goes with follows: {' or '.join(kinds)}")
        with mistakes.apart():
            if tool.follows == "presence" and not any(war.patron for war in case.wars.values()):
                raise InputError(file, f"{key}.follows", "no war has a patron whose presence it could follow")


def _check_named_event(case: Case, file: str, key: str, name: str, event: NamedEvent) -> None:
    with Mistakes() as mistakes:
        with mistakes.apart():
            _check_name(file, key, name)
            if name in EVENTS:
                raise InputError(file, key, f"{name!r} is a general event already", allowed="a name of its own")
        with mistakes.apart():
            one_of(file, f"{key}.issue", event.issue, case.cells, "a cell")
        with mistakes.apart():
            moves_norm = any(argument.name == "norm" for argument in EVENTS[event.general].arguments)
            if moves_norm:
                _check_link(file, f"{key}.norm", event.norm, case.cells, "a cell", f"is: {event.general}")
            elif event.norm is not None:
                raise InputError(file, f"{key}.norm", f"goes with is: propose_order, not {event.general}")


def _check_effort(case: Case, file: str, key: str, effort: Effort, before: Iterable[Effort]) -> None:
    with Mistakes() as mistakes:
        for role in ("mediator", "target"):
            with mistakes.apart():
                one_of(file, f"{key}.{role}", getattr(effort, role), case.players, "a player")
        with mistakes.apart():
            one_of(file, f"{key}.cell", effort.cell, case.cells, "a cell")
        with mistakes.apart():
            if effort.regime is not None:
                one_of(file, f"{key}.regime", effort.regime, case.regimes, "a regime")
    pairs = mediated_pairs(case)
    if (effort.mediator, effort.target) not in pairs:
        targets = [party for mediator, party in pairs if mediator == effort.mediator]
        problem = f"{effort.mediator} has no seat at a table of {effort.target}"
        meant = nearest(effort.target, targets)
        raise InputError(file, f"{key}.target", problem, allowed=targets or "none: it mediates nowhere", meant=meant)
    same = [one for one in before if (one.mediator, one.target) == (effort.mediator, effort.target)]
    told = Counter(regime for one in (*same, effort) for regime in ([one.regime] if one.regime else case.regimes))
    if same and max(told.values()) > 1:
        problem = f"the effort of {effort.mediator} on {effort.target} is told twice under one regime"
        raise InputError(file, key, problem, allowed="once under each regime")
