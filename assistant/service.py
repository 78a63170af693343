"""The assistant: question → evidence → checked answer, over one library."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice, zip_longest

from assistant.api import AnswerService, LibraryStatus
from assistant.citations import CitationList
from assistant.commands import Command, Wish, command_of, question_before, without_wishes
from assistant.compose import Composer, inert, joined
from assistant.examples import example_questions
from assistant.excerpts import Excerpt, excerpts_of
from assistant.finder import Finder, Found, Stopwatch, shown_passages
from assistant.forms import choices_of, lines_of
from assistant.notes import Remarks
from assistant.proof import Proof
from assistant.support import Judge
from assistant.verify import Badge, Checked, Checker
from assistant.whereabouts import Locator
from assistant.writer import ModelWriter
from core.errors import ChatModelError, StoreError
from core.schema import Answer, AnswerStatus, Article, CitationStatus, Document, Encoder, EvidenceReader, Passage, Turn
from core.settings import Settings
from core.templates import Templates
from retriever.followup import complete
from retriever.library import Library
from retriever.places import gazetteer
from retriever.scope import Scope

log = logging.getLogger(__name__)

LONGEST_QUESTION = 2000
OPENING_EXAMPLES = 6
_EXAMPLE_ARTICLES = 30
_NO_YEAR = "-"


class Assistant(AnswerService):
    """Answers by quoting, or in the words of a language model that are checked; see `assistant.api.AnswerService`."""

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        templates: Templates,
        reader: EvidenceReader | None = None,
        writer: ModelWriter | None = None,
    ) -> None:
        """Prepare.

        Args:
            library: open for reading, made with `encoder`.
            encoder: embeds questions and sentences.
            templates: `answers.toml`.
            reader: tells how well passages and sentences answer.
            writer: the attached language model, if there is one.
        """
        self._resources = ExitStack()
        self._examples: dict[tuple[str, ...], list[str]] = {}
        self._database = library.database
        self._templates = templates
        self._writer = writer
        self._gazetteer = gazetteer()
        self._locator = Locator(self._gazetteer)
        self._remarks = Remarks(templates, self._locator.place_of)
        self._finder = Finder(library, encoder, Judge(self._locator), reader)
        self._questions = self._finder.questions

    def keep(self, resources: ExitStack) -> None:
        """Take over what `close` has to give back."""
        self._resources = resources

    def close(self) -> None:
        """Give the library back."""
        self._resources.close()

    def status(self) -> LibraryStatus:
        """Return the size of the library."""
        return LibraryStatus(*self._database.counts())

    def answer(self, question: str, history: Sequence[Turn] = (), scope: Scope | None = None) -> Answer:
        """Return the whole answer."""
        *_, last = self.stream(question, history, scope)
        return last

    def stream(self, question: str, history: Sequence[Turn] = (), scope: Scope | None = None) -> Iterator[Answer]:
        """Yield the answer line by line; the last one yielded is the whole, checked answer."""
        yield from self._stream(question, history, scope, self._writer)

    def search(self, query: str, k: int = 10, scope: Scope | None = None) -> list[Passage]:
        """Return the `k` best passages, ranked and read."""
        return self._finder.search(query, k, scope)

    def scope(
        self,
        *,
        places: Iterable[str] = (),
        from_year: int | None = None,
        to_year: int | None = None,
        kinds: Iterable[str] = (),
        collections: Iterable[str] = (),
    ) -> Scope:
        """Return a scope by what people call things."""
        return self._finder.scope(
            places=places, from_year=from_year, to_year=to_year, kinds=kinds, collections=collections
        )

    def _stream(
        self, question: str, history: Sequence[Turn], scope: Scope | None, writer: ModelWriter | None
    ) -> Iterator[Answer]:
        watch = Stopwatch()
        notes: list[str] = []
        if problem := self._unusable(question):
            yield Answer(question, AnswerStatus.REFUSED, problem)
            return
        command = command_of(question)
        asked, earlier, years = question_before(history) if command else (question.strip(), history, None)
        if not asked:
            yield Answer(question, AnswerStatus.REFUSED, self._templates.fill("refuse.nothing_before"))
            return
        wish = command.wish if command else None
        if command and command.wish is Wish.YEARS:
            years = command
        if years:
            of_years = self._finder.scope(from_year=years.from_year, to_year=years.to_year)
            scope = replace(scope or of_years, years=_common(scope, of_years))
        understood, found = self._understand(asked, without_wishes(earlier), watch, scope)
        if understood != question.strip():
            notes.append(self._templates.fill("notes.understood", question=understood))
        if years:
            notes.append(self._years(years))
        passages = shown_passages(found)
        draft = Answer(question, AnswerStatus.GROUNDED, "", (), passages, tuple(notes), watch.ms)
        if writer is not None and wish in (None, Wish.YEARS) and any(one.supported for one in found):
            try:
                written = self._written(writer, draft, understood, history, found)
                for answer in watch.timed("write", written):
                    yield replace(answer, timings_ms=dict(watch.ms))
                return
            except ChatModelError as exc:
                log.warning("no usable answer of the chat model: %s (%s)", exc, type(exc.__cause__ or exc).__name__)
                draft = replace(draft, notes=(*notes, writer.templates.fill("notes.unusable")))
        citations = CitationList(self._database.document)
        lines: list[str] = []
        for line in watch.timed("compose", lines_of(found, self._composer(citations), wish)):
            lines.append(line)
            if wish is not Wish.DATES:
                yield replace(draft, text=joined(lines), citations=citations.all(), timings_ms=dict(watch.ms))
        if wish is Wish.DATES:
            lines = self._dates(citations)
        choices = () if wish else choices_of(found, self._locator.place_of)
        remarks = self._notes(draft, found, citations)
        draft = replace(draft, notes=remarks, choices=choices, timings_ms=dict(watch.ms))
        if not lines:
            yield replace(draft, status=AnswerStatus.REFUSED, text=self._refusal(found))
            return
        with watch.stage("verify"):
            # What a text's record says of its date is no quotation.
            lines, holds = (lines, True) if wish is Wish.DATES else self._proof(citations).checked(lines)
        partial = any(not one.supported for one in found)
        status = AnswerStatus.GROUNDED if holds and not partial else AnswerStatus.PARTIAL
        yield replace(draft, status=status, text=joined(lines), citations=citations.all(), timings_ms=dict(watch.ms))

    def _proof(self, citations: CitationList) -> Proof:
        verbatim = self._templates.fill(f"badge.{Badge.VERBATIM}")
        failed = self._templates.fill(f"badge.{Badge.UNSUPPORTED}")
        return Proof(citations.all(), self.source, self._gazetteer, verbatim.rstrip("〕"), failed)

    def _notes(self, draft: Answer, found: Sequence[Found], citations: CitationList) -> tuple[str, ...]:
        """Return the notes under an answer: how it was understood, what disagrees, what is old, what is near."""
        notes = [*draft.notes, *self._remarks.disagreement(found, citations)]
        cited = [(c.marker, self.source(c.document_id, c.start)[1].meta.year) for c in citations.all()]
        return (*notes, *self._remarks.age(cited), *self._remarks.near(found))

    def _years(self, command: Command) -> str:
        first, last = command.from_year, command.to_year
        years = str(first) if first == last else f"{first or ''}—{last or ''}"
        return self._templates.fill("notes.years", years=years)

    def _dates(self, citations: CitationList) -> list[str]:
        """Return a line for each text that an answer cites: when it is from, and how that is known."""
        lines: dict[str, str] = {}
        for c in citations.all():
            meta = self.source(c.document_id, c.start)[1].meta
            date = f"{meta.date}（{meta.date_from}）" if meta.date else self._templates.fill("where.no_date")
            title = inert(c.title)
            lines.setdefault(
                c.document_id, self._templates.fill("answer.dated", title=title, date=date, marker=c.marker)
            )
        return list(lines.values())

    def _understand(
        self, question: str, history: Sequence[Turn], watch: Stopwatch, scope: Scope | None
    ) -> tuple[str, list[Found]]:
        """Return the question as it was answered and what was found for its parts.

        Where nothing supports a question that was completed from earlier turns, the person's own words count.
        """
        with watch.stage("understand"):
            understood = complete(question, history, self._questions)
        found = self._finder.find(understood, watch, scope)
        if understood != question and not any(one.supported for one in found):
            own = self._finder.find(question, watch, scope)
            if any(one.supported for one in own):
                return question, own
        return understood, found

    def _text_of(self, document_id: str) -> str:
        return self._database.texts([document_id])[document_id]

    def source(self, document_id: str, at: int) -> tuple[Document, Article]:
        """Return a document and its article around the character offset `at`."""
        document = self._database.document(document_id)
        articles = self._database.articles(document_id)
        if document is None or not articles:
            raise StoreError("这份资料已不在资料库中，可能已被移除或更新，请重新提问。")
        return document, next((a for a in articles if a.start <= at < a.end), articles[0])

    def examples(self, count: int, scope: Scope | None = None) -> list[str]:
        """Return up to `count` questions that the texts in `scope` answer; drawn once for each set of hidden ones."""
        hidden = Scope(hidden=scope.hidden) if scope and scope.hidden else None
        known = self._examples.setdefault(hidden.hidden if hidden else (), [])
        if not known:
            drawn = example_questions(self._database, self._templates, _EXAMPLE_ARTICLES)
            answered = (q for q in islice(drawn, 3 * count) if self.quoted(q, hidden).status is AnswerStatus.GROUNDED)
            known += islice(answered, count)
        return known[:count]

    def quoted(self, question: str, scope: Scope | None = None) -> Answer:
        """Return the answer without the language model."""
        *_, last = self._stream(question, (), scope, None)
        return last

    def _unusable(self, question: str) -> str:
        if not question.strip():
            return self._templates.fill("refuse.no_question")
        if len(question) > LONGEST_QUESTION:
            return self._templates.fill("refuse.too_long", length=len(question), limit=LONGEST_QUESTION)
        read = self._questions.read(question)
        if read.small_talk:
            return self._templates.fill("refuse.small_talk")
        if read.moments:
            return self._templates.fill("refuse.moment", moment=read.moments[0])
        return ""

    def _written(
        self, writer: ModelWriter, draft: Answer, question: str, history: Sequence[Turn], found: Sequence[Found]
    ) -> Iterator[Answer]:
        """Yield what the language model writes, of each draft only the sentences that pass the check.

        Raises:
            ChatModelError: it gave nothing that can be shown.
        """
        in_turn = zip_longest(*(one.supported for one in found))
        excerpts = excerpts_of((s for row in in_turn for s in row if s is not None), writer.templates)
        labels = {badge: self._templates.fill(f"badge.{badge}") for badge in (Badge.VERBATIM, Badge.REPHRASED)}
        checker = Checker(excerpts, self._gazetteer, labels)
        document = cache(self._database.document)
        text, shown = "", Checked((), 0)
        for text in writer.drafts(question, history, excerpts):
            citations = CitationList(document)
            checked = checker.check(text, citations, growing=True)
            if checked.lines != shown.lines:
                shown = checked
                yield replace(draft, text=joined(checked.lines), citations=citations.all())
        citations = CitationList(document)
        checked = checker.check(text, citations)
        if checked.struck:
            again = CitationList(document)
            redone = self._redone(writer, question, history, excerpts, text, checked, checker, again)
            if redone is not None:
                checked, citations = redone, again
        if not checked.lines:
            raise ChatModelError("语言模型的回答里没有一句话通过核对。")
        lacking = [one.question.subject for one in found if not one.supported]
        lines = [*checked.lines, *(self._templates.fill("answer.partial", what=name) for name in lacking)]
        struck = [writer.templates.fill("notes.struck", count=checked.struck)] if checked.struck else []
        failed = any(citation.status is CitationStatus.FAILED for citation in citations.all())
        status = AnswerStatus.PARTIAL if lacking or failed else AnswerStatus.GROUNDED
        notes = (*self._notes(draft, found, citations), *struck)
        yield replace(draft, status=status, text=joined(lines), citations=citations.all(), notes=notes)

    @staticmethod
    def _redone(
        writer: ModelWriter,
        question: str,
        history: Sequence[Turn],
        excerpts: Sequence[Excerpt],
        text: str,
        checked: Checked,
        checker: Checker,
        citations: CitationList,
    ) -> Checked | None:
        """Return what a second text of the model is after the check, where less of it is struck; else None."""
        struck = [sentence.text for sentence in checked.sentences if sentence.badge is Badge.UNSUPPORTED]
        try:
            second = checker.check(writer.redone(question, history, excerpts, text, struck), citations)
        except ChatModelError as exc:
            log.warning("the chat model gave no second answer: %s", exc)
            return None
        return second if second.lines and second.struck < checked.struck else None

    def _composer(self, citations: CitationList) -> Composer:
        return Composer(self._templates, citations, self._locator.place_of, self._text_of, self._database.chunks_of)

    def _refusal(self, found: Sequence[Found]) -> str:
        refusals = [one.refusal for one in found]
        for key, things in (
            ("refuse.absent", [thing for r in refusals for thing in r.absent]),
            ("refuse.apart", [thing for r in refusals for thing in r.apart]),
        ):
            if things:
                return self._templates.fill(key, things=_together(list(dict.fromkeys(things))))
        return self._templates.fill("refuse.nothing")


def _together(things: Sequence[str]) -> str:
    """Return 沙坪坝区和“熔炉计划”."""
    return "和".join(filter(None, ("、".join(things[:-1]), things[-1])))


def _common(scope: Scope | None, other: Scope) -> tuple[str, ...]:
    """Return the years of both scopes; where they share none, a year of which there are no texts."""
    if scope is None or not scope.years:
        return other.years
    return tuple(year for year in scope.years if year in other.years) or (_NO_YEAR,)


@dataclass(frozen=True, slots=True)
class Models:
    """What answers with, besides the library: loaded once, while libraries are opened and closed."""

    encoder: Encoder
    reader: EvidenceReader | None
    writer: ModelWriter | None

    @classmethod
    def open(cls, settings: Settings) -> Models:
        """Load the models of `settings`; the built-in ones are unpacked on first use, which takes a minute.

        Raises:
            core.errors.SettingsError: the settings of the language model cannot work.
            core.errors.EncoderError: a model cannot be loaded.
        """
        from retriever.encoder import open_encoder
        from retriever.reader import open_reader

        writer = ModelWriter.from_settings(settings)
        return cls(open_encoder(settings), open_reader(settings), writer)


@contextmanager
def assistant_for(settings: Settings, models: Models | None = None) -> Iterator[Assistant]:
    """Open the library of `settings` and answer from it.

    Raises:
        core.errors.SettingsError: the settings of the language model cannot work.
        core.errors.StoreError: the library cannot be opened; see `Library.reading`.
    """
    if models is None:
        # A wrong setting is told before an empty library.
        ModelWriter.from_settings(settings)
    Library.check_readable(settings)
    models = models or Models.open(settings)
    with Library.reading(settings, models.encoder.name) as library:
        templates = Templates.load("answers.toml")
        yield Assistant(library, models.encoder, templates, models.reader, models.writer)


def open_assistant(settings: Settings, models: Models | None = None) -> Assistant:
    """Open an assistant that stays open until its `close`, with the models loaded for the first question."""
    stack = ExitStack()
    assistant = stack.enter_context(assistant_for(settings, models))
    assistant.keep(stack)
    assistant.examples(OPENING_EXAMPLES)
    return assistant
