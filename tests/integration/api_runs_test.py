"""Runs over the HTTP API: what a trigger makes of its parameters and keys, what is shown, and control by hand."""
import concurrent.futures
import hashlib
import signal
import subprocess
import unittest
import urllib.parse

from api_fixture import ApiTest, Client, poll
from tidemill import BINARY, bytes_of

TYPED = """params:
  rounds: {type: integer, default: 1, minimum: 0, maximum: 10}
  floor: {type: number, required: true}
  day: {type: date, default: "2026-11-22"}
  mode: {type: string, default: fast, enum: [fast, slow]}
  tables: {type: array, items: string, default: []}
tasks:
  a: {run: 'printf "%s|%s|%s|%s" "$TIDEMILL_PARAM_ROUNDS" "$TIDEMILL_PARAM_FLOOR" "$TIDEMILL_PARAM_DAY" "$TIDEMILL_PARAM_MODE"'}
"""
ONE_TASK = 'tasks: {a: {run: "true"}}\n'
# a succeeds, b fails, c is blocked by b, d has nothing to do with them.
BROKEN = """tasks:
  a: {run: echo made}
  b: {needs: [a], run: 'test -e %s || { echo "something is an ERROR here"; exit 3; }'}
  c: {needs: [b], run: echo after}
  d: {run: echo aside}
"""


class Trigger(ApiTest):
    def post(self, body: object, key: str | None = None, client: Client | None = None):
        headers = {"Idempotency-Key": key} if key is not None else None
        return (client or self.admin).ask("POST", "/api/v1/dags/typed/runs", body, headers)

    def setUp(self) -> None:
        self.daemon.dag("typed", TYPED)

    def runs_made(self) -> int:
        return self.daemon.rows("SELECT count(*) FROM runs WHERE dag_name = 'typed'")[0][0]

    def test_typed_parameters_arrive_as_they_were_given(self) -> None:
        run = self.admin.run_to_end("typed", {"rounds": 3, "floor": 0.5, "day": "2024-02-29", "mode": "slow", "tables": ["x", "y z"]})
        self.assertEqual(run["state"], "succeeded")
        self.assertEqual(run["params"], {"rounds": 3, "floor": 0.5, "day": "2024-02-29", "mode": "slow", "tables": ["x", "y z"]})
        log = self.admin.get(f"/api/v1/runs/{run['run']}/tasks/a/log")
        self.assertEqual([line["text"] for line in log["lines"] if line["stream"] == "stdout"], ["3|0.5|2024-02-29|slow"])

    def test_every_wrong_parameter_is_named_and_nothing_runs(self) -> None:
        before = self.runs_made()
        detail = self.admin.refused(400, "POST", "/api/v1/dags/typed/runs", {"params": {
            "rounds": 11, "day": "2023-02-30", "mode": "fsat", "tables": [1], "ruonds": 2}})
        for name in ("rounds:", "floor:", "day:", "mode:", "tables", "ruonds:"):
            self.assertIn(name, detail)
        for wrong in ({"floor": "1"}, {"floor": None}, {"floor": 1, "rounds": 1.5}, {"floor": 1, "rounds": True},
                      {"floor": 1, "rounds": 2**63}, {"floor": 1, "tables": "x"}, {}):
            self.admin.refused(400, "POST", "/api/v1/dags/typed/runs", {"params": wrong})
        for body in ({"params": []}, {"params": "x"}, {"parms": {}}, {"params": {"floor": 1}, "dag": "typed"}):
            self.admin.refused(400, "POST", "/api/v1/dags/typed/runs", body)
        for raw in (b"[1]", b'"x"', b"{", b'{"params": {"floor": 1e400}}', b'{"params": {"floor": 1}} {}',
                    b'{"params": {"floor": 1, "floor": 2}}', b'{"params": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
                    b'{"params": {"floor": 1, "mode": "\\ud800"}}', b'{"params": {"floor": 1, "mode": "\xff"}}'):
            with self.subTest(raw=raw[:40]):
                self.admin.refused(400, "POST", "/api/v1/dags/typed/runs", raw)
        self.assertEqual(self.runs_made(), before)

    def test_text_is_never_taken_for_shell(self) -> None:
        self.daemon.dag("texts", "params: {t: {type: string, required: true}}\n"
                                 "tasks: {a: {run: 'printf %s \"$TIDEMILL_PARAM_T\"'}}\n")
        canary = self.folder / "canary"
        for text in (f"$(touch {canary})", f"`touch {canary}`", f"; touch {canary}", "'; --", "{{7*7}}", "${{ 7*7 }}", "%n%s", "-rf", "@/etc/passwd"):
            with self.subTest(text=text):
                run = self.admin.run_to_end("texts", {"t": text})
                lines = self.admin.get(f"/api/v1/runs/{run['run']}/tasks/a/log")["lines"]
                self.assertEqual([line["text"] for line in lines if line["stream"] == "stdout"], [text])
        self.assertFalse(canary.exists())

    def test_a_key_makes_one_run_of_one_body(self) -> None:
        first = self.post({"params": {"floor": 1}}, "monday")
        again = self.post({"params": {"floor": 1}}, "monday")
        self.assertEqual((first.status, first.json()["repeated"]), (201, False))
        self.assertEqual((again.status, again.json()["repeated"]), (201, True))
        self.assertEqual(first.json()["run"], again.json()["run"])
        other = self.post({"params": {"floor": 2}}, "monday")
        self.assertEqual(other.status, 409)
        self.assertIn(str(first.json()["run"]), other.detail)
        self.assertNotEqual(self.post({"params": {"floor": 2}}, "tuesday").json()["run"], first.json()["run"])
        self.assertNotEqual(self.post({"params": {"floor": 1}}).json()["run"], first.json()["run"])
        for bad in ("", "x" * 256):
            self.assertEqual(self.post({"params": {"floor": 1}}, bad).status, 400)

    def test_a_key_belongs_to_its_sender(self) -> None:
        ann, ben = self.daemon.client("ann", "operator"), self.daemon.client("ben", "operator")
        of_ann = self.post({"params": {"floor": 1}}, "shared", ann).json()
        of_ben = self.post({"params": {"floor": 7}}, "shared", ben)
        self.assertEqual(of_ben.status, 201)
        self.assertNotEqual(of_ann["run"], of_ben.json()["run"])

    def test_a_refused_trigger_does_not_use_its_key_up(self) -> None:
        self.assertEqual(self.post({"params": {"floor": "no"}}, "mended").status, 400)
        self.assertEqual(self.post({"params": {"floor": 1}}, "mended").status, 201)

    def test_twenty_at_once_with_one_key_make_one_run(self) -> None:
        before = self.runs_made()
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: self.post({"params": {"floor": 1}}, "herd"), range(20)))
        self.assertEqual({answer.status for answer in answers}, {201})
        self.assertEqual(len({answer.json()["run"] for answer in answers}), 1)
        self.assertEqual(sum(not answer.json()["repeated"] for answer in answers), 1)
        self.assertEqual(self.runs_made(), before + 1)

    def test_a_secret_parameter_is_never_shown(self) -> None:
        self.daemon.dag("hush", "params: {word: {type: secret, required: true}}\n"
                                "tasks: {a: {run: 'echo said $TIDEMILL_PARAM_WORD'}}\n")
        run = self.admin.run_to_end("hush", {"word": "sesame-4711"})
        self.assertEqual(run["params"], {"word": "***"})
        for path in ("", "/events", "/tasks/a", "/tasks/a/log", "/tasks/a/log/raw", "/explain"):
            self.assertNotIn("sesame", self.admin.expect(200, "GET", f"/api/v1/runs/{run['run']}{path}").text)
        self.assertIn("said ***", self.admin.expect(200, "GET", f"/api/v1/runs/{run['run']}/tasks/a/log").text)
        self.assertNotIn("sesame", self.admin.refused(400, "POST", "/api/v1/dags/hush/runs", {"params": {"word": ["sesame"]}}))


