"""What messages about alerts go to in the tests: a mail server, and stand-ins for services that refuse whatever their
documentation refuses. All on loopback; everything they take is kept."""
import asyncio
import base64
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import re
import ssl
import threading
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

from api_fixture import poll


class Mails:
    """An SMTP server. Every mail it takes is parsed as strictly as Python can. With `starttls` it offers TLS after its greeting,
    with `tls` it speaks nothing else."""

    def __init__(self, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.logins: list[tuple[str, str]] = []
        self.said_in_clear: list[str] = []  # senders that were named before the connection was safe
        self.answer: str | None = None  # instead of taking the mail
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(self._loop.create_server(
            lambda: SMTP(self, loop=self._loop, tls_context=starttls, authenticator=self._log_in, auth_require_tls=tls is None),
            "127.0.0.1", 0, ssl=tls))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def _log_in(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=True)

    async def handle_MAIL(self, server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if server.transport.get_extra_info("sslcontext") is None:
            self.said_in_clear.append(address)
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer is not None:
            return self.answer
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert not mail.defects, mail.defects
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients.append(envelope.rcpt_tos)
        return "250 taken"

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def wait(self, count: int) -> list[EmailMessage]:
        poll(lambda: len(self.mails) >= count, f"{count} mails, there are {len(self.mails)}")
        return self.mails


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(text: str) -> str:
    """The path of the link that acknowledges."""
    found = re.search(r"https?://[^/\s\"]+(/ack/[A-Za-z0-9_-]+)", text)
    assert found, text
    return found.group(1)


class Call:
    def __init__(self, path: str, headers: dict[str, str], body: bytes) -> None:
        self.path, self.headers, self.body = path, headers, body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Service:
    """An HTTP service. `check` gives the status for a call, or says in words what is wrong with it (400)."""

    def __init__(self, check: Callable[[Call], int | str] | None = None) -> None:
        self.calls: list[Call] = []  # that were taken
        self.refused: list[str] = []
        self.answers: list[tuple[int, dict[str, str]]] = []  # for the next calls, before `check` is asked
        self.down: tuple[int, dict[str, str]] | None = None  # for all calls
        self.seen = 0
        self._check = check or (lambda call: 200)
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802
                call = Call(self.path, {k.lower(): v for k, v in self.headers.items()},
                            self.rfile.read(int(self.headers["Content-Length"] or 0)))
                status, headers = service.take(call)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def take(self, call: Call) -> tuple[int, dict[str, str]]:
        self.seen += 1
        if self.down is not None:
            return self.down
        if self.answers:
            return self.answers.pop(0)
        verdict = self._check(call)
        if isinstance(verdict, str):
            self.refused.append(verdict)
            return 400, {}
        if 200 <= verdict <= 299:
            self.calls.append(call)
        return verdict, {}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, count: int) -> list[Call]:
        poll(lambda: len(self.calls) >= count or self.refused, f"{count} calls, there are {len(self.calls)}")
        assert not self.refused, self.refused
        return self.calls


def slack(call: Call) -> int | str:
    """What api.slack.com says about incoming webhooks and blocks."""
    body = call.json
    if not call.headers["content-type"].startswith("application/json"):
        return "no JSON"
    blocks = body["blocks"]
    if not body["text"] or len(blocks) > 50:
        return "no text, or too many blocks"
    for block in blocks:
        if block["type"] == "header" and (block["text"]["type"] != "plain_text" or not 0 < len(block["text"]["text"]) <= 150):
            return "header"
        if block["type"] == "section" and not 0 < len(block["text"]["text"]) <= 3000:
            return "section"
        if block["type"] == "context" and not 0 < len(block["elements"]) <= 10:
            return "context"
        if block["type"] == "actions":
            for button in block["elements"]:
                if len(button["text"]["text"]) > 75 or len(button["url"]) > 3000 or len(button["action_id"]) > 255:
                    return "button"
        if re.search(r"&(?!amp;|lt;|gt;)|[<>]", block.get("text", {}).get("text", "")):
            return "not escaped"
    return 200


class PagerDuty:
    """Events API v2, and the incidents that follow from it."""

    KEY = "0123456789abcdef0123456789abcdef"

    def __init__(self) -> None:
        self.incidents: dict[str, str] = {}  # dedup_key -> state
        self.changes = 0

    def __call__(self, call: Call) -> int | str:
        body = call.json
        if len(call.body) > 512 * 1024 or body["routing_key"] != self.KEY:
            return "too large, or another key"
        payload = body.get("payload", {})
        if payload and (not 0 < len(payload["summary"]) <= 1024 or not payload["source"]):
            return "summary or source"
        if call.path == "/v2/change/enqueue":
            self.changes += 1
            return 202
        if call.path != "/v2/enqueue" or not 0 < len(body["dedup_key"]) <= 255:
            return "path or dedup_key"
        return self._event(body, payload)

    def _event(self, body: dict[str, Any], payload: dict[str, Any]) -> int | str:
        key, action = body["dedup_key"], body["event_action"]
        if action == "trigger":
            if payload.get("severity") not in {"critical", "error", "warning", "info"}:
                return "severity"
            if self.incidents.get(key) != "acknowledged":
                self.incidents[key] = "triggered"
        elif action in {"acknowledge", "resolve"}:
            if self.incidents.get(key) in {"triggered", "acknowledged"}:
                self.incidents[key] = {"acknowledge": "acknowledged", "resolve": "resolved"}[action]
        else:
            return "event_action"
        return 202


def ntfy(call: Call) -> int | str:
    """docs.ntfy.sh, publishing as JSON."""
    body = call.json
    if call.path != "/" or not re.fullmatch(r"[-_A-Za-z0-9]{1,64}", body["topic"]):
        return "path or topic"
    if len(body["message"].encode()) > 4096 or body["priority"] not in range(1, 6) or not isinstance(body["tags"], list):
        return "message, priority or tags"
    if len(body.get("actions", [])) > 3:
        return "actions"
    for action in body.get("actions", []):
        if action["action"] not in {"view", "http"} or not action["label"] or not action["url"]:
            return "action"
    return 200


def standard_webhook(key: bytes) -> Callable[[Call], int | str]:
    """Refuses what is not signed with the key."""

    def check(call: Call) -> int | str:
        stamp, call_id = call.headers["webhook-timestamp"], call.headers["webhook-id"]
        wanted = hmac.new(key, f"{call_id}.{stamp}.".encode() + call.body, hashlib.sha256).digest()
        given = [text.removeprefix("v1,") for text in call.headers["webhook-signature"].split(" ")]
        if base64.b64encode(wanted).decode() not in given:
            return "signature"
        return 200 if call.json["version"] == "4" and len(call.json["alerts"]) == 1 else "version"

    return check
