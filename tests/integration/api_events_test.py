"""Server-sent events: what happens arrives while it happens, once, in order, also after the connection was lost."""
import contextlib
import signal
import unittest
from typing import Any

from api_fixture import ApiTest, Client, Daemon, Events, poll

QUICK = "tasks:\n  a: {run: 'true'}\n  b: {needs: [a], run: 'true'}\n"


def ended(run: int):
    return lambda kind, data: kind == "run" and data["run"] == run and data["state"] in ("succeeded", "failed")


def frames_until(events: Events, run: int) -> list[dict[str, str]]:
    """Frames with data, as they came, up to the end of this run."""
    frames = []
    while True:
        frame = events.frame()
        if "data" not in frame:
            continue
        frames.append(frame)
        if frame["event"] == "run" and f'"run":{run},' in frame["data"] and '"state":"succeeded"' in frame["data"]:
            return frames


class Live(ApiTest):
    def setUp(self) -> None:
        self.daemon.dag("quick", QUICK)

    def test_a_run_is_seen_from_its_start_to_its_end(self) -> None:
        script, gate = self.gate("live")
        self.daemon.dag("live", f"tasks:\n  a: {{run: '{script}'}}\n  b: {{needs: [a], run: 'true'}}\n")
        with Events(self.admin, {"topics": "runs"}) as runs:
            self.assertEqual(runs.response.getheader("content-type"), "text/event-stream")
            self.assertIn("no-store", runs.response.getheader("cache-control"))
            run = self.admin.trigger("live")
            with Events(self.admin, {"topics": f"run:{run}"}) as one:
                gate.touch()
                of_run = one.until(ended(run))
            of_all = runs.until(ended(run))
        states = [data["state"] for kind, data in of_all if kind == "run" and data["run"] == run]
        self.assertEqual(states, sorted(states, key=["queued", "running", "succeeded"].index))
        self.assertEqual({kind for kind, _ in of_all}, {"run"})
        tasks = [(data["task"], data["state"]) for kind, data in of_run if kind == "task"]
        self.assertEqual([task for task, state in tasks if state == "succeeded"], [0, 1])
        self.assertEqual(of_all[-1][1], self.admin.get("/api/v1/runs", dag="live")["runs"][0], "what is sent is what is shown")

    def test_progress_is_told(self) -> None:
        script, gate = self.gate("progress")
        self.daemon.dag("progress", f"tasks:\n  a:\n    run: |\n      echo '0.42 nearly half' > \"$TIDEMILL_PROGRESS\"\n      {script}\n")
        run = self.admin.trigger("progress")
        with Events(self.admin, {"topics": f"run:{run}"}) as events:
            told = events.until(lambda kind, data: kind == "progress" and data["fraction"] > 0)[-1][1]
            self.assertEqual((told["run"], told["task"], told["fraction"], told["text"]), (run, 0, 0.42, "nearly half"))
            gate.touch()
            events.until(ended(run))

    def test_topics_choose_what_comes(self) -> None:
        with Events(self.admin, {"topics": "run:999999,nothing"}) as other, Events(self.admin) as usual:
            run = self.admin.run_to_end("quick")["run"]
            usual.until(ended(run))
            self.assertIsNotNone(other.frame().get("id"))
            mine = self.admin.trigger("quick")
            with Events(self.admin, {"topics": f"run:{mine}"}, last_id=other.last_id) as own:
                seen = own.until(ended(mine))
            self.assertEqual({data["run"] for _, data in seen}, {mine})
        for query in ({"topics": ",".join(f"run:{i}" for i in range(101))}, {"topic": "runs"}):
            self.admin.refused(400, "GET", "/api/v1/events", query=query)
        self.daemon.anonymous.refused(401, "GET", "/api/v1/events")
        Client(self.daemon, "nothing").refused(401, "GET", "/api/v1/events")

    def test_a_question_is_told_when_it_is_asked_and_when_it_is_answered(self) -> None:
        self.daemon.dag("asking", "tasks:\n  first: {run: 'true'}\n"
                                  "  sign_off: {needs: [first], uses: approval, with: {prompt: Is it well}}\n")
        with Events(self.admin, {"topics": "approvals"}) as events:
            run = self.admin.trigger("asking")
            asked = events.until(lambda kind, data: kind == "approval" and data["run"] == run)
            self.assertEqual([data["state"] for _, data in asked], ["awaiting_input"])
            self.assertEqual([one["run"] for one in self.admin.get("/api/v1/approvals", dag="asking")["approvals"]], [run])
            self.admin.post(f"/api/v1/runs/{run}/tasks/sign_off/approve", {"fields": {}})
            answered = events.until(lambda kind, data: kind == "approval" and data["run"] == run)
            self.assertEqual([data["state"] for _, data in answered], ["succeeded"])

    def test_what_becomes_of_a_dag_is_told_once(self) -> None:
        self.daemon.dag("steady", QUICK)
        with Events(self.admin, {"topics": "dags"}) as events:
            def told(*changed: str) -> dict[str, Any]:
                return events.until(lambda kind, data: kind == "dag" and data["changed"] == list(changed))[-1][1]
            self.daemon.dag("changing", QUICK)
            new = told("new")
            self.assertEqual((new["dag"], new["state"], new["paused"]), ("changing", "ok", False))
            self.daemon.dag("changing", QUICK.replace("true", "echo"))
            second = told("version")
            self.assertGreater(second["version"], new["version"])
            self.daemon.write("changing", "tasks: {a: {rnu: x}}\n")
            broken = told("state", "findings")
            self.assertEqual((broken["state"], broken["version"]), ("broken", second["version"]))
            self.daemon.dag("changing", QUICK.replace("true", "echo"))
            self.assertEqual(told("state", "findings")["state"], "ok")
            self.admin.post("/api/v1/dags/changing/pause", {"reason": "a look"})
            paused = told("paused")
            self.assertEqual((paused["paused"], paused["paused_by"], paused["paused_reason"]), (True, "local", "a look"))
            self.admin.post("/api/v1/dags/changing/unpause", {})
            self.assertFalse(told("paused")["paused"])
            (self.daemon.dags / "changing.yaml").unlink()
            seen = events.until(lambda kind, data: kind == "dag" and data["state"] == "gone")
            self.assertEqual([data["dag"] for _, data in seen], ["changing"], "nothing is told of a dag that did not change")

    def test_who_comes_back_misses_nothing_and_sees_nothing_twice(self) -> None:
        with Events(self.admin, {"topics": "runs"}) as whole:
            first_id = whole.frame()["id"]
            runs = [self.admin.run_to_end("quick")["run"] for _ in range(3)]
            all_frames = frames_until(whole, runs[-1])
        with Events(self.admin, {"topics": "runs"}, last_id=first_id) as again:
            self.assertEqual(frames_until(again, runs[-1]), all_frames)
        self.assertEqual(len({frame["id"] for frame in all_frames}), len(all_frames))
        for i in (0, len(all_frames) // 2, len(all_frames) - 2):
            with self.subTest(after=i), Events(self.admin, {"topics": "runs", "last_event_id": all_frames[i]["id"]}) as again:
                self.assertEqual(frames_until(again, runs[-1]), all_frames[i + 1:])

    def test_who_knows_another_history_is_told_to_begin_anew(self) -> None:
        with Events(self.admin) as events:
            epoch, _, number = events.frame()["id"].rpartition("-")
        for stale in ("nonsense", "-1", f"{epoch}-", f"{epoch}-{int(number) + 10**6}", f"{int(epoch) + 1}-1", f"{epoch}-{2**64}", "x" * 5000):
            with self.subTest(last_id=stale[:30]), Events(self.admin, last_id=stale) as events:
                run = self.admin.trigger("quick")
                seen = events.until(ended(run))
                self.assertEqual(seen[0], ("reset", {}))
                self.assertNotIn("reset", [kind for kind, _ in seen[1:]])

    def test_fifty_readers_see_the_same(self) -> None:
        with contextlib.ExitStack() as stack:
            readers = [stack.enter_context(Events(self.admin, {"topics": "runs"})) for _ in range(50)]
            for reader in readers:
                reader.frame()
            run = self.admin.run_to_end("quick")["run"]
            seen = [frames_until(reader, run) for reader in readers]
        self.assertTrue(all(frames == seen[0] for frames in seen))

    def test_a_reader_who_reads_nothing_holds_up_nobody(self) -> None:
        with Events(self.admin, {"topics": "runs"}):
            for _ in range(5):
                self.assertEqual(self.admin.run_to_end("quick")["state"], "succeeded")


class Logs(ApiTest):
    def test_a_log_that_grows_is_told_to_whom_may_read_it(self) -> None:
        script, gate = self.gate("grows")
        self.daemon.dag("grows", f"tasks: {{a: {{run: 'echo one; {script}; echo two'}}}}\n")
        run = self.admin.trigger("grows")
        self.admin.wait_task(run, "a", {"running"})
        topic = f"log:{run}/a/1"
        log = f"/api/v1/runs/{run}/tasks/a/log"
        poll(lambda: "one" in self.admin.expect(200, "GET", log).text, "the first line")
        with Events(self.admin, {"topics": topic}) as events:
            before = len(self.admin.expect(200, "GET", log + "/raw").body)
            gate.touch()
            events.until(lambda kind, data: kind == "log" and data["size"] > before)
            self.assertIn("two", self.admin.expect(200, "GET", log).text)
        self.daemon.dag("another", QUICK)
        stranger = self.daemon.client("stranger", "none", {"another": "viewer"})
        for who, wrong in ((self.admin, "log:987654/a/1"), (self.admin, f"log:{run}/b/1"), (self.admin, f"log:{run}/a/2"), (stranger, topic)):
            self.assertIn("there is no log", who.refused(404, "GET", f"/api/v1/events?topics={wrong}"))
        for odd in ("log:", f"log:{run}", f"log:{run}/a/0", f"log:{run}/a/1/2", "log:x/a/1"):
            self.assertIn("log:RUN/TASK/NUMBER", self.admin.refused(400, "GET", f"/api/v1/events?topics={odd}"))


class Visibility(ApiTest):
    def setUp(self) -> None:
        for dag in ("seen", "unseen"):
            self.daemon.dag(dag, QUICK)

    def listen(self, client: Client) -> list[tuple[str, Any]]:
        """What arrives while a run of each dag is made, and an end of `seen` after that."""
        hidden = self.admin.run_to_end("unseen")["run"]
        with Events(client, {"topics": f"runs,dags,notes,workers,run:{hidden},run:{hidden + 1},run:{hidden + 2}"}) as events:
            self.admin.run_to_end("unseen")
            return events.until(ended(self.admin.run_to_end("seen")["run"]))

    def dags(self, seen: list[tuple[str, Any]]) -> set[str]:
        return {data["dag"] for kind, data in seen if kind == "run"}

    def test_a_grant_decides_what_is_seen(self) -> None:
        self.assertEqual(self.dags(self.listen(self.daemon.client("one", "none", {"seen": "viewer"}))), {"seen"})
        self.assertEqual(self.dags(self.listen(self.daemon.client("two", "none", {"seen": "viewer", "unseen": "viewer"}))), {"seen", "unseen"})
        self.assertEqual(self.dags(self.listen(self.daemon.client("all", "viewer"))), {"seen", "unseen"})

    def test_a_token_for_one_dag_sees_that_one(self) -> None:
        self.daemon.user("owner", "editor")
        token = self.daemon.token("owner", "editor", dags=["seen"])
        self.assertEqual(self.dags(self.listen(Client(self.daemon, token))), {"seen"})

    def test_what_was_missed_is_shown_by_the_rights_of_now(self) -> None:
        client = self.daemon.client("later", "none", {"seen": "viewer"})
        with Events(client, {"topics": "runs"}) as events:
            before = events.frame()["id"]
        self.admin.run_to_end("unseen")
        self.admin.expect(200, "PUT", "/api/v1/users/later/grants/unseen", {"role": "viewer"})
        self.admin.expect(200, "DELETE", "/api/v1/users/later/grants/seen")
        self.admin.run_to_end("seen")
        last = self.admin.run_to_end("unseen")["run"]
        with Events(client, {"topics": "runs"}, last_id=before) as events:
            self.assertEqual(self.dags(events.until(ended(last))), {"unseen"})


class Restart(ApiTest):
    @classmethod
    def setUpClass(cls) -> None:
        """Every test has a daemon of its own."""

    def started(self) -> Daemon:
        daemon = self.own_daemon()
        daemon.start()
        daemon.dag("quick", QUICK)
        return daemon

    def test_after_kill_9_a_reader_begins_anew(self) -> None:
        daemon = self.started()
        with Events(daemon.admin, {"topics": "runs"}) as events:
            events.until(ended(daemon.admin.run_to_end("quick")["run"]))
            last_id = events.last_id
            daemon.end(signal.SIGKILL)
            with self.assertRaises((AssertionError, OSError)):
                while True:  # what was sent before the kill may still be on its way
                    events.frame()
        daemon.start()
        with Events(daemon.admin, {"topics": "runs"}, last_id=last_id) as events:
            run = daemon.admin.trigger("quick")
            seen = events.until(ended(run))
        self.assertEqual(seen[0], ("reset", {}))
        self.assertEqual({data["run"] for kind, data in seen[1:]}, {run})

    def test_a_run_that_outlived_the_daemon_is_told_with_its_dag(self) -> None:
        daemon = self.started()
        gate = daemon.folder / "gate"
        daemon.dag("lives", f"tasks:\n  a: {{run: 'while ! test -e {gate}; do sleep 0.02; done'}}\n  b: {{needs: [a], run: 'true'}}\n")
        run = daemon.admin.trigger("lives")
        daemon.admin.wait_task(run, "a", {"running"})
        daemon.end(signal.SIGKILL)
        daemon.start()
        with Events(daemon.admin, {"topics": f"run:{run}"}) as events:
            gate.touch()
            seen = events.until(ended(run))
        done = [data["task"] for kind, data in seen if kind == "task" and data["state"] == "succeeded"]
        self.assertEqual(done, [0, 1])
        metrics = daemon.admin.wait_metrics('tidemill_attempts_total{cause="none",dag="lives",result="succeeded"} 2')
        self.assertNotIn('dag=""', metrics)

    def test_an_open_stream_does_not_keep_the_daemon_from_stopping(self) -> None:
        daemon = self.started()
        with Events(daemon.admin, {"topics": "runs"}) as events:
            events.frame()
            self.assertEqual(daemon.end(signal.SIGTERM), 0)
            # Complete, and nothing but the pings of a stop that took its time.
            self.assertEqual(events.response.read().replace(b": ping\n\n", b""), b"")


if __name__ == "__main__":
    unittest.main()
