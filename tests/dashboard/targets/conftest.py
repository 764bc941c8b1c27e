import pytest

from tests.dashboard.targets.room import Room


@pytest.fixture
def room(sample):
    return Room(sample)


@pytest.fixture
def small(bonds_and_stocks):
    """Stocks 60 (VTI 75, VEA 25) and Bonds 40, worth exactly that."""
    return Room(bonds_and_stocks)
