"""Files that are to be loaded together: good as a whole, or every problem at once."""

from __future__ import annotations

import datetime
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pandas as pd

from allocation.errors import LoadError, Problem, StoreError
from allocation.readers.agreeing import agree
from allocation.readers.classes import read_classes
from allocation.readers.columns import fingerprint
from allocation.readers.content import Content
from allocation.readers.delimited import Source, source_name
from allocation.readers.ecb import FORMAT as ECB
from allocation.readers.found import FURTHER
from allocation.readers.fx import read_fx
from allocation.readers.holdings import ONE_AT_A_TIME, disagreements, read_holdings
from allocation.readers.isins import shared_symbols
from allocation.readers.left_out import Part, by_account, without
from allocation.readers.opened import Opened
from allocation.readers.own import FORMATS as OWN
from allocation.readers.prices import read_prices
from allocation.readers.registry import Format, named_format, read_any, recognise
from allocation.readers.shared_classes import agreed
from allocation.readers.table import header_of
from allocation.readers.table_rows import NO_ACCOUNT, TABLE
from allocation.readers.targets import read_targets
from allocation.readers.taxonomies import TAXONOMY, switched, taken_before, to_remember
from allocation.readers.totals import as_loaded
from allocation.readers.uncollected import uncollected

Mappings = Mapping[str, Mapping[str, str]]
"""Fingerprint of a table's columns → our column → its column."""


@dataclass(frozen=True)
class Ways:
    """How files that are not ours are to be read.

    Attributes:
        format: the name of their format; None: it is recognised.
        mapping: our column → the file's column, for a table of no known format.
        account: what to call the account of a file that has one only.
        leave_out: symbols whose rows are not to be loaded, or ``ACCOUNT=SYMBOL`` for those of one account.
        remembered: gives the mappings that were said before; asked for only where a file needs one.
        taxonomy: which of a file's taxonomies becomes the asset classes; None: the one that was taken before from a
            file with the same taxonomies, else the reader's own choice.
    """

    format: str | None = None
    mapping: Mapping[str, str] | None = None
    account: str | None = None
    leave_out: Sequence[str] = ()
    remembered: Callable[[], Mappings] = dict
    taxonomy: str | None = None

    def choose(self, program: str, taxonomies: Sequence[str]) -> str | None:
        """The taxonomy to take of those a program's file has; None: the reader's own choice."""
        if self.taxonomy is not None or not taxonomies:
            return self.taxonomy
        return taken_before(self.remembered(), program, taxonomies)


@dataclass(frozen=True)
class Brought:
    """What was read.

    Attributes:
        holdings, targets, fx, classes, prices: see the readers of each; holdings have ``source`` and ``kind``, FX rates
            ``source`` as well.
        base_currency: what the files say values are added up in, where they say one.
        notes: what a person should know about the files.
        left_out: what was left out because that was said, a sentence each.
        files: what each file is, for people.
        mappings: what was said about tables of no known format, and which taxonomy was taken, to be remembered.
        taxonomies: the taxonomies of the file that classes are from, or could be.
        taxonomy: the one of them that was taken.
    """

    holdings: pd.DataFrame
    targets: pd.DataFrame
    fx: pd.DataFrame
    classes: pd.DataFrame
    prices: pd.DataFrame
    base_currency: str | None = None
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    mappings: Mappings = field(default_factory=dict)
    taxonomies: tuple[str, ...] = ()
    taxonomy: str | None = None


