"""Tasks that wait without a slot: for a file, an address, a time or a dataset."""
import contextlib
import http.server
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from api_fixture import DEADLINE_S, ApiTest, Daemon, poll

NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
HERE = ("--allow-private-network", "127.0.0.0/8")


def wait_for(what: str, more: str = "") -> str:
    return f"tasks:\n  gate: {{uses: wait_for, with: {{{what}, every: 1s{more}}}}}\n  after: {{needs: [gate], run: 'true'}}\n"


class Web:
    """An HTTP server of the test on loopback; `answer` gets the handler of each request. With `tls` it speaks HTTPS."""

    def __init__(self, answer: Callable[[http.server.BaseHTTPRequestHandler, int], None], tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[str] = []
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append(f"{self.command} {self.path}")
                answer(self, len(web.asked))

            do_HEAD = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def finish_request(self, request: Any, address: Any) -> None:
                if tls is None:
                    return super().finish_request(request, address)
                # A handshake that the other side breaks off is no matter.
                with contextlib.suppress(OSError), tls.wrap_socket(request, server_side=True) as secure:
                    super().finish_request(secure, address)
                return None

        self._server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def status(code: int) -> Callable[[http.server.BaseHTTPRequestHandler, int], None]:
    def answer(handler: http.server.BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(code)
        if code == 302:
            handler.send_header("Location", "http://169.254.169.254/latest/meta-data/")
        handler.end_headers()
    return answer


class WaitTest(ApiTest):
    @classmethod
    def setUpClass(cls) -> None:
        cls.daemon = Daemon(4, *HERE)
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()
        cls.admin = cls.daemon.admin

    def web(self, answer: Callable[[http.server.BaseHTTPRequestHandler, int], None]) -> Web:
        web = Web(answer)
        self.addCleanup(web.close)
        return web

    def begun(self, dag: str, text: str, params: dict[str, Any] | None = None) -> int:
        self.daemon.dag(dag, text)
        run = self.admin.trigger(dag, params)
        self.admin.wait_task(run, "gate", {"awaiting_input"})
        return run

    def task(self, run: int, task: str = "gate") -> dict[str, Any]:
        return self.admin.get(f"/api/v1/runs/{run}/tasks/{task}")

    def why(self, run: int) -> str:
        answer = self.admin.get(f"/api/v1/runs/{run}/tasks/gate/explain")
        return "\n".join([answer["sentence"], *answer["details"]])

    def said(self, run: int, words: str) -> None:
        poll(lambda: words in (self.task(run)["reason"] or ""), f"the last look to say: {words}")


class Files(WaitTest):
    def test_a_file_that_appears_lets_the_run_go_on(self) -> None:
        wanted = self.folder / "in.csv"
        run = self.begun("file", "params: {day: {type: string}}\n" + wait_for(f"file: '{self.folder}/${{{{ params.day }}}}.csv'"), {"day": "in"})
        self.said(run, "there is no such file")
        why = self.why(run)
        for words in (f"gate waits for the file {wanted} (for ", "last answer: there is no such file", "next check: ", "it has no timeout", "no slot"):
            self.assertIn(words, why)
        self.assertEqual(self.admin.tasks(run)["after"], "waiting")
        wanted.touch()
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")
        self.assertEqual(self.task(run)["attempts"], 0)

    def test_a_relative_path_begins_in_the_folder_of_the_dag(self) -> None:
        run = self.begun("beside", wait_for("file: marker"))
        (self.daemon.dags / "marker").touch()
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")

    def test_a_timeout_fails_or_skips(self) -> None:
        for word, end, of_run in (("fail", "failed", "failed"), ("skip", "skipped", "succeeded")):
            self.daemon.dag(word, wait_for("file: nothing", f", timeout: 1s, on_timeout: {word}"))
            run = self.admin.run_to_end(word)
            self.assertEqual((run["state"], self.task(run["run"])["state"]), (of_run, end))
            self.assertIn("was not there within 1s", self.task(run["run"])["reason"])

    def test_a_cancel_ends_the_wait(self) -> None:
        run = self.begun("given_up", wait_for("file: nothing"))
        self.admin.post(f"/api/v1/runs/{run}/cancel", {"reason": "enough"})
        self.assertEqual(self.admin.wait_run(run)["state"], "cancelled")

    def test_a_mark_by_hand_lets_it_go_on(self) -> None:
        run = self.begun("by_hand", wait_for("file: nothing"))
        self.admin.post(f"/api/v1/runs/{run}/mark", {"tasks": ["gate"], "to": "succeeded", "reason": "it came by mail"})
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")

    def test_a_dataset_that_is_updated(self) -> None:
        run = self.begun("reader", wait_for("dataset: listings"))
        self.said(run, "it was never updated")
        self.daemon.dag("writer", "tasks: {a: {run: 'true', publish: {dataset: listings}}}\n")
        self.admin.run_to_end("writer")
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")
        # An update of before the run does not count, unless it says how old it may be.
        late = self.begun("reader_again", wait_for("dataset: listings"))
        self.said(late, "its last update was at")
        self.admin.post(f"/api/v1/runs/{late}/cancel")
        self.daemon.dag("patient", wait_for("dataset: listings", ", max_age: 1h"))
        self.assertEqual(self.admin.run_to_end("patient")["state"], "succeeded")


class Http(WaitTest):
    def test_404_and_then_200(self) -> None:
        def answer(handler: http.server.BaseHTTPRequestHandler, count: int) -> None:
            status(404 if count < 3 else 200)(handler, count)
        web = self.web(answer)
        self.daemon.dag("site", wait_for(f"http: '{web.url}/ready?x=1'"))
        self.assertEqual(self.admin.run_to_end("site")["state"], "succeeded")
        self.assertEqual(web.asked, ["GET /ready?x=1"] * 3)

    def test_the_statuses_and_the_method_are_the_authors(self) -> None:
        web = self.web(status(404))
        self.daemon.dag("absent", wait_for(f"http: '{web.url}'", ", status: [404, 410], method: HEAD"))
        self.assertEqual(self.admin.run_to_end("absent")["state"], "succeeded")
        self.assertEqual(web.asked, ["HEAD /"])

    def test_a_server_that_fails_is_asked_again(self) -> None:
        web = self.web(status(500))
        run = self.begun("broken_site", wait_for(f"http: '{web.url}'"))
        self.said(run, "HTTP 500")
        poll(lambda: len(web.asked) >= 2, "it to be asked again")
        self.admin.post(f"/api/v1/runs/{run}/cancel")

    def test_a_redirect_is_not_followed(self) -> None:
        web = self.web(status(302))
        run = self.begun("redirected", wait_for(f"http: '{web.url}'"))
        self.said(run, "HTTP 302, and redirects are not followed")
        self.admin.post(f"/api/v1/runs/{run}/cancel")

    def test_a_server_that_never_answers_holds_nothing_up(self) -> None:
        release = threading.Event()
        self.addCleanup(release.set)
        hangs = self.web(lambda handler, _: (release.wait(DEADLINE_S), status(200)(handler, 0))[1])
        quick = self.web(status(200))
        stuck = [self.begun(f"stuck_{i}", wait_for(f"http: '{hangs.url}'")) for i in range(3)]
        poll(lambda: len(hangs.asked) >= 3, "all to be asked")
        self.daemon.dag("quick", wait_for(f"http: '{quick.url}'"))
        self.assertEqual(self.admin.run_to_end("quick")["state"], "succeeded")
        self.said(stuck[0], "no answer within 10s")
        for run in stuck:
            self.admin.post(f"/api/v1/runs/{run}/cancel")
            self.admin.wait_run(run)

    def test_a_body_without_end_is_not_read(self) -> None:
        def answer(handler: http.server.BaseHTTPRequestHandler, _: int) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", str(10 << 30))
            handler.end_headers()
            try:
                while True:
                    handler.wfile.write(b"x" * 65536)
            except OSError:
                pass
        web = self.web(answer)
        self.daemon.dag("large", wait_for(f"http: '{web.url}'"))
        self.assertEqual(self.admin.run_to_end("large")["state"], "succeeded")

    def test_nobody_listening_is_an_answer_too(self) -> None:
        taken = socket.socket()  # bound and not listening, so that nobody else is given the port
        self.addCleanup(taken.close)
        taken.bind(("127.0.0.1", 0))
        run = self.begun("nobody", wait_for(f"http: 'http://127.0.0.1:{taken.getsockname()[1]}'"))
        self.said(run, "cannot connect")
        self.admin.post(f"/api/v1/runs/{run}/cancel")

    def test_private_addresses_are_refused_in_every_spelling(self) -> None:
        # 127.0.0.0/8 is allowed here, so that the tests have a server; everything else is not.
        for i, url in enumerate(("http://169.254.169.254/latest/meta-data/", "http://10.1.2.3/", "http://192.168.0.1:8080/", "http://[::1]:8080/",
                                 "http://[fd00::1]/", "http://0x0a000001/", "http://0/", "http://[::ffff:10.0.0.1]/", "http://100.64.0.1/")):
            self.daemon.dag(f"private_{i}", wait_for(f"http: '{url}'"))
            run = self.admin.run_to_end(f"private_{i}")
            with self.subTest(url=url):
                self.assertEqual(run["state"], "failed")
                self.assertIn("is not a public address", self.task(run["run"])["reason"])

    def test_addresses_that_are_none_are_refused(self) -> None:
        for i, (url, why) in enumerate((("file:///etc/passwd", "does not begin with"), ("gopher://127.0.0.1:70/", "does not begin with"),
                                        ("http://ann:secret@127.0.0.1/", "names a user"), ("http://127.0.0.1:22/", "only 80 and 443"),
                                        ("http://127.0.0.1:25/", "only 80 and 443"), ("http://:80/", "no host"))):
            # As a parameter, because what stands in the file is refused with it.
            self.daemon.dag(f"odd_{i}", "params: {url: {type: string}}\n" + wait_for("http: '${{ params.url }}'"))
            run = self.admin.run_to_end(f"odd_{i}", {"url": url})
            with self.subTest(url=url):
                self.assertEqual(run["state"], "failed")
                self.assertIn(why, self.task(run["run"])["reason"])


class Https(ApiTest):
    """A server with a certificate, and a daemon that trusts the authority of the test and nobody else."""

    def setUp(self) -> None:
        self.keys = self.own_folder()
        self.openssl("req", "-x509", *NEW_KEY, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=authority of the test")

    def own_folder(self) -> Path:
        scratch = tempfile.TemporaryDirectory(prefix="tidemill-tls-")
        self.addCleanup(scratch.cleanup)
        return Path(scratch.name)

    def openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.keys, check=True, capture_output=True)

    def certificate(self, name: str, names: str, days: str = "2") -> ssl.SSLContext:
        """Signed by the authority; of a negative number of days it has ended."""
        self.openssl("req", *NEW_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (self.keys / f"{name}.ext").write_text(f"subjectAltName={names}\n")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                     "-out", f"{name}.pem", "-days", days, "-extfile", f"{name}.ext")
        return self.context(name)

    def context(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.keys / f"{name}.pem", self.keys / f"{name}.key")
        return context

    def web(self, context: ssl.SSLContext) -> Web:
        web = Web(status(200), context)
        self.addCleanup(web.close)
        return web

    def test_a_certificate_counts_only_from_whom_is_trusted_for_this_name_and_time(self) -> None:
        by_name = self.web(self.certificate("good", "DNS:localhost"))
        by_address = self.web(self.certificate("address", "IP:127.0.0.1"))
        refused = {"other_name": (self.web(self.certificate("other", "DNS:other.example")), "it is for another name than localhost"),
                   "expired": (self.web(self.certificate("expired", "DNS:localhost", "-1")), "certificate has expired")}
        self.openssl("req", "-x509", *NEW_KEY, "-keyout", "self.key", "-out", "self.pem", "-days", "2", "-subj", "/CN=localhost",
                     "-addext", "subjectAltName=DNS:localhost")
        refused["unknown_signer"] = (self.web(self.context("self")), "self-signed certificate")
        # What the machine itself trusts has no part in it.
        nothing = self.own_folder()
        daemon = Daemon(2, *HERE)
        self.addCleanup(daemon.close)
        daemon.environment = {"SSL_CERT_FILE": str(self.keys / "ca.pem"), "SSL_CERT_DIR": str(nothing)}
        daemon.start()
        for name, host, web in (("by_name", "localhost", by_name), ("by_address", "127.0.0.1", by_address)):
            daemon.dag(name, wait_for(f"http: 'https://{host}:{web.port}/ready'"))
            self.assertEqual(daemon.admin.run_to_end(name)["state"], "succeeded", name)
            self.assertEqual(web.asked, ["GET /ready"])
        for name, (web, why) in refused.items():
            with self.subTest(name):
                daemon.dag(name, wait_for(f"http: 'https://localhost:{web.port}/ready'"))
                run = daemon.admin.trigger(name)

                def said() -> str:
                    answer = daemon.admin.get(f"/api/v1/runs/{run}/tasks/gate/explain")
                    return "\n".join([answer["sentence"], *answer["details"]])
                text = poll(lambda: "TLS" in said() and said(), "the last look to be told")
                self.assertIn("the certificate of localhost is not accepted: " + why, text)
                self.assertIn("SSL_CERT_FILE", text)
                self.assertEqual(daemon.admin.run(run)["state"], "running")
                self.assertEqual(web.asked, [], "nothing was sent to it")
                daemon.admin.post(f"/api/v1/runs/{run}/cancel")


class Loopback(ApiTest):
    def test_this_machine_is_not_asked_unless_an_operator_says_so(self) -> None:
        for i, host in enumerate(("127.0.0.1", "localhost", "127.1", "0x7f000001", "[::ffff:127.0.0.1]")):
            self.daemon.dag(f"self_{i}", wait_for(f"http: 'http://{host}:{self.daemon.port}/healthz'"))
            run = self.admin.run_to_end(f"self_{i}")["run"]
            with self.subTest(host=host):
                self.assertIn("is not a public address", self.admin.get(f"/api/v1/runs/{run}/tasks/gate")["reason"])


class Times(ApiTest):
    def test_a_time_is_waited_for_across_a_restart(self) -> None:
        daemon = self.own_daemon()
        daemon.start()
        daemon.dag("timed", "params: {at: {type: string}}\ntasks: {gate: {uses: wait_for, with: {time: '${{ params.at }}'}}, after: {needs: [gate], run: 'true'}}\n")
        run, due = self.killed_before(daemon)
        daemon.start()
        ended = daemon.admin.wait_run(run)
        self.assertEqual(ended["state"], "succeeded")
        gate = daemon.admin.get(f"/api/v1/runs/{run}/tasks/gate")
        self.assertGreaterEqual(datetime.fromisoformat(gate["ended_at"].replace("Z", "+00:00")), due)

    def killed_before(self, daemon: Daemon) -> tuple[int, datetime]:
        """A run that waits for a time, and the daemon killed before that time: further off, where the machine is too slow."""
        for seconds in (5, 20, 80):
            due = datetime.now(timezone.utc) + timedelta(seconds=seconds)
            run = daemon.admin.trigger("timed", {"at": due.isoformat()})
            daemon.admin.wait_task(run, "gate", {"awaiting_input", "succeeded"})
            waits = daemon.admin.tasks(run)["gate"] == "awaiting_input"
            if waits and datetime.now(timezone.utc) + timedelta(seconds=1) < due:
                daemon.end(signal.SIGKILL)
                if datetime.now(timezone.utc) < due:
                    return run, due
                daemon.start()
            daemon.admin.wait_run(run)
        self.fail("80 s do not suffice to kill a daemon")

    def test_a_duration_and_a_time_that_has_passed(self) -> None:
        self.daemon.dag("soon", "tasks: {gate: {uses: wait_for, with: {time: 1s}}}\n")
        self.assertEqual(self.admin.run_to_end("soon")["state"], "succeeded")
        self.daemon.dag("past", "tasks: {gate: {uses: wait_for, with: {time: '2020-01-01T00:00:00Z'}}}\n")
        self.assertEqual(self.admin.run_to_end("past")["state"], "succeeded")

    def test_words_that_are_no_time_fail_with_a_reason(self) -> None:
        self.daemon.dag("words", "params: {at: {type: string}}\ntasks: {gate: {uses: wait_for, with: {time: '${{ params.at }}'}}}\n")
        run = self.admin.run_to_end("words", {"at": "tomorrow"})
        self.assertEqual(run["state"], "failed")
        self.assertIn("neither an instant", run["reason"])


class Slots(ApiTest):
    SLOTS = 1

    def test_what_waits_takes_no_slot_and_no_thread(self) -> None:
        gates = "".join(f"  g{i}: {{uses: wait_for, with: {{file: nothing-{i}, every: 1s}}}}\n" for i in range(500))
        self.daemon.dag("many", "tasks:\n" + gates)
        self.daemon.dag("plain", "tasks: {a: {run: 'true'}}\n")
        self.admin.run_to_end("plain")
        threads = len(list((self.proc() / "task").iterdir()))
        run = self.admin.trigger("many")
        poll(lambda: set(self.admin.tasks(run).values()) == {"awaiting_input"}, "all to wait")
        self.assertEqual(self.admin.run_to_end("plain")["state"], "succeeded")
        self.assertLessEqual(len(list((self.proc() / "task").iterdir())), threads + 2)
        (self.daemon.dags / "nothing-7").touch()
        self.admin.wait_task(run, "g7", {"succeeded"})
        self.admin.post(f"/api/v1/runs/{run}/cancel")
        self.assertEqual(self.admin.wait_run(run)["state"], "cancelled")

    def proc(self) -> Any:
        from pathlib import Path
        return Path(f"/proc/{self.daemon.pid}")


class Crash(ApiTest):
    def test_kill_9_while_waiting_loses_nothing(self) -> None:
        daemon = self.own_daemon()
        daemon.start()
        daemon.dag("waits", "tasks:\n  gate: {uses: wait_for, with: {file: 'in.csv', every: 1s, timeout: 1h}}\n  after: {needs: [gate], run: 'true'}\n")
        run = daemon.admin.trigger("waits")
        for _ in range(3):
            daemon.admin.wait_task(run, "gate", {"awaiting_input"})
            since = daemon.admin.get(f"/api/v1/runs/{run}/tasks/gate")["ready_at"]
            daemon.end(signal.SIGKILL)
            daemon.start()
            self.assertEqual(daemon.admin.get(f"/api/v1/runs/{run}/tasks/gate")["ready_at"], since)
        (daemon.dags / "in.csv").touch()
        self.assertEqual(daemon.admin.wait_run(run)["state"], "succeeded")

    def test_a_timeout_that_passes_while_nobody_runs_counts(self) -> None:
        daemon = self.own_daemon()
        daemon.start()
        for seconds in (2, 10, 60):  # longer, where the machine is too slow to kill it before
            daemon.dag("waits", f"tasks: {{gate: {{uses: wait_for, with: {{file: 'in.csv', every: 1s, timeout: {seconds}s}}}}}}\n")
            run = daemon.admin.trigger("waits")
            daemon.admin.wait_task(run, "gate", {"awaiting_input", "failed"})
            daemon.end(signal.SIGKILL)
            if daemon.rows("SELECT state FROM runs WHERE run_id = ?", run) == [("running",)]:
                break
            daemon.start()
        began = time.monotonic()
        poll(lambda: time.monotonic() - began > seconds, "the timeout to pass")
        self.assertEqual(daemon.rows("SELECT state FROM runs WHERE run_id = ?", run), [("running",)], "nobody was there to end it")
        daemon.start()
        self.assertEqual(daemon.admin.wait_run(run)["state"], "failed")


if __name__ == "__main__":
    unittest.main()
