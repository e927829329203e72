"""`tidemill up` and `tidemill scheduler` as a service: settings, refusals, signals, notifications, the log."""
import http.client
import json
import os
import pty
import re
import signal
import socket
import subprocess
import threading
import unittest
from pathlib import Path

from tidemill import BINARY, DEADLINE_S, TidemillTest, process_is_alive

READY = re.compile(r"is ready at (https?)://127\.0\.0\.1:(\d+)")


class ServiceTest(TidemillTest):
    def setUp(self) -> None:
        super().setUp()
        self.dags = self.folder / "dags"
        self.dags.mkdir()
        self.log = self.folder / "log"

    def up(self, *args: object, command: str = "up", env: dict[str, str] | None = None,
           stderr: int | None = None) -> subprocess.Popen:
        """Starts it on any free port; what it says goes to self.log."""
        words = [str(BINARY), command, "--dags", str(self.dags), *map(str, args)]
        if "--listen" not in args:
            words += ["--listen", "127.0.0.1:0"]
        with self.log.open("ab") as log:
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log if stderr is None else stderr,
                                       cwd=self.folder, env=self.environment(env))
        self.started.append(process)
        return process

    def wait_ready(self, process: subprocess.Popen) -> int:
        def ready() -> int | None:
            found = READY.search(self.said())
            if not found and process.poll() is not None:
                self.fail(f"it ended with {process.returncode}: {self.said()}")
            return found and int(found.group(2))
        return self.wait_for(ready, "it to be ready")

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def wait_said(self, text: str) -> None:
        self.wait_for(lambda: text in self.said(), f"{text!r} in the log")

    def end(self, process: subprocess.Popen, how: int = signal.SIGTERM) -> int:
        process.send_signal(how)
        return process.wait(DEADLINE_S)

    def write_dag(self, name: str, text: str) -> None:
        fresh = self.folder / "fresh"
        fresh.write_text(f"version: 1\nname: {name}\n{text}")
        fresh.rename(self.dags / f"{name}.yaml")

    def ask(self, method: str, path: str, body: object = None, socket_path: Path | None = None) -> tuple[int, str]:
        """Over the local socket, where this user is an administrator."""
        connection = http.client.HTTPConnection("localhost", timeout=DEADLINE_S)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(DEADLINE_S)
        connection.sock.connect(str(socket_path or self.data / "run/api.sock"))
        headers = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def get(self, path: str) -> dict:
        status, text = self.ask("GET", path)
        self.assertEqual(status, 200, text)
        return json.loads(text)

    def trigger(self, dag: str) -> int:
        self.wait_for(lambda: self.ask("GET", f"/api/v1/dags/{dag}")[0] == 200, f"{dag} to be known")
        status, text = self.ask("POST", f"/api/v1/dags/{dag}/runs", {})
        self.assertEqual(status, 201, text)
        return json.loads(text)["run"]

    def wait_state(self, run: int, state: str) -> None:
        self.wait_for(lambda: self.get(f"/api/v1/runs/{run}")["state"] == state, f"run {run} to be {state}")


