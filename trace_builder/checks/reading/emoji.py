"""Emoji: those that are shown as pictures, and the signs that may be."""

from __future__ import annotations

import re

#: Shown as pictures by themselves (Emoji_Presentation), as ranges of code points.
_PICTURES = (
    "\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be"
    "\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757"
    "\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a\U0001f201"
    "\U0001f21a\U0001f22f\U0001f232-\U0001f236\U0001f238-\U0001f23a\U0001f250\U0001f251\U0001f300-\U0001f64f"
    "\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7eb\U0001f90c-\U0001f9ff\U0001fa70-\U0001faff"
)
#: Signs that are pictures only where a selector says so.
_SIGNS = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u2328\u23cf\u23ed-\u23ef\u23f1\u23f2\u23f8-\u23fa\u24c2\u25aa\u25ab"
    "\u25b6\u25c0\u25fb\u25fc\u2600-\u27bf\u2934\u2935\u2b05-\u2b07\u3030\u303d\u3297\u3299\U0001f170-\U0001f189"
)
_MORE = "(?:[\ufe0f\U0001f3fb-\U0001f3ff]|\u200d.\ufe0f?)*"
PICTURE = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|[{_PICTURES}]{_MORE}|[{_SIGNS}]\ufe0f{_MORE}"
)
_SIGN = re.compile(f"[{_SIGNS}](?!\ufe0f)")
_KAOMOJI = re.compile(
    r"[(（][^\w\s()（）]{0,3}[\^oO><TxX;*＾°•ω][_.\-ー▽ω]?[^\w\s()（）]{0,3}[)）]|[:;=][\-^]?[)(DPp](?!\w)"
)


def pictures(text: str) -> int:
    """Emoji that are shown as pictures; a sequence of joined ones counts once."""
    return 0 if text.isascii() else sum(1 for _ in PICTURE.finditer(text))


def perhaps(text: str) -> int:
    """Emoji in a wider sense: with signs that may be shown as text, and with faces made of letters."""
    signs = 0 if text.isascii() else sum(1 for _ in _SIGN.finditer(text))
    return pictures(text) + signs + sum(1 for _ in _KAOMOJI.finditer(text))
