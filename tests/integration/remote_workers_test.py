"""Workers of other machines: real daemons and agents over TLS on loopback. A partition is a relay that stops carrying."""
import contextlib
import os
import re
import selectors
import signal
import socket
import ssl
import struct
import subprocess
import threading
import time
import unittest
from pathlib import Path
from typing import Any

from api_fixture import DEADLINE_S, Daemon, poll
from tidemill import BINARY, command_line, end_tasks_of, process_is_alive

COMES_IN = re.compile(r"come in at 127\.0\.0\.1:(\d+); the fingerprint of their scheduler is ([0-9a-f]{64})")
PROTOCOL = 3
PROOF = 21  # index of the frame among the messages


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=a scheduler",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return certificate, key


class Relay:
    """A TCP relay to 127.0.0.1:`target`. Paused, it accepts and carries nothing and closes nothing, like a cut cable."""

    def __init__(self, target: int) -> None:
        self.target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._carries = threading.Event()
        self._carries.set()
        self._closed = False
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def pause(self) -> None:
        self._carries.clear()

    def resume(self) -> None:
        self._carries.set()

    def close(self) -> None:
        self._closed = True
        self._carries.set()
        self._thread.join()

    def _run(self) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(self._listener, selectors.EVENT_READ)
            while not self._closed:
                self._carries.wait()
                for key, _ in ready.select(0.05):
                    if not self._carries.is_set():
                        break
                    self._take(ready, key.fileobj)
            for end in [*self._pairs, self._listener]:
                end.close()

    def _take(self, ready: selectors.BaseSelector, end: Any) -> None:
        if end is self._listener:
            near, _ = self._listener.accept()
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                near.close()
                return
            for one, other in ((near, far), (far, near)):
                self._pairs[one] = other
                ready.register(one, selectors.EVENT_READ)
            return
        other = self._pairs.get(end)
        if other is None:
            return
        try:
            data = end.recv(1 << 16)
            if data:
                other.sendall(data)
                return
        except OSError:
            pass
        for one in (end, other):
            if self._pairs.pop(one, None) is not None:
                ready.unregister(one)
            one.close()


class Worker:
    """One `tidemill worker` with a data folder of its own."""

    def __init__(self, test: "Remote", name: str, *options: object, port: int | None = None, token: str | None = None) -> None:
        self.test, self.name = test, name
        self.data = test.daemon.folder / f"worker-{name}"
        self.log = test.daemon.folder / f"{name}.log"
        self.token_file = test.daemon.folder / f"{name}.token"
        self.token_file.touch(0o600)
        self.token_file.write_text((token or test.token(name)) + "\n")
        self.relay = Relay(port or test.port)
        self.options = [*map(str, options)]
        self.trust = ["--ca", str(test.certificate)]
        self.process: subprocess.Popen[bytes] | None = None
        test.addCleanup(self.close)

    def start(self) -> "Worker":
        command = [str(BINARY), "worker", "--scheduler", f"127.0.0.1:{self.relay.port}", "--token-file", str(self.token_file),
                   "--name", self.name, "--data-dir", str(self.data), *self.trust, *self.options]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def up(self) -> "Worker":
        self.start()
        self.wait("connected")
        return self

    def row(self) -> dict[str, Any] | None:
        return next((row for row in self.test.admin.get("/api/v1/workers")["workers"] if row["worker"] == self.name), None)

    def wait(self, *states: str) -> dict[str, Any]:
        return poll(lambda: (row := self.row()) and row["state"] in states and row, f"worker {self.name} to be {states}: {self.said()}")

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def wait_said(self, words: str) -> None:
        poll(lambda: words in self.said(), f"worker {self.name} to say {words!r}")

    def end(self, how: int = signal.SIGKILL) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(DEADLINE_S)

    def processes(self) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                words = command_line(int(entry.name))
                if b"tidemill" in words[0] and any(word.startswith(bytes(self.data)) for word in words):
                    found.append(int(entry.name))
        return found

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.end()
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        end_tasks_of(self.data)
        self.relay.close()


