"""What a behaviour is: how a server answers badly, when, and what a run makes of it. One more is one line in
``wire_behaviours`` (how an answer is sent) or ``content_behaviours`` (what it says)."""

from __future__ import annotations

from dataclasses import dataclass

from hostile_server import Reply, Rule, once


@dataclass(frozen=True)
class Behaviour:
    """One way to answer badly.

    Attributes:
        reply, when, on: what is sent instead of a good answer, to which requests, on which of the server's
            pages.
        code: the run's exit code. After 3, the test lets the server behave and resumes.
        same: whether the products are those of a run that nothing disturbed. (After exit code 3: once it was
            resumed.)
        says: words in the last line on stderr.
        empty: products that must have no row.
        mode: how structure is asked for.
        delay: seconds each good answer takes, for what needs a run to last.
    """

    name: str
    reply: Reply
    when: Rule = once
    on: str = "chat"
    code: int = 0
    same: bool = True
    says: str = ""
    empty: tuple[str, ...] = ()
    mode: str = "json_schema"
    seeds: int = 3
    settings: tuple[str, ...] = ()
    delay: float = 0.0
