"""Answers written by an attached language model: any server that speaks the OpenAI chat protocol.

The model only ever proposes a text; `assistant.verify` decides what of it is shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from queue import SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.drafts import MARKERS
from assistant.excerpts import Excerpt
from core.errors import ChatModelError, SettingsError
from core.schema import Turn
from core.settings import Settings
from core.templates import Templates

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.prompts import ChatPromptTemplate
    from openai import DefaultAsyncHttpxClient

TEMPLATES = "model_answer.toml"
_NO_KEY = "none"
"""Without any key the library takes one from its own environment variable and sends it to a server it is not for."""
_RETRIES = 2
_TURNS = 4
_LONGEST_TURN = 400
_LONGEST_DRAFT = 12000
"""Characters, thoughts included."""
_ENDS = frozenset("。！？!?]】\n")
_FENCES = str.maketrans("[]<>【】", "［］＜＞〔〕")
"""So that no document can close its fence or bring a marker of its own."""

Connect = Callable[["DefaultAsyncHttpxClient"], "BaseChatModel"]
"""Returns the model, reached through an HTTP client that lives as long as one answer."""


class ModelWriter:
    """Asks the attached model; each method call is one request of its own."""

    def __init__(self, connect: Connect, templates: Templates, timeout_s: float) -> None:
        """Prepare.

        Args:
            connect: makes the model.
            templates: `model_answer.toml`.
            timeout_s: how long a whole answer may take, retries included.
        """
        self.templates = templates
        self._connect = connect
        self._timeout_s = timeout_s
        self._prompt = _prompt(templates)

    @classmethod
    def from_settings(cls, settings: Settings) -> ModelWriter | None:
        """Return the writer that is set, or None where no model is.

        Raises:
            SettingsError: the settings cannot work together.
        """
        url, name, key = settings.chat_url.strip(), settings.chat_model.strip(), settings.chat_key.strip()
        if not url:
            return None
        if not _is_web_address(url):
            raise SettingsError("设置 ORGASK_CHAT_URL 应是以 http:// 或 https:// 开头的网址，请改正后重试。")
        if not name:
            raise SettingsError("设置了 ORGASK_CHAT_URL，还要用 ORGASK_CHAT_MODEL 写明模型的名称。")
        if not key.isascii() or not key.isprintable():
            raise SettingsError("设置 ORGASK_CHAT_KEY 含有密钥里不会有的字符，请重新复制密钥后重试。")

        def connect(client: DefaultAsyncHttpxClient) -> BaseChatModel:
            from langchain.chat_models import init_chat_model

            return init_chat_model(
                name,
                model_provider="openai",
                base_url=url,
                api_key=key or _NO_KEY,
                temperature=0,
                timeout=settings.chat_timeout_s,
                max_retries=_RETRIES,
                http_async_client=client,
                # The whole answer has its own deadline, the proxy that of the HTTP client.
                stream_chunk_timeout=None,
                openai_proxy=None,
                use_responses_api=False,
            )

        return cls(connect, Templates.load(TEMPLATES), settings.chat_timeout_s)

    def redone(
        self, question: str, history: Sequence[Turn], excerpts: Sequence[Excerpt], draft: str, struck: Sequence[str]
    ) -> str:
        """Return the model's second text, after it has been told which sentences of its first were struck.

        Raises:
            ChatModelError: as with `drafts`.
        """
        told = self.templates.fill("prompt.redo", sentences="\n".join(f"- {sentence}" for sentence in struck))
        *_, text = self.drafts(question, history, excerpts, after=[("ai", draft), ("human", told.strip())])
        return text

    def drafts(
        self,
        question: str,
        history: Sequence[Turn],
        excerpts: Sequence[Excerpt],
        after: Sequence[tuple[str, str]] = (),
    ) -> Iterator[str]:
        """Yield the model's text as it grows, each time that a sentence may have come to its end.

        Args:
            question: what is asked, complete in itself.
            history: the turns before.
            excerpts: the evidence.
            after: what was said since, by role.

        Raises:
            ChatModelError: the model cannot be reached, is too slow, or did not finish its answer.
        """
        inputs = {
            "history": _messages(history),
            "after": list(after),
            "question": question,
            "count": len(excerpts),
            "evidence": "".join(self._block(excerpt) for excerpt in excerpts).strip("\n"),
        }
        pieces: SimpleQueue[str | ChatModelError | None] = SimpleQueue()
        stopped = Event()
        # A thread with a loop of its own: only there can a stream that hangs be given up on time.
        Thread(target=asyncio.run, args=(self._run(inputs, pieces, stopped),), daemon=True).start()
        draft = ""
        try:
            while (piece := pieces.get()) is not None:
                if isinstance(piece, ChatModelError):
                    raise piece
                draft += piece
                if len(draft) > _LONGEST_DRAFT:
                    raise ChatModelError("语言模型写个不停。")
                if not _ENDS.isdisjoint(piece):
                    yield draft
            yield draft
        finally:
            stopped.set()

    def _block(self, excerpt: Excerpt) -> str:
        label, text = excerpt.label.translate(_FENCES), excerpt.text.translate(_FENCES)
        return self.templates.fill("evidence.block", number=excerpt.number, label=label, text=text)

    async def _run(
        self, inputs: dict[str, Any], pieces: SimpleQueue[str | ChatModelError | None], stopped: Event
    ) -> None:
        """Put the pieces of the answer into a queue, at the end None or what went wrong."""
        from httpx2 import HTTPError
        from openai import OpenAIError

        end: ChatModelError | None = ChatModelError("语言模型出了没有料到的错。")
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._ask(inputs, pieces, stopped)
            end = None
        except ChatModelError as exc:
            end = exc
        except TimeoutError as exc:
            end = _caused("语言模型没有在规定的时间内答完。", exc)
        except (OpenAIError, HTTPError, OSError) as exc:
            end = _caused("语言模型连接不上或拒绝了请求。", exc)
        except (ValueError, TypeError, LookupError, AttributeError) as exc:
            end = _caused("语言模型的答复不合协议。", exc)
        finally:
            pieces.put(end)

    async def _ask(
        self, inputs: dict[str, Any], pieces: SimpleQueue[str | ChatModelError | None], stopped: Event
    ) -> None:
        from langchain_core.runnables import RunnableGenerator
        from langsmith import tracing_context
        from openai import DefaultAsyncHttpxClient

        # No environment variable of another program may send documents to a tracing service.
        with tracing_context(enabled=False):
            async with DefaultAsyncHttpxClient() as client:
                chain = self._prompt | self._connect(client) | RunnableGenerator(_whole_text)
                async for piece in chain.astream(inputs):
                    pieces.put(piece)
                    if stopped.is_set():
                        return


async def _whole_text(chunks: AsyncIterator[AIMessage]) -> AsyncIterator[str]:
    """Yield the text of the chunks; an answer that the server did not bring to its end is none."""
    reason = ""
    async for chunk in chunks:
        reason = chunk.response_metadata.get("finish_reason") or reason
        if chunk.text:
            yield str(chunk.text)
    if reason != "stop":
        raise ChatModelError("语言模型的回答没有写完。")


def _caused(message: str, cause: Exception) -> ChatModelError:
    error = ChatModelError(message)
    error.__cause__ = cause
    return error


def _prompt(templates: Templates) -> ChatPromptTemplate:
    from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder

    texts = templates.sentences["prompt"]
    return ChatPromptTemplate.from_messages(
        [
            ("system", texts["system"].strip()),
            MessagesPlaceholder("history"),
            ("human", texts["user"].strip()),
            MessagesPlaceholder("after"),
        ]
    )


def _messages(history: Sequence[Turn]) -> list[tuple[str, str]]:
    """Return the last turns; markers are taken out, for they count other excerpts."""
    roles = {"user": "human", "assistant": "ai"}
    return [
        (roles[turn.role], MARKERS.sub("", turn.content)[:_LONGEST_TURN])
        for turn in history[-_TURNS:]
        if turn.role in roles and turn.content.strip()
    ]


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
