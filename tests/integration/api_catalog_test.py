"""The folder of DAG files and their schedules, as the API shows them: new, changed, broken and removed files, pauses,
freezes and backfills, and what a restart makes of all that."""
import os
import signal
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

from api_fixture import HOURLY_LONG_AGO, LONG_AGO, ApiTest, Client, Daemon, poll

PLAIN = "tasks: {a: {run: 'echo %s'}}\n"
MICROSECONDS = 1_000_000


def said(admin: Client, run: int, task: str = "a") -> list[str]:
    lines = admin.get(f"/api/v1/runs/{run}/tasks/{task}/log")["lines"]
    return [line["text"] for line in lines if line["stream"] == "stdout"]


def to_us(text: str) -> int:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)


class Folder(ApiTest):
    def wait_state(self, name: str, state: str) -> dict:
        def look():
            answer = self.admin.ask("GET", f"/api/v1/dags/{name}")
            return answer.status == 200 and answer.json()["state"] == state and answer.json()
        return poll(look, f"{name} to be {state}")

    def test_a_new_file_is_found_and_runs(self) -> None:
        self.daemon.dag("fresh", PLAIN % "hello", file="deep/down/fresh.yml")
        self.assertEqual(self.admin.dag("fresh")["file"], "deep/down/fresh.yml")
        run = self.admin.run_to_end("fresh")
        self.assertEqual((run["state"], said(self.admin, run["run"])), ("succeeded", ["hello"]))

    def test_a_changed_file_is_a_new_version_and_a_run_keeps_its_own(self) -> None:
        script, gate = self.gate("keeps")
        text = f"max_active_runs: 5\ntasks:\n  a: {{run: '{script}'}}\n  b: {{needs: [a], run: 'echo %s'}}\n"
        self.daemon.dag("keeps", text % "old")
        old = self.admin.trigger("keeps")
        self.admin.wait_task(old, "a", {"running"})
        self.daemon.dag("keeps", text % "new")
        new = self.admin.trigger("keeps")
        gate.touch()
        self.assertEqual(self.admin.wait_run(old)["state"], "succeeded")
        self.assertEqual(self.admin.wait_run(new)["state"], "succeeded")
        self.assertEqual((said(self.admin, old, "b"), said(self.admin, new, "b")), (["old"], ["new"]))
        first, second = self.admin.run(old)["version"], self.admin.run(new)["version"]
        self.assertLess(first, second)
        self.daemon.dag("keeps", text % "old")
        self.assertEqual(self.admin.dag("keeps")["version"], first, "the same text is the same version")

    def test_a_broken_file_keeps_the_last_good_version_and_says_what_is_wrong(self) -> None:
        self.daemon.dag("breaks", PLAIN % "good")
        version = self.admin.dag("breaks")["version"]
        self.daemon.write("breaks", "tasks:\n  a: {runn: 'echo bad'}\n")
        broken = self.wait_state("breaks", "broken")
        self.assertEqual(broken["version"], version)
        error = [finding for finding in broken["findings"] if finding["severity"] == "error"][0]
        self.assertEqual((error["file"], error["line"]), ("breaks.yaml", 4))
        self.assertIn("run", error["message"] + error["hint"])
        run = self.admin.run_to_end("breaks")
        self.assertEqual((run["version"], said(self.admin, run["run"])), (version, ["good"]))
        self.daemon.dag("breaks", PLAIN % "mended")
        self.assertEqual(said(self.admin, self.admin.run_to_end("breaks")["run"]), ["mended"])

    def test_a_file_that_was_never_good_cannot_run(self) -> None:
        self.daemon.write("hopeless", "tasks: {a: {run: [}}\n")
        self.wait_state("hopeless", "broken")
        self.assertIn("errors", self.admin.refused(409, "POST", "/api/v1/dags/hopeless/runs", {}))
        self.admin.refused(404, "GET", "/api/v1/dags/hopeless/source")

    def test_a_removed_file_is_gone_and_its_runs_stay(self) -> None:
        self.daemon.dag("leaves", PLAIN % "here")
        run = self.admin.run_to_end("leaves")["run"]
        (self.daemon.dags / "leaves.yaml").unlink()
        self.wait_state("leaves", "gone")
        self.assertIn("no longer in the folder", self.admin.refused(409, "POST", "/api/v1/dags/leaves/runs", {}))
        self.assertEqual(self.admin.run(run)["state"], "succeeded")
        self.assertEqual(said(self.admin, run), ["here"])
        self.daemon.dag("leaves", PLAIN % "here")
        self.assertEqual(self.admin.run_to_end("leaves")["state"], "succeeded")

    def test_removing_the_file_of_a_running_run_does_not_touch_it(self) -> None:
        script, gate = self.gate("orphan")
        self.daemon.dag("orphan", f"tasks:\n  a: {{run: '{script}'}}\n  b: {{needs: [a], run: 'echo done'}}\n")
        run = self.admin.trigger("orphan")
        self.admin.wait_task(run, "a", {"running"})
        (self.daemon.dags / "orphan.yaml").unlink()
        self.wait_state("orphan", "gone")
        gate.touch()
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")
        self.assertEqual(said(self.admin, run, "b"), ["done"])

    def test_a_file_that_is_written_in_pieces_never_stops_its_dag(self) -> None:
        self.daemon.dag("slowly", PLAIN % "old")
        with (self.daemon.dags / "slowly.yaml").open("w") as file:
            file.write("version: 1\nname: slowly\ntasks: {a: {run: 'echo ")
            file.flush()
            self.daemon.dag("meanwhile", PLAIN % "x")  # makes the daemon look at the half of a file
            self.wait_state("slowly", "broken")
            run = self.admin.run_to_end("slowly")
            self.assertEqual(said(self.admin, run["run"]), ["old"])
            file.write("new'}}\n")
        self.wait_state("slowly", "ok")
        self.assertEqual(said(self.admin, self.admin.run_to_end("slowly")["run"]), ["new"])

    def test_of_two_files_with_one_name_the_first_is_the_dag(self) -> None:
        self.daemon.dag("double", PLAIN % "first", file="double_1.yaml")
        self.daemon.write("double", PLAIN % "second", file="double_2.yaml")
        other = self.wait_state("double_2.yaml", "broken")
        self.assertIn("taken by double_1.yaml", str(other["findings"]))
        self.assertEqual(self.admin.dag("double")["state"], "ok")
        self.assertEqual(said(self.admin, self.admin.run_to_end("double")["run"]), ["first"])
        (self.daemon.dags / "double_1.yaml").unlink()
        poll(lambda: self.admin.dag("double")["file"] == "double_2.yaml", "the second file to be the dag")
        self.assertEqual(said(self.admin, self.admin.run_to_end("double")["run"]), ["second"])

    def test_a_broken_file_is_not_taken_for_a_good_dag_that_has_its_stem_as_name(self) -> None:
        self.daemon.dag("stem", PLAIN % "good", file="right/stem.yaml")
        self.daemon.write("other", "tasks: {a: {rnu: x}}\n", file="wrong/stem.yaml")
        broken = self.wait_state("wrong:stem.yaml", "broken")
        self.assertEqual(broken["findings"][0]["file"], "wrong/stem.yaml")
        good = self.admin.dag("stem")
        self.assertEqual((good["state"], good["file"]), ("ok", "right/stem.yaml"))
        self.assertEqual(self.admin.run_to_end("stem")["state"], "succeeded")

    def test_a_dag_that_moved_is_not_hidden_by_the_broken_file_where_it_was(self) -> None:
        for old, new in (("moved_a.yaml", "moved_b.yaml"), ("moved_z.yaml", "moved_c.yaml")):
            name = old.removesuffix(".yaml")
            self.daemon.dag(name, PLAIN % "before", file=old)
            (self.daemon.dags / new).write_text(f"version: 1\nname: {name}\n{PLAIN % 'after'}")
            (self.daemon.dags / old).write_text("version: 1\ntasks: {a: {rnu: x}}\n")
            self.wait_file(name, new)
            for _ in range(3):  # and stays so, look after look
                (self.daemon.dags / "unrelated.yaml").write_text(PLAIN % "x")
                (self.daemon.dags / "unrelated.yaml").unlink()
                self.wait_file(name, new)
            self.assertEqual(said(self.admin, self.admin.run_to_end(name)["run"]), ["after"])

    def wait_file(self, name: str, file: str) -> None:
        poll(lambda: (dag := self.admin.dag(name))["file"] == file and dag["state"] == "ok", f"{name} to be {file}")

    def test_a_file_of_the_same_size_and_time_is_taken_over(self) -> None:
        path = self.daemon.dags / "twin.yaml"
        self.daemon.dag("twin", PLAIN % "one")
        times = path.stat()
        path.write_text(path.read_text().replace("one", "two"))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        poll(lambda: "two" in (self.daemon.source_of("twin") or ""), "the second text")

    def test_one_bad_file_stops_no_other(self) -> None:
        names = {"nul": b"version: 1\x00\n", "bomb": b"a: &a [x]\nb: [*a, *a]\n", "deep": b"a: " + b"[" * 5000,
                 "latin": b"name: \xe9\n", "empty": b"", "folder": None, "loop": None}
        for name, content in names.items():
            path = self.daemon.dags / f"bad_{name}.yaml"
            if name == "folder":
                path.mkdir()
            elif name == "loop":
                path.symlink_to(path)
            else:
                path.write_bytes(content)
        self.daemon.dag("unharmed", PLAIN % "still here")
        self.assertEqual(self.admin.run_to_end("unharmed")["state"], "succeeded")
        for name in ("nul", "bomb", "deep", "latin", "empty"):
            self.assertEqual(self.wait_state(f"bad_{name}", "broken")["version"], None)


