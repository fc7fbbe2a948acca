"""A stand-in for vLLM's prefix cache: which tokens of a prompt's first message were seen before."""

from __future__ import annotations

from collections import OrderedDict

from trace_builder.rehearsal.server.tokens import count_tokens

#: Tokens of a block; vLLM shares whole blocks alone.
BLOCK = 16
#: First messages remembered; the least recent goes first.
REMEMBERED = 128


class PrefixCache:
    """Remembers the first message of recent prompts (the system message, as the pipeline writes them).

    It knows less than vLLM, which also shares what lies behind the first message, so its figures are a lower
    bound of what a real server would report.

    Attributes:
        queries, hits: tokens looked up and tokens found, since the start.
    """

    def __init__(self) -> None:
        self._tokens: OrderedDict[str, int] = OrderedDict()
        self.queries = 0
        self.hits = 0

    def tokens(self, first: str) -> int:
        """Tokens of a first message, counted once while it is remembered."""
        known = self._tokens.get(first)
        return count_tokens(first) if known is None else known

    def look_up(self, first: str, prompt_tokens: int) -> int:
        """Account for one prompt and return how many of its tokens the cache served.

        Args:
            first: the prompt's first message.
            prompt_tokens: of the whole prompt.
        """
        shared = self._shared(first)
        if first not in self._tokens:
            self._tokens[first] = count_tokens(first)
            if len(self._tokens) > REMEMBERED:
                self._tokens.popitem(last=False)
        self._tokens.move_to_end(first)
        cached = min(shared // BLOCK * BLOCK, prompt_tokens)
        self.queries += prompt_tokens
        self.hits += cached
        return cached

    def _shared(self, first: str) -> int:
        known = self._tokens.get(first)
        if known is not None:
            return known
        longest = max((_common(first, other) for other in self._tokens), default=0)
        return count_tokens(first[:longest]) if longest else 0


def _common(left: str, right: str) -> int:
    """Length of the longest common prefix, by bisection: comparing slices is quicker than characters."""
    if not left or not right or left[0] != right[0]:
        return 0
    low, high = 1, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[:middle] == right[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
