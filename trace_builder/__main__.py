"""``python -m trace_builder``: the same as ``trace-build``."""

from __future__ import annotations

from trace_builder.cli import main

if __name__ == "__main__":
    main()
