"""A small server on 127.0.0.1 that speaks the OpenAI chat protocol and does what a test tells it to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass(frozen=True)
class Say:
    """Stream a text in small pieces. Without `finish` the stream ends as if all were said."""

    text: str
    finish: str | None = "stop"
    piece: int = 5


@dataclass(frozen=True)
class Refuse:
    """Answer with an HTTP status."""

    status: int
    body: str = '{"error": {"message": "no"}}'


@dataclass(frozen=True)
class Hang:
    """Stream a text, then nothing more; with `silent` not even the head of an answer."""

    text: str = ""
    silent: bool = False


@dataclass(frozen=True)
class Trickle:
    """Stream a piece again and again, so that no single wait is long."""

    piece: str
    pause_s: float = 0.05


@dataclass(frozen=True)
class CutOff:
    """Stream a text and drop the connection."""

    text: str


@dataclass(frozen=True)
class Raw:
    """Send this body with status 200."""

    body: str
    content_type: str = "text/event-stream"


Behaviour = Say | Refuse | Hang | Trickle | CutOff | Raw


@dataclass
class OpenAIServer:
    """What the server does next, and what it was asked. The last behaviour is repeated."""

    url: str = ""
    script: list[Behaviour] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    closing: Event = field(default_factory=Event)
    hung_up: Event = field(default_factory=Event)
    """Set when the client is found to have left a stream before its end."""

    def does(self, *behaviours: Behaviour) -> None:
        self.script[:] = behaviours

    def asked(self, request: int = -1) -> str:
        """The last message of a request, by default of the last one."""
        content: str = self.requests[request]["messages"][-1]["content"]
        return content


@contextmanager
def openai_server() -> Iterator[OpenAIServer]:
    state = OpenAIServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(state: OpenAIServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: object) -> None:
            pass

        def do_POST(self) -> None:
            state.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            state.headers.append({name.lower(): value for name, value in self.headers.items()})
            behaviour = state.script.pop(0) if len(state.script) > 1 else state.script[0]
            try:
                self._behave(behaviour)
            except OSError:
                state.hung_up.set()
            self.close_connection = True

        def _behave(self, behaviour: Behaviour) -> None:
            match behaviour:
                case Refuse(status, body):
                    self._whole(status, "application/json", body)
                case Raw(body, content_type):
                    self._whole(200, content_type, body)
                case Hang(silent=True):
                    state.closing.wait()
                case Say(text, finish, piece):
                    self._stream_head()
                    self._say(text, piece)
                    if finish:
                        self._event({"delta": {}, "finish_reason": finish})
                    self._chunk("data: [DONE]\n\n")
                    self.wfile.write(b"0\r\n\r\n")
                case Hang(text):
                    self._stream_head()
                    self._say(text)
                    state.closing.wait()
                case Trickle(piece, pause_s):
                    self._stream_head()
                    while not state.closing.wait(pause_s):
                        self._say(piece)
                case CutOff(text):
                    self._stream_head()
                    self._say(text)

        def _whole(self, status: int, content_type: str, body: str) -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(data)))
            # So that the client's retries take no time.
            self.send_header("retry-after-ms", "5")
            self.end_headers()
            self.wfile.write(data)

        def _stream_head(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()

        def _say(self, text: str, piece: int = 5) -> None:
            for at in range(0, len(text), piece):
                self._event({"delta": {"role": "assistant", "content": text[at : at + piece]}, "finish_reason": None})

        def _event(self, choice: dict[str, Any]) -> None:
            event = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
            self._chunk(f"data: {json.dumps({**event, 'choices': [{'index': 0, **choice}]})}\n\n")

        def _chunk(self, text: str) -> None:
            data = text.encode()
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

    return Handler