class Flip(ApiTest):
    """The folder is a link to a checkout, as git-sync makes it."""

    def test_two_hundred_flips_show_only_whole_checkouts(self) -> None:
        daemon = self.own_daemon()
        daemon.dags.rmdir()
        for side in ("left", "right"):
            checkout = daemon.folder / side
            checkout.mkdir()
            (checkout / "which").write_text(side + "\n")
            for name in ("one", "two"):
                (checkout / f"{name}.yaml").write_text(f"version: 1\nname: {name}\ntasks: {{a: {{run: 'echo {side}; cat which'}}}}\n")
        daemon.dags.symlink_to("left")
        daemon.start()
        for name in ("one", "two"):
            poll(lambda n=name: daemon.source_of(n), f"{name} to be there")
        runs = []
        for i in range(200):
            fresh = daemon.folder / "next"
            fresh.symlink_to("right" if i % 2 == 0 else "left")
            os.rename(fresh, daemon.dags)
            states = {dag["dag"]: (dag["state"], dag["findings"]) for dag in daemon.admin.get("/api/v1/dags")["dags"]}
            self.assertEqual(states, {"one": ("ok", 0), "two": ("ok", 0)})
            if i % 10 == 0:
                runs.append(daemon.admin.trigger("one"))
        for name in ("one", "two"):
            poll(lambda n=name: "echo left" in (daemon.source_of(n) or ""), f"{name} to be that of the last checkout")
        fresh.symlink_to("right")  # at rest, so that the other side is seen for certain
        os.rename(fresh, daemon.dags)
        poll(lambda: "echo right" in (daemon.source_of("one") or ""), "one to be that of the right side")
        for run in runs:
            self.assertEqual(daemon.admin.wait_run(run)["state"], "succeeded")
            script, beside = said(daemon.admin, run)
            self.assertEqual(script, beside, "a run saw the files beside the version that it runs")
        self.assertEqual(daemon.rows("SELECT count(*) FROM dag_versions WHERE name = 'one'"), [(2,)])