class Remote(unittest.TestCase):
    """A daemon with a door for workers of other machines."""

    LEASE_S = 300  # longer than any restart takes, on a busy machine too

    def setUp(self) -> None:
        self.daemon = Daemon(1)
        self.addCleanup(self.daemon.close)
        self.admin = self.daemon.admin
        self.certificate, key = make_certificate(self.daemon.folder, "door")
        self.daemon._more += ["--workers-listen", "127.0.0.1:0", "--workers-certificate", str(self.certificate),
                              "--workers-key", str(key), "--workers-lease", f"{self.LEASE_S}s"]
        self.start_daemon()

    def start_daemon(self) -> None:
        self.daemon.start()
        found = COMES_IN.search(self.daemon.log.read_text())
        assert found, self.daemon.log.read_text()
        self.port, self.fingerprint = int(found[1]), found[2]

    def token(self, worker: str) -> str:
        return self.admin.post("/api/v1/worker-tokens", {"worker": worker}, status=201)["secret"]

    def task(self, run: int, task: str = "a") -> dict[str, Any]:
        return self.admin.get(f"/api/v1/runs/{run}/tasks/{task}")

    def explain(self, run: int, task: str = "a") -> str:
        return self.admin.get(f"/api/v1/runs/{run}/tasks/{task}/explain")["sentence"]

    def log_of(self, run: int, task: str = "a") -> str:
        return self.admin.expect(200, "GET", f"/api/v1/runs/{run}/tasks/{task}/log/raw").text

    def outcomes(self, run: int, task: str = "a") -> list[tuple[Any, Any]]:
        return [(attempt["cause"], attempt["exit_code"]) for attempt in self.task(run, task)["attempts_ended"]]


