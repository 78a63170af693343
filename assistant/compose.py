"""Ranked, supported sentences to a readable Chinese answer: value first, then the quote, each with its marker."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.citations import CitationList
from assistant.enumerations import enumerations
from assistant.evidence import Sentence, share_of
from assistant.values import holds_figure, holds_value, lead_values
from core.schema import Chunk
from core.templates import Templates
from retriever.places import gazetteer, short_name
from retriever.question import Ask, Question
from retriever.text import fold, sentence_spans, squeeze

LONGEST_QUOTE = 170
"""Characters of a quote; a longer sentence is cut at the ends of clauses around what answers."""
_LONGEST_ITEM, _LONGEST_CELL = 110, 70
_MOST_FACTS = 3
_MOST_ITEMS = 7
_MOST_TEXTS = 9
_VOTES = 8
_MOST_SECTIONS = 8
_SHORTEST_TELLING = 12
_MOST_PRECEDENTS, _LONGEST_PRECEDENT = 4, 48
"""Precedents are told in a line each; what is longer stands in the source."""
_MORE = 6
"""Sentences that an answer gets where more is asked for."""
_GAIN = 0.2
"""Share of the question's weight that a further sentence must add."""
_FURTHER = 2.0
"""A further sentence scores at most so much less than the best."""
_CLOSE = 1.5
"""One that scores so little less may be what answers, where the best one holds no value that is asked for."""
_BESIDE = 4.0
"""One with a value, in the same window, may score so much less."""
_ITEM = 3.0
"""An item of a list scores at most so much less than the best."""
_SAME_THING = 0.9
"""A sentence with a figure may stand for the best one only if it holds as much of the question: else it counts
something else."""
_SPREAD_SHARE = 0.5
"""One text among several holds at least this share of what the best one does of the question's terms."""
_THEME = 36
"""Characters: a shorter sentence only opens a paragraph; what explains it follows."""
_LONGEST_EXTENDED = 200
_FIGURES = frozenset({Ask.NUMBER, Ask.MONEY})
_OPENS = 60
"""Characters before a numbered structure in which the sentence stands that opens it."""
_ITEM_NUMBER = 3
"""Characters of the number of an item, whose 、 ends no clause."""
_LONGEST_LIST = 600
"""Characters of all items of a list together."""
_ITEM_END = re.compile(r"[。！？；;\n]")
_BULLET = re.compile(r"[-*•·]\s+(?=\S)")
"""The sign of an item of a list, no word of its text."""
_CLAUSE_BREAK = re.compile(r"(?<!\d)[，,：:、]|[，,：:、](?!\d)")
_NUMBER_CUT = re.compile(r"[\d.,，]")
_INERT = str.maketrans({"[": "［", "]": "］", "*": "＊", "|": "｜"})
_CLAUSE = re.compile(r"(?:[^；;，,。！？!?：:]|(?<=\d)[,，:：](?=\d))*[；;，,。！？!?：:]?[”’」』）)】》]*")
_EXPLAINS = re.compile(
    r"即|是指|指的是|包括|包含|构建|由.+组成|抓牢|以.+为(?!引领|抓手|契机|重点|主题|核心|依托|载体|目标|牵引)|：|——|通过|旨在|创新开展|实施"
)
_DEFINES = r"(?:，)?(?:是(?!否|不)|即|指|系|作为|被誉为|旨在|包括|由|已成为|，就是)"
"""What stands behind a name that a sentence says what it is."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A part of a sentence, `document.text[start:end] == text`."""

    sentence: Sentence
    start: int
    end: int
    text: str


