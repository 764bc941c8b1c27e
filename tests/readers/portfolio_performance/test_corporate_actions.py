"""Corporate actions in the ledger of version 70: what they say moves, and what doesn't say enough is a problem."""

import datetime

import pytest

from tests.readers.portfolio_performance.building import (
    SHARE,
    Field,
    account,
    cash,
    client,
    held,
    portfolio,
    protobuf,
    read,
    security,
    shares,
)

DAY = "2026-03-02"
SOURCE, TARGET = "securities/security[1]", "securities/security[2]"


def posting(kind, direction, place, *, of="", count=0, amount=0, unit="PRIMARY", leg="TARGET_SECURITY"):
    """One effect; ``place`` is the account it is on, ``of`` the security."""
    up = "../../../../../../"
    owner = f'<{"account" if "account" in place else "portfolio"} reference="{up}{place}"/>' if place else ""
    security = f'<security reference="{up}{of}"/>' if of else ""
    said = {"unitRole": unit, "direction": direction, "corporateActionLeg": leg}
    words = "".join(f' {name}="{word}"' for name, word in said.items() if word)
    return (
        f'<ledger-posting type="{kind}" amount="{amount}" currency="EUR" shares="{round(count * SHARE)}"{words}>'
        f"{security}{owner}</ledger-posting>"
    )


def entry(*postings, kind="SPIN_OFF", day=DAY, entry_type="CORPORATE_ACTION"):
    parameter = f'<ledger-parameter type="CORPORATE_ACTION_KIND" valueKind="STRING" value="{kind}"/>' if kind else ""
    return (
        f'<ledger-entry type="{entry_type}" dateTime="{day}T00:00"><parameters>{parameter}</parameters>'
        f"<postings>{''.join(postings)}</postings></ledger-entry>"
    )


def depot(*entries):
    """10 shares of Source and 100 EUR, and then these entries of the ledger."""
    return client(
        security("Source", "SRC"),
        security("Target", "TGT"),
        account("Bank", cash("DEPOSIT", 10_000)),
        portfolio("Depot", shares("BUY", 1, 10)),
        f"<ledger><entries>{''.join(entries)}</entries></ledger>",
        version=70,
    )


IN_DEPOT, AT_BANK = "portfolios/portfolio", "accounts/account"


def spin_off(day=DAY, entry_type="CORPORATE_ACTION"):
    return entry(
        posting("SECURITY", "OUTBOUND", IN_DEPOT, of=SOURCE, count=10, leg="SOURCE_SECURITY"),
        posting("SECURITY", "INBOUND", IN_DEPOT, of=SOURCE, count=10),
        posting("SECURITY", "INBOUND", IN_DEPOT, of=TARGET, count=2.5),
        posting("CASH_COMPENSATION", "NEUTRAL", AT_BANK, amount=1_234, leg="CASH_COMPENSATION"),
        posting("FEE", "NEUTRAL", "", amount=200, unit="FEE", leg="FEE"),
        day=day,
        entry_type=entry_type,
    )


def test_a_spin_off_moves_what_its_postings_say():
    content = read(depot(spin_off()))
    assert content.problems == ()
    assert held(content) == [("Depot", "SRC", "10"), ("Depot", "TGT", "2.5"), ("Depot", "CASH", "112.34")]
    assert (
        "Spin off of Source on 2026-03-02: 10 SRC out of Depot, 10 SRC into Depot, 2.5 TGT into Depot, 12.34 EUR into "
        "Bank." in content.notes
    )


def test_an_early_version_wrote_a_spin_off_as_an_entry_of_its_own():
    content = read(depot(spin_off(entry_type="SPIN_OFF")))
    assert held(content) == held(read(depot(spin_off())))


def test_what_comes_later_is_left_out():
    content = read(depot(spin_off(day="2026-12-24")))
    assert held(content) == [("Depot", "SRC", "10"), ("Depot", "CASH", "100")]
    assert any("the last is of 2026-12-24" in note for note in content.notes)
    assert not any(note.startswith("Spin off") for note in content.notes)


@pytest.mark.parametrize(
    ("kind", "postings", "expected"),
    [
        (
            "STOCK_DIVIDEND",
            [posting("SECURITY", "INBOUND", IN_DEPOT, of=SOURCE, count=1)],
            [("Depot", "SRC", "11"), ("Depot", "CASH", "100")],
        ),
        (
            "EXCHANGE",
            [
                posting("SECURITY", "OUTBOUND", IN_DEPOT, of=SOURCE, count=10, leg="SOURCE_SECURITY"),
                posting("RIGHT", "INBOUND", IN_DEPOT, of=TARGET, count=4),
            ],
            [("Depot", "TGT", "4"), ("Depot", "CASH", "100")],
        ),
        (
            "CASH_DISTRIBUTION",
            [
                posting("SECURITY", "NEUTRAL", IN_DEPOT, of=SOURCE, unit="CONTEXT", leg="SECURITY_CONTEXT"),
                posting("CASH", "NEUTRAL", AT_BANK, amount=500, leg="OTHER"),
                posting("TAX", "NEUTRAL", "", amount=100, unit="TAX", leg="TAX"),
            ],
            [("Depot", "SRC", "10"), ("Depot", "CASH", "105")],
        ),
        (
            "MATURITY",
            [
                posting("BOND", "OUTBOUND", IN_DEPOT, of=SOURCE, count=10, leg="SOURCE_SECURITY"),
                posting("CASH", "INBOUND", AT_BANK, amount=100_000, leg="PRINCIPAL"),
            ],
            [("Depot", "CASH", "1100")],
        ),
    ],
)
def test_each_kind_is_read_by_the_directions_of_its_postings(kind, postings, expected):
    content = read(depot(entry(*postings, kind=kind)))
    assert content.problems == ()
    assert held(content) == expected


