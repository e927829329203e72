"""What somebody hostile tries against a whole daemon, beside what the tests of single parts try; docs/security.md says which
test is for which threat."""
import concurrent.futures
import json
import os
import re
import unittest
from pathlib import Path
from typing import Any

from api_fixture import ApiTest, Client, poll

PLAIN = "tasks: {a: {run: 'echo said'}}\n"
PASSWORD = "correct horse battery staple"
WANTED_HEADERS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


class Attack(ApiTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.daemon.dag("target", PLAIN)
        cls.run_id = cls.admin.run_to_end("target")["run"]
        cls.operations = {(method.upper(), path): operation for path, methods in cls.admin.get("/api/openapi.json")["paths"].items()
                          for method, operation in methods.items()}

    def paths(self, method: str) -> list[str]:
        filled = {"dag": "target", "run": str(self.run_id), "task": "a"}
        return [re.sub(r"\{(\w+)\}", lambda m: filled.get(m.group(1), "1"), path) for verb, path in self.operations if verb == method]

    def contents(self) -> list[Any]:
        """Everything that is stored, but what a look itself leaves behind: when a token was used last."""
        tables = [name for (name,) in self.daemon.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'meta'")]
        return [(table, self.daemon.rows(f"SELECT * FROM {table}")) for table in sorted(tables) if table not in ("tokens", "sessions", "workers")]

    def test_looking_changes_nothing(self) -> None:
        paths = [path for path in self.paths("GET") if not path.endswith("/events") or "/runs/" in path]
        # Entries of requests that were refused are written behind the answer, in their order: this one after all of them.
        self.admin.expect(200, "PUT", "/api/v1/secrets/last_change", {"value": "before the look"})
        # What the runs of this class say to alerts is taken up a moment after they end.
        poll(lambda: not self.daemon.rows("SELECT 1 FROM alert_feed"), "the alert feed to be read")
        before = self.contents()
        for path in paths:
            self.assertLess(self.admin.ask("GET", path).status, 500, path)
            self.admin.ask("GET", path, headers={"X-HTTP-Method-Override": "DELETE", "X-HTTP-Method": "POST", "X-Method-Override": "PUT"})
            self.admin.ask("HEAD", path)
        self.assertEqual(self.contents(), before)

    def test_every_answer_forbids_frames_guessing_and_keeping(self) -> None:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            for path in self.paths(method) + ["/nowhere"]:
                if path == "/api/v1/events" or (method == "DELETE" and path == "/api/v1/session"):
                    continue
                for client in (self.admin, self.daemon.anonymous):
                    with self.subTest(method=method, path=path):
                        answer = client.ask(method, path, None if method == "GET" else {"no_such_member": 1})
                        for name, value in WANTED_HEADERS.items():
                            self.assertEqual(answer.headers.get(name), value, name)
                        policy = answer.headers.get("content-security-policy", "")
                        self.assertIn("default-src 'none'", policy)
                        self.assertIn("frame-ancestors 'none'", policy)
                        self.assertIn("no-store", answer.headers.get("cache-control", "no-store"))

    def test_no_route_answers_under_a_foreign_name(self) -> None:
        known = self.daemon.client("rebound", "admin")
        for path in self.paths("GET"):
            for client in (known, self.daemon.anonymous):
                answer = client.ask("GET", path, headers={"Host": "rebound.example"})
                self.assertEqual(answer.status, 421, path)

    def test_a_token_in_an_address_opens_nothing(self) -> None:
        token = self.daemon.token("addressed", "viewer") if not self.daemon.user("addressed", "viewer") else ""
        for name in ("token", "access_token", "api_key", "authorization"):
            self.assertIn(self.daemon.anonymous.ask("GET", "/api/v1/runs", query={name: token}).status, (400, 401))
        log = self.daemon.log.read_text()
        self.assertNotIn(token, log)

    def test_a_page_of_another_site_changes_nothing_by_any_verb(self) -> None:
        self.daemon.user("browsing", "admin", password=PASSWORD)
        cookie = self.daemon.sign_in("browsing", PASSWORD).cookie
        foreign = ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": f"http://127.0.0.1:{self.daemon.port + 1}"},
                   {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost.evil.example"})
        before = self.daemon.rows("SELECT count(*) FROM runs")
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            for path in self.paths(method):
                if path.startswith(("/api/v1/session", "/api/v1/hooks")) and "password" not in path:
                    continue
                for headers in foreign:
                    answer = Client(self.daemon, cookie=cookie).ask(method, path, {}, headers)
                    self.assertEqual(answer.status, 403, (method, path, headers))
        self.assertEqual(self.daemon.rows("SELECT count(*) FROM runs"), before)

    def test_a_link_in_the_place_of_a_log_leads_nowhere(self) -> None:
        run = self.admin.run_to_end("target")["run"]
        outside = self.folder / "outside"
        outside.write_text("2026-01-01T00:00:00.000000000Z stdout F not yours\n")
        [log] = list((self.daemon.data / "logs" / str(run)).iterdir())
        log.unlink()
        log.symlink_to(outside)
        for path in ("", "/raw", "/first-error"):
            self.assertNotIn("not yours", self.admin.ask("GET", f"/api/v1/runs/{run}/tasks/a/log{path}").text)
        found = self.admin.ask("GET", f"/api/v1/runs/{run}/tasks/a/log/search", query={"q": "yours"})
        self.assertNotIn("not yours", found.text)

    def test_no_command_line_holds_a_secret(self) -> None:
        canary = "sesame-4711-open"
        script, gate = self.gate("argv")
        self.admin.expect(200, "PUT", "/api/v1/secrets/argv_word", {"value": canary})
        self.daemon.dag("argv", "params: {word: {type: secret, required: true}}\n"
                                f"tasks: {{a: {{run: '{script}', secrets: {{WORD: argv_word}}}}}}\n")
        run = self.admin.trigger("argv", {"word": canary})
        self.admin.wait_task(run, "a", {"running"})
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                self.assertNotIn(canary.encode(), (entry / "cmdline").read_bytes())
            except OSError:
                continue
        gate.touch()
        self.admin.wait_run(run)

    def test_a_crowd_that_signs_in_costs_little_memory(self) -> None:
        def memory() -> int:
            status = Path(f"/proc/{self.daemon.pid}/status").read_text()
            return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) // 1024
        before = memory()
        with concurrent.futures.ThreadPoolExecutor(25) as pool:
            statuses = set(pool.map(lambda i: self.daemon.anonymous.ask(
                "POST", "/api/v1/session", {"user": f"nobody_{i}", "password": "wrong password"}).status, range(50)))
        self.assertLessEqual(statuses, {401, 429, 503})
        self.assertLess(memory() - before, 200)
        self.admin.expect(200, "GET", "/readyz")

    def test_names_made_for_a_bypass_are_only_names(self) -> None:
        for name in ("health", "healthz", "login", "configs", "api", "metrics", "session", "openapi"):
            self.daemon.dag(name, PLAIN)
            for path in (f"/api/v1/dags/{name}", f"/api/v1/dags/{name}/source", f"/api/v1/dags/{name}/schedule"):
                self.daemon.anonymous.refused(401, "GET", path)
            self.daemon.anonymous.refused(401, "POST", f"/api/v1/dags/{name}/runs", {})
        for path in ("/healthz/../api/v1/runs", "/healthz/%2e%2e/api/v1/runs", "//api/v1/runs", "/api/v1/runs/", "/API/v1/runs", "/api/v1/runs;x=/healthz",
                     "/healthz%2f..%2fapi%2fv1%2fruns"):
            self.assertIn(self.daemon.anonymous.ask("GET", path).status, (400, 401, 404), path)

    def test_a_result_is_text_whatever_it_looks_like(self) -> None:
        self.daemon.dag("odd", "tasks:\n  a:\n    run: |\n"
                               "      printf 'x=%s\\n' '<script>alert(1)</script>' >> \"$TIDEMILL_OUTPUT\"\n"
                               "      printf '# <img src=x onerror=alert(1)>\\n' > \"$TIDEMILL_SUMMARY\"\n"
                               "      printf '%s\\n' '<script>alert(1)</script>' '\\033]0;owned\\007'\n    outputs: [x]\n")
        run = self.admin.run_to_end("odd")["run"]
        for path in ("", "/tasks/a", "/tasks/a/log", "/tasks/a/log/raw", "/history"):
            answer = self.admin.expect(200, "GET", f"/api/v1/runs/{run}{path}")
            self.assertIn(answer.type, ("application/json", "text/plain"), path)
            self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        task = self.admin.get(f"/api/v1/runs/{run}/tasks/a")
        self.assertIn("<script>alert(1)</script>", json.dumps(task["result"]["outputs"]))

    def test_deep_and_large_results_fail_their_task_and_nothing_else(self) -> None:
        self.daemon.dag("huge", "tasks:\n"
                                "  deep: {run: 'python3 -c \"print(chr(120) + chr(61) + chr(91) * 5000 + chr(93) * 5000)\" >> \"$TIDEMILL_OUTPUT\"', outputs: [x]}\n"
                                "  large: {run: 'head -c 3000000 /dev/zero | tr \"\\\\0\" x > \"$TIDEMILL_OUTPUT\"', outputs: [x]}\n")
        run = self.admin.run_to_end("huge")
        self.assertEqual({task["id"]: task["state"] for task in run["tasks"] if task["id"] == "large"}, {"large": "failed"})
        self.admin.expect(200, "GET", f"/api/v1/runs/{run['run']}/tasks/deep")
        self.assertEqual(self.admin.run_to_end("target")["state"], "succeeded")


if __name__ == "__main__":
    unittest.main()
