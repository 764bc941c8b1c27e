"""The protobuf form reads like the XML."""

from datetime import date

import pytest

from allocation.errors import LoadError
from tests.readers.portfolio_performance.building import QUOTE, SHARE, Field, held, protobuf, read, zipped

BANK, SAVINGS, DEPOT = "bank", "savings", "depot"
DAY = (date(2026, 1, 5) - date(1970, 1, 1)).days


def security(uuid="world", *more: Field) -> Field:
    day = DAY + 300
    prices: list[Field] = [(13, [(1, day - 10), (2, 9 * QUOTE)]), (13, [(1, day), (2, 10 * QUOTE)])]
    return 2, [(1, uuid), (3, uuid.title()), (4, "EUR"), (8, uuid.upper()), *prices, *more]


def account(uuid=BANK, currency="EUR") -> Field:
    return 3, [(1, uuid), (2, uuid.title()), (3, currency)]


def portfolio(uuid="depot", reference=BANK) -> Field:
    return 4, [(1, uuid), (2, uuid.title()), (5, reference)]


def transaction(kind, *fields: Field, amount=0, shares=0.0, day=DAY) -> Field:
    when: list[Field] = [(1, day * 86_400)]
    return 5, [(2, kind), *fields, (9, when), (10, "EUR"), (11, amount), (12, round(shares * SHARE))]


def file(*fields: Field, version=69) -> bytes:
    return protobuf((1, version), *fields, (12, "EUR"))


def refusal(content):
    with pytest.raises(LoadError) as error:
        read(content)
    return str(error.value.problems[0])


IN_DEPOT: list[Field] = [(3, BANK), (4, "depot"), (14, "world")]


def test_shares_and_cash_are_the_sums_of_their_transactions():
    content = read(
        zipped(
            file(
                security(),
                account(),
                portfolio(),
                transaction(6, (3, BANK), amount=100_000),
                transaction(0, *IN_DEPOT, amount=20_000, shares=20),
                transaction(1, *IN_DEPOT, amount=5_000, shares=5),
                transaction(2, *IN_DEPOT, shares=1),
                transaction(3, *IN_DEPOT, shares=0.5),
                transaction(8, (3, BANK), amount=300),
            )
        )
    )
    assert content.problems == () and content.format == "Portfolio Performance file (version 69)"
    assert held(content) == [("Depot", "WORLD", "15.5"), ("Depot", "CASH", "853")]
    assert content.holdings[["price", "as_of"]].values.tolist()[0] == [
        10,
        date.fromordinal(date(2026, 1, 5).toordinal() + 300),
    ]


@pytest.mark.parametrize(
    ("kind", "sign"), [(6, 1), (7, -1), (8, 1), (9, 1), (10, -1), (11, -1), (12, 1), (13, -1), (14, 1)]
)
def test_every_type_of_cash_transaction_goes_its_way(kind, sign):
    content = read(file(account(), transaction(kind, (3, BANK), amount=700)))
    assert content.holdings["quantity"].tolist() == [7 * sign]


def test_transfers_move_shares_and_cash():
    content = read(
        file(
            security(),
            account(),
            account(SAVINGS),
            portfolio(),
            portfolio("other", ""),
            transaction(2, *IN_DEPOT, shares=3),
            transaction(4, *IN_DEPOT, (6, "other"), shares=2),
            transaction(5, (3, BANK), (5, SAVINGS), amount=1_000),
        )
    )
    assert held(content) == [
        ("Depot", "WORLD", "1"),
        ("Depot", "CASH", "-10"),
        ("Other", "WORLD", "2"),
        ("Savings", "CASH", "10"),
    ]


def test_a_transfer_between_currencies_brings_what_arrived():
    unit: Field = (15, [(1, 0), (2, 1_000), (3, "EUR"), (4, 1_150), (5, "USD")])
    content = read(
        file(account(), account(SAVINGS, "USD"), transaction(5, (3, BANK), (5, SAVINGS), unit, amount=1_000))
    )
    assert content.problems == ()
    assert held(content) == [("Bank", "CASH", "-10"), ("Savings", "CASH", "11.5")]