class Work(Remote):
    def test_labels_choose_the_worker_and_everything_it_made_arrives(self) -> None:
        for name, label in (("one", "alpha"), ("two", "beta")):
            Worker(self, name, "--label", label, "--slots", 2, "--memory", "1GiB", "--gpu", 1).up()
        big = 3 << 20
        self.daemon.dag("far", f"""tasks:
  a:
    runs_on: [alpha]
    outputs: [rows]
    metrics: [loss]
    artifacts: {{file: file.bin, folder: folder, nothing: nothing}}
    run: |
      head -c {big} /dev/urandom > "$TIDEMILL_OUT/file.bin"
      mkdir -p "$TIDEMILL_OUT/folder/deep"; echo deep > "$TIDEMILL_OUT/folder/deep/x"; echo top > "$TIDEMILL_OUT/folder/y"
      : > "$TIDEMILL_OUT/nothing"
      echo rows=12 >> "$TIDEMILL_OUTPUT"; echo '{{"name": "loss", "value": 0.5}}' >> "$TIDEMILL_METRICS"
      sha256sum < "$TIDEMILL_OUT/file.bin"; seq 1 60000; echo the last line
  b:
    runs_on: [beta]
    needs: [a]
    inputs: {{file: tasks.a.artifacts.file, folder: tasks.a.artifacts.folder, nothing: tasks.a.artifacts.nothing}}
    run: |
      sha256sum < "$TIDEMILL_IN/file"; cat "$TIDEMILL_IN/folder/deep/x" "$TIDEMILL_IN/folder/y"; wc -c < "$TIDEMILL_IN/nothing"
""")
        run = self.admin.run_to_end("far")
        self.assertEqual(run["state"], "succeeded", self.admin.get(f"/api/v1/runs/{run['run']}/explain"))
        first, second = self.log_of(run["run"]), self.log_of(run["run"], "b")
        self.assertIn("stdout F the last line", first)
        self.assertEqual(len(re.findall(r"stdout F \d+$", first, re.M)), 60000)
        sums = [re.search(r"F ([0-9a-f]{64})", log)[1] for log in (first, second)]
        self.assertEqual(*sums)
        self.assertRegex(second, r"F deep\n.*F top\n.*F 0\n")
        task = self.task(run["run"])
        self.assertEqual(task["result"]["outputs"], {"rows": "12"})
        poll(lambda: not self.logs_of_workers(), "the workers to remove their copies of the logs")
        rows = {row["worker"]: row for row in self.admin.get("/api/v1/workers")["workers"]}
        self.assertEqual(rows["one"]["labels"], ["alpha"])
        self.assertEqual(rows["one"]["resources"]["gpu"], 1)
        self.assertEqual(rows["one"]["resources"]["memory"], 1 << 30)
        self.assertTrue(rows["two"]["version"])

    def logs_of_workers(self) -> list[str]:
        """Copies of logs that workers still have. os.walk takes it that folders go while it looks."""
        return [file for logs in self.daemon.folder.glob("worker-*/logs") for _, _, files in os.walk(logs) for file in files]

    def test_tasks_keep_their_pids_when_agents_and_scheduler_are_killed(self) -> None:
        workers = [Worker(self, name, "--label", name).up() for name in ("one", "two")]
        scratch = self.daemon.folder
        self.daemon.dag("long", "".join(["tasks:\n"] + [
            f"  {name}: {{runs_on: [{name}], run: 'echo $$ > {scratch}/{name}.pid; while ! test -e {scratch}/gate; do sleep 0.05; done; exit {code}'}}\n"
            for name, code in (("one", 3), ("two", 0))]))
        run = self.admin.trigger("long")
        pids = {name: int(poll(lambda f=scratch / f"{name}.pid": f.exists() and f.read_text(), "a pid")) for name in ("one", "two")}
        for worker in workers:
            worker.end()
        self.daemon.end(signal.SIGKILL)
        self.start_daemon()
        for worker in workers:
            worker.relay.target = self.port
            worker.up()
        self.assertTrue(all(process_is_alive(pid) for pid in pids.values()))
        (scratch / "gate").touch()
        self.admin.wait_run(run)
        self.assertEqual(self.outcomes(run, "one"), [("exit", 3)])
        self.assertEqual(len(self.outcomes(run, "two")), 1)
        self.assertEqual(self.task(run, "two")["state"], "succeeded")
        self.assertEqual([int((scratch / f"{name}.pid").read_text()) for name in pids], [*pids.values()])

    def test_a_draining_worker_gets_nothing_new_also_after_a_restart(self) -> None:
        worker = Worker(self, "one", "--label", "far").up()
        self.admin.post("/api/v1/workers/one/drain", {"reason": "new disk"})
        worker.wait("draining")
        self.daemon.dag("far", "tasks: {a: {runs_on: [far], run: 'true'}}\n")
        run = self.admin.trigger("far")
        self.daemon.end()
        self.start_daemon()
        worker.relay.target = self.port
        worker.wait("draining")
        poll(lambda: "drain" in self.explain(run), "it to be explained by the drain")
        self.admin.post("/api/v1/workers/one/undrain")
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")
        actions = [entry["action"] for entry in self.admin.get("/api/v1/audit")["entries"]]
        self.assertIn("worker.drain", actions)
        self.assertIn("worker.undrain", actions)


