"""Holdings that are left out of a load on purpose: what can't be kept needn't keep the rest of a file out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from allocation.errors import Problem, Subject, UnknownName, leave_out
from allocation.readers.content import Content
from allocation.tables import CASH
from allocation.text import listed


@dataclass
class Part:
    """One file's content.

    Attributes:
        is_ours: whether we can ask its author to correct it.
        left_out: sentences about what was left out of it.
        program: the name of its format; empty where it has none.
    """

    label: str
    content: Content
    is_ours: bool
    left_out: tuple[str, ...] = ()
    program: str = ""


def without(parts: Sequence[Part], names: Sequence[str]) -> list[Part]:
    """The same files without the rows of some holdings and what is wrong with them; each says what is left out.

    Parameters:
        names: symbols, for what every account has of them; or ``ACCOUNT=SYMBOL``, for what one has.

    Raises:
        UnknownName: no file has such a holding.
    """
    found = {name for part in parts for _, (account, symbol, _) in _left_out(part.content, names)
             for name in _names(account, symbol)}  # fmt: skip
    unknown = [name for name in names if name not in found]
    if unknown:
        held = sorted({symbol for part in parts for _, symbol in _every(part.content)})
        raise UnknownName(
            f"The files hold no {unknown[0]}, so it can't be left out. They hold {listed(held) or 'nothing'}; cash is "
            "CASH, whatever its fund is called. Write SYMBOL, or ACCOUNT=SYMBOL."
        )
    return [_without(part, names) for part in parts]


def by_account(parts: Sequence[Part], problems: Sequence[Problem]) -> list[Problem]:
    """The same problems, where what another account of the files owns needn't be left out with what is wrong."""
    wrong = {(problem.about.account, problem.about.symbol) for problem in problems if problem.about}
    owned = {symbol for part in parts for account, symbol in _every(part.content) if (account, symbol) not in wrong}
    return [
        _of_account(problem) if problem.about and problem.about.symbol in owned else problem for problem in problems
    ]


def _of_account(problem: Problem) -> Problem:
    """The same, and the way to go on without it leaves out that account's alone."""
    assert problem.about is not None
    account, symbol, _ = problem.about
    name = f"{account}={symbol}"
    return replace(problem, remedy=problem.remedy.replace(leave_out(symbol), leave_out(name)), without=name)


def _every(content: Content) -> set[tuple[str, str]]:
    """(account, symbol) of everything that a file has, right or wrong."""
    held = {
        (account or "", symbol)
        for account, symbol in content.holdings[["account", "symbol"]].itertuples(index=False, name=None)
        if symbol
    }
    return held | {(problem.about.account, problem.about.symbol) for problem in content.problems if problem.about}


def _names(account: str, symbol: str) -> tuple[str, str]:
    """What a holding is called by here: a symbol may have = in it, so names are compared and never cut."""
    return symbol, f"{account}={symbol}"


def _is_named(account: str | None, symbol: str | None, names: Sequence[str]) -> bool:
    return any(name in names for name in _names(account or "", symbol or ""))


def _without(part: Part, names: Sequence[str]) -> Part:
    content, out = part.content, _left_out(part.content, names)
    if not out:
        return part
    held = content.holdings[[not named for named in _named_rows(content, names)]]
    problems = [problem for problem in content.problems if not _is_about(problem, names)]
    left = set(held["account"]) | {problem.about.account for problem in problems if problem.about}
    said = [_sentence(subject) for _, subject in out]
    for account in dict.fromkeys(subject.account for _, subject in out):
        if account not in left:
            said.append(f"{account} has nothing else in {part.label}: what the portfolio has of it stays as it is.")
    if held.empty and not problems:
        problems.append(Problem(part.label, 0, "", "", "has no holdings but those that are left out."))
    return replace(part, content=replace(content, holdings=held, problems=tuple(problems)), left_out=tuple(said))


def _named_rows(content: Content, names: Sequence[str]) -> list[bool]:
    pairs = content.holdings[["account", "symbol"]].itertuples(index=False, name=None)
    return [_is_named(account, symbol, names) for account, symbol in pairs]


def _left_out(content: Content, names: Sequence[str]) -> list[tuple[int, Subject]]:
    """The rows of what is named, by their numbers: those that are good, and those with problems."""
    if not names:
        return []
    held = content.holdings[_named_rows(content, names)]
    good = {
        (row, Subject(account or "", symbol, "" if quantity is None else f"{quantity:f}"))
        for row, account, symbol, quantity in held[["row", "account", "symbol", "quantity"]].itertuples(index=False)
    }
    rows = {row for row, _ in good}
    bad = {
        (problem.row, problem.about)
        for problem in content.problems
        if problem.about and _is_about(problem, names) and (not problem.row or problem.row not in rows)
    }
    return sorted(good | bad)


def _is_about(problem: Problem, names: Sequence[str]) -> bool:
    return problem.about is not None and _is_named(problem.about.account, problem.about.symbol, names)


def _sentence(subject: Subject) -> str:
    """What is left out, in a sentence."""
    account, symbol, quantity = subject
    unit = "" if symbol == CASH else " shares"
    much = f", {quantity.replace('-', '−')}{unit}" if quantity else ""
    return f"Left out: {symbol} in {account}{much}; the total is without it."
