"""Files of records as the ingest reads them, for measures that need no stores."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from ingest.lines import Limits, Problem
from ingest.prepare import Job, prepare
from retriever.rows import PreparedDocument


def prepared_texts(path: Path) -> Iterator[PreparedDocument]:
    """Yield the documents of a file; what cannot be read of it is passed over."""
    for one in prepare(Job(path, str(path), "texts", path.name, Limits(max_bytes=math.inf))):
        if not isinstance(one, Problem):
            yield one.document