class Timetable(ApiTest):
    """Every second, so that a few instants pass while a test looks."""

    EVERY = "schedule: {every: 1s}\nmax_active_runs: 50\n" + PLAIN % "tick"

    def decided(self, dag: str, decision: str | None = None) -> list[dict]:
        rows = self.admin.get(f"/api/v1/dags/{dag}/schedule", limit=1000)["decided"]
        return [row for row in rows if decision in (None, row["decision"])]

    def wait_decided(self, dag: str, decision: str, count: int) -> list[dict]:
        return poll(lambda: len(rows := self.decided(dag, decision)) >= count and rows, f"{count} instants of {dag} to be {decision}")

    def quiet(self, dag: str) -> None:
        """Pauses for good, so that it does not run on beside the other tests."""
        self.admin.ask("POST", f"/api/v1/dags/{dag}/pause", {"reason": "the test is over"})

    def test_instants_become_runs_that_carry_their_interval(self) -> None:
        self.daemon.dag("ticks", self.EVERY)
        rows = self.wait_decided("ticks", "run", 2)
        self.quiet("ticks")
        for row in rows:
            run = self.admin.run(row["run"])
            self.assertEqual((run["scheduled_for"], run["interval_end"], run["origin"]), (row["instant"], row["instant"], "schedule"))
            self.assertEqual(to_us(run["interval_end"]) - to_us(run["interval_start"]), MICROSECONDS)
        self.assertEqual(len({row["run"] for row in rows}), len(rows))

    def test_unpause_does_with_the_held_instants_what_it_is_told(self) -> None:
        for missed in ("none", "last", "all"):
            self.daemon.dag(f"held_{missed}", self.EVERY)
            self.admin.post(f"/api/v1/dags/held_{missed}/pause", {"reason": "a look at the data"})
        paused = self.admin.dag("held_all")
        self.assertEqual((paused["paused"], paused["paused_by"], paused["paused_reason"]), (True, "local", "a look at the data"))
        self.assertIn("paused already", self.admin.refused(409, "POST", "/api/v1/dags/held_all/pause", {}))
        self.admin.refused(400, "POST", "/api/v1/dags/held_all/unpause", {"missed": "some"})
        for missed in ("none", "last", "all"):
            dag = f"held_{missed}"
            self.wait_decided(dag, "paused", 3)
            before = {row["instant"] for row in self.decided(dag)}
            words = self.admin.post(f"/api/v1/dags/{dag}/unpause", {"missed": missed})["missed"]
            now = {row["instant"]: row for row in self.decided(dag)}
            self.quiet(dag)
            released = [row for row in now.values() if row["decision"] == "run" and row["reason"]]
            left = [row for row in now.values() if row["decision"] == "paused"]
            with self.subTest(missed=missed, words=words):
                self.assertLessEqual(before, set(now))
                self.assertEqual(len({row["run"] for row in released}), len(released))
                if missed == "none":
                    self.assertEqual(released, [])
                    self.assertGreaterEqual(len(left), 3)
                elif missed == "last":
                    self.assertEqual(len(released), 1)
                    self.assertGreater(released[0]["instant"], max(row["instant"] for row in left))
                else:
                    self.assertGreaterEqual(len(released), 3)
                    self.assertEqual(left, [])
                for row in released:
                    self.assertEqual(self.admin.wait_run(row["run"])["scheduled_for"], row["instant"])
        self.assertIn("not paused", self.admin.refused(409, "POST", "/api/v1/dags/" + self.daemon.dag("awake", PLAIN % "x") + "/unpause", {}))

    def test_a_freeze_holds_everything_and_says_why(self) -> None:
        self.daemon.dag("frozen", self.EVERY)
        self.admin.refused(400, "POST", "/api/v1/freezes", {})
        self.admin.refused(400, "POST", "/api/v1/freezes", {"reason": "x", "until": "2020-01-01T00:00:00Z"})
        freeze = self.admin.post("/api/v1/freezes", {"reason": "the warehouse moves", "after": "last"}, status=201)["freeze"]
        shown = self.admin.get("/api/v1/freezes")["freezes"][0]
        self.assertEqual((shown["freeze"], shown["reason"], shown["by"]), (freeze, "the warehouse moves", "local"))
        held = self.wait_decided("frozen", "frozen", 2)
        self.assertIn("the warehouse moves", held[0]["reason"])
        by_hand = self.admin.run_to_end("frozen")
        self.assertEqual(by_hand["state"], "succeeded", "a run by hand is nobody's schedule")
        self.admin.post(f"/api/v1/freezes/{freeze}/lift")
        self.quiet("frozen")
        released = [row for row in self.decided("frozen", "run") if row["reason"]]
        self.assertEqual(len(released), 1)
        self.assertIn("no freeze", self.admin.refused(404, "POST", f"/api/v1/freezes/{freeze}/lift"))
        self.assertIsNotNone(self.admin.get("/api/v1/freezes")["freezes"][0]["lifted_at"])

    def test_the_next_instant_is_shown_while_nothing_else_happens(self) -> None:
        daemon = self.own_daemon()
        daemon.start()
        daemon.dag("rare", "schedule: {every: 1h}\n" + PLAIN % "x")
        poll(lambda: daemon.admin.dag("rare")["next_instant"], "the next instant to be shown")
        poll(lambda: daemon.admin.dag("rare")["next_instant"] == daemon.admin.get("/api/v1/dags/rare/schedule")["coming"][0]["instant"],
             "both to tell of the same instant")
        daemon.dag("rare", PLAIN % "x")
        poll(lambda: daemon.admin.dag("rare")["next_instant"] is None, "nothing to be due any more")

    def test_a_changed_schedule_begins_now_and_the_old_one_ends(self) -> None:
        self.daemon.dag("changes", HOURLY_LONG_AGO + PLAIN % "x")
        self.assertEqual(self.decided("changes"), [])
        self.daemon.dag("changes", self.EVERY)
        self.wait_decided("changes", "run", 1)
        self.daemon.dag("changes", PLAIN % "none")
        poll(lambda: self.admin.dag("changes")["next_instant"] is None, "nothing to be due any more")
        self.assertEqual(self.admin.get("/api/v1/dags/changes/schedule")["coming"], [])


