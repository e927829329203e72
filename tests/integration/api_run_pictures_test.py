"""One run in time, two runs side by side, what attempts left as files, and who has the slots of pools."""
import hashlib
import unittest
from typing import Any

from api_fixture import ApiTest, poll


class Timelines(ApiTest):
    def timeline(self, run: int, **query: Any) -> dict[str, Any]:
        return self.admin.get(f"/api/v1/runs/{run}/timeline", **query)

    def phases(self, timeline: dict[str, Any], task: str) -> list[tuple[str, int]]:
        """(state, number of the attempt) of each phase; the phases follow each other without a gap."""
        phases = next(row["phases"] for row in timeline["tasks"] if row["task"] == task)
        for earlier, later in zip(phases, phases[1:]):
            self.assertEqual(earlier[2], later[1])
        for _, begin, end, _ in phases:
            self.assertTrue(end == -1 or end >= begin, phases)
        return [(timeline["states"][state], attempt) for state, _, _, attempt in phases]

    def test_every_attempt_says_why_it_ended_and_what_came_next(self) -> None:
        self.daemon.dag("flaky", "tasks:\n  a: {run: 'test \"$TIDEMILL_ATTEMPT\" = 3 || exit 9', retry: {limit: 2, delay: 1ms, backoff: 1, jitter: 0}}\n"
                                 "  b: {needs: [a], run: 'exit 4', retry: {limit: 1, delay: 1ms, jitter: 0}}\n  c: {needs: [b], run: 'true'}\n")
        run = self.admin.run_to_end("flaky")["run"]
        told = self.timeline(run)
        a, b, c = told["tasks"]
        self.assertEqual([attempt["number"] for attempt in a["attempts"]], [1, 2, 3])
        for attempt in a["attempts"][:2]:
            self.assertIn("exit code 9", attempt["sentence"])
            self.assertIn("tried again after", attempt["next"])
            self.assertEqual(attempt["worker"], "local")
        self.assertTrue(a["attempts"][2]["sentence"].startswith("succeeded in "), a["attempts"][2])
        self.assertIsNone(a["attempts"][2]["next"])
        self.assertEqual(b["attempts"][1]["next"], "1 of 1 retries used")
        self.assertEqual((c["attempts"], self.phases(told, "c")), ([], [("waiting", 0)]))
        # An attempt whose beginning and end are reported at once is never seen running.
        seen = [phase for phase in self.phases(told, "b") if phase[0] != "running"]
        self.assertEqual(seen, [("waiting", 0), ("ready", 0), ("dispatched", 1), ("retry_wait", 0), ("ready", 0), ("dispatched", 2)])
        self.assertEqual([row["task"] for row in self.timeline(run, task="b")["tasks"]], ["b"])
        self.admin.refused(404, "GET", f"/api/v1/runs/{run}/timeline", query={"task": "zz"})

    def test_the_critical_path_is_that_of_the_task_that_ended_last(self) -> None:
        script, gate = self.gate("critical")
        self.daemon.dag("forks", f"tasks:\n  a: {{run: 'true'}}\n  slow: {{needs: [a], run: '{script}'}}\n  quick: {{needs: [a], run: 'true'}}\n"
                                 "  last: {needs: [slow, quick], run: 'true'}\n")
        run = self.admin.trigger("forks")
        self.admin.wait_task(run, "slow", {"running"})
        self.admin.wait_task(run, "quick", {"succeeded"})
        told = self.timeline(run)
        self.assertEqual((told["critical_path"], told["until"]), (["a", "slow"], None))
        self.assertEqual(self.phases(told, "slow")[-1], ("running", 1))
        self.assertEqual(next(row["phases"][-1][2] for row in told["tasks"] if row["task"] == "slow"), -1)
        gate.touch()
        self.admin.wait_run(run)
        told = self.timeline(run)
        self.assertEqual(told["critical_path"], ["a", "slow", "last"])
        self.assertEqual({row["task"] for row in told["tasks"] if row["critical"]}, {"a", "slow", "last"})

    def test_a_task_that_waits_for_its_retry_says_when(self) -> None:
        self.daemon.dag("later", "tasks: {a: {run: 'exit 3', retry: {limit: 1, delay: 1h, jitter: 0}}}\n")
        run = self.admin.trigger("later")
        self.admin.wait_task(run, "a", {"retry_wait"})
        attempt = self.timeline(run)["tasks"][0]["attempts"][0]
        self.assertIn("the next attempt is due in ", attempt["next"])
        self.admin.post(f"/api/v1/runs/{run}/cancel", {"reason": "seen"})
        self.admin.wait_run(run)


