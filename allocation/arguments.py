"""What a call may be given: an argument of another type is refused by name, before anything is done with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache, wraps
from inspect import signature
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
import pandas as pd

from allocation.errors import ArgumentError

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

LONGEST = 60
WIDER = {float: (int, float), Path: os.PathLike}
"""Kinds that others than the one in the annotation stand for."""
WORDS = {str: "text", bool: "True or False", int: "a whole number", float: "a number", NoneType: "None", Path: "a path"}


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """The same function, which refuses arguments that aren't what its annotations say.

    Only kinds are looked at: amounts and what is one of a few words are read by the function itself, which says more.
    """
    parameters = signature(function)
    name = function.__qualname__.removesuffix(".__init__").split(".")[-1]

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            given = parameters.bind(*args, **kwargs)
        except TypeError:
            # Python itself says what is missing, or too much.
            return function(*args, **kwargs)
        for argument, value in given.arguments.items():
            hint = _hints(function).get(argument, Any)
            given.arguments[argument] = plain = _plain(value, hint)
            if not _fits(plain, hint):
                raise ArgumentError(f"{name}({argument}=…) takes {_words(hint)}, not {_shown(value)}.")
        return function(*given.args, **given.kwargs)

    return call


def checked_fields(kept: type[T]) -> type[T]:
    """The same dataclass, whose fields are checked as a function's arguments are."""
    setattr(kept, "__init__", checked(vars(kept)["__init__"]))  # noqa: B010
    return kept


def require_columns(table: pd.DataFrame, columns: Iterable[str], source: str) -> None:
    """Refuses a table that lacks columns.

    Parameters:
        source: where such a table is from: ``portfolio.drift()``.
    """
    if missing := [column for column in columns if column not in table.columns]:
        raise ArgumentError(f"The table has no column {', '.join(missing)}. Take one from {source}.")


@cache
def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(function)


def _plain(value: Any, hint: Any) -> Any:
    """A cell or a column of a table as Python's own number, dict or list, where one is taken."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (pd.Series, pd.Index, np.ndarray)):
        kinds = [kind for part in _alternatives(hint) if isinstance(kind := get_origin(part), type)]
        if isinstance(value, pd.Series) and any(issubclass(kind, Mapping) for kind in kinds):
            return value.to_dict()
        return value.tolist() if any(issubclass(kind, Iterable) for kind in kinds) else value
    return value


def _fits(value: Any, hint: Any) -> bool:
    kind, parts = get_origin(hint) or hint, get_args(hint)
    if hint is Any:
        return True
    if kind in (Union, UnionType):
        # Amounts and percents are read by the function, whatever they are.
        if any(map(_is_amount, parts)):
            return not isinstance(value, pd.DataFrame)
        return any(_fits(value, part) for part in parts)
    if kind is Literal:
        return isinstance(value, str)
    if not isinstance(kind, type) or getattr(kind, "_is_protocol", False):
        return True
    if kind is tuple:
        return isinstance(value, tuple) and (len(parts) != len(value) or all(map(_fits, value, parts)))
    if issubclass(kind, Mapping):
        return isinstance(value, Mapping) and all(
            _fits(key, parts[0]) and _fits(of_it, parts[1]) for key, of_it in value.items()
        )
    if issubclass(kind, Iterable) and parts:
        # A text is a list of letters, which nobody means.
        is_list = isinstance(value, Collection) and not isinstance(value, (str, bytes, pd.DataFrame))
        return is_list and all(_fits(one, parts[0]) for one in value)
    types: Any = WIDER.get(kind, kind)
    return isinstance(value, types)


def _is_amount(hint: Any) -> bool:
    return getattr(hint, "__name__", "") == "Decimal"


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _words(hint: Any) -> str:
    parts = _alternatives(hint)
    if any(map(_is_amount, parts)):
        parts = ("an amount", *(part for part in parts if get_origin(part)))
    *others, last = dict.fromkeys(part if isinstance(part, str) else _word(part) for part in parts)
    return f"{', '.join(others)} or {last}" if others else last


def _word(hint: Any) -> str:
    kind, parts = get_origin(hint) or hint, get_args(hint)
    if kind is Literal:
        return " or ".join(map(repr, parts))
    if kind is tuple:
        return f"a pair of {_words(parts[0])}"
    if isinstance(kind, type) and issubclass(kind, Mapping):
        return f"a dict from {_words(parts[0])} to {_words(parts[1])}"
    if parts:
        return f"a list of {_words(parts[0]) if len(_alternatives(parts[0])) == 1 else 'these'}"
    return WORDS.get(hint) or _one(hint.__name__)


def _one(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"


def _shown(value: object) -> str:
    if isinstance(value, (str, int, float, NoneType, list, tuple, dict)) and len(repr(value)) <= LONGEST:
        return repr(value)
    return _one(type(value).__name__)
