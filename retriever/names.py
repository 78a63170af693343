"""Names that a text gives to things: what it puts in quotation marks or title marks, and places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from retriever.places import Gazetteer

QUOTED = "quoted"
PLACE = "place"

_QUOTED = re.compile(r"[“「『\"]([^“”「」『』\"，。；！？,;!?\n]{2,24})[”」』\"]|《([^《》\n]{2,60})》")


def quoted_names(text: str) -> Iterator[str]:
    """Yield what stands in quotation marks or title marks, in order, repeats included."""
    for match in _QUOTED.finditer(text):
        yield match[1] or match[2]


def names_in(texts: Iterable[str], gazetteer: Gazetteer) -> set[tuple[str, str]]:
    """Return the names in some texts as pairs of kind (`QUOTED` or `PLACE`) and name."""
    found: set[tuple[str, str]] = set()
    for text in texts:
        found.update((QUOTED, name) for name in quoted_names(text))
        found.update((PLACE, mention.name) for mention in gazetteer.find(text))
    return found