class Comparisons(ApiTest):
    TEXT = """params: {n: {type: integer, default: 1}}
tasks:
  a:
    run: |
      echo "rows=$TIDEMILL_PARAM_N" >> "$TIDEMILL_OUTPUT"
      echo "kind=plain" >> "$TIDEMILL_OUTPUT"
      echo "{\\"name\\": \\"accuracy\\", \\"value\\": 0.$TIDEMILL_PARAM_N}" >> "$TIDEMILL_METRICS"
    outputs: [rows, kind]
    metrics: [accuracy]
"""

    def test_two_runs_are_laid_side_by_side(self) -> None:
        self.daemon.dag("trains", self.TEXT)
        first = self.admin.run_to_end("trains", {"n": 5})["run"]
        self.daemon.dag("trains", self.TEXT + "  b: {needs: [a], run: 'true'}\n")
        second = self.admin.run_to_end("trains", {"n": 7})["run"]
        both = self.admin.get(f"/api/v1/runs/{first}/compare/{second}")
        self.assertEqual((both["before"]["run"], both["after"]["run"]), (first, second))
        self.assertEqual(both["params"], [{"param": "n", "before": 5, "after": 7}])
        self.assertEqual(both["version"]["added"], ["b"])
        a, b = both["tasks"]
        left = {(row["kind"], row["name"]): (row["before"], row["after"], row["same"]) for row in a["left"]}
        self.assertEqual(left, {("output", "rows"): ("5", "7", False), ("output", "kind"): ("plain", "plain", True),
                                ("metric", "accuracy"): (0.5, 0.7, False)})
        self.assertEqual((b["before"], b["after"]["state"]), (None, "succeeded"))
        same = self.admin.get(f"/api/v1/runs/{first}/compare/{first}")
        self.assertEqual((same["params"], all(row["same"] for task in same["tasks"] for row in task["left"])), ([], True))

    def test_runs_of_different_dags_are_not_compared(self) -> None:
        for dag in ("one", "two"):
            self.daemon.dag(dag, f"description: {dag}\ntasks: {{a: {{run: 'true'}}}}\n")
        one, two = self.admin.run_to_end("one")["run"], self.admin.run_to_end("two")["run"]
        self.assertIn("runs of one dag", self.admin.refused(400, "GET", f"/api/v1/runs/{one}/compare/{two}"))
        reader = self.daemon.client("reader", "none", {"one": "viewer"})
        self.assertEqual(reader.refused(404, "GET", f"/api/v1/runs/{one}/compare/{two}"), f"there is no run {two}")
        for wrong in ("0", "-1", "x", "999999"):
            self.admin.refused(404, "GET", f"/api/v1/runs/{one}/compare/{wrong}")