class Partition(Remote):
    LEASE_S = 20

    def ledger_dag(self, name: str, policy: str, script: str) -> None:
        self.daemon.dag(name, f"on_partition: {policy}\ntasks: {{a: {{runs_on: [far], grace: 1s, run: {script!r}}}}}\n")

    def test_kill_ends_it_there_before_it_is_tried_elsewhere(self) -> None:
        first = Worker(self, "one", "--label", "far").up()
        ledger, pid = self.daemon.folder / "ledger", self.daemon.folder / "pid"
        self.ledger_dag("cut", "kill", f"if test -e {pid} && kill -0 $(cat {pid}) 2>/dev/null; then echo beside >> {ledger}; fi; "
                        f"echo $$ > {pid}; echo $TIDEMILL_ATTEMPT >> {ledger}; trap \"\" TERM; "
                        "test $TIDEMILL_ATTEMPT != 1 || while :; do sleep 0.05; done")
        run = self.admin.trigger("cut")
        poll(lambda: ledger.exists() and ledger.read_text(), "the first attempt to run")
        left = int(pid.read_text())
        Worker(self, "two", "--label", "far").up()
        first.relay.pause()
        first.wait("unreachable")
        self.assertRegex(self.explain(run), r"on worker one, which was not heard for .*the lease ends in .* tried again elsewhere")
        ended = self.admin.wait_run(run)
        self.assertEqual(ended["state"], "succeeded")
        self.assertEqual(ledger.read_text(), "1\n2\n")
        self.assertFalse(process_is_alive(left))
        self.assertEqual([cause for cause, _ in self.outcomes(run)][0], "lost")
        first.relay.resume()
        first.wait("connected")
        self.assertEqual(len(self.outcomes(run)), 2)

    def test_continue_is_adopted_after_the_partition_with_its_true_exit_code(self) -> None:
        worker = Worker(self, "one", "--label", "far").up()
        Worker(self, "two", "--label", "far").up()
        self.admin.post("/api/v1/workers/two/drain")
        gate, pid = self.daemon.folder / "gate", self.daemon.folder / "pid"
        self.ledger_dag("stay", "continue", f"echo $$ >> {pid}; while ! test -e {gate}; do sleep 0.05; done; exit 7")
        run = self.admin.trigger("stay")
        poll(lambda: pid.exists() and pid.read_text(), "it to run")
        self.admin.post("/api/v1/workers/two/undrain")
        worker.relay.pause()
        worker.wait("lost")
        self.assertRegex(self.explain(run), r"on worker one, .*goes on there .*gives the worker up")
        self.assertEqual(self.task(run)["state"], "running")
        self.assertTrue(process_is_alive(int(pid.read_text())))
        worker.relay.resume()
        worker.wait("connected")
        gate.touch()
        self.admin.wait_run(run)
        self.assertEqual(self.outcomes(run), [("exit", 7)])
        self.assertEqual(len(pid.read_text().split()), 1)

    def test_a_person_gives_a_worker_up(self) -> None:
        worker = Worker(self, "one", "--label", "far").up()
        self.ledger_dag("stay", "continue", "test $TIDEMILL_ATTEMPT != 1 || sleep 1000")
        run = self.admin.trigger("stay")
        self.admin.wait_task(run, "a", {"running"})
        self.assertIn("is connected", self.admin.refused(409, "POST", "/api/v1/workers/one/give-up", {"reason": "burnt"}))
        worker.relay.pause()
        worker.wait("unreachable")
        self.assertIn("may be running", self.admin.refused(409, "POST", "/api/v1/workers/one/give-up", {"reason": "burnt"}))
        worker.wait("lost")
        self.assertIn("1 attempt", self.admin.post("/api/v1/workers/one/give-up", {"reason": "burnt"})["done"])
        Worker(self, "two", "--label", "far").up()
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")
        attempts = self.task(run)["attempts_ended"]
        self.assertEqual([attempt["cause"] for attempt in attempts][:1], ["lost"])
        self.assertIn("burnt", attempts[0]["message"])
        entry = next(e for e in self.admin.get("/api/v1/audit", action="worker.give_up")["entries"] if e["outcome"] == "ok")
        self.assertEqual(entry["detail"], {"reason": "burnt"})


