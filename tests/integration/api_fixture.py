"""A real `tidemill up` for the API tests: its folder of DAG files, its people, and clients that speak HTTP to it.

The daemon listens on 127.0.0.1:0 and on <data>/run/api.sock, where this user is an administrator without a token.
"""
import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from tidemill import BINARY, DEADLINE_S, command_line, end_tasks_of, process_is_alive

ENDED = frozenset({"succeeded", "partial", "failed", "cancelled"})
ROLES = ("viewer", "operator", "editor", "admin")
READY = re.compile(r"is ready at http://127\.0\.0\.1:(\d+)")


def signed(key: bytes, call_id: str, body: bytes, at: float | None = None) -> dict[str, str]:
    """The headers of a call that is signed as in Standard Webhooks."""
    stamp = str(int(time.time() if at is None else at))
    mac = hmac.new(key, f"{call_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {"webhook-id": call_id, "webhook-timestamp": stamp, "webhook-signature": "v1," + base64.b64encode(mac).decode()}


# Due on a leap day alone: nothing is due while a test looks, and five instants lie in the past to be filled.
HOURLY_LONG_AGO = "schedule: '0 0-4 29 2 *'\n"
LONG_AGO = {"from": "2024-02-29T00:00:00Z", "until": "2024-02-29T05:00:00Z"}


def replace(path: Path, text: str) -> None:
    """Writes a file in one step, as an editor does: nobody reads the half of it."""
    fresh = path.with_name(path.name + ".fresh")
    fresh.write_text(text)
    fresh.rename(path)


def poll(condition: Callable[[], Any], what: str) -> Any:
    """Asks until the answer is true and returns it; the deadline is for broken builds only."""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"waited {DEADLINE_S:.0f} s for {what}")


def in_time(ask: Callable[[str], Any]) -> Any:
    """Asks with a moment a little later than now, and with a later one while that has passed before it counted (None)."""
    for seconds in (1, 4, 16, 64):
        answer = ask((datetime.now(timezone.utc) + timedelta(seconds=seconds)).isoformat())
        if answer is not None:
            return answer
    raise AssertionError("64 s do not suffice for a request")


class Answer:
    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0]

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def detail(self) -> str:
        return self.json()["detail"]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=DEADLINE_S)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(DEADLINE_S)
        self.sock.connect(self._path)