def test_a_split_is_said():
    event: Field = (18, [(1, 0), (2, DAY), (3, "20:1")])
    content = read(file(security("world", event), account(), portfolio(), transaction(2, *IN_DEPOT, shares=3)))
    assert any(note.startswith("WORLD was split 20:1 on 2026-01-05.") for note in content.notes)


def test_a_taxonomy_with_weights_is_classes_and_targets():
    classes: list[Field] = [
        (5, [(1, "root"), (3, "Mine"), (6, 10_000), (8, [(1, "portfolioClassificationKey"), (2, [(2, "kommer")])])]),
        (5, [(1, "e"), (2, "root"), (3, "Equity"), (6, 7_000)]),
        (5, [(1, "u"), (2, "e"), (3, "USA"), (6, 6_000), (9, [(1, "world"), (2, 10_000)])]),
        (5, [(1, "a"), (2, "e"), (3, "Asia"), (6, 4_000)]),
        (5, [(1, "c"), (2, "root"), (3, "Cash"), (6, 3_000), (9, [(1, BANK), (2, 10_000)])]),
    ]
    content = read(
        file(
            security(),
            account(),
            portfolio(),
            transaction(2, *IN_DEPOT, shares=3),
            transaction(6, (3, BANK), amount=100),
            (8, [(1, "t"), (2, "Mine"), *classes]),
        )
    )
    assert content.problems == ()
    assert content.targets[["asset_class", "target_percent"]].values.tolist() == [
        ["Equity / USA", 42],
        ["Equity / Asia", 28],
        ["Cash", 30],
    ]
    assert content.classes[["symbol", "asset_class", "weight_percent"]].values.tolist() == [
        ["WORLD", "Equity / USA", 100],
        ["CASH", "Cash", 100],
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (file(security())[:-30], "is damaged or cut off ("),
        (b"PPPBV1" + b"\xff" * 40, "is damaged or cut off ("),
        (file((2, [(3, b"\xff\xfe")])), "is damaged or cut off ("),
        (file(version=48), "is of version 48"),
        (file(version=200), "is of version 200"),
        (b"PPPBV1", "is of version 0"),
        (file((14, "more")), "has parts that aren't known (field 14) and may change what is held."),
        (file((13, "a ledger")), "is damaged or cut off ("),
        (
            file(account(), transaction(77, (3, BANK))),
            "transaction: '2026-01-05' is of the type 77, which isn't known.",
        ),
        (
            file(security(), account(), transaction(77, *IN_DEPOT)),
            "transaction: '2026-01-05, World' is of the type 77, which isn't known.",
        ),
        (file(transaction(6, (3, "nobody"))), "account: 'nobody' of the transaction of 2026-01-05 isn't in the file."),
        (file(account(), portfolio(), transaction(2, *IN_DEPOT)), "security: 'world' of the transaction of 2026-01-05"),
        (file(account(), account()), "account: 'Bank' stands twice in the file."),
        (file((3, [(2, "Bank")])), "account: 'Bank' has no uuid."),
        (file(account(), transaction(6, (3, BANK), day=2**40)), "has 1099511627776 where a day stands."),
        (file((8, [(2, "Mine"), (5, [(1, "a"), (2, "a")])])), "taxonomy: 'Mine' has a class without its place."),
        (file((8, [(2, "Mine")])), "taxonomy: 'Mine' has no classes."),
    ],
)
def test_what_the_program_never_writes_is_refused_in_a_sentence(content, said):
    assert said in refusal(content)


def test_an_unknown_part_that_is_empty_is_passed_over():
    assert read(file((13, b""), version=70)).problems == ()


def test_plans_dashboards_and_settings_are_passed_over():
    assert read(file((6, "plan"), (7, "list"), (9, "board"), (10, "property"), (11, "settings"))).problems == ()


def test_a_hundred_levels_of_classes_are_refused():
    classes: list[Field] = [
        (5, [(1, str(level)), (2, str(level - 1) if level else ""), (6, 1)]) for level in range(100)
    ]
    assert "'Mine' is more than 50 classes deep." in refusal(file((8, [(2, "Mine"), *classes])))