class Sealed(ApiTest):
    def test_a_secret_parameter_is_in_no_file_and_reaches_every_attempt(self) -> None:
        daemon = self.own_daemon()
        daemon.start()
        canary = "sesame-4711-c4n4ry"
        wanted = hashlib.sha256(canary.encode()).hexdigest()
        gate, ledger = daemon.folder / "gate", daemon.folder / "ledger"
        note = f'printf %s "$TIDEMILL_PARAM_WORD" | sha256sum >> {ledger}'
        daemon.dag("hush", "schedule: '0 0 1,2 1 *'\nparams: {word: {type: secret, required: true}}\ntasks:\n"
                   f"  a: {{run: 'while ! test -e {gate}; do sleep 0.02; done'}}\n"
                   f"  b: {{needs: [a], run: '{note}'}}\n"
                   f"  c: {{needs: [a], env: {{OWN: '${{{{ params.word }}}}'}}, run: 'printf %s \"$OWN\" | sha256sum >> {ledger}'}}\n")

        def reached(times: int) -> None:
            self.assertEqual([line.split()[0] for line in ledger.read_text().splitlines()], [wanted] * times)

        first = daemon.admin.trigger("hush", {"word": canary})
        daemon.admin.wait_task(first, "a", {"running"})
        daemon.end(signal.SIGKILL)
        daemon.start()
        gate.touch()
        self.assertEqual(daemon.admin.wait_run(first)["state"], "succeeded")
        reached(2)
        again = daemon.admin.post(f"/api/v1/runs/{first}/rerun")["run"]
        self.assertEqual(daemon.admin.wait_run(again)["state"], "succeeded")
        reached(4)
        self.assertEqual(daemon.admin.get(f"/api/v1/runs/{first}/compare/{again}")["params"], [])
        daemon.admin.post(f"/api/v1/runs/{first}/clear", {"tasks": ["b"]})
        poll(lambda: ledger.read_text().count("\n") == 5, "b to run again")
        self.assertEqual(daemon.admin.wait_run(first)["state"], "succeeded")
        backfill = daemon.admin.post("/api/v1/backfills", {"dag": "hush", "from": "2026-01-01T00:00:00Z", "until": "2026-01-03T00:00:00Z",
                                                           "params": {"word": canary}}, status=201)["backfill"]
        poll(lambda: daemon.admin.get(f"/api/v1/backfills/{backfill}")["state"] != "open", "the backfill to end")
        reached(9)
        copy = daemon.folder / "copy.db"
        subprocess.run([str(BINARY), "backup", str(copy), "--data-dir", str(daemon.data)], check=True, capture_output=True)
        self.assertEqual(daemon.end(), 0)
        for path in [copy, *daemon.data.rglob("*")]:
            if path.is_file():
                self.assertFalse(canary.encode() in bytes_of(path), path)
        # Without the key nothing runs with another word, or none.
        (daemon.data / "params.key").rename(daemon.folder / "away")
        daemon.start()
        self.assertIn("params.key", daemon.admin.refused(503, "POST", f"/api/v1/runs/{first}/rerun", {}))