class Backfill(ApiTest):
    RANGE = LONG_AGO

    def make(self, name: str, text: str = PLAIN % "filled") -> str:
        return self.daemon.dag(name, HOURLY_LONG_AGO + "max_active_runs: 3\n" + text)

    def fill(self, dag: str, **more: object) -> dict:
        body = {"dag": dag, **self.RANGE, **more}
        return self.admin.post("/api/v1/backfills", body, status=200 if more.get("dry_run") else 201)

    def wait_done(self, backfill: int) -> dict:
        def look():
            now = self.admin.get(f"/api/v1/backfills/{backfill}")
            return now["state"] != "open" and now
        return poll(look, f"backfill {backfill} to be done")

    def test_the_dry_run_says_what_the_real_one_does(self) -> None:
        dag = self.make("fills")
        planned = self.fill(dag, dry_run=True)
        self.assertEqual((planned["to_run"], planned["skipped"]), (5, 0))
        self.assertEqual(self.admin.get("/api/v1/backfills", dag=dag)["backfills"], [])
        self.assertEqual(self.admin.get("/api/v1/runs", dag=dag)["runs"], [])
        real = self.fill(dag)
        backfill = real.pop("backfill")
        self.assertEqual(real, planned)
        done = self.wait_done(backfill)
        self.assertEqual(done["state"], "done")
        self.assertEqual([slot["instant"] for slot in done["slots"]], [slot["instant"] for slot in planned["slots"]])
        for slot in done["slots"]:
            run = self.admin.run(slot["run"])
            self.assertEqual((run["state"], run["scheduled_for"], run["dag"]), ("succeeded", slot["instant"], dag))
        rows = self.daemon.rows("SELECT count(*), count(DISTINCT run_id) FROM instants WHERE dag = ? AND decision = 'run'", dag)
        self.assertEqual(rows, [(5, 5)])

    def test_reprocess_says_what_is_run_again(self) -> None:
        mended = self.folder / "mended"
        dag = self.make("again", f"tasks: {{a: {{run: 'test -e {mended} || test \"$TIDEMILL_LOGICAL_TIME\" != 2024-02-29T02:00:00Z'}}}}\n")
        first = self.wait_done(self.fill(dag)["backfill"])
        self.assertEqual([slot["run_state"] for slot in first["slots"]].count("failed"), 1)
        mended.touch()
        for reprocess, count in (("none", 0), ("failed", 1), ("all", 5)):
            self.assertEqual(self.fill(dag, reprocess=reprocess, dry_run=True)["to_run"], count, reprocess)
        second = self.wait_done(self.fill(dag, reprocess="failed")["backfill"])
        self.assertEqual([slot["run_state"] for slot in second["slots"] if slot["state"] == "run"], ["succeeded"])
        self.assertEqual(self.fill(dag, reprocess="failed", dry_run=True)["to_run"], 0)

    def test_a_cancelled_backfill_makes_no_more_runs(self) -> None:
        script, gate = self.gate("stops")
        dag = self.make("stops", f"tasks: {{a: {{run: '{script}'}}}}\n")
        backfill = self.fill(dag, max_parallel=2)["backfill"]
        poll(lambda: len(self.admin.get("/api/v1/runs", dag=dag, state="running")["runs"]) == 2, "two runs side by side")
        self.admin.post(f"/api/v1/backfills/{backfill}/cancel", {"reason": "wrong range", "cancel_runs": True})
        done = self.wait_done(backfill)
        self.assertEqual(done["state"], "cancelled")
        self.assertIn("wrong range", done["reason"])
        self.assertEqual(sorted(slot["state"] for slot in done["slots"]), ["cancelled"] * 3 + ["run"] * 2)
        for slot in done["slots"]:
            if slot["run"]:
                self.assertEqual(self.admin.wait_run(slot["run"])["state"], "cancelled")
        self.admin.refused(409, "POST", f"/api/v1/backfills/{backfill}/cancel", {})

    def test_wrong_wishes_are_refused(self) -> None:
        dag = self.make("wrong")
        for body in ({}, {"dag": dag}, {"dag": dag, "from": "yesterday", "until": "today"},
                     {"dag": dag, "from": self.RANGE["until"], "until": self.RANGE["from"]},
                     {"dag": dag, **self.RANGE, "reprocess": "some"}, {"dag": dag, **self.RANGE, "max_parallel": 0},
                     {"dag": dag, **self.RANGE, "max_parallel": "2"}, {"dag": dag, **self.RANGE, "schedule": "every 2h"},
                     {"dag": dag, **self.RANGE, "params": []}, {"dag": dag, **self.RANGE, "params": {"unknown": 1}}, {"dag": dag, **self.RANGE, "dryrun": True}):
            with self.subTest(body=body):
                self.assertIn(self.admin.ask("POST", "/api/v1/backfills", body).status, (400, 404) if "dag" not in body else (400,))
        self.admin.refused(404, "POST", "/api/v1/backfills", {"dag": "absent", **self.RANGE})
        self.admin.refused(409, "POST", "/api/v1/backfills", {"dag": self.daemon.dag("unscheduled", PLAIN % "x"), **self.RANGE})
        self.assertEqual(self.admin.get("/api/v1/backfills", dag=dag)["backfills"], [])


