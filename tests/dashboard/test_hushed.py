import logging

import pytest
from tornado.websocket import WebSocketClosedError

from allocation.dashboard.hushed import hush


@pytest.fixture
def logger():
    logger = logging.Logger("kernel")
    hush(logger)
    return logger


@pytest.fixture
def lines(logger):
    lines = []
    logger.addHandler(handler := logging.Handler())
    handler.emit = lambda record: lines.append(record.getMessage())
    return lines


def test_a_page_that_is_gone_says_nothing(logger, lines):
    logger.error("KeyboardInterrupt caught in kernel.")
    logger.error("Task exception was never retrieved", exc_info=WebSocketClosedError())
    assert lines == []


def test_everything_else_is_said(logger, lines):
    logger.error("Exception in message handler:", exc_info=ValueError("no"))
    logger.error("The disk is full.")
    assert lines == ["Exception in message handler:", "The disk is full."]
