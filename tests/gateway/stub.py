"""An upstream to test against: a real HTTP server on a free port that answers as it is told."""

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tests.support.openapi import violations


@dataclass
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    query: dict
    headers: dict
    body: object


class Stub:
    """Answers by (method, path), whichever was told last; remembers every request, and what it should not have said."""

    def __init__(self, service):
        self.service = service
        self.seen = []
        self.untrue = []
        self.answers = {}
        self.released = threading.Event()

    def answer(self, method, path, body=None, *, status=200, headers=None):
        self.answers[method, path] = [lambda handler: reply(handler, status, body, headers or {})]

    def garble(self, method, path, body, *, status=200, headers=None):
        """Answer what the service's document does not allow."""
        self.answers[method, path] = [lambda handler: send(handler, status, body, headers or {})]

    def behave(self, method, path, *behaviours):
        """Each request takes the next behaviour; the last one stays."""
        self.answers[method, path] = list(behaviours)

    def hang(self, handler):
        self.released.wait(30)

    def respond(self, handler):
        parts = urlsplit(handler.path)
        path = parts.path.removeprefix("/api/v1/")
        raw = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        query = dict(parse_qsl(parts.query))
        seen = Seen(handler.command, path, query, dict(handler.headers), json.loads(raw or "null"))
        self.seen.append(seen)
        behaviours = self.answers.get((handler.command, path)) or [not_found]
        behaviour = behaviours.pop(0) if len(behaviours) > 1 else behaviours[0]
        behaviour(handler)


def reply(handler, status, body, headers):
    """Answer as the service's document allows it; another answer is the test's mistake."""
    stub = handler.server.stub
    path = urlsplit(handler.path).path.removeprefix("/api/v1/")
    stub.untrue += violations(stub.service, handler.command, path, status, body)
    send(handler, status, body, headers)


def send(handler, status, body, headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(raw)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(raw)


def not_found(handler):
    problem = {
        "type": "/problems/not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "Not here.",
        "trace_id": "0" * 32,
    }
    send(handler, 404, problem, {})


def hang_up(handler):
    """Close the connection without a word."""
    handler.close_connection = True


@contextmanager
def running_stub(service):
    stub = Stub(service)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do(self):
            stub.respond(self)

        do_GET = do_POST = do

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_):
            pass  # the client went away: that is what many tests are about

    server = Server(("127.0.0.1", 0), Handler)
    server.stub = stub
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    stub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stub
    finally:
        stub.released.set()
        server.shutdown()
        server.server_close()
    assert stub.untrue == [], stub.untrue