class Strangers(Remote):
    def test_a_revoked_token_is_cut_off_at_once_and_cannot_come_back(self) -> None:
        worker = Worker(self, "one", "--label", "far").up()
        self.admin.expect(200, "DELETE", "/api/v1/worker-tokens/one")
        worker.wait("unreachable", "lost")
        worker.wait_said("the token of worker one was revoked")
        worker.end()
        worker.log.unlink()
        worker.start()
        worker.wait_said("the token of worker one was revoked")
        self.assertFalse(worker.row()["connected"])
        fresh = self.token("one")
        worker.token_file.write_text(fresh)
        worker.end()
        worker.up()

    def test_each_wrong_credential_is_refused_in_words(self) -> None:
        other_certificate, _ = make_certificate(self.daemon.folder, "other")
        for name, change, words in (
                ("mistyped", {"token": "tm_w" + "x" * 49}, "has no worker mistyped with such a token"),
                ("anothers", {"token": self.token("somebody")}, "has no worker anothers with such a token"),
                ("wrong-pin", {"trust": ["--fingerprint", "0" * 64]}, f"its fingerprint is {self.fingerprint}"),
                ("wrong-ca", {"trust": ["--ca", str(other_certificate)]}, "certificate is not accepted"),
                ("right-pin", {"trust": ["--fingerprint", self.fingerprint]}, "")):
            with self.subTest(name):
                worker = Worker(self, name, token=change.get("token"))
                worker.trust = change.get("trust", worker.trust)
                worker.start()
                if words:
                    worker.wait_said(words)
                    self.assertIsNone(worker.row())
                else:
                    worker.wait("connected")
        self.assertNotIn("tm_w", self.daemon.log.read_text())

    def turned_away(self) -> list[dict[str, Any]]:
        return self.admin.get("/api/v1/audit", action="worker.refused", limit=200)["entries"]

    def wait_turned_away(self, **wanted: str) -> dict[str, Any]:
        return poll(lambda: next((entry for entry in self.turned_away() if all(entry[k] == v for k, v in wanted.items())), None),
                    f"an entry of the audit log with {wanted}")

    def test_who_is_turned_away_is_in_the_audit_log(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), DEADLINE_S) as garbage:
            garbage.sendall(b"GET / HTTP/1.1\r\n\r\n")
            with contextlib.suppress(ConnectionResetError):
                while garbage.recv(4096):
                    pass
        entry = self.wait_turned_away(object="a stranger")
        self.assertEqual((entry["who"], entry["outcome"], entry["via"]), ("anonymous", "unauthenticated", "worker door"))
        self.assertEqual(entry["address"], "127.0.0.1")
        wrong = "tm_w" + "x" * 49
        Worker(self, "mistyped", token=wrong).start()
        entry = self.wait_turned_away(object="worker mistyped")
        self.assertEqual((entry["who"], entry["outcome"]), ("anonymous", "unauthenticated"))
        self.assertIn("no worker mistyped with such a token", entry["detail"]["reason"])
        Worker(self, "one").up()
        self.admin.expect(200, "DELETE", "/api/v1/worker-tokens/one")
        entry = self.wait_turned_away(object="worker one")
        self.assertEqual((entry["who"], entry["outcome"]), ("worker one", "forbidden"))
        self.assertIn("was revoked", entry["detail"]["reason"])
        self.assertNotIn(wrong, str(self.turned_away()))
        self.assertTrue(self.admin.get("/api/v1/audit/verify")["whole"])

    def test_a_flood_at_the_door_leaves_a_few_entries_and_keeps_nobody_out(self) -> None:
        knocks = 150
        for _ in range(knocks):
            with socket.create_connection(("127.0.0.1", self.port), DEADLINE_S) as garbage:
                garbage.sendall(b"\0" * 64)
                with contextlib.suppress(ConnectionResetError):
                    while garbage.recv(4096):
                        pass
        self.wait_turned_away(object="a stranger")
        self.assertLess(len(self.turned_away()), knocks // 2)
        Worker(self, "one").up()

    def test_a_token_that_others_may_read_is_refused_before_anything_is_sent(self) -> None:
        worker = Worker(self, "one")
        worker.token_file.chmod(0o644)
        worker.start()
        assert worker.process is not None
        self.assertNotEqual(worker.process.wait(DEADLINE_S), 0)
        self.assertIn("can be read by others", worker.said())

    def test_without_a_certificate_the_scheduler_makes_one_and_keeps_it(self) -> None:
        for option in ("--workers-certificate", "--workers-key"):
            at = self.daemon._more.index(option)
            del self.daemon._more[at:at + 2]
        pins = []
        worker = Worker(self, "one")
        for _ in range(2):
            self.daemon.end()
            self.start_daemon()
            pins.append(self.fingerprint)
        self.assertEqual(*pins)
        self.assertEqual((self.daemon.data / "workers.key").stat().st_mode & 0o777, 0o600)
        worker.relay.target = self.port
        worker.trust = ["--fingerprint", self.fingerprint.upper()]
        worker.up()

    def test_a_second_worker_of_the_same_name_is_refused(self) -> None:
        first = Worker(self, "one").up()
        second = Worker(self, "twin", token=first.token_file.read_text().strip())
        second.name = "one"
        second.start()
        second.wait_said("another worker named one is connected")
        self.assertEqual(first.row()["state"], "connected")

    def send(self, data: bytes, tls: bool = True) -> bytes:
        """What the door answers to bytes, until it closes."""
        got = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE_S) as plain:
            context = ssl.create_default_context(cafile=self.certificate)
            end: socket.socket = context.wrap_socket(plain, server_hostname="localhost") if tls else plain
            with contextlib.suppress(ConnectionError, ssl.SSLError), end:
                end.sendall(data)
                while piece := end.recv(1 << 16):
                    got += piece
        return got  # also what came before the connection was reset

    def test_what_strangers_send_is_refused_in_words(self) -> None:
        def frame(kind: int, body: bytes) -> bytes:
            return struct.pack("<IB", len(body) + 1, kind) + body

        def text(value: bytes) -> bytes:
            return struct.pack("<I", len(value)) + value

        def proof(version: int) -> bytes:
            return frame(PROOF, struct.pack("<I", version) + text(b"one") + text(b"n" * 32) + text(b"k" * 32))

        before = self.daemon.pid
        for name, data, words in (
                ("garbage", b"\xff" * 5000, "length"), ("nothing in it", struct.pack("<I", 0), "length 0"),
                ("too long", struct.pack("<IB", 5000, PROOF) + b"x" * 5000, "length 5000"),
                ("huge", struct.pack("<IB", 0xffffffff, PROOF), "length 4294967295"),
                ("unknown type", frame(200, b""), "unknown type 200"), ("short", frame(PROOF, b"\x03"), "does not fit its body"),
                ("left over", frame(PROOF, proof(PROTOCOL)[5:] + b"x"), "left over"),
                ("older", proof(PROTOCOL - 1), f"protocol version {PROTOCOL - 1}"), ("newer", proof(PROTOCOL + 1), f"protocol version {PROTOCOL + 1}"),
                ("unknown worker", proof(PROTOCOL), "no worker one with such a token"),
                ("a heartbeat first", frame(10, struct.pack("<Q", 1)), "did not begin with a proof"),
                ("a path as a name", frame(PROOF, struct.pack("<I", PROTOCOL) + text(b"../x") + text(b"n" * 32) + text(b"k" * 32)), "worker name")):
            with self.subTest(name):
                self.assertIn(words.encode(), self.send(data))
        self.assertIn(self.send(b"GET / HTTP/1.1\r\n\r\n", tls=False)[:1], (b"", b"\x15"))  # at most a TLS alert
        self.assertEqual(self.daemon.pid, before)
        self.assertTrue(self.daemon.alive())
        poll(lambda: "refused a worker from 127.0.0.1" in self.daemon.log.read_text(), "the log to tell of it")

    def test_many_who_say_nothing_keep_no_worker_out(self) -> None:
        silent = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(100)]
        try:
            Worker(self, "one").up()
        finally:
            for end in silent:
                end.close()


if __name__ == "__main__":
    unittest.main()
