"""Negations: whether a sentence negates what its source negates, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.sources import CLAUSE_END, Clause, Source, folded_text, quoted
from retriever.text import bigrams, fold, squeeze

_NEGATION = re.compile(
    r"(?!不(?:得不|能不|仅|断|但|管|论|过|足|[得能应]?超|少|幸|懈|等|容|免|愧|乏|惜|久|凡|动产|同(?!意))|未来|无(?:人机|偿|论|疑|私|穷|数|形|缝|限)|没收)"
    r"(?:不得|不能|不再|不会|不予|不用|不必|不准|不许|尚未|未能|未曾|从未|没有|没能|没法|无需|无须|无法|难以|禁止|严禁|不|未|没|无)"
    r"(?:再|被|予以|进行|得到|出现|受到)?(?P<what>[\u3400-\u9fff][\u3400-\u9fff0-9])"
)
"""不仅, 不断, 未来 and the like negate nothing; 不足 and 不超过 belong to a figure."""
_BEYOND = re.compile(r"(不?)[能得应可]?(超过|低于|少于|高于|多于|晚于|早于)(?![\d一二三四五六七八九十百千万近约])")
"""不超过 and 超过 that stand away from their figure; those right before it are its hedge."""
_PAIR = 2
_NOT = frozenset("不未没无非")
_TOLD = 0.6
"""Share of the pairs of a clause that a sentence has to hold to tell what the clause does."""
_SPOKEN_OF = 0.4
"""Share of them that a sentence has to hold that negates something which stands in the clause."""


def _negated(text: str) -> frozenset[str]:
    """Return what a text negates, as pairs of characters: 未|参加, 不得|兼任."""
    return frozenset(match["what"] for match in _NEGATION.finditer(squeeze(fold(text))))


def affirmed(text: str) -> str:
    """Return a folded text without what it negates."""
    return _NEGATION.sub(" ", text)


def clauses_of(text: str) -> Iterator[Clause]:
    """Yield the clauses of a text with what they negate."""
    for clause in CLAUSE_END.split(text):
        folded = squeeze(fold(clause))
        if pairs := frozenset(bigrams(_NEGATION.sub(r" \g<what>", folded))):
            dropped = (folded[max(0, m.start() - 1) : m.start()] + m["what"] for m in _NEGATION.finditer(folded))
            yield Clause(folded, pairs, _negated(folded), frozenset(run for run in dropped if len(run) > _PAIR))


def agrees(words: str, sources: Sequence[Source]) -> bool:
    """Whether the words negate what the clauses of the sources that they tell negate, and nothing else.

    They tell a clause where most of its pairs of characters stand in them. A quotation may not leave out the negation
    that stands right before it.
    """
    folded = squeeze(fold(words))
    if any(_opposed(folded, source.folded) for source in sources):
        return False
    negated, plain = _negated(words), affirmed(folded)
    said = set(bigrams(_NEGATION.sub(r" \g<what>", folded)))
    for source in sources:
        if any(what in plain and _is_about(what, source, said) for what in source.only_negated - negated):
            return False
        told = [clause for clause in source.clauses if len(clause.pairs & said) >= _TOLD * len(clause.pairs)]
        told = [one for one in told if not any(_tells_better(other, one, said, negated) for other in source.clauses)]
        if not negated and "非" not in folded and any(clause.negated for clause in told):
            return False
        if any(what in plain for clause in told for what in clause.negated - negated):
            return False
        if any(run in plain and run not in source.folded for clause in source.clauses for run in clause.without):
            return False
        for what in negated:
            about = [clause for clause in source.clauses if what in clause.folded]
            near = any(len(clause.pairs & said) >= _SPOKEN_OF * len(clause.pairs) for clause in about)
            if near and not any(clause.negated for clause in about):
                return False
    runs = [*quoted(words), *(clause for clause in map(folded_text, CLAUSE_END.split(words)) if len(clause) > 3)]
    runs = [run for run in runs if any(run in source.folded for source in sources)]
    return all(any(_stands_affirmed(run, source.folded) for source in sources) for run in runs)


def _tells_better(plain: Clause, denied: Clause, said: set[str], negated: frozenset[str]) -> bool:
    """Whether a clause that negates nothing holds all that some words share with one that does, and what it denies."""
    if plain.negated or not denied.negated or not denied.pairs & said <= plain.pairs:
        return False
    return all(what in plain.folded for what in denied.negated) and not any(what in plain.folded for what in negated)


def _is_about(what: str, source: Source, said: set[str]) -> bool:
    """Whether some pairs of characters share more than `what` with a clause that negates it."""
    return any(what in clause.negated and len(clause.pairs & said - {what}) > 0 for clause in source.clauses)


def _opposed(words: str, text: str) -> bool:
    """Whether some words say 超过 where a text only says 不超过, or the other way round."""
    said, told = ({(m[2], m[1]) for m in _BEYOND.finditer(one)} for one in (words, text))
    return any((word, no) not in told and (word, "" if no else "不") in told for word, no in said)


def _stands_affirmed(quotation: str, text: str) -> bool:
    """Whether a quotation stands in a text without a negation right before it."""
    return any(text[match.start() - 1 : match.start()] not in _NOT for match in re.finditer(re.escape(quotation), text))