class Artifacts(ApiTest):
    TEXT = """tasks:
  a:
    run: |
      printf '<script>alert(1)</script>' > "$TIDEMILL_OUT/page.html"
      mkdir -p "$TIDEMILL_OUT/model/parts"
      printf weights > "$TIDEMILL_OUT/model/parts/w.bin"
      printf '{}' > "$TIDEMILL_OUT/model/..odd name"
    artifacts: {page: page.html, model: model}
  b: {run: 'exit 3'}
"""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.daemon.dag("makes", cls.TEXT)
        cls.run_id = cls.admin.run_to_end("makes")["run"]

    def path(self, rest: str = "", task: str = "a") -> str:
        return f"/api/v1/runs/{self.run_id}/tasks/{task}/artifacts{rest}"

    def test_an_artifact_comes_as_a_download_and_never_as_a_page(self) -> None:
        listed = self.admin.get(self.path())
        self.assertEqual((listed["attempt"], [(one["name"], one["is_directory"]) for one in listed["artifacts"]]), (1, [("page", False), ("model", True)]))
        answer = self.admin.expect(200, "GET", self.path("/page"))
        self.assertEqual(answer.body, b"<script>alert(1)</script>")
        self.assertEqual(hashlib.sha256(answer.body).hexdigest(), listed["artifacts"][0]["hash"])
        self.assertEqual(answer.type, "application/octet-stream")
        self.assertEqual(answer.headers["content-disposition"], 'attachment; filename="page"')
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        part = self.admin.expect(206, "GET", self.path("/page"), headers={"Range": "bytes=1-6"})
        self.assertEqual(part.body, b"script")

    def test_files_of_a_folder_are_named_and_nothing_else_is_given_out(self) -> None:
        files = {file["path"]: file["hash"] for file in self.admin.get(self.path("/model/files"))["files"]}
        self.assertEqual(set(files), {"parts/w.bin", "..odd name"})
        answer = self.admin.expect(200, "GET", self.path("/model"), query={"file": "parts/w.bin"})
        self.assertEqual((answer.body, answer.headers["content-disposition"]), (b"weights", 'attachment; filename="w.bin"'))
        odd = self.admin.expect(200, "GET", self.path("/model"), query={"file": "..odd name"})
        self.assertEqual(odd.headers["content-disposition"], 'attachment; filename="_..odd_name"')
        self.assertEqual(self.admin.get(self.path("/page/files"))["files"], [])
        self.admin.refused(400, "GET", self.path("/model"))
        self.admin.refused(400, "GET", self.path("/page"), query={"file": "x"})
        for wrong in ("parts", "../page", "parts/../parts/w.bin", "/etc/passwd", ""):
            self.admin.refused(404, "GET", self.path("/model"), query={"file": wrong})

    def test_what_is_not_there_is_not_found(self) -> None:
        self.assertIn("did you mean page", self.admin.refused(404, "GET", self.path("/pagee")))
        self.assertEqual(self.admin.get(self.path(task="b"))["artifacts"], [])
        self.admin.refused(404, "GET", self.path("/page", task="b"))
        self.assertEqual(self.admin.get(self.path(), attempt=7)["artifacts"], [])
        self.admin.refused(404, "GET", self.path("/page"), query={"attempt": 7})

    def test_an_object_that_was_removed_is_said_to_be_gone(self) -> None:
        self.daemon.dag("loses", "tasks: {a: {run: 'echo once only > $TIDEMILL_OUT/once', artifacts: {once: once}}}\n")
        run = self.admin.run_to_end("loses")["run"]
        path = f"/api/v1/runs/{run}/tasks/a/artifacts"
        digest = self.admin.get(path)["artifacts"][0]["hash"]
        (self.daemon.data / "objects" / digest[:2] / digest).unlink()
        self.assertIn("no longer stored", self.admin.refused(404, "GET", path + "/once"))

    def test_each_attempt_keeps_what_it_left(self) -> None:
        self.daemon.dag("counts", "tasks: {a: {run: 'echo \"n=$TIDEMILL_ATTEMPT\" >> $TIDEMILL_OUTPUT', outputs: [n]}}\n")
        run = self.admin.run_to_end("counts")["run"]
        self.admin.post(f"/api/v1/runs/{run}/clear", {"tasks": ["a"], "reason": "once more"})
        poll(lambda: self.admin.run(run)["tasks"][0]["attempts"] == 2 and self.admin.run(run)["state"] == "succeeded", "the second attempt")
        attempts = self.admin.get(f"/api/v1/runs/{run}/tasks/a")["attempts_ended"]
        self.assertEqual([attempt["result"]["outputs"] for attempt in attempts], [{"n": "1"}, {"n": "2"}])


class Pools(ApiTest):
    def test_holders_and_those_who_wait_are_counted(self) -> None:
        script, gate = self.gate("pools")
        self.daemon.dag("pooled", f"pools: {{gpu: 2, idle: 1}}\ntasks:\n  big: {{run: '{script}', pool: gpu, slots: 2}}\n"
                                  "  small: {run: 'true', pool: gpu, priority: 9}\n  other: {run: 'true'}\n")
        run = self.admin.trigger("pooled")
        self.admin.wait_task(run, "big", {"running"})
        self.admin.wait_task(run, "small", {"ready"})
        pools = {pool["pool"]: pool for pool in self.admin.get("/api/v1/pools")["pools"] if pool["run"] == run}
        gpu, idle = pools["gpu"], pools["idle"]
        self.assertEqual((gpu["slots"], gpu["used"], gpu["waiting"]), (2, 2, 1))
        self.assertEqual([(holder["task"], holder["slots"], holder["worker"]) for holder in gpu["holders"]], [("big", 2, "local")])
        self.assertIsNotNone(gpu["oldest_since"])
        self.assertEqual((idle["used"], idle["waiting"], idle["oldest_since"], idle["holders"]), (0, 0, None, []))
        gate.touch()
        self.admin.wait_run(run)
        self.assertEqual([pool for pool in self.admin.get("/api/v1/pools")["pools"] if pool["run"] == run], [])


if __name__ == "__main__":
    unittest.main()
