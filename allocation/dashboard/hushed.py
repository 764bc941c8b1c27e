"""What a page leaves in the terminal when it is closed in the middle of something: nothing."""

from __future__ import annotations

import logging


def hush(logger: logging.Logger) -> None:
    """Leave out that a calculation was cut off, or an answer not taken, because its page is gone."""
    logger.addFilter(_concerns_somebody)


def _concerns_somebody(record: logging.LogRecord) -> bool:
    kind = record.exc_info[0] if record.exc_info else None
    gone = kind is not None and kind.__name__ == "WebSocketClosedError"
    return not gone and "KeyboardInterrupt caught in kernel" not in record.getMessage()
