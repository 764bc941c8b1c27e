"""The room where data comes in and is kept: files to load, prices and rates, backups."""

from allocation.dashboard.data.room import Data

__all__ = ["Data"]