class Looking(ApiTest):
    def setUp(self) -> None:
        self.daemon.dag("broken", BROKEN % "/nowhere")
        self.daemon.dag("fine", ONE_TASK)

    def test_a_run_its_task_and_its_attempt_tell_one_story(self) -> None:
        run = self.admin.run_to_end("broken")
        self.assertEqual((run["state"], run["dag"], run["origin"]), ("failed", "broken", "local"))
        self.assertIn("exit code 3", run["reason"])
        self.assertEqual({task["id"]: task["state"] for task in run["tasks"]},
                         {"a": "succeeded", "b": "failed", "c": "upstream_failed", "d": "succeeded"})
        self.assertEqual(run["counts"], {"total": 4, "succeeded": 2, "failed": 1, "other_end": 1})
        task = self.admin.get(f"/api/v1/runs/{run['run']}/tasks/b")
        self.assertEqual((task["exit_code"], task["spec"]["needs"], len(task["attempts_ended"])), (3, ["a"], 1))
        attempt = task["attempts_ended"][0]
        self.assertEqual((attempt["number"], attempt["cause"], attempt["exit_code"]), (1, "exit", 3))
        for earlier, later in (("granted_at", "started_at"), ("started_at", "ended_at")):
            self.assertLessEqual(attempt[earlier], attempt[later])

    def test_a_deadline_is_shown_before_and_after_it_passes(self) -> None:
        script, gate = self.gate("deadline")
        self.daemon.dag("due", f"deadline: {{after: 1h, from: queued}}\ntasks: {{a: {{run: '{script}'}}}}\n")
        self.daemon.dag("late", f"deadline: {{after: 1ms, from: started}}\ntasks: {{a: {{run: '{script}'}}}}\n")
        due, late = self.admin.trigger("due"), self.admin.trigger("late")
        poll(lambda: self.admin.run(late)["deadline_missed"], "the deadline to pass")
        self.assertIn("it is due in", str(self.admin.get(f"/api/v1/runs/{due}/explain")["details"]))
        self.assertIn("it is late by", str(self.admin.get(f"/api/v1/runs/{late}/explain")["details"]))
        shown = self.admin.run(due)
        self.assertGreater(shown["due_at"], shown["created_at"])
        gate.touch()
        for run in (due, late):
            self.admin.wait_run(run)
        self.assertIn("it was late by", str(self.admin.get(f"/api/v1/runs/{late}/explain")["details"]))
        rows = self.daemon.rows("SELECT run_id, dag, due_at > 0, ended_at > 0, missed_at > 0 FROM deadlines ORDER BY run_id")
        self.assertEqual(rows, [(due, "due", 1, 1, 0), (late, "late", 1, 1, 1)])
        self.assertIsNone(self.admin.run(self.admin.run_to_end("fine")["run"])["due_at"])

    def test_explain_says_what_failed_and_what_it_blocks(self) -> None:
        run = self.admin.run_to_end("broken")["run"]
        of_run = self.admin.get(f"/api/v1/runs/{run}/explain")
        self.assertIn("b: exit code 3", of_run["sentence"])
        of_task = self.admin.get(f"/api/v1/runs/{run}/tasks/c/explain")
        self.assertIn("because b failed", of_task["sentence"])

    def test_explain_of_what_waits_names_what_it_waits_for(self) -> None:
        script, gate = self.gate("waits")
        self.daemon.dag("waits", f"tasks:\n  a: {{run: '{script}'}}\n  b: {{needs: [a], run: 'true'}}\n")
        first, second = self.admin.trigger("waits"), self.admin.trigger("waits")
        self.admin.wait_task(first, "a", {"running"})
        self.assertIn("a", self.admin.get(f"/api/v1/runs/{first}/tasks/b/explain")["sentence"])
        self.assertIn("max_active_runs", str(self.admin.get(f"/api/v1/runs/{second}/explain")))
        gate.touch()
        self.assertEqual(self.admin.wait_run(second)["state"], "succeeded")

    def test_history_tells_every_task_as_it_was_at_each_moment(self) -> None:
        script, gate = self.gate("moments")
        self.daemon.dag("moments", f"tasks:\n  a: {{run: 'true'}}\n  b: {{needs: [a], run: '{script}; exit 3'}}\n"
                                   "  c: {needs: [b], run: 'true'}\n")
        run = self.admin.trigger("moments")
        self.admin.wait_task(run, "b", {"running"})
        gate.touch()
        self.admin.wait_run(run)
        path = f"/api/v1/runs/{run}/history"
        whole = self.admin.get(path)
        self.assertEqual((whole["run"], whole["dag"], whole["at"], whole["state"]), (run, "moments", None, "failed"))
        self.assertEqual({task["task"]: task["state"] for task in whole["tasks"]}, self.admin.tasks(run))
        self.assertEqual([event["at"] for event in whole["events"]], sorted(event["at"] for event in whole["events"]))
        sentences = [event["sentence"] for event in whole["events"]]
        self.assertIn("b failed", sentences)
        self.assertIn("c does not run, because of what failed before it", sentences)
        began = next(event for event in whole["events"] if event["sentence"].startswith("b began"))
        then = self.admin.get(path, at=began["at"])
        self.assertEqual({task["task"]: task["state"] for task in then["tasks"]},
                         {"a": "succeeded", "b": "running", "c": "waiting"})
        self.assertEqual(then["state"], "running")
        self.assertNotIn("b failed", [event["sentence"] for event in then["events"]])
        # At every moment that an event names, the task is what its newest event until then says.
        for moment in {event["at"] for event in whole["events"]}:
            then = self.admin.get(path, at=moment)
            self.assertEqual(then["events"], [event for event in whole["events"] if event["at"] <= moment])
        paged, after = [], None
        while True:
            page = self.admin.get(path, limit=2, **({"after": after} if after else {}))
            paged += page["events"]
            after = page["next"]
            if after is None:
                break
        self.assertEqual(paged, whole["events"])

    def test_history_refuses_moments_that_make_no_sense(self) -> None:
        run = self.admin.run_to_end("fine")
        path = f"/api/v1/runs/{run['run']}/history"
        self.assertIn("made later", self.admin.refused(400, "GET", path, query={"at": "2001-01-01T00:00:00Z"}))
        for at in ("yesterday", "", "2026-02-30T00:00:00Z", "12"):
            self.assertIn("at", self.admin.refused(400, "GET", path, query={"at": at}))
        self.assertEqual(self.admin.get(path, at="9999-12-31T23:59:59Z")["state"], "succeeded")
        self.admin.refused(404, "GET", "/api/v1/runs/999999/history")

    def test_history_tells_what_people_did_and_keeps_it(self) -> None:
        mended = self.folder / "history-mended"
        self.daemon.dag("told", BROKEN % mended)
        run = self.admin.run_to_end("told")["run"]
        failed = self.admin.get(f"/api/v1/runs/{run}/history")["events"][-1]["at"]
        mended.touch()
        self.admin.post(f"/api/v1/runs/{run}/retry", {"reason": "mended by hand"})
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")
        history = self.admin.get(f"/api/v1/runs/{run}/history")
        self.assertTrue(any("mended by hand" in event["sentence"] for event in history["events"]), history)
        self.assertTrue(any("taken up again" in event["sentence"] for event in history["events"]))
        then = self.admin.get(f"/api/v1/runs/{run}/history", at=failed)
        self.assertEqual(then["state"], "failed")
        self.assertEqual({task["task"]: task["state"] for task in then["tasks"]},
                         {"a": "succeeded", "b": "failed", "c": "upstream_failed", "d": "succeeded"})

    def test_events_come_in_order_and_by_pages(self) -> None:
        run = self.admin.run_to_end("broken")["run"]
        whole = self.admin.get(f"/api/v1/runs/{run}/events")
        self.assertIsNone(whole["next"])
        numbers = [event["seq"] for event in whole["events"]]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertIn("failed", str(whole["events"][-1]["body"]))
        paged, after = [], None
        while True:
            page = self.admin.get(f"/api/v1/runs/{run}/events", limit=2, **({"after": after} if after else {}))
            self.assertLessEqual(len(page["events"]), 2)
            paged += page["events"]
            after = page["next"]
            if after is None:
                break
        self.assertEqual(paged, whole["events"])

    def test_pages_of_runs_hold_every_run_once_while_new_ones_come(self) -> None:
        made = [self.admin.trigger("fine") for _ in range(12)]
        for run in made:
            self.admin.wait_run(run)
        seen, after = [], None
        while True:
            page = self.admin.get("/api/v1/runs", dag="fine", limit=5, **({"after": after} if after else {}))
            seen += [run["run"] for run in page["runs"]]
            after = page["next"]
            if after is None:
                break
            self.admin.trigger("fine")
        self.assertEqual(seen, sorted(seen, reverse=True))
        self.assertEqual(len(seen), len(set(seen)))
        self.assertLessEqual(set(made), set(seen))

    def test_a_list_is_filtered_by_dag_and_state(self) -> None:
        failed = self.admin.run_to_end("broken")["run"]
        self.admin.run_to_end("fine")
        runs = self.admin.get("/api/v1/runs", state="failed", limit=500)["runs"]
        self.assertIn(failed, [run["run"] for run in runs])
        self.assertEqual({run["state"] for run in runs}, {"failed"})
        self.assertEqual({run["dag"] for run in self.admin.get("/api/v1/runs", dag="broken", limit=500)["runs"]}, {"broken"})
        self.assertEqual(self.admin.get("/api/v1/runs", dag="fine", state="failed")["runs"], [])
        self.assertEqual(self.admin.get("/api/v1/runs", dag="brok%")["runs"], [])

    def test_what_is_not_there_is_not_found(self) -> None:
        run = self.admin.run_to_end("fine")["run"]
        for path in ("/runs/999999", "/runs/0", "/runs/-1", "/runs/x", f"/runs/{2**63}", "/runs/1e1", f"/runs/{run}/tasks/zz",
                     f"/runs/{run}/tasks/a/log?attempt=2", f"/runs/{run}/nothing", "/dags/absent", "/dags/absent/source",
                     "/dags/FINE", "/backfills/77", "/backfills/x"):
            with self.subTest(path=path):
                self.admin.refused(404, "GET", f"/api/v1{path}")
        self.assertIn("did you mean fine", self.admin.refused(404, "GET", "/api/v1/dags/fien"))