class Restart(ApiTest):
    """Schedules of every second, with the daemon ended in their middle."""

    DAGS = ("left", "right")

    @classmethod
    def setUpClass(cls) -> None:
        """Every test has a daemon of its own."""

    def ticking(self) -> tuple[Daemon, Path]:
        daemon = self.own_daemon()
        ledger = daemon.folder / "ledger"
        daemon.start()
        for dag in self.DAGS:
            daemon.dag(dag, "schedule: {every: 1s}\nmax_active_runs: 9\ntasks: {a: {run: 'echo \"$TIDEMILL_RUN_ID $TIDEMILL_ATTEMPT\" >> %s'}}\n" % ledger)
        return daemon, ledger

    def wait_runs(self, daemon: Daemon, count: int) -> None:
        poll(lambda: all(len(daemon.admin.get("/api/v1/runs", dag=dag, state="succeeded", limit=500)["runs"]) >= count for dag in self.DAGS),
             f"{count} runs of each dag")

    def check(self, daemon: Daemon, ledger: Path) -> None:
        for dag in self.DAGS:
            daemon.admin.post(f"/api/v1/dags/{dag}/pause", {})
        runs = daemon.admin.get("/api/v1/runs", limit=500)["runs"]
        for run in runs:
            self.assertEqual(daemon.admin.wait_run(run["run"])["state"], "succeeded")
        for dag in self.DAGS:
            rows = daemon.rows("SELECT instant, decision, run_id FROM instants WHERE dag = ? ORDER BY instant", dag)
            instants = [instant for instant, _, _ in rows]
            self.assertEqual(instants, list(range(instants[0], instants[0] + len(instants) * MICROSECONDS, MICROSECONDS)),
                             "an instant is missing or doubled")
            made = [run for _, decision, run in rows if decision == "run"]
            self.assertEqual(len(made), len(set(made)))
            scheduled = daemon.rows("SELECT run_id FROM runs WHERE dag_name = ? ORDER BY run_id", dag)
            self.assertEqual(sorted(made), [run for run, in scheduled], "every run has its instant and every instant one run")
            shown = daemon.admin.get(f"/api/v1/dags/{dag}/schedule", limit=1000)["decided"]
            self.assertEqual({to_us(row["instant"]): row["run"] for row in shown if row["decision"] == "run"},
                             {instant: run for instant, decision, run in rows if decision == "run"})
        starts = ledger.read_text().splitlines()
        self.assertEqual(sorted(starts), sorted(f"{run['run']} 1" for run in runs), "each run started its task once")

    def test_an_orderly_stop_loses_and_doubles_nothing(self) -> None:
        daemon, ledger = self.ticking()
        self.wait_runs(daemon, 1)
        self.assertEqual(daemon.end(signal.SIGTERM), 0)
        daemon.start()
        self.wait_runs(daemon, 3)
        self.check(daemon, ledger)

    def test_kill_9_loses_and_doubles_nothing(self) -> None:
        daemon, ledger = self.ticking()
        for count in range(1, 5):
            self.wait_runs(daemon, count)
            self.assertEqual(daemon.end(signal.SIGKILL), -signal.SIGKILL)
            daemon.start()
        self.wait_runs(daemon, 5)
        self.check(daemon, ledger)

    def test_pause_freeze_keys_and_versions_outlive_kill_9(self) -> None:
        daemon = self.own_daemon()
        daemon.start()
        gate = daemon.folder / "gate"
        text = f"tasks:\n  a: {{run: 'while ! test -e {gate}; do sleep 0.02; done'}}\n  b: {{needs: [a], run: 'echo %s'}}\n"
        daemon.dag("lives", text % "old")
        daemon.dag("sleeps", "schedule: {every: 1h}\n" + PLAIN % "x")
        daemon.admin.post("/api/v1/dags/sleeps/pause", {"reason": "for the night"})
        freeze = daemon.admin.post("/api/v1/freezes", {"reason": "holiday"}, status=201)["freeze"]
        key = {"Idempotency-Key": "k"}
        run = daemon.admin.expect(201, "POST", "/api/v1/dags/lives/runs", {}, headers=key).json()["run"]
        daemon.admin.wait_task(run, "a", {"running"})
        daemon.end(signal.SIGKILL)
        daemon.write("lives", text % "new")
        daemon.start()
        gate.touch()
        self.assertEqual(daemon.admin.wait_run(run)["state"], "succeeded")
        self.assertEqual(said(daemon.admin, run, "b"), ["old"])
        again = daemon.admin.expect(201, "POST", "/api/v1/dags/lives/runs", {}, headers=key).json()
        self.assertEqual((again["run"], again["repeated"]), (run, True))
        daemon.admin.refused(409, "POST", "/api/v1/dags/lives/runs", {"params": {}}, headers=key)
        self.assertEqual(daemon.admin.dag("sleeps")["paused_reason"], "for the night")
        self.assertEqual([row["freeze"] for row in daemon.admin.get("/api/v1/freezes")["freezes"] if row["lifted_at"] is None], [freeze])
        self.assertTrue(daemon.admin.get("/api/v1/audit/verify")["whole"])


if __name__ == "__main__":
    unittest.main()