class Settings(ServiceTest):
    def config(self, text: str) -> Path:
        path = self.folder / "tidemill.yaml"
        path.write_text(text)
        return path

    def shown(self, *args: object, env: dict[str, str] | None = None) -> dict:
        return json.loads(self.tidemill("config", "show", "--origin", "--json", *args, env=env).stdout)

    def test_flag_before_environment_before_file_before_default(self) -> None:
        path = self.config("slots: 3\nlog:\n  level: debug\n  format: json\n")
        shown = self.shown("--config", path, "--slots", 7, env={"TIDEMILL_SLOTS": "5", "TIDEMILL_LOG_LEVEL": "error"})
        self.assertEqual(shown["slots"], {"value": 7, "origin": "--slots"})
        self.assertEqual(shown["log.level"], {"value": "error", "origin": "$TIDEMILL_LOG_LEVEL"})
        self.assertEqual(shown["log.format"], {"value": "json", "origin": f"{path}:4"})
        self.assertEqual(shown["durability"], {"value": "power_loss", "origin": "default"})

    def test_the_file_is_named_by_the_environment_or_lies_in_the_usual_place(self) -> None:
        path = self.config("slots: 3\n")
        self.assertEqual(self.shown(env={"TIDEMILL_CONFIG": str(path)})["slots"]["origin"], f"{path}:1")
        usual = self.folder / "xdg/tidemill/tidemill.yaml"
        usual.parent.mkdir(parents=True)
        usual.write_text("slots: 4\n")
        self.assertEqual(self.shown(env={"XDG_CONFIG_HOME": str(usual.parents[1])})["slots"]["value"], 4)

    def test_a_named_file_must_be_there(self) -> None:
        done = self.tidemill("config", "show", "--config", "nothing.yaml", expect=3)
        self.assertIn("nothing.yaml", done.stderr)

    def test_lists_come_from_commas_lists_and_repeated_flags(self) -> None:
        path = self.config("hosts: [a.example, b.example]\n")
        self.assertEqual(self.shown("--config", path)["hosts"]["value"], ["a.example", "b.example"])
        self.assertEqual(self.shown("--config", path, env={"TIDEMILL_HOSTS": "c.example, d.example"})["hosts"]["value"],
                         ["c.example", "d.example"])
        self.assertEqual(self.shown("--hosts", "e.example", "--hosts", "f.example")["hosts"]["value"],
                         ["e.example", "f.example"])

    def test_paths_of_the_file_are_relative_to_it(self) -> None:
        path = self.config("dags: here\n")
        self.assertEqual(self.shown("--config", path)["dags"]["value"], str(self.folder / "here"))

    def test_every_mistake_is_named_with_its_line(self) -> None:
        path = self.config("slotz: 3\nlog:\n  formatt: json\nlisten: nowhere\ndurability: [crash]\nslots: many\n"
                           "stop: {mode: drian}\nretention: 30\n")
        said = self.tidemill("up", "--config", path, expect=2).stderr
        for line in (f"{path}:1: there is no setting slotz; did you mean slots?",
                     f"{path}:3: there is no setting log.formatt; did you mean log.format?",
                     f"{path}:4: listen: nowhere: write it as ADDRESS:PORT",
                     f"{path}:5: durability: write one value",
                     f"{path}:6: slots: many is no whole number from 0 to 10000",
                     f"{path}:7: stop.mode: drian is none of leave, drain; did you mean drain?",
                     f"{path}:8: retention is a section"):
            self.assertIn(line, said)

    def test_what_is_shown_is_a_file_that_means_the_same(self) -> None:
        args = ("--slots", 3, "--hosts", "a.example", "--disk-reserve", "1536MiB", "--proxy-header", "X-User: yes",
                "--allow-plain-http")
        shown = self.tidemill("config", "show", *args).stdout
        again = self.tidemill("config", "show", "--config", self.config(shown)).stdout
        self.assertEqual(shown, again)
        self.assertIn("reserve: 1536MiB", shown)

    def test_words_in_the_environment_are_checked_too(self) -> None:
        said = self.tidemill("config", "show", expect=2, env={"TIDEMILL_LOG_FORMAT": "xml"}).stderr
        self.assertIn("$TIDEMILL_LOG_FORMAT: log.format: xml is none of text, json", said)


