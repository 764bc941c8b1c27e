"""How a portfolio is kept: one DuckDB file, opened for one unit of work at a time."""

from allocation.store.database import Database
from allocation.store.place import default_path

__all__ = ["Database", "default_path"]
