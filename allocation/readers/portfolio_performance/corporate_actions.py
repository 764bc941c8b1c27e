"""What the corporate actions of a file's ledger (version 70) move: shares in and out of accounts, and cash.

An action is a list of postings. A posting that is primary moves what it names in the direction that it names; others
explain one (fees and taxes are in the cash that arrived already) or only name the security that an action is about.
What doesn't say where it is from or goes to, how much, or in which direction, is a problem: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from allocation.readers.found import Findings
from allocation.readers.portfolio_performance.model import CashMove, Client, CorporateAction, Posting, ShareMove

CORPORATE_ACTION = "CORPORATE_ACTION"
OF_SHARES = {"SECURITY", "RIGHT", "BOND"}
OF_CASH = {"CASH", "CASH_COMPENSATION"}
EXPLAINS = {"FEE", "TAX", "GROSS_VALUE", "FOREX"}
PRIMARY = "PRIMARY"
ONLY_NAMED = "SECURITY_CONTEXT"
DIRECTIONS = {"INBOUND": 1, "OUTBOUND": -1}
PAYS = {"CASH_DISTRIBUTION", "COUPON_PAYMENT"}
"""Kinds whose cash always arrives, so that their postings need no direction."""

INSTEAD = "In Portfolio Performance, enter it as deliveries instead, or load your holdings as CSV."

Move = ShareMove | CashMove


def book(client: Client, found: Findings) -> list[tuple[CorporateAction, list[Move]]]:
    """Add what the actions move to the client's moves.

    Returns:
        Each action with its moves. What can't be read is among the problems, and moves nothing.
    """
    booked = []
    ordinary = [action for action in client.actions if action.entry != CORPORATE_ACTION]
    if ordinary:
        remedy = (
            f"is the first of {len(ordinary):,} ordinary transactions in the ledger, where they can't be read. Save "
            "the file with another version of Portfolio Performance, or load your holdings as CSV."
        )
        found.wrong(0, "ledger", title(client, ordinary[0]), remedy)
    for action in (action for action in client.actions if action.entry == CORPORATE_ACTION):
        wrong = list(dict.fromkeys(_wrong(client, action)))
        for remedy in wrong:
            found.wrong(0, "corporate action", title(client, action), f"{remedy} {INSTEAD}")
        if not wrong:
            moves = [_move(action, posting) for posting in _moving(action)]
            client.share_moves += [move for move in moves if isinstance(move, ShareMove)]
            client.cash_moves += [move for move in moves if isinstance(move, CashMove)]
            booked.append((action, moves))
    return booked


def title(client: Client, action: CorporateAction) -> str:
    """What it is called: ``Spin off of Siemens AG on 2020-09-28``."""
    keys = [posting.security for posting in action.postings if posting.security in client.securities]
    kind = (action.kind or action.entry or "action").replace("_", " ").capitalize()
    of = f" of {client.securities[keys[0]].name}" if keys else ""
    return f"{kind}{of} on {action.day}"


def _moving(action: CorporateAction) -> list[Posting]:
    return [one for one in action.postings if one.kind not in EXPLAINS and one.leg != ONLY_NAMED]


def _wrong(client: Client, action: CorporateAction) -> Iterator[str]:
    if not action.kind:
        yield "doesn't say what kind of action it is."
    for posting in action.postings:
        if posting.kind not in OF_SHARES | OF_CASH | EXPLAINS:
            yield f"has a posting of a kind that isn't known ({posting.kind[:40] or 'none'})."
        elif posting.kind in EXPLAINS:
            if posting.unit == PRIMARY:
                yield "has a fee or tax of its own, which moves cash in a way that isn't known."
        elif posting.leg != ONLY_NAMED:
            yield from _unsure(client, action, posting)


def _unsure(client: Client, action: CorporateAction, posting: Posting) -> Iterator[str]:
    """What isn't said, or can't be, about a posting that moves something."""
    shares = posting.kind in OF_SHARES
    if posting.unit != PRIMARY:
        yield "has a posting of which it isn't said that it moves something."
    if not _sign(action, posting):
        yield "has a posting without a direction."
    if (posting.shares if shares else posting.amount) <= 0:
        yield f"has a posting without {'a number of shares' if shares else 'an amount'} above 0."
    if shares and posting.security not in client.securities:
        yield "has a posting without a security."
    if shares and posting.securities_account not in client.securities_accounts:
        yield "has a posting without a securities account."
    if not shares and posting.cash_account not in client.cash_accounts:
        yield "has a posting without an account."


def _sign(action: CorporateAction, posting: Posting) -> int:
    """1 for what arrives, -1 for what leaves, 0 where that isn't said or contradicts itself."""
    arrives = posting.kind == "CASH_COMPENSATION" or posting.kind == "CASH" and action.kind in PAYS
    if arrives:
        return 1 if posting.direction in ("INBOUND", "NEUTRAL") else 0
    return DIRECTIONS.get(posting.direction, 0)


def _move(action: CorporateAction, posting: Posting) -> Move:
    sign = _sign(action, posting)
    if posting.kind in OF_SHARES:
        return ShareMove(posting.securities_account, action.day, posting.security, sign * posting.shares)
    return CashMove(posting.cash_account, action.day, posting.currency, sign * posting.amount)


def known(action: CorporateAction) -> CorporateAction:
    """The same; a spin-off that an early version wrote as an entry of its own is an action of that kind."""
    return replace(action, entry=CORPORATE_ACTION, kind="SPIN_OFF") if action.entry == "SPIN_OFF" else action
