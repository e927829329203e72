"""Retries of many runs at once: the exact list, the canary, the limits, and that they survive a kill of the daemon."""
import json
import signal
import unittest
from typing import Any

from api_fixture import ApiTest, Client, Daemon, poll

RETRIES = "/api/v1/bulk_retries"
# Fails until the file is there; its cause can be chosen by how it fails.
FAILING = """max_active_runs: 4
tasks:
  a: {run: 'true'}
  b: {needs: [a], run: 'test -e %s || exit 3'}
  c: {needs: [b], run: 'true'}
"""


class Bulk(ApiTest):
    def failed_runs(self, name: str, count: int, client: Client | None = None) -> tuple[list[int], Any]:
        cure = self.folder / f"cure-{name}"
        self.daemon.dag(name, FAILING % cure)
        runs = [self.admin.trigger(name) for _ in range(count)]
        for run in runs:
            self.assertEqual(self.admin.wait_run(run)["state"], "failed")
        return runs, cure

    def plan(self, where: dict[str, str], client: Client | None = None, **rule: Any) -> dict[str, Any]:
        return (client or self.admin).post(RETRIES, {"where": where, "dry_run": True, **rule})

    def start(self, where: dict[str, str], client: Client | None = None, **rule: Any) -> int:
        preview = self.plan(where, client, **rule)["preview"]
        return (client or self.admin).post(RETRIES, {"where": where, "preview": preview, **rule}, status=201)["retry"]

    def wait(self, retry: int, client: Client | None = None) -> dict[str, Any]:
        ask = client or self.admin
        return poll(lambda: (now := ask.get(f"{RETRIES}/{retry}"))["state"] != "open" and now, f"bulk retry {retry} to end")

    def test_the_preview_names_every_run_and_task_and_changes_nothing(self) -> None:
        runs, _ = self.failed_runs("looked_at", 3)
        plan = self.plan({"dag": "looked_at"}, canary=2)
        self.assertEqual([run["run"] for run in plan["runs"]], runs)
        self.assertEqual([run["canary"] for run in plan["runs"]], [True, True, False])
        for run in plan["runs"]:
            self.assertEqual((run["dag"], run["was"], run["tasks"]), ("looked_at", "failed", ["b", "c"]))
        self.assertEqual((plan["skipped"], plan["not_allowed"]), ([], 0))
        self.assertIn("3 runs are retried", plan["words"])
        self.assertEqual({self.admin.run(run)["state"] for run in runs}, {"failed"})
        self.assertEqual(self.plan({"dag": "looked_at"}, canary=2)["preview"], plan["preview"])

    def test_the_canary_goes_first_and_then_all(self) -> None:
        runs, cure = self.failed_runs("mended", 5)
        cure.touch()
        retry = self.start({"dag": "mended"}, reason="the source is back", max_parallel=2)
        ended = self.wait(retry)
        self.assertEqual(ended["state"], "done")
        self.assertEqual([run["run"] for run in ended["runs"]], runs)
        self.assertEqual({run["run_state"] for run in ended["runs"]}, {"succeeded"})
        self.assertEqual(ended["progress"], "canary of 1: succeeded; 5 of 5 runs ended: 5 succeeded")
        begun = {run: self.admin.get(f"/api/v1/runs/{run}/tasks/b")["attempts_ended"] for run in runs}
        self.assertEqual({len(attempts) for attempts in begun.values()}, {2})
        canary_ended = self.admin.run(runs[0])["ended_at"]
        for run in runs[1:]:
            self.assertGreater(begun[run][-1]["granted_at"], canary_ended)
        told = self.admin.get(f"/api/v1/runs/{runs[1]}/history")["events"]
        self.assertTrue(any(f"bulk retry {retry}: the source is back" in event["sentence"] for event in told), told)

    def test_a_canary_that_fails_again_stops_everything(self) -> None:
        runs, _ = self.failed_runs("still_broken", 6)
        retry = self.start({"dag": "still_broken"}, max_failures=100)
        ended = self.wait(retry)
        self.assertEqual((ended["state"], ended["note"]), ("stopped", "1 run of the canary failed again"))
        self.assertEqual([run["state"] for run in ended["runs"]], ["retried"] + ["cancelled"] * 5)
        tried = [len(self.admin.get(f"/api/v1/runs/{run}/tasks/b")["attempts_ended"]) for run in runs]
        self.assertEqual(tried, [2, 1, 1, 1, 1, 1])

    def test_what_is_confirmed_is_what_was_looked_at(self) -> None:
        runs, _ = self.failed_runs("moving", 2)
        where = {"dag": "moving"}
        looked_at = self.plan(where)["preview"]
        self.admin.wait_run(self.admin.trigger("moving"))
        self.assertIn("look again", self.admin.refused(409, "POST", RETRIES, {"where": where, "preview": looked_at}))
        looked_at = self.plan(where)["preview"]
        self.assertIn("look again", self.admin.refused(409, "POST", RETRIES, {"where": where, "preview": looked_at, "canary": 0}))
        self.assertIn("dry_run", self.admin.refused(400, "POST", RETRIES, {"where": where}))
        self.admin.post(f"/api/v1/runs/{runs[0]}/retry", {})
        self.admin.wait_run(runs[0])
        self.assertIn("look again", self.admin.refused(409, "POST", RETRIES, {"where": where, "preview": looked_at}))
        self.assertFalse([row for row in self.admin.get(RETRIES)["retries"] if row["where"] == where])

    def test_a_run_that_somebody_else_took_up_is_left_alone(self) -> None:
        script, gate = self.gate("first-of-bulk")
        cure = self.folder / "cure-shared"
        self.daemon.dag("shared", f"max_active_runs: 4\nparams: {{wait: {{type: boolean, default: false}}}}\ntasks:\n"
                                  f"  b: {{run: 'if test -e {cure}; then {script}; else exit 3; fi'}}\n")
        runs = [self.admin.run_to_end("shared")["run"] for _ in range(3)]
        cure.touch()
        retry = self.start({"dag": "shared"})
        self.admin.wait_task(runs[0], "b", {"running"})
        self.admin.post(f"/api/v1/runs/{runs[2]}/mark", {"tasks": ["b"], "to": "succeeded", "reason": "by hand"})
        gate.touch()
        ended = self.wait(retry)
        self.assertEqual(ended["state"], "done")
        self.assertEqual([run["state"] for run in ended["runs"]], ["retried", "retried", "skipped"])
        self.assertIn("changed it after it was chosen", ended["runs"][2]["note"])
        self.assertEqual(len(self.admin.get(f"/api/v1/runs/{runs[2]}/tasks/b")["attempts_ended"]), 1)

    def test_it_chooses_by_task_cause_state_and_time(self) -> None:
        self.daemon.dag("causes", "params: {how: {type: string, required: true}}\nmax_active_runs: 4\ntasks:\n"
                                  "  x: {run: 'test $TIDEMILL_PARAM_HOW != x || exit 3'}\n"
                                  "  y: {run: 'test $TIDEMILL_PARAM_HOW != y || kill -9 $$', retry: {limit: 0}}\n"
                                  "  z: {if: \"params.how == 'z'\", run: 'sleep 600', timeout: 200ms, grace: 1ms}\n")
        runs = {how: self.admin.run_to_end("causes", {"how": how})["run"] for how in ("x", "y", "z", "fine")}
        def found(**where: str) -> set[int]:
            return {run["run"] for run in self.plan({"dag": "causes", **where})["runs"]}
        self.assertEqual(found(), {runs["x"], runs["y"], runs["z"]})
        self.assertEqual(found(cause="exit"), {runs["x"]})
        self.assertEqual(found(cause="signal"), {runs["y"]})
        self.assertEqual(found(cause="timeout"), {runs["z"]})
        self.assertEqual(found(task="y"), {runs["y"]})
        self.assertEqual(found(task="y", cause="exit"), set())
        self.assertEqual(found(state="partial"), set())
        ended = self.admin.run(runs["y"])["ended_at"]
        self.assertEqual(found(**{"from": ended}), {runs["y"], runs["z"]})
        self.assertEqual(found(until=ended), {runs["x"]})
        cancelled = self.plan({"dag": "causes", "task": "x"})["runs"]
        self.assertEqual([run["tasks"] for run in cancelled], [["x"]])

    def test_bad_filters_are_refused(self) -> None:
        self.daemon.dag("plain", "tasks: {a: {run: 'true'}}\n")
        for where in ({}, [], "dag", None, {"dga": "plain"}, {"dag": 1}, {"state": "succeeded"}, {"state": "asleep"},
                      {"cause": "bad_luck"}, {"cause": "none"}, {"from": "yesterday"}, {"from": "2026-03-02T00:00:00Z", "until": "2026-03-01T00:00:00Z"}):
            with self.subTest(where=where):
                self.admin.refused(400, "POST", RETRIES, {"where": where, "dry_run": True})
        for rule in ({"canary": -1}, {"canary": 1001}, {"max_parallel": 0}, {"max_parallel": 101}, {"max_failures": -1}, {"limit": 3}):
            with self.subTest(rule=rule):
                self.admin.refused(400, "POST", RETRIES, {"where": {"dag": "plain"}, "dry_run": True, **rule})
        for dag in ("'; DROP TABLE runs; --", "%", "plain\0"):
            self.assertEqual(self.plan({"dag": dag})["runs"], [])
        nothing = self.plan({"dag": "plain"})
        self.assertIn("no run matches", self.admin.refused(409, "POST", RETRIES, {"where": {"dag": "plain"}, "preview": nothing["preview"]}))

    def test_cancel_drops_what_waits(self) -> None:
        script, gate = self.gate("cancelled-bulk")
        cure = self.folder / "cure-dropped"
        self.daemon.dag("dropped", f"max_active_runs: 4\ntasks: {{b: {{run: 'if test -e {cure}; then {script}; else exit 3; fi'}}}}\n")
        runs = [self.admin.run_to_end("dropped")["run"] for _ in range(3)]
        cure.touch()
        retry = self.start({"dag": "dropped"})
        self.admin.wait_task(runs[0], "b", {"running"})
        self.admin.post(f"{RETRIES}/{retry}/cancel", {"reason": "wrong day", "cancel_runs": True})
        ended = self.wait(retry)
        self.assertEqual((ended["state"], ended["note"]), ("cancelled", "cancelled by local: wrong day"))
        self.assertEqual([run["state"] for run in ended["runs"]], ["retried", "cancelled", "cancelled"])
        self.assertEqual(self.admin.wait_run(runs[0])["state"], "cancelled")
        self.assertIn("not open", self.admin.refused(409, "POST", f"{RETRIES}/{retry}/cancel", {}))
        gate.touch()

    def test_nobody_retries_or_sees_what_is_not_theirs(self) -> None:
        mine, cure = self.failed_runs("orchard", 2)
        self.failed_runs("vault_zebra", 2)
        cure.touch()
        operator = self.daemon.client("orchardist", "none", {"orchard": "operator"})
        viewer = self.daemon.client("visitor", "viewer", {"orchard": "operator"})
        day = {"from": "2020-01-01T00:00:00Z"}
        plan = self.plan(day, operator)
        self.assertEqual([run["run"] for run in plan["runs"]], mine)
        self.assertNotIn("zebra", json.dumps(plan))
        self.assertEqual(plan["not_allowed"], 0)
        self.assertGreaterEqual(self.plan(day, viewer)["not_allowed"], 2)
        operator.refused(404, "POST", RETRIES, {"where": {"dag": "vault_zebra"}, "dry_run": True})
        viewer.refused(403, "POST", RETRIES, {"where": {"dag": "vault_zebra"}, "dry_run": True})
        retry = self.start({"dag": "vault_zebra"})
        operator.refused(404, "GET", f"{RETRIES}/{retry}")
        operator.refused(404, "POST", f"{RETRIES}/{retry}/cancel", {})
        viewer.refused(403, "POST", f"{RETRIES}/{retry}/cancel", {})
        self.assertNotIn("zebra", json.dumps(operator.get(RETRIES)))
        own = self.start({"dag": "orchard"}, operator)
        self.assertEqual(self.wait(own, operator)["created_by"], "orchardist")
        [entry] = self.admin.get("/api/v1/audit", action="runs.retry", who="orchardist")["entries"]
        self.assertEqual((entry["dag"], entry["outcome"], entry["detail"]["runs"]), ("orchard", "ok", mine))