class Refusals(ServiceTest):
    def refused(self, *args: object, code: int = 1) -> str:
        process = self.up(*args)
        self.assertEqual(process.wait(DEADLINE_S), code, self.said())
        return self.said()

    def test_a_port_in_use(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.assertIn(f"cannot listen on 127.0.0.1 port {port}: Address already in use",
                          self.refused("--listen", f"127.0.0.1:{port}"))

    def test_an_address_of_another_machine(self) -> None:
        key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-subj", "/CN=tidemill", "-keyout", key, "-out", certificate], check=True, capture_output=True)
        said = self.refused("--listen", "192.0.2.1:8420", "--tls-certificate", certificate, "--tls-key", key)
        self.assertIn("cannot listen on 192.0.2.1 port 8420: Cannot assign requested address", said)

    def test_a_port_that_cannot_be(self) -> None:
        self.assertIn("write it as ADDRESS:PORT", self.refused("--listen", "127.0.0.1:99999", code=2))

    def test_a_second_scheduler_names_the_first(self) -> None:
        first = self.up()
        self.wait_ready(first)
        second = self.tidemill("up", "--dags", self.dags, "--listen", "127.0.0.1:0", expect=1)
        self.assertIn(f"a scheduler is already running in {self.data} (pid {first.pid})", second.stderr)
        self.assertIsNone(first.poll())

    def test_other_machines_need_tls(self) -> None:
        said = self.refused("--listen", "0.0.0.0:0", code=2)
        self.assertIn("can be reached by other machines", said)
        self.assertIn("--tls-certificate", said)

    def test_plain_http_behind_a_proxy_needs_somebody_who_can_sign_in(self) -> None:
        self.assertIn("nobody can sign in yet", self.refused("--listen", "0.0.0.0:0", "--allow-plain-http", code=2))
        process = self.up()
        self.wait_ready(process)
        status, text = self.ask("POST", "/api/v1/users", {"user": "ann", "role": "admin", "password": "correct horse battery"})
        self.assertEqual(status, 201, text)
        self.assertEqual(self.end(process), 0)
        self.log.unlink()
        self.wait_ready(self.up("--listen", "0.0.0.0:0", "--allow-plain-http"))

    def test_half_of_a_pair(self) -> None:
        self.assertIn("needed together", self.refused("--tls-key", "key.pem", code=2))
        self.assertIn("needed together", self.refused("--proxy-header", "X-User", code=2))

    def test_a_data_folder_that_cannot_be_made(self) -> None:
        self.assertIn("Not a directory", self.refused("--data-dir", "/dev/null/data"))


class Signals(ServiceTest):
    def slow_run(self) -> tuple[int, Path]:
        """A run whose one task ends when the file is there."""
        gate = self.folder / "gate"
        self.write_dag("slow", f"tasks: {{a: {{run: 'echo go; while [ ! -e {gate} ]; do sleep 0.02; done'}}}}\n")
        run = self.trigger("slow")
        self.wait_for(lambda: self.get(f"/api/v1/runs/{run}")["tasks"][0]["state"] == "running", "the task to run")
        return run, gate

    def test_term_leaves_tasks_running_and_the_next_start_takes_them_up(self) -> None:
        process = self.up()
        self.wait_ready(process)
        run, gate = self.slow_run()
        self.assertEqual(self.end(process), 0, self.said())
        self.assertIn("running tasks go on and are taken up at the next start", self.said())
        self.log.unlink()
        self.wait_ready(self.up())
        self.assertEqual(self.get(f"/api/v1/runs/{run}")["tasks"][0]["attempts"], 1)
        gate.touch()
        self.wait_state(run, "succeeded")
        self.assertEqual(self.get(f"/api/v1/runs/{run}")["tasks"][0]["attempts"], 1, "it was not started again")

    def test_a_drain_waits_for_what_runs_and_starts_nothing(self) -> None:
        process = self.up("--stop-mode", "drain")
        self.wait_ready(process)
        run, gate = self.slow_run()
        process.send_signal(signal.SIGTERM)
        self.wait_said("waiting for running tasks")
        self.write_dag("quick", "tasks: {a: {run: 'true'}}\n")
        waiting = self.trigger("quick")
        self.wait_for(lambda: "stopping" in self.ask("GET", f"/api/v1/runs/{waiting}/tasks/a/explain")[1],
                      "the reason why the new run waits")
        gate.touch()
        self.assertEqual(process.wait(DEADLINE_S), 0, self.said())
        self.log.unlink()
        self.wait_ready(self.up())
        self.wait_state(run, "succeeded")
        self.wait_state(waiting, "succeeded")

    def test_a_second_signal_ends_the_drain(self) -> None:
        process = self.up("--stop-mode", "drain")
        self.wait_ready(process)
        self.slow_run()
        process.send_signal(signal.SIGTERM)
        self.wait_said("waiting for running tasks")
        self.assertEqual(self.end(process, signal.SIGINT), 0, self.said())

    def test_a_drain_has_a_limit(self) -> None:
        process = self.up("--stop-mode", "drain", "--stop-limit", "100ms")
        self.wait_ready(process)
        self.slow_run()
        self.assertEqual(self.end(process), 0, self.said())

    def test_two_signals_at_once_leave_a_database_that_opens(self) -> None:
        process = self.up()
        self.wait_ready(process)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        self.assertIn(process.wait(DEADLINE_S), (0, 1))
        self.log.unlink()
        self.wait_ready(self.up())

    def test_what_was_answered_while_it_stopped_is_kept(self) -> None:
        process = self.up()
        self.wait_ready(process)
        self.write_dag("quick", "tasks: {a: {run: 'true'}}\n")
        answered, unexpected, begun = [self.trigger("quick")], [], threading.Event()

        def ask_until_it_is_gone() -> None:
            while True:
                try:
                    status, text = self.ask("POST", "/api/v1/dags/quick/runs", {})
                except (OSError, http.client.HTTPException):
                    return
                if status == 201:
                    answered.append(json.loads(text)["run"])
                    begun.set()
                else:
                    unexpected.append(text)

        askers = [threading.Thread(target=ask_until_it_is_gone) for _ in range(8)]
        for asker in askers:
            asker.start()
        begun.wait(DEADLINE_S)
        self.assertEqual(self.end(process), 0, self.said())
        for asker in askers:
            asker.join(DEADLINE_S)
        self.assertTrue(self.said().endswith("Z stopped\n"), self.said())
        self.assertEqual(unexpected, [])
        self.log.unlink()
        self.wait_ready(self.up())
        for run in answered:
            self.assertEqual(self.get(f"/api/v1/runs/{run}")["run"], run)

    def test_hup_reads_the_configuration_again(self) -> None:
        config = self.folder / "c.yaml"
        config.write_text("log: {level: info}\n")
        process = self.up("--config", config)
        port = self.wait_ready(process)
        self.assertEqual(self.status_as(port, "ui.example"), 421)
        config.write_text("log: {level: debug}\nhosts: [ui.example]\n")
        process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.status_as(port, "ui.example") == 200, "the new host to count")
        self.wait_for(lambda: self.status_as(port, "ui.example") == 200 and "debug: GET /healthz 200" in self.said(), "the new level to count")
        config.write_text("log: {level: nonsense}\n")
        process.send_signal(signal.SIGHUP)
        self.wait_said("the configuration is left as it was")
        self.assertEqual(self.status_as(port, "ui.example"), 200)
        self.assertEqual(self.end(process), 0)

    def status_as(self, port: int, host: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
        connection.request("GET", "/healthz", headers={"Host": host})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    def test_the_scheduler_alone_starts_no_worker(self) -> None:
        process = self.up(command="scheduler")
        self.wait_ready(process)
        self.assertEqual(self.get("/api/v1/status")["workers_connected"], 0)
        self.assertEqual(self.daemon_pids(), [])


class Notify(ServiceTest):
    def listen(self, name: str) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.settimeout(DEADLINE_S)
        listener.bind("\0" + name[1:] if name.startswith("@") else name)
        self.addCleanup(listener.close)
        return listener

    def heard(self, listener: socket.socket, wanted: str) -> dict[str, str]:
        """The next message that has `wanted`, which is NAME or NAME=VALUE."""
        while True:
            lines = listener.recv(4096).decode().split("\n")
            if any(line == wanted or line.startswith(wanted + "=") for line in lines):
                return dict(line.split("=", 1) for line in lines)

    def life(self, name: str) -> None:
        listener = self.listen(name)
        process = self.up(env={"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "100000"})
        ready = self.heard(listener, "READY=1")
        self.assertIn("serving", ready["STATUS"])
        self.assertEqual(self.ask("GET", "/healthz")[0], 200, "ready means that it can be asked")
        for _ in range(3):
            self.heard(listener, "WATCHDOG=1")
        before = int(float(Path("/proc/uptime").read_text().split()[0]))
        process.send_signal(signal.SIGHUP)
        reloading = self.heard(listener, "RELOADING=1")
        self.assertGreater(int(reloading["MONOTONIC_USEC"]), 0)
        self.assertLessEqual(int(reloading["MONOTONIC_USEC"]), (before + DEADLINE_S) * 1_000_000)
        self.heard(listener, "READY=1")
        process.send_signal(signal.SIGTERM)
        self.heard(listener, "STOPPING=1")
        self.assertEqual(process.wait(DEADLINE_S), 0)

    def test_by_path(self) -> None:
        self.life(str(self.folder / "notify"))

    def test_by_abstract_name(self) -> None:
        self.life(f"@tidemill-test-{os.getpid()}")

    def test_a_watchdog_for_another_process_is_not_fed(self) -> None:
        listener = self.listen(str(self.folder / "notify"))
        process = self.up(env={"NOTIFY_SOCKET": str(self.folder / "notify"), "WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"})
        self.heard(listener, "READY=1")
        process.send_signal(signal.SIGTERM)
        while True:
            message = listener.recv(4096).decode()
            self.assertNotIn("WATCHDOG=1", message)
            if "STOPPING=1" in message:
                break
        self.assertEqual(process.wait(DEADLINE_S), 0)

    def test_a_name_that_is_none_is_refused(self) -> None:
        process = self.up(env={"NOTIFY_SOCKET": "nowhere"})
        self.assertEqual(process.wait(DEADLINE_S), 2)
        self.assertIn("$NOTIFY_SOCKET", self.said())


class Log(ServiceTest):
    def lines(self) -> list[str]:
        return self.said().splitlines()

    def test_a_file_gets_times_and_no_link(self) -> None:
        self.wait_ready(self.up())
        self.wait_said("no administrator who can sign in")
        for line in self.lines():
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
        self.assertNotIn("sign-in#", self.said())

    def test_the_journal_gets_priorities(self) -> None:
        self.log.touch()
        info = self.log.stat()
        self.wait_ready(self.up(env={"JOURNAL_STREAM": f"{info.st_dev}:{info.st_ino}"}))
        self.wait_said("no administrator who can sign in")
        self.assertTrue(any(line.startswith("<6>tidemill ") for line in self.lines()), self.said())
        self.assertTrue(any(line.startswith("<4>there is no administrator") for line in self.lines()), self.said())

    def test_the_journal_of_somebody_above_is_not_meant(self) -> None:
        self.wait_ready(self.up(env={"JOURNAL_STREAM": "8:1"}))
        self.assertNotIn("<6>", self.said())

    def test_json_is_one_object_a_line(self) -> None:
        process = self.up("--log-format", "json")
        self.wait_ready(process)
        self.assertEqual(self.end(process), 0)
        for line in self.lines():
            self.assertEqual(set(json.loads(line)), {"time", "level", "message"})

    def test_requests_are_logged_at_debug_without_what_is_private(self) -> None:
        process = self.up("--log-level", "debug")
        self.wait_ready(process)
        self.ask("GET", "/api/v1/dags?limit=1&secret=hush")
        self.wait_said("GET /api/v1/dags ")
        self.assertNotIn("hush", self.said())

    def test_a_terminal_gets_the_link_that_signs_in_once(self) -> None:
        terminal, other_end = pty.openpty()
        process = self.up(stderr=other_end)
        os.close(other_end)
        shown = bytearray()

        def read() -> None:
            try:
                while piece := os.read(terminal, 4096):
                    shown.extend(piece)
            except OSError:
                return

        reader = threading.Thread(target=read)
        reader.start()
        found = self.wait_for(lambda: re.search(r"http://127\.0\.0\.1:\d+/sign-in#(\S+)", shown.decode()), "the link")
        self.assertGreaterEqual(len(found.group(1)), 32)
        self.wait_for(lambda: "0 dags" in shown.decode(), "how many dags there are")
        self.assertEqual(self.end(process), 0)
        reader.join(DEADLINE_S)
        os.close(terminal)

    def test_a_terminal_that_closes_ends_it(self) -> None:
        terminal, other_end = pty.openpty()
        process = self.up(stderr=other_end)
        os.close(other_end)
        self.wait_for(self.is_ready, "it to serve")
        os.close(terminal)
        process.send_signal(signal.SIGHUP)
        process.wait(DEADLINE_S)
        self.assertFalse(process_is_alive(process.pid))

    def is_ready(self) -> bool:
        try:
            return self.ask("GET", "/readyz")[0] == 200
        except OSError:  # no socket yet, or nobody who listens at it
            return False


if __name__ == "__main__":
    unittest.main()