class Client:
    """Somebody who asks: over the Unix socket (an administrator), or over TCP with a token or cookie or neither."""

    def __init__(self, daemon: "Daemon", token: str | None = None, cookie: str | None = None,
                 over_tcp: bool = True) -> None:
        self.daemon, self.token, self.cookie, self.over_tcp = daemon, token, cookie, over_tcp

    def connection(self) -> http.client.HTTPConnection:
        if self.over_tcp:
            return http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=DEADLINE_S)
        return UnixConnection(self.daemon.socket)

    def headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        headers = {}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.cookie is not None:
            headers["Cookie"] = self.cookie
        if self.over_tcp:
            headers["Origin"] = f"http://127.0.0.1:{self.daemon.port}"
        return {**headers, **(more or {})}

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None,
            query: dict[str, Any] | None = None) -> Answer:
        """`body` is sent as JSON, unless it is bytes. Every status is an answer."""
        data, given = None, self.headers(headers)
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            given.setdefault("Content-Type", "application/json")
        if query:
            path += "?" + urllib.parse.urlencode(query)
        connection = self.connection()
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, data, given)  # a body that is refused is not read
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def expect(self, status: int, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        answer = self.ask(method, path, body, **more)
        if answer.status != status:
            raise AssertionError(f"{method} {path} {body}: {answer.status}, not {status}: {answer.body[:2000]!r}")
        return answer

    def get(self, path: str, **query: Any) -> Any:
        return self.expect(200, "GET", path, query=query).json()

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        return self.expect(status, "POST", path, {} if body is None else body).json()

    def refused(self, status: int, method: str, path: str, body: Any = None, **more: Any) -> str:
        """The detail of a refusal, which is a problem document."""
        answer = self.expect(status, method, path, body, **more)
        if answer.type != "application/problem+json":
            raise AssertionError(f"{method} {path}: {answer.type} is no problem document: {answer.body[:500]!r}")
        problem = answer.json()
        if problem["status"] != status or not problem["title"] or not problem["detail"]:
            raise AssertionError(f"{method} {path}: {problem}")
        return problem["detail"]

    def trigger(self, dag: str, params: dict[str, Any] | None = None) -> int:
        return self.post(f"/api/v1/dags/{dag}/runs", {"params": params or {}}, status=201)["run"]

    def run(self, run: int) -> dict[str, Any]:
        return self.get(f"/api/v1/runs/{run}")

    def tasks(self, run: int) -> dict[str, str]:
        return {task["id"]: task["state"] for task in self.run(run)["tasks"]}

    def wait_run(self, run: int, states: frozenset[str] | set[str] = ENDED) -> dict[str, Any]:
        return poll(lambda: (now := self.run(run))["state"] in states and now, f"run {run} to be one of {set(states)}")

    def wait_task(self, run: int, task: str, states: set[str]) -> None:
        poll(lambda: self.tasks(run)[task] in states, f"task {task} of run {run} to be one of {states}")

    def wait_metrics(self, *lines: str) -> str:
        """All figures, once these lines are among them: a commit is counted behind it, when its rows are seen already."""
        def counted() -> str | None:
            text = self.expect(200, "GET", "/metrics").text
            return text if all(line in text for line in lines) else None

        return str(poll(counted, f"the figures {lines}"))

    def run_to_end(self, dag: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        return self.wait_run(self.trigger(dag, params))

    def dag(self, name: str) -> dict[str, Any]:
        return self.get(f"/api/v1/dags/{name}")


class Events:
    """A reader of /api/v1/events. Frames are dicts of their fields; a comment is {"comment": text}."""

    def __init__(self, client: Client, query: dict[str, Any] | None = None, last_id: str | None = None) -> None:
        self._connection = client.connection()
        headers = client.headers({"Last-Event-ID": last_id} if last_id else None)
        path = "/api/v1/events" + ("?" + urllib.parse.urlencode(query) if query else "")
        self._connection.request("GET", path, headers=headers)
        self.response = self._connection.getresponse()
        if self.response.status != 200:
            raise AssertionError(f"GET {path}: {self.response.status} {self.response.read()!r}")
        self.last_id = last_id

    def __enter__(self) -> "Events":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self.response.close()

    def frame(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        while True:
            line = self.response.readline().decode()
            if not line:
                raise AssertionError("the stream ended")
            line = line.rstrip("\n")
            if not line:
                if fields:
                    return fields
                continue
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data" and "data" in fields:
                value = fields["data"] + "\n" + value
            fields[name or "comment"] = value
            if name == "id":
                self.last_id = value

    def all(self) -> Iterator[tuple[str, Any]]:
        """(type, data) of everything that has data, for ever."""
        while True:
            frame = self.frame()
            if "data" in frame:
                yield frame.get("event", "message"), json.loads(frame["data"])

    def until(self, last: Callable[[str, Any], bool]) -> list[tuple[str, Any]]:
        """Everything up to and with the first event that `last` takes."""
        seen = []
        for kind, data in self.all():
            seen.append((kind, data))
            if last(kind, data):
                return seen
        raise AssertionError("unreachable: all() never ends")


class Daemon:
    """One `tidemill up` with folders of its own. Ended by its pid; what it left running as well."""

    def __init__(self, slots: int = 4, *more: object) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="tidemill-api-")
        self.folder = Path(self._scratch.name)
        self.data, self.dags, self.log = self.folder / "data", self.folder / "dags", self.folder / "log"
        self.dags.mkdir()
        self.socket = self.data / "run/api.sock"
        self._more = ["--slots", str(slots), *map(str, more)]
        self._process: subprocess.Popen[bytes] | None = None
        self.environment: dict[str, str] = {}  # beside that of the test
        self.port = 0
        self.admin = Client(self, over_tcp=False)
        self.anonymous = Client(self)

    def with_alerts(self, text: str) -> Path:
        """Before start(): the file of alerts, at the path that is returned."""
        path = self.folder / "alerts.yaml"
        path.write_text(text)
        self._more += ["--alerts", str(path)]
        return path

    def start(self) -> "Daemon":
        self.port = 0
        command = [str(BINARY), "up", "--dags", str(self.dags), "--data-dir", str(self.data), "--listen", "127.0.0.1:0"]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(command + self._more, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             cwd=self.folder, env={**os.environ, "NO_COLOR": "1", **self.environment})
        self.port = int(poll(self._said_ready, "the daemon to be ready"))
        poll(self._has_worker, "the local worker to connect")
        return self

    def _said_ready(self) -> str | None:
        found = READY.search(self.log.read_text())
        if not found and self.pid_status() is not None:
            raise AssertionError(f"the daemon ended with {self.pid_status()}: {self.log.read_text()}")
        return found and found.group(1)

    def _has_worker(self) -> bool:
        return self.admin.get("/api/v1/status")["workers_connected"] > 0

    def pid_status(self) -> int | None:
        return self._process.poll() if self._process else None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def end(self, how: int = signal.SIGTERM) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(DEADLINE_S)

    def close(self) -> None:
        if self.alive():
            self.end(signal.SIGKILL)
        # A process that is just being started shows no command line yet: several looks in a row find nobody.
        quiet = 0
        while quiet < 3:
            found = self.left_running()
            quiet = 0 if found else quiet + 1
            for pid in found:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                poll(lambda dead=pid: not process_is_alive(dead), f"process {pid} to end")
            time.sleep(0.02)
        end_tasks_of(self.data)
        self._scratch.cleanup()

    def left_running(self) -> list[int]:
        """Agent and supervisor: processes that name this data folder on their command line."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            words = command_line(int(entry.name))
            if b"tidemill" in words[0] and any(word.startswith(str(self.data).encode()) for word in words):
                found.append(int(entry.name))
        return found

    def write(self, name: str, text: str, file: str | None = None) -> Path:
        """A file of the folder, replaced in one step as an editor does."""
        path = self.dags / (file or f"{name}.yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / f"fresh-{threading.get_ident()}"
        fresh.write_text(f"version: 1\nname: {name}\n{text}")
        fresh.rename(path)
        return path

    def dag(self, name: str, text: str, file: str | None = None) -> str:
        """Writes a DAG and waits until the daemon has this version of it."""
        source = self.write(name, text, file).read_text()

        def taken_over() -> bool:
            return self.source_of(name) == source and self.admin.dag(name)["state"] == "ok"

        try:
            poll(taken_over, f"{name} to be taken over")
        except AssertionError as late:
            raise AssertionError(f"{late}: {self.admin.ask('GET', f'/api/v1/dags/{name}').body[:2000]!r}") from None
        return name

    def source_of(self, name: str) -> str | None:
        answer = self.admin.ask("GET", f"/api/v1/dags/{name}/source")
        return answer.text if answer.status == 200 else None

    def user(self, name: str, role: str, grants: dict[str, str] | None = None, password: str | None = None) -> None:
        body = {"user": name, "role": role, **({"password": password} if password else {})}
        self.admin.post("/api/v1/users", body, status=201)
        for dag, granted in (grants or {}).items():
            self.admin.expect(200, "PUT", f"/api/v1/users/{name}/grants/{dag}", {"role": granted})

    def token(self, owner: str, scope: str = "viewer", name: str = "test", **more: Any) -> str:
        body = {"owner": owner, "token": name, "scope": scope, **more}
        return self.admin.post("/api/v1/tokens", body, status=201)["secret"]

    def client(self, name: str, role: str, grants: dict[str, str] | None = None) -> Client:
        """A new user with a token that may do whatever the user may."""
        self.user(name, role, grants)
        scope = max([role, *(grants or {}).values()], key=("none", *ROLES).index)
        return Client(self, self.token(name, scope))

    def sign_in(self, user: str, password: str) -> Client:
        answer = self.anonymous.expect(200, "POST", "/api/v1/session", {"user": user, "password": password})
        return Client(self, cookie=answer.headers["set-cookie"].split(";")[0])

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Looks into the database by a connection that cannot write."""
        connection = sqlite3.connect(f"file:{self.data}/tidemill.db?mode=ro", uri=True)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()


class ApiTest(unittest.TestCase):
    """One daemon for all tests of a class; every test has DAGs of its own names."""

    SLOTS = 4
    ALERTS = ""  # text of the file of alerts; empty = there is none
    daemon: Daemon
    admin: Client

    @classmethod
    def setUpClass(cls) -> None:
        cls.daemon = Daemon(cls.SLOTS)
        cls.addClassCleanup(cls.daemon.close)
        if cls.ALERTS:
            cls.daemon.with_alerts(cls.ALERTS)
        cls.daemon.start()
        cls.admin = cls.daemon.admin

    def own_daemon(self, *args: Any) -> Daemon:
        """For a test that kills it."""
        daemon = Daemon(*args)
        self.addCleanup(daemon.close)
        return daemon

    @property
    def folder(self) -> Path:
        return self.daemon.folder

    def gate(self, name: str) -> tuple[str, Path]:
        """A script that waits until the test touches the file, and the file."""
        path = self.folder / f"gate-{name}"
        return f"while ! test -e {path}; do sleep 0.02; done", path
