"""Links re-posts in the database to one main copy each: the first, or the first that is no scan.

Both lie in one collection: of two copies, one may be for some people only, and the other has to be found without it.
"""

from __future__ import annotations

from ingest.reposts import is_repost, new_sentences, signature
from retriever.database import Database
from retriever.links import Links, StoredText

_BATCH = 100
_CANDIDATES = 20
"""Main copies that are compared word by word at most, those first whose signatures agree most."""


def link_new(database: Database) -> int:
    """Compare all articles that have not been compared yet; returns how many of them are re-posts."""
    copies = 0
    while True:
        with database.links() as links:
            articles = links.unlinked(_BATCH)
            copies += sum(_link(links, article) for article in articles)
        if not articles:
            return copies


def _link(links: Links, article: StoredText) -> bool:
    bands = signature(article.text).bands()
    for main in links.candidates(bands, _CANDIDATES):
        if main.collections == article.collections and is_repost(article.text, main.text):
            if main.recognised and not article.recognised:
                links.undo_main(main.article_id)
                break
            links.make_copy(article.article_id, main.article_id, _nothing_new(article, main))
            return True
    links.make_main(article.article_id, bands)
    return False


def _nothing_new(copy: StoredText, main: StoredText) -> set[str]:
    """Return the chunks of a copy whose sentences all stand in the main copy."""
    new = new_sentences(copy.text, main.text)
    return {chunk_id for chunk_id, start, end in copy.chunks if not any(a < end and start < b for a, b in new)}
