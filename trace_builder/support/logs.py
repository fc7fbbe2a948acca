"""What the program does, for ``--verbose``: the standard library's logging, with secrets taken out."""

from __future__ import annotations

import logging

from trace_builder.support.redaction import without_secrets

ROOT = "trace_builder"


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def show_logs() -> None:
    """Writes what the program logs to stderr. Without this, only warnings of the standard library show."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger(ROOT)
    logger.handlers[:] = [handler]
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