GOOD = {"of": TARGET, "count": 1}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (entry(posting("SECURITY", "", IN_DEPOT, **GOOD)), "has a posting without a direction."),
        (entry(posting("SECURITY", "NEUTRAL", IN_DEPOT, **GOOD)), "has a posting without a direction."),
        (entry(posting("SECURITY", "INBOUND", "", **GOOD)), "has a posting without a securities account."),
        (entry(posting("SECURITY", "INBOUND", AT_BANK, **GOOD)), "has a posting without a securities account."),
        (entry(posting("SECURITY", "INBOUND", IN_DEPOT, count=1)), "has a posting without a security."),
        (entry(posting("SECURITY", "INBOUND", IN_DEPOT, of=TARGET)), "has a posting without a number of shares above"),
        (
            entry(posting("SECURITY", "INBOUND", IN_DEPOT, of=TARGET, count=-1)),
            "has a posting without a number of shares above 0.",
        ),
        (entry(posting("SECURITY", "INBOUND", IN_DEPOT, **GOOD, unit="")), "of which it isn't said that it moves"),
        (entry(posting("CASH", "NEUTRAL", AT_BANK, amount=1)), "has a posting without a direction."),
        (entry(posting("CASH_COMPENSATION", "OUTBOUND", AT_BANK, amount=1)), "has a posting without a direction."),
        (entry(posting("CASH", "INBOUND", AT_BANK)), "has a posting without an amount above 0."),
        (entry(posting("CASH", "INBOUND", IN_DEPOT, amount=1)), "has a posting without an account."),
        (entry(posting("FEE", "OUTBOUND", AT_BANK, amount=1)), "has a fee or tax of its own"),
        (entry(posting("ACCRUED_INTEREST", "INBOUND", AT_BANK, amount=1)), "of a kind that isn't known (ACCRUED_INTER"),
        (entry(posting("SECURITY", "INBOUND", IN_DEPOT, **GOOD), kind=""), "doesn't say what kind of action it is."),
    ],
)
def test_what_is_not_sure_is_a_problem_that_names_security_and_date(wrong, said):
    content = read(depot(wrong))
    assert len(content.problems) == 1 and said in content.problems[0].remedy
    assert content.problems[0].value.endswith("on 2026-03-02")
    assert "Target" in content.problems[0].value or "of=" not in wrong
    assert content.problems[0].remedy.endswith("enter it as deliveries instead, or load your holdings as CSV.")


def test_ordinary_transactions_in_a_ledger_are_refused_in_one_sentence():
    bought = [entry(kind="", entry_type="BUY"), entry(kind="", entry_type="DEPOSIT")]
    assert [str(problem) for problem in read(depot(*bought)).problems] == [
        "my.xml, ledger: 'Buy on 2026-03-02' is the first of 2 ordinary transactions in the ledger, where they "
        "can't be read. Save the file with another version of Portfolio Performance, or load your holdings as CSV."
    ]


def packed_spin_off():
    """The same household and spin-off in protobuf."""
    day = (datetime.date(2026, 3, 2) - datetime.date(1970, 1, 1)).days
    when: Field = (9, [(1, day * 86_400)])
    quote: Field = (13, [(1, day), (2, 10 * SHARE)])

    def of(kind, *fields, direction="INBOUND", unit="PRIMARY", leg="TARGET_SECURITY"):
        return 7, [(13, kind), *fields, (4, "EUR"), (15, direction), (16, leg), (17, unit)]

    in_depot = (11, "depot")
    postings = [
        of("SECURITY", in_depot, (8, "src"), (9, 10 * SHARE), direction="OUTBOUND", leg="SOURCE_SECURITY"),
        of("SECURITY", in_depot, (8, "src"), (9, 10 * SHARE)),
        of("SECURITY", in_depot, (8, "tgt"), (9, 25 * SHARE // 10)),
        of("CASH_COMPENSATION", (10, "bank"), (3, 1_234), direction="NEUTRAL", leg="CASH_COMPENSATION"),
        of("FEE", (3, 200), direction="NEUTRAL", unit="FEE", leg="FEE"),
    ]
    kind = (10, [(2, 1), (3, "SPIN_OFF"), (13, "CORPORATE_ACTION_KIND")])
    return protobuf(
        (1, 70),
        (2, [(1, "src"), (3, "Source"), (4, "EUR"), (8, "SRC"), quote]),
        (2, [(1, "tgt"), (3, "Target"), (4, "EUR"), (8, "TGT"), quote]),
        (3, [(1, "bank"), (2, "Bank"), (3, "EUR")]),
        (4, [(1, "depot"), (2, "Depot"), (5, "bank")]),
        (5, [(2, 6), (3, "bank"), when, (10, "EUR"), (11, 10_000)]),
        (5, [(2, 2), (4, "depot"), (14, "src"), when, (10, "EUR"), (12, 10 * SHARE)]),
        (12, "EUR"),
        (13, [(1, [(3, [(1, day * 86_400)]), (9, "CORPORATE_ACTION"), kind, *postings])]),
        (99, "what another program keeps"),
    )


def test_the_protobuf_form_reads_the_same():
    content, as_xml = read(packed_spin_off()), read(depot(spin_off()))
    assert content.problems == ()
    assert held(content) == held(as_xml)
    assert [note for note in content.notes if note.startswith("Spin off")] == [
        note for note in as_xml.notes if note.startswith("Spin off")
    ]