class Killed(unittest.TestCase):
    def test_it_goes_on_after_a_kill_where_it_was(self) -> None:
        daemon = Daemon()
        self.addCleanup(daemon.close)
        daemon.start()
        cure, gate = daemon.folder / "cure", daemon.folder / "gate"
        daemon.dag("etl", "max_active_runs: 4\ntasks:\n"
                          f"  b: {{run: 'test -e {cure} || exit 3; while ! test -e {gate}; do sleep 0.02; done'}}\n")
        runs = [daemon.admin.run_to_end("etl")["run"] for _ in range(4)]
        cure.touch()
        where = {"where": {"dag": "etl"}, "canary": 1, "max_parallel": 2}
        preview = daemon.admin.post(RETRIES, {**where, "dry_run": True})["preview"]
        retry = daemon.admin.post(RETRIES, {**where, "preview": preview}, status=201)["retry"]
        daemon.admin.wait_task(runs[0], "b", {"running"})
        daemon.end(signal.SIGKILL)
        gate.touch()  # the canary ends while no scheduler is there
        daemon.start()
        ended = poll(lambda: (now := daemon.admin.get(f"{RETRIES}/{retry}"))["state"] != "open" and now, "the retry to end")
        self.assertEqual((ended["state"], [run["run_state"] for run in ended["runs"]]), ("done", ["succeeded"] * 4))
        for run in runs:
            self.assertEqual(len(daemon.admin.get(f"/api/v1/runs/{run}/tasks/b")["attempts_ended"]), 2)


if __name__ == "__main__":
    unittest.main()
