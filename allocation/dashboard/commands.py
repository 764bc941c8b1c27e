"""Sentences that name a command, as the page says them: where on it the same is done."""

from __future__ import annotations

import re

ON_THE_PAGE = [
    (r" in: --base-currency .*; on the page, (\w+) under Base currency\.", r" in, under Base currency: \1."),
    (r": allocation plans undo \d+(?:, or on the dashboard under Executed plans)?\.", ", under Plan, Executed plans."),
    (r"on the dashboard under Targets, with a targets\.csv, or to .*: allocation strategies new NAME .*--activate\.",
     "under Targets, or with a targets.csv."),
    (r": on the page under Targets, or with allocation strategies new NAME .*--activate\.", " under Targets."),
    (r": allocation classes --suggest, or on the dashboard under Targets\.", ", under Targets, Classes of holdings."),
    (r": allocation strategies restore, or name another", ", under Targets, Manage strategies; or name another"),
    (r"without it, say so: --leave-out .*, or (\"Leave it out\") on the page\.", r"without it, click \1 below."),
    (r": allocation import --fx fx\.csv; or write it down: allocation rate .*?\.(?= |$)", ", or write it down."),
    (r": allocation price .*?\.(?= |$)", "."),
    (r", asset_class: ", ", class: "),
    (r", weight_percent: ", ", percent: "),
]  # fmt: skip
"""What stands in errors, as regular expressions, and what the page says instead."""


def on_the_page(text: str) -> str:
    """An error's sentences without words of the command line, where the page has a way of its own."""
    for words, instead in ON_THE_PAGE:
        text = re.sub(words, instead, text)
    return text