@uncollected()
def read_together(
    holdings: Source | Sequence[Source] | None,
    targets: Source | None,
    fx: Source | None,
    classes: Source | None,
    today: datetime.date,
    prices: Source | None = None,
    ways: Ways | None = None,
) -> Brought:
    """Read everything that is given.

    Parameters:
        holdings: our own holdings.csv, DataFrames, or files of any format that is known.

    Raises:
        LoadError: names every problem in every file.
        MappingNeeded: a table of no known format, of which it isn't sure which column is what.
        StoreError: nothing is given.
        UnknownName: no file has a holding that is to be left out.
    """
    ways = ways or Ways()
    several = _several(holdings)
    if not several and all(source is None for source in (targets, fx, classes, prices)):
        raise StoreError("There is nothing to load. Name holdings, targets, FX rates or classes.")
    parts = _parts(several, today, ways)
    parts += _given(targets, fx, classes, prices, today)
    parts = without([_with_account(part, ways.account) for part in parts], ways.leave_out)
    parts, contradictions = agreed(parts)
    held = _holdings(parts, today)
    shared = shared_symbols(held)
    one_price = agree(held)
    notes = [f"{part.label}: {note}" for part in parts for note in _notes(part, held)] + one_price
    problems = [problem for part in parts for problem in part.content.problems]
    # Two prices in one file are found when it is read, and again when all rows are compared.
    told = {(problem.file, problem.row, problem.column) for problem in problems if problem.row}
    apart = [one for one in disagreements(held) if (one.file, one.row, one.column) not in told]
    problems += [*(_of_one_account(parts) or shared or apart), *contradictions]
    problems += _without_taxonomies(parts, ways)
    classified = next((part.content for part in parts if part.content.taxonomies), Content(""))
    if problems:
        raise LoadError(by_account(parts, problems), classified.taxonomies, classified.taxonomy)
    return Brought(
        held.drop(columns="is_ours"),
        _together([part.content.targets.assign(is_ours=part.is_ours) for part in parts]),
        _together([part.content.fx.assign(source=_source(part)) for part in parts]),
        _together([part.content.classes.assign(is_ours=part.is_ours) for part in parts]),
        _together([part.content.prices.assign(is_ours=part.is_ours) for part in parts]),
        _base_currency(parts),
        tuple(dict.fromkeys(notes)),
        tuple(sentence for part in parts for sentence in part.left_out),
        tuple(f"{part.label} ({part.content.format})" for part in parts),
        _said(several, ways) | _taxonomies(parts),
        classified.taxonomies,
        classified.taxonomy,
    )


def _taxonomies(parts: Sequence[Part]) -> dict[str, Mapping[str, str]]:
    return {key: said for part in parts for key, said in to_remember(part.content, part.program).items()}


def _several(holdings: Source | Sequence[Source] | None) -> list[Source]:
    if holdings is None:
        return []
    return [holdings] if isinstance(holdings, (str, Path, pd.DataFrame, Opened)) else list(holdings)


def _parts(sources: Sequence[Source], today: datetime.date, ways: Ways) -> list[Part]:
    names = Counter(source_name(source, "holdings") for source in sources)
    parts, histories = [], dict[str, tuple[Format, list[Opened]]]()
    named, read = set[str](), list[Opened]()
    for source in sources:
        if isinstance(source, pd.DataFrame):
            table, problems = read_holdings(source, today)
            parts.append(Part("holdings", Content("DataFrame", table, problems=tuple(problems)), True))
            continue
        opened = source if isinstance(source, Opened) else Opened(source)
        path = os.path.normpath(opened.path.absolute()) if opened.path is not None else None
        if path in named:
            twice = Problem(opened.name, 0, "", "", "is named twice. Name it once.")
            parts.append(Part(opened.name, Content(opened.name, problems=(twice,)), True))
            continue
        original = next((one for one in read if opened.is_copy_of(one)), None)
        if original is not None:
            copied = Problem(opened.name, 0, "", "", f"is the same file as {original.name}. Name one of them.")
            parts.append(Part(opened.name, Content(opened.name, problems=(copied,)), True))
            continue
        read.append(opened)
        if path is not None:
            named.add(path)
        if names[opened.name] > 1 and opened.path is not None:
            opened.name = str(source) if not isinstance(source, Opened) else str(opened.path)
        try:
            chosen = named_format(ways.format) if ways.format else None if ways.mapping else recognise(opened)
        except LoadError as error:
            parts.append(Part(opened.name, Content(opened.name, problems=error.problems), True))
            continue
        if chosen is not None and chosen.together is not None:
            histories.setdefault(chosen.name, (chosen, []))[1].append(opened)
            continue
        if chosen is None:
            content = read_any(opened, today, mapping=ways.mapping, remembered=ways.remembered())
        else:
            content = read_any(opened, today, format=chosen.name, choose=partial(ways.choose, chosen.name))
            if ways.taxonomy is not None and content.taxonomies:
                content = switched(content, taken_before(ways.remembered(), chosen.name, content.taxonomies))
        parts.append(Part(opened.name, content, chosen in OWN, program=chosen.name if chosen else ""))
    return parts + [_history(chosen, files, today) for chosen, files in histories.values()]


def _history(chosen: Format, files: list[Opened], today: datetime.date) -> Part:
    assert chosen.together is not None
    label = " and ".join(opened.name for opened in files)
    try:
        return Part(label, chosen.together(files, today), False)
    except LoadError as error:
        return Part(label, Content(chosen.title, problems=error.problems), False)