class Composer:
    """Writes the parts of an answer. Each method returns finished lines of text, ready to be shown one by one."""

    def __init__(
        self,
        templates: Templates,
        citations: CitationList,
        place_of: Callable[[Sentence], str],
        text_of: Callable[[str], str],
        chunks_of: Callable[[str], Sequence[Chunk]],
    ) -> None:
        """Prepare.

        Args:
            templates: `answers.toml`.
            citations: collects what the lines cite.
            place_of: names the place that a sentence tells of.
            text_of: returns the text of a document by its id.
            chunks_of: returns the chunks of an article by its id, in order.
        """
        self._chunks_of = chunks_of
        self.place_of = place_of
        self._text_of = text_of
        self._templates = templates
        self._citations = citations

    def facts(self, question: Question, sentences: Sequence[Sentence], weights: Mapping[str, float]) -> Iterable[str]:
        """Yield the value that is asked for, in bold, and the one to three sentences that prove it."""
        chosen = _complementary(question, sentences, weights)
        cut = extended if question.asks <= {Ask.OTHER} else clip
        quotes = [cut(sentence, weights, question) for sentence in chosen]
        leads: list[str] = []
        for quote in quotes:
            if not leads and quote is not quotes[0] and self._leaves_open(quotes[0], question):
                break
            values = self._values(quote, question)
            new = [value for value in values if not any(value in lead for lead in leads)]
            if new:
                leads.append("、".join(new))
        if leads:
            yield self._templates.fill("answer.lead", values="、".join(leads))
        for quote in sorted(quotes, key=lambda q: (quotes[0].sentence.document_id != q.sentence.document_id, q.start)):
            yield self._quote("answer.quote", quote)

    def definition(
        self, question: Question, sentences: Sequence[Sentence], weights: Mapping[str, float]
    ) -> Iterable[str]:
        """Yield the name in bold with the sentence that explains it best, and one more that adds to it."""
        ordered = explanations(question, sentences)
        name = f"“{question.names[0]}”" if question.names else ""
        for number, sentence in enumerate(_complementary(question, ordered, weights)[:2]):
            line = self._quote("answer.quote", extended(sentence, weights, question))
            yield self._templates.fill("answer.definition", name=name, quote=line) if name and not number else line

    def summary(self, sentences: Sequence[Sentence]) -> Iterable[str]:
        """Yield the sections of the text that answers best, each with the sentence that tells most of it."""
        best = self._text_asked_about(sentences)
        yield self._templates.fill("answer.list_head", title=inert(best.article.title), where=self._where(best))
        for heading, quote in self._sections(best):
            line = self._quote("answer.item", quote)
            yield self._templates.fill("answer.section", heading=inert(heading), line=line[2:]) if heading else line

    def summary_table(self, sentences: Sequence[Sentence]) -> Iterable[str]:
        """Yield the same as a table, a row for each section."""
        best = self._text_asked_about(sentences)
        yield self._templates.fill("answer.list_head", title=inert(best.article.title), where=self._where(best))
        yield _cells(self._templates.fill(name) for name in ("table.section", "table.quote"))
        yield _cells(["---", "---"])
        for heading, quote in self._sections(best):
            named = inert(heading) or self._templates.fill("table.untitled")
            yield _cells([named, self._quote("table.cell", quote)])

    @staticmethod
    def _text_asked_about(sentences: Sequence[Sentence]) -> Sentence:
        """Return the first sentence of the text that most of the best ones are of."""
        worth = Counter(sentence.article.id for sentence in sentences[:_VOTES])
        return max(sentences[:_VOTES], key=lambda s: worth[s.article.id])

    def _sections(self, best: Sentence) -> Iterator[tuple[str, Quote]]:
        """Yield the headings of a text, empty where the quote holds it or there is none, with what tells most there."""
        sections: dict[str, list[Chunk]] = {}
        for number, chunk in enumerate(self._chunks_of(best.article.id)):
            sections.setdefault(chunk.headings[0] if chunk.headings else f"\n{number}", []).append(chunk)
        for heading, some in list(sections.items())[:_MOST_SECTIONS]:
            if quote := _telling(best, some):
                yield heading if heading.strip() == heading and heading not in quote.text else "", quote

    def listing(self, question: Question, sentences: Sequence[Sentence], weights: Mapping[str, float]) -> Iterable[str]:
        """Yield the items of a list from the text that answers best, in the order of that text.

        Where the best sentence stands in a numbered structure, or right before one, all of its items are given.
        """
        best = sentences[0]
        quotes = self._enumerated(best, question) or self._listed(question, sentences, weights)
        if len(quotes) == 1:
            yield self._quote("answer.quote", quotes[0])
            return
        yield self._templates.fill("answer.list_head", title=inert(best.article.title), where=self._where(best))
        for quote in quotes:
            yield self._quote("answer.item", quote)

    def _listed(self, question: Question, sentences: Sequence[Sentence], weights: Mapping[str, float]) -> list[Quote]:
        best = sentences[0]
        head = list(question.terms)[-1] if question.terms else ""
        own = [s for s in sentences if s.article.id == best.article.id and s.score >= best.score - _ITEM]
        own.sort(key=lambda s: -(s.score + 0.3 * (head in s.text)))
        chosen = sorted({_whole(s).start: _whole(s) for s in own[:_MOST_ITEMS]}.values(), key=lambda s: s.start)
        themes = self._themes(best, head)
        if len(themes) > 1 and len(themes) == question.listed:
            return themes
        return [clip(sentence, weights, question) for sentence in chosen]

    def _themes(self, best: Sentence, head: str) -> list[Quote]:
        """Return the short sentences of an article that end with a noun: 拓宽日常调研渠道。畅通重点工作识别渠道。."""
        text, article = self._text_of(best.document_id), best.article
        if not head:
            return []
        spans = [(article.start + a, article.start + b) for a, b in sentence_spans(text[article.start : article.end])]
        short = [(a, b) for a, b in spans if b - a <= _THEME and text[a:b].rstrip("。；;！").endswith(head)]
        return [Quote(best, a, b, text[a:b]) for a, b in short]

    def _enumerated(self, best: Sentence, question: Question) -> list[Quote]:
        """Return the items of the numbered structure that a sentence stands in or opens; none where there is none."""
        text, article = self._text_of(best.document_id), best.article
        around = [
            one
            for one in enumerations(text, article.start, article.end)
            if one.start - _OPENS <= best.start < one.end and best.end > one.start - _OPENS
        ]
        wanted = [one for one in around if len(one.items) == question.listed]
        found = min(wanted or around, key=lambda one: one.end - one.start, default=None)
        if found is None or (question.listed and not wanted):
            return []
        longest = min(_LONGEST_ITEM, _LONGEST_LIST // len(found.items))
        return [_first_clauses(best, text, start, end, longest) for start, end in found.items]

    def spread(self, question: Question, sentences: Sequence[Sentence], weights: Mapping[str, float]) -> Iterable[str]:
        """Yield a line for each text that answers: precedents, or places in a table where a figure is asked for."""
        best: dict[str, Sentence] = {}
        for sentence in sorted(sentences, key=lambda s: -s.merit):
            best.setdefault(self.place_of(sentence) or sentence.article.id, sentence)
        most = max(s.coverage for s in best.values())
        precedents = Ask.PRECEDENT in question.asks and not question.asks & _FIGURES
        count, longest = (_MOST_PRECEDENTS, _LONGEST_PRECEDENT) if precedents else (_MOST_TEXTS, _LONGEST_ITEM)
        chosen = [s for s in best.values() if s.coverage >= _SPREAD_SHARE * most][:count]
        head = "answer.precedent_head" if Ask.PRECEDENT in question.asks else "answer.spread_head"
        yield self._templates.fill(head, count=len(chosen))
        if question.asks & _FIGURES:
            yield from self._rows(question, chosen, weights)
            return
        for sentence in chosen:
            yield self._quote("answer.quote_item", clip(sentence, weights, question, longest))

    def readings(
        self, question: Question, sentences: Sequence[Sentence], weights: Mapping[str, float]
    ) -> Iterable[str]:
        """Yield that a question may mean several places, and what each of them tells."""
        yield self._templates.fill("answer.readings", count=len(sentences))
        for sentence in sentences:
            yield self._quote("answer.quote_item", clip(sentence, weights, question, _LONGEST_ITEM))

    def table(self, question: Question, sentences: Sequence[Sentence], weights: Mapping[str, float]) -> Iterable[str]:
        """Yield what answers as a table, a row for each sentence, the best first."""
        top = sentences[0].score
        chosen = [s for s in sentences if s.score >= top - _ITEM][:_MOST_ITEMS]
        yield from self._rows(question, chosen, weights)

    def more(self, question: Question, sentences: Sequence[Sentence], weights: Mapping[str, float]) -> Iterable[str]:
        """Yield further sentences that answer and have not been cited, in the order of their texts."""
        cited = self._citations.all()
        fresh = [
            s
            for s in sentences
            if not any(c.document_id == s.document_id and c.start < s.end and s.start < c.end for c in cited)
        ][:_MORE]
        for sentence in sorted(
            fresh, key=lambda s: (s.document_id != sentences[0].document_id, s.document_id, s.start)
        ):
            yield self._quote("answer.quote", extended(sentence, weights, question))

    def _rows(self, question: Question, sentences: Sequence[Sentence], weights: Mapping[str, float]) -> Iterable[str]:
        yield from self._table_head("table.place", question)
        for sentence in sentences:
            yield self._row(self._place(sentence), question, clip(sentence, weights, question, _LONGEST_CELL))

    def comparison(self, parts: Sequence[tuple[Question, Sequence[Sentence], Mapping[str, float]]]) -> Iterable[str]:
        """Yield a table with a row for each part of a comparison; a part that nothing supports says so."""
        first = parts[0][0]
        yield from self._table_head("table.place" if first.places else "table.thing", first)
        subjects = _subjects([question for question, _, _ in parts])
        for subject, (question, sentences, weights) in zip(subjects, parts, strict=True):
            yield self._row(
                inert(subject), question, self._best_of(question, sentences, weights) if sentences else None
            )

    def _best_of(self, question: Question, sentences: Sequence[Sentence], weights: Mapping[str, float]) -> Quote:
        best = sentences[0]
        if not question.asks & _FIGURES:
            return extended(explanations(question, sentences)[0], weights, question)
        same = [s for s in sentences if s.coverage >= _SAME_THING * best.coverage]
        return clip(next((s for s in same if s.value), best), weights, question, _LONGEST_ITEM)

    def _table_head(self, subject: str, question: Question) -> Iterable[str]:
        names = [subject, *(["table.value"] if question.asks & _FIGURES else []), "table.quote"]
        yield _cells(self._templates.fill(name) for name in names)
        yield _cells("---" for _ in names)

    def _row(self, subject: str, question: Question, quote: Quote | None) -> str:
        """Return a row of a table: what it is about, the figure where one is asked for, and the quote."""
        lacking = self._templates.fill("table.lacking")
        figures: list[str] = []
        if question.asks & _FIGURES:
            values = self._values(quote, question) if quote else []
            told = quote is not None and holds_figure(quote.text)
            figures = ["、".join(values) or (self._templates.fill("table.see") if told else lacking)]
        return _cells([subject, *figures, self._quote("table.cell", quote) if quote else lacking])

    def _values(self, quote: Quote, question: Question) -> list[str]:
        """Return the values that a quote gives for a question; of several places in it, only those of the asked one."""
        text = quote.text
        districts = [m for m in gazetteer().find(text) if any(place.district for place in m.places)]
        if len({mention.name for mention in districts}) > 1:
            asked = {short_name(mention.name) for mention in question.places}
            at = next((i for i, m in enumerate(districts) if short_name(m.name) in asked), None)
            if at is None:
                return []
            stop = districts[at + 1].start if at + 1 < len(districts) else len(text)
            text = text[districts[at].start : stop]
        return lead_values(text, question.asks, question.measures, question.text)

    @staticmethod
    def _leaves_open(quote: Quote, question: Question) -> bool:
        """Whether a quote holds figures of the kind that is asked for, so that another quote's are no clearer."""
        return any(holds_value(quote.text, ask, question.measures) for ask in question.asks & _FIGURES)

    def _quote(self, template: str, quote: Quote) -> str:
        if bullet := _BULLET.match(quote.text):
            quote = replace(quote, start=quote.start + bullet.end(), text=quote.text[bullet.end() :])
        sentence = quote.sentence
        where = self._place(sentence) if template == "answer.quote_item" else self._where(sentence)
        text = _unquoted(inert(quote.text))
        return self._templates.fill(template, quote=text, marker=self._cite(quote), where=where)

    def _cite(self, quote: Quote) -> int:
        s = quote.sentence
        return self._citations.cite(s.document_id, s.source, s.article.title, quote.start, quote.end, quote.text)

    def _place(self, sentence: Sentence) -> str:
        article, meta = sentence.article, sentence.article.meta
        place = self.place_of(sentence)
        if not place:
            return self._templates.fill("where.untold", title=inert(article.title))
        return self._templates.fill("where.place_year", place=place, year=meta.year) if meta.year else place

    def _where(self, sentence: Sentence) -> str:
        """Return the place and the date of a sentence, each said to be untold where it is."""
        place = self.place_of(sentence) or self._templates.fill("where.no_place")
        year = sentence.article.meta.year
        date = self._templates.fill("where.year", year=year) if year else self._templates.fill("where.no_date")
        return self._templates.fill("where.place_date", place=place, date=date)


def _subjects(questions: Sequence[Question]) -> list[str]:
    """Return what each part of a comparison is about, by what tells them apart: place, programme or year."""
    named = [
        [question.subject for question in questions],
        [f"“{question.names[0]}”" if question.names else "" for question in questions],
        [f"{question.years[0]}年" if question.years else "" for question in questions],
    ]
    apart = (some for some in named if all(some) and len(set(some)) == len(questions))
    return next(apart, [question.text for question in questions])


def _unquoted(text: str) -> str:
    """Return a text that is one quotation without its marks, as the answer puts its own around it."""
    return text[1:-1] if text[:1] == "“" and text.find("”") == len(text) - 1 and "“" not in text[1:] else text


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _telling(like: Sentence, chunks: Sequence[Chunk]) -> Quote | None:
    """Return the first sentence of a section that holds a figure, else its first; None where there is none."""
    spans = [(c, a, b) for c in chunks for a, b in sentence_spans(c.text) if b - a >= _SHORTEST_TELLING]
    spans = [one for one in spans if one[0].text[one[1] : one[2]] not in one[0].headings]
    found = next(((c, a, b) for c, a, b in spans if holds_figure(c.text[a:b])), spans[0] if spans else None)
    if found is None:
        return None
    chunk, start, end = found
    longest = min(end, start + _LONGEST_ITEM)
    if longest < end:
        breaks = [m.start() for m in _CLAUSE_BREAK.finditer(chunk.text, start + 1, longest)]
        longest = breaks[-1] if breaks else _not_inside_a_figure(chunk.text, longest)
    text = chunk.text[start:longest]
    return Quote(like, chunk.start + start, chunk.start + longest, text)


def _not_inside_a_figure(text: str, stop: int) -> int:
    """Return `stop`, moved back where it would cut a figure in two."""
    while stop > 1 and _NUMBER_CUT.match(text, stop - 1) and _NUMBER_CUT.match(text, stop):
        stop -= 1
    return stop


def _first_clauses(like: Sentence, text: str, start: int, end: int, longest: int) -> Quote:
    """Return the beginning of an item: its first sentence, or of a long one as many clauses as there is room for."""
    stop = min(end, start + longest)
    if sentence := _ITEM_END.search(text, start, end):
        stop = min(stop, sentence.start())
    if stop < end and stop == start + longest:
        clauses = [m.start() for m in _CLAUSE_BREAK.finditer(text, start + _ITEM_NUMBER, stop)]
        stop = clauses[-1] if clauses else _not_inside_a_figure(text, stop)
    quote = text[start:stop].rstrip("，,；;：:、。 \n")
    return Quote(like, start, start + len(quote), quote)


def explanations(question: Question, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences, those first that explain what the question names."""
    names = question.names or tuple(term for term, tag in question.tags.items() if tag[0] in "nij")[:1]

    def rank(sentence: Sentence) -> float:
        named = sum(fold(name) in fold(sentence.text) for name in question.names)
        explains = bool(_EXPLAINS.search(sentence.text)) and named > 0
        defines = any(re.search(rf"{re.escape(fold(name))}[”》’」]?{_DEFINES}", fold(sentence.text)) for name in names)
        return sentence.score + 1.2 * named + 0.6 * explains + 2.0 * defines + 0.1 * min(1.0, len(sentence.text) / 80)

    return sorted(sentences, key=rank, reverse=True)


def _complementary(question: Question, sentences: Sequence[Sentence], weights: Mapping[str, float]) -> list[Sentence]:
    """Return the best sentence and those that add enough of the question's terms or its missing values."""
    chosen = [sentences[0]]
    total = sum(weights.values()) or 1.0
    for sentence in sentences[1:12]:
        if len(chosen) == _MOST_FACTS:
            break
        beside = sentence.value and sentence.in_window and chosen[0].in_window
        if sentence.article.id != chosen[0].article.id:
            continue
        if sentence.score < chosen[0].score - (_BESIDE if beside else _FURTHER):
            continue
        values = sum(len(lead_values(s.text, question.asks, question.measures, question.text)) for s in chosen)
        have = squeeze(fold("".join(s.text for s in chosen)))
        gain = sum(
            weight
            for term, weight in weights.items()
            if share_of(term, have) < 0.5 and share_of(term, squeeze(fold(sentence.text))) >= 0.5
        )
        lacks_value = sentence.value and values < max(1, question.wanted)
        unsure = not values and sentence.score >= chosen[0].score - _CLOSE
        if gain >= _GAIN * total or lacks_value or unsure:
            chosen.append(sentence)
    return chosen


def _whole(statement: Sentence) -> Sentence:
    """Return the sentence that a statement between semicolons is part of: what it lists belongs together."""
    paragraph = statement.paragraph + statement.following
    offset = statement.end - len(statement.paragraph)
    for start, end in sentence_spans(paragraph):
        if offset + start <= statement.start < offset + end:
            return replace(
                statement, start=offset + start, end=offset + end, text=paragraph[start:end],
                paragraph=paragraph[:end], following=paragraph[end:],
            )  # fmt: skip
    return statement


def extended(sentence: Sentence, weights: Mapping[str, float], question: Question) -> Quote:
    """Return the sentence; one that only opens a theme together with the sentences that follow it in its paragraph."""
    if len(sentence.text) > _THEME:
        return clip(sentence, weights, question)
    end = 0
    for _, stop in sentence_spans(sentence.following):
        if len(sentence.text) + stop > _LONGEST_EXTENDED:
            break
        end = stop
    text = sentence.text + sentence.following[:end]
    return Quote(sentence, sentence.start, sentence.start + len(text), text)


def clip(sentence: Sentence, weights: Mapping[str, float], question: Question, longest: int = LONGEST_QUOTE) -> Quote:
    """Return the sentence, or of a long one the run of clauses of at most `longest` characters that answers best."""
    if len(sentence.text) <= longest:
        return Quote(sentence, sentence.start, sentence.end, sentence.text)
    spans = [(m.start(), m.end()) for m in _CLAUSE.finditer(sentence.text) if m.end() > m.start()]
    best, best_value = (0, _not_inside_a_figure(sentence.text, min(longest, len(sentence.text)))), -1.0
    for i, (start, _) in enumerate(spans):
        for _, end in spans[i:]:
            if end - start > longest:
                break
            value = _worth(sentence.text[start:end], weights, question)
            if value > best_value + 1e-9:
                best, best_value = (start, end), value
    start, end = best
    text = sentence.text[start:end].rstrip("，,；;：:、")
    return Quote(sentence, sentence.start + start, sentence.start + start + len(text), text)


def _worth(text: str, weights: Mapping[str, float], question: Question) -> float:
    folded = squeeze(fold(text))
    terms = sum(weight * share_of(term, folded) for term, weight in weights.items()) / (sum(weights.values()) or 1.0)
    names = sum(fold(name) in folded for name in question.names)
    values = len(lead_values(text, question.asks, question.measures, question.text))
    return terms + 0.5 * names + 0.3 * values + 0.05 * len(text) / LONGEST_QUOTE


def inert(text: str) -> str:
    """Return text of a document as an answer shows it: its brackets and asterisks are no markers and no bold."""
    return text.translate(_INERT)


def joined(lines: Sequence[str]) -> str:
    """Return lines as one text: items of a list below each other, everything else as paragraphs."""
    text = "".join(lines[:1])
    for before, line in pairwise(lines):
        together = any(before.startswith(begin) and line.startswith(begin) for begin in ("- ", "| "))
        text += ("\n" if together else "\n\n") + line
    return text