class Logs(ApiTest):
    LINES = 50_000  # of a bit more than 1,000 bytes

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        # 50 MB with a needle in the middle and something that looks like an error near the end.
        script = cls.daemon.folder / "loud.py"
        script.write_text("import sys\n"
                          f"for i in range({cls.LINES}):\n"
                          "    word = 'NEEDLE' if i in (25000, 25001) else 'Traceback of it' if i == 45000 else 'plain'\n"
                          "    sys.stdout.write(f'{i:07d} {word} ' + 'x' * 1000 + '\\n')\n")
        cls.daemon.dag("loud", f"tasks: {{a: {{command: [python3, {script}]}}}}\n")
        cls.run_id = cls.admin.run_to_end("loud")["run"]
        cls.base = f"/api/v1/runs/{cls.run_id}/tasks/a/log"

    def test_it_opens_at_its_end(self) -> None:
        end = self.admin.get(self.base)
        self.assertGreater(end["size"], 50_000_000)
        self.assertEqual(end["next"], end["size"])
        self.assertTrue(end["ended"])
        self.assertTrue(end["lines"][-1]["text"].startswith(f"{self.LINES - 1:07d} plain"))
        self.assertLessEqual(end["size"] - end["from"], 256 << 10)

    def test_ranges_join_without_gap_or_overlap(self) -> None:
        seen, at = [], 20_000_000
        for _ in range(5):
            piece = self.admin.get(self.base, **{"from": at, "bytes": 100_000})
            seen += [int(line["text"][:7]) for line in piece["lines"]]
            self.assertEqual(piece["lines"][0]["offset"], piece["from"])
            at = piece["next"]
        self.assertEqual(seen, list(range(seen[0], seen[0] + len(seen))))
        self.assertGreater(len(seen), 400)
        beyond = self.admin.get(self.base, **{"from": 10**15, "bytes": 1})
        self.assertEqual((beyond["lines"], beyond["from"]), ([], beyond["size"]))
        one = self.admin.get(self.base, **{"from": 0, "bytes": 1})
        self.assertEqual(len(one["lines"]), 1)

    def test_lines_have_numbers_and_are_found_by_them(self) -> None:
        far = self.admin.get(self.base, line=30_001, bytes=5000)
        again = self.admin.get(self.base, **{"from": far["from"], "bytes": 5000, "numbers": "true"})
        self.assertEqual((far["line"], again["line"], again["lines"]), (None, 30_001, far["lines"]))
        near = self.admin.get(self.base, line=101, bytes=5000)
        self.assertEqual(near["line"], 101)
        self.assertEqual(int(far["lines"][0]["text"][:7]) - int(near["lines"][0]["text"][:7]), 29_900)
        self.assertEqual((self.admin.get(self.base, line=1)["from"], self.admin.get(self.base, line=1)["line"]), (0, 1))
        beyond = self.admin.get(self.base, line=10**12)
        self.assertEqual((beyond["lines"], beyond["from"]), ([], beyond["size"]))
        self.admin.refused(400, "GET", self.base, query={"line": 3, "from": 3})

    def search(self, path: str, **query: object) -> list[dict]:
        """Follows `next` until the log was searched to its end."""
        found, at = [], 0
        while at is not None:
            page = self.admin.get(self.base + path, **{"from": at, **query})
            found += page["lines"]
            self.assertTrue(page["next"] is None or page["next"] > at)
            at = page["next"]
        return found

    def test_a_search_finds_every_line_without_regard_to_case(self) -> None:
        self.assertEqual([int(line["text"][:7]) for line in self.search("/search", q="needle")], [25000, 25001])
        self.assertEqual(len(self.search("/search", q="000 plain", limit=7)), self.LINES // 1000 - 2)
        self.assertEqual(self.search("/search", q="%_%"), [])
        self.assertEqual(self.search("/search", q="(x+)+y"), [])

    def test_the_first_error_is_found(self) -> None:
        at = 0
        while True:
            page = self.admin.get(self.base + "/first-error", **{"from": at})
            if page["lines"] or page["next"] is None:
                break
            at = page["next"]
        self.assertEqual([line["text"][:7] for line in page["lines"]], ["0045000"])
        around = self.admin.get(self.base, **{"from": page["lines"][0]["offset"], "bytes": 10})
        self.assertEqual(around["lines"][0], page["lines"][0])

    def test_raw_bytes_come_whole_and_by_range(self) -> None:
        size = self.admin.get(self.base)["size"]
        def part(words: str):
            return self.admin.ask("GET", self.base + "/raw", headers={"Range": words})
        whole = self.admin.expect(200, "GET", self.base + "/raw")
        self.assertEqual(len(whole.body), size)
        self.assertTrue(whole.headers["content-disposition"].startswith("attachment"))
        self.assertEqual(whole.headers["x-content-type-options"], "nosniff")
        for words, first, end in (("bytes=0-99", 0, 100), ("bytes=-10", size - 10, size), (f"bytes={size - 5}-", size - 5, size),
                                  ("bytes=30000000-30000009", 30_000_000, 30_000_010), (f"bytes=5-{10**15}", 5, size)):
            with self.subTest(range=words):
                piece = part(words)
                self.assertEqual(piece.status, 206)
                self.assertEqual(piece.headers["content-range"], f"bytes {first}-{end - 1}/{size}")
                self.assertTrue(piece.body == whole.body[first:end])
        self.assertEqual(part(f"bytes={size}-").status, 416)
        many = part("bytes=" + ",".join(f"{i}-{i}" for i in range(1500)))
        self.assertEqual((many.status, len(many.body)), (200, size))

    def test_wrong_questions_are_refused(self) -> None:
        for path, query in (("", {"from": -2}), ("", {"bytes": 0}), ("", {"bytes": 5 << 20}), ("", {"attempt": "x"}), ("", {"form": 1}),
                            ("/search", {}), ("/search", {"q": "x" * 1001}), ("/search", {"q": "x", "limit": 0}),
                            ("/search", {"q": "x", "regex": 1}), ("/first-error", {"from": -1}), ("/raw", {"from": 1})):
            with self.subTest(path=path, query=query):
                self.admin.refused(400, "GET", self.base + path, query=query)

    def test_the_log_of_a_running_task_can_be_followed(self) -> None:
        script, gate = self.gate("follow")
        self.daemon.dag("follow", f"tasks: {{a: {{run: 'echo one; {script}; echo two'}}}}\n")
        run = self.admin.trigger("follow")
        path = f"/api/v1/runs/{run}/tasks/a/log"
        poll(lambda: (answer := self.admin.ask("GET", path)).status == 200 and "one" in answer.text, "the first line")
        first = self.admin.get(path)
        self.assertFalse(first["ended"])
        self.assertEqual(self.admin.get(path, **{"from": first["next"]})["lines"], [])
        gate.touch()
        more = poll(lambda: self.admin.get(path, **{"from": first["next"]})["lines"], "the second line")
        self.assertEqual(more[0]["text"], "two")
        self.admin.wait_run(run)

    def test_a_silent_task_has_an_empty_log(self) -> None:
        self.daemon.dag("silent", ONE_TASK)
        run = self.admin.run_to_end("silent")["run"]
        path = f"/api/v1/runs/{run}/tasks/a/log"
        self.assertEqual(self.admin.get(path)["lines"], [])


class Control(ApiTest):
    def waiting(self, name: str, more: str = "") -> tuple[int, object]:
        """A run whose task `a` runs until the gate is opened."""
        script, gate = self.gate(name)
        self.daemon.dag(name, f"tasks:\n  a: {{run: '{script}', grace: 2s}}\n  b: {{needs: [a], run: 'true'}}\n" + more)
        run = self.admin.trigger(name)
        self.admin.wait_task(run, "a", {"running"})
        return run, gate

    def act(self, run: int, what: str, body: dict | None = None) -> dict:
        return self.admin.post(f"/api/v1/runs/{run}/{what}", body)

    def conflict(self, run: int, what: str, body: dict | None = None) -> str:
        return self.admin.refused(409, "POST", f"/api/v1/runs/{run}/{what}", body or {})

    def test_cancel_ends_what_runs_and_starts_nothing(self) -> None:
        run, _ = self.waiting("cancels")
        self.assertEqual(self.act(run, "cancel", {"reason": "wrong data"})["done"], "cancelling")
        ended = self.admin.wait_run(run)
        self.assertEqual(ended["state"], "cancelled")
        self.assertIn("wrong data", str(ended["reason"]))
        self.assertEqual({task["id"]: task["state"] for task in ended["tasks"]}, {"a": "cancelled", "b": "cancelled"})
        self.assertIn("cancelled", self.conflict(run, "cancel"))
        for what in ("pause", "resume", "hurry"):
            self.assertIn("has ended", self.conflict(run, what))

    def test_cancel_by_force_does_not_wait_for_the_grace(self) -> None:
        stubborn = self.folder / "stubborn"
        self.daemon.dag("stubborn", f"tasks: {{a: {{run: \"trap '' TERM; touch {stubborn}; while true; do sleep 0.05; done\", grace: 10m}}}}\n")
        run = self.admin.trigger("stubborn")
        poll(stubborn.exists, "the task to ignore TERM")
        self.act(run, "cancel")
        self.act(run, "cancel", {"force": True})
        self.assertEqual(self.admin.wait_run(run)["state"], "cancelled")

    def test_a_paused_run_starts_nothing_until_it_is_resumed(self) -> None:
        run, gate = self.waiting("pauses")
        self.act(run, "pause", {"reason": "look first"})
        self.assertIn("paused", self.conflict(run, "pause"))
        gate.touch()
        self.admin.wait_task(run, "a", {"succeeded"})
        self.assertEqual(self.admin.tasks(run)["b"], "ready")
        self.assertIn("paused", str(self.admin.get(f"/api/v1/runs/{run}/tasks/b/explain")))
        self.assertIn("look first", str(self.admin.get(f"/api/v1/runs/{run}/explain")))
        self.act(run, "resume")
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")

    def test_resume_of_what_is_not_paused_is_a_conflict(self) -> None:
        run, gate = self.waiting("unpaused")
        self.assertIn("not paused", self.conflict(run, "resume"))
        gate.touch()
        self.admin.wait_run(run)

    def broken(self, name: str) -> tuple[int, object]:
        mended = self.folder / f"mended-{name}"
        self.daemon.dag(name, BROKEN % mended)
        return self.admin.run_to_end(name)["run"], mended

    def preview_is_effect(self, run: int, what: str, body: dict) -> dict:
        """Asks with dry_run, sees that nothing changed, does it, and returns what was done."""
        before = self.admin.expect(200, "GET", f"/api/v1/runs/{run}/events").json()
        planned = self.act(run, what, {**body, "dry_run": True})
        self.assertEqual(self.admin.get(f"/api/v1/runs/{run}/events"), before)
        done = self.act(run, what, body)
        self.assertEqual((planned.pop("dry_run"), done.pop("dry_run")), (True, False))
        self.assertEqual(planned, done)
        return done

    def attempts(self, run: int) -> dict[str, int]:
        return {task["id"]: task["attempts"] for task in self.admin.run(run)["tasks"]}

    def test_retry_runs_again_what_failed_and_what_it_blocked(self) -> None:
        run, mended = self.broken("retries")
        mended.touch()
        done = self.preview_is_effect(run, "retry", {"reason": "mended"})
        self.assertEqual([task["task"] for task in done["tasks"]], ["b", "c"])
        self.assertTrue(done["reopens"])
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")
        self.assertEqual(self.attempts(run), {"a": 1, "b": 2, "c": 1, "d": 1})
        first = self.admin.get(f"/api/v1/runs/{run}/tasks/b/log", attempt=1)
        self.assertIn("something is an ERROR here", str(first["lines"]))
        self.assertEqual(self.admin.get(f"/api/v1/runs/{run}/tasks/b")["attempts_ended"][0]["exit_code"], 3)

    def test_clear_reaches_as_far_as_it_says(self) -> None:
        for reach, tasks in (("only", "a"), ("downstream", "abc"), ("failed", "bc")):
            with self.subTest(reach=reach):
                run, mended = self.broken(f"clears_{reach}")
                mended.touch()
                wish = {"tasks": [] if reach == "failed" else ["a"], "reach": reach}
                done = self.preview_is_effect(run, "clear", wish)
                self.assertEqual([task["task"] for task in done["tasks"]], list(tasks))
                self.admin.wait_run(run)
                again = {task for task, count in self.attempts(run).items() if count > (task != "c")}
                self.assertEqual(again, set(tasks))

    def test_clear_upstream_and_both(self) -> None:
        run, mended = self.broken("clears_up")
        mended.touch()
        self.assertEqual([task["task"] for task in self.preview_is_effect(run, "clear", {"tasks": ["b"], "reach": "upstream"})["tasks"]], ["a", "b"])
        self.admin.wait_run(run)
        self.assertEqual([task["task"] for task in self.act(run, "clear", {"tasks": ["b"], "reach": "both", "dry_run": True})["tasks"]], ["a", "b", "c"])

    def test_mark_needs_a_reason_and_lets_the_rest_go_on(self) -> None:
        run, _ = self.broken("marks")
        self.assertIn("reason", self.admin.refused(400, "POST", f"/api/v1/runs/{run}/mark", {"tasks": ["b"], "to": "succeeded"}))
        done = self.preview_is_effect(run, "mark", {"tasks": ["b"], "to": "succeeded", "reason": "checked by hand"})
        self.assertEqual({task["task"]: task["to"] for task in done["tasks"]}, {"b": "succeeded", "c": "waiting"})
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")
        self.assertEqual(self.attempts(run), {"a": 1, "b": 1, "c": 1, "d": 1})
        self.assertIn("checked by hand", str(self.admin.get(f"/api/v1/runs/{run}/events")))
        audit = self.admin.get("/api/v1/audit", action="run.mark", object=f"run {run}")["entries"]
        self.assertEqual([(entry["who"], entry["detail"]["reason"]) for entry in audit], [("local", "checked by hand")])

    def test_hurry_makes_a_waiting_retry_now(self) -> None:
        self.daemon.dag("hurries", "tasks: {a: {run: 'test \"$TIDEMILL_ATTEMPT\" = 2', retry: {limit: 1, delay: 1h}}}\n")
        run = self.admin.trigger("hurries")
        self.admin.wait_task(run, "a", {"retry_wait"})
        self.assertIsNotNone(self.admin.get(f"/api/v1/runs/{run}/tasks/a")["retry_at"])
        self.act(run, "hurry", {"tasks": ["a"]})
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")

    def test_wrong_wishes_are_refused_and_change_nothing(self) -> None:
        run, _ = self.broken("wrong")
        before = self.admin.get(f"/api/v1/runs/{run}/events")
        for what, body in (("clear", {}), ("clear", {"tasks": ["zz"]}), ("clear", {"tasks": "a"}), ("clear", {"tasks": [1]}),
                           ("clear", {"tasks": ["a"], "reach": "everything"}), ("clear", {"tasks": ["a"], "dry_run": "yes"}),
                           ("clear", {"tasks": ["a"], "to": "failed"}), ("mark", {"tasks": [], "to": "succeeded", "reason": "x"}),
                           ("mark", {"tasks": ["a"], "to": "running", "reason": "x"}), ("cancel", {"force": "yes"}),
                           ("cancel", {"why": "x"}), ("pause", {"reason": "x" * 1001}), ("retry", {"reach": "only"}),
                           ("hurry", {"tasks": {"a": 1}})):
            with self.subTest(what=what, body=body):
                self.admin.refused(400, "POST", f"/api/v1/runs/{run}/{what}", body)
        self.assertEqual(self.admin.get(f"/api/v1/runs/{run}/events"), before)

    def test_two_cancels_at_once_are_one_end(self) -> None:
        run, _ = self.waiting("races")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self.admin.ask("POST", f"/api/v1/runs/{run}/cancel", {}), range(8)))
        self.assertIn(200, {answer.status for answer in answers})
        self.assertLessEqual({answer.status for answer in answers}, {200, 409})
        self.assertEqual(self.admin.wait_run(run)["state"], "cancelled")
        ends = self.daemon.rows("SELECT count(*) FROM attempts WHERE run_id = ?", run)
        self.assertEqual(ends, [(1,)])

    def test_names_with_slashes_reach_no_other_path(self) -> None:
        for name in ("..%2f..%2fstatus", "%2e%2e", "a%2fb", "a%00b", "%c0%ae"):
            answer = self.admin.ask("GET", f"/api/v1/dags/{name}")
            self.assertIn(answer.status, (400, 404), urllib.parse.unquote(name, errors="replace"))


if __name__ == "__main__":
    unittest.main()