def _given(
    targets: Source | None, fx: Source | None, classes: Source | None, prices: Source | None, today: datetime.date
) -> list[Part]:
    """What was named as targets, FX rates, classes or prices; FX rates may be the ECB's file."""
    found: list[Part] = []
    if targets is not None:
        table, problems = read_targets(targets)
        content = Content("Targets", targets=table, problems=tuple(problems))
        found.append(Part(source_name(targets, "targets"), content, True))
    if fx is not None:
        found.append(Part(source_name(fx, "fx"), _rates(fx, today), True))
    if classes is not None:
        table, problems = read_classes(classes)
        content = Content("Classes", classes=table, problems=tuple(problems))
        found.append(Part(source_name(classes, "classes"), content, True))
    if prices is not None:
        table, problems, notes = read_prices(prices, today)
        content = Content("Prices", prices=table, problems=tuple(problems), notes=tuple(notes))
        found.append(Part(source_name(prices, "prices"), content, True))
    return found


def _rates(fx: Source, today: datetime.date) -> Content:
    opened = fx if isinstance(fx, (pd.DataFrame, Opened)) else Opened(fx)
    try:
        if isinstance(opened, Opened) and ECB.recognises(opened):
            return ECB.read(opened, today)
    except LoadError as error:
        return Content(ECB.title, problems=error.problems)
    table, problems = read_fx(opened, today)
    return Content("FX rates", fx=table, problems=tuple(problems))


def _with_account(part: Part, account: str | None) -> Part:
    held = part.content.holdings
    if account is None or held.empty:
        return part
    names = sorted(set(held["account"]))
    if len(names) > 1:
        remedy = f"has several accounts ({', '.join(names)}), so they can't all be called {account}."
        problems = (*part.content.problems, Problem(part.label, 0, "account", "", remedy))
        return replace(part, content=replace(part.content, problems=problems))
    problems = tuple(
        replace(problem, about=problem.about._replace(account=account))
        if problem.about and problem.about.account in names
        else problem
        for problem in part.content.problems
    )
    notes = tuple(note for note in part.content.notes if not note.startswith(NO_ACCOUNT))
    renamed = replace(part.content, holdings=held.assign(account=account), problems=problems, notes=notes)
    return replace(part, content=renamed)


def _of_one_account(parts: Sequence[Part]) -> list[Problem]:
    """Files of one program that call their accounts the same: together they would be one account, or count twice."""
    first: dict[tuple[str, str], str] = {}
    problems = []
    for part in parts:
        if part.is_ours or part.content.format.startswith(TABLE):
            continue
        for account in sorted(set(part.content.holdings["account"])):
            known = first.setdefault((part.content.format, account), part.label)
            if known != part.label:
                problems.append(
                    Problem(part.label, 0, "account", account, f"is the account of {known}, too. {ONE_AT_A_TIME}")
                )
    return problems


def _holdings(parts: Sequence[Part], today: datetime.date) -> pd.DataFrame:
    """The holdings of all files; undated ones of other programs are of today where several files are loaded."""
    tables = []
    several = sum(not part.content.holdings.empty for part in parts) > 1
    for part in parts:
        held = part.content.holdings
        held = held.assign(**{column: None for column in FURTHER if column not in held})
        about = {"has_rows": part.content.has_rows, "keeps_cash": part.content.keeps_cash}
        held = held.assign(source=_source(part), is_ours=part.is_ours, **about)
        if several and not part.is_ours:
            held["as_of"] = [day or today for day in held["as_of"]]
        tables.append(held)
    return _together(tables)


def _source(part: Part) -> str:
    return part.label if part.is_ours else part.content.format


def _together(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [table for table in tables if not table.empty]
    return pd.concat(filled, ignore_index=True) if filled else next(iter(tables), pd.DataFrame())


def _notes(part: Part, held: pd.DataFrame) -> Sequence[str]:
    """What there is to say about a file, after all files agree."""
    content = part.content
    return (
        as_loaded(content.notes, content.totals, held[held["file"] == part.label]) if content.totals else content.notes
    )


def _without_taxonomies(parts: Sequence[Part], ways: Ways) -> list[Problem]:
    if ways.taxonomy is None or any(part.content.taxonomies or part.content.problems for part in parts):
        return []
    remedy = "can't be taken: only files of Portfolio Performance and of Wealthfolio 3 have taxonomies to choose from."
    return [Problem(parts[0].label, 0, TAXONOMY, ways.taxonomy, remedy)]


def _base_currency(parts: Sequence[Part]) -> str | None:
    said = {part.content.base_currency for part in parts} - {None}
    return said.pop() if len(said) == 1 else None


def _said(sources: Sequence[Source], ways: Ways) -> dict[str, Mapping[str, str]]:
    if not ways.mapping:
        return {}
    opened = [source if isinstance(source, Opened) else Opened(source)
              for source in sources if not isinstance(source, pd.DataFrame)]  # fmt: skip
    return {fingerprint(header_of(one, ways.mapping)): dict(ways.mapping) for one in opened}
