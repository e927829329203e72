"""Runs that begin because something else happened: the end of another DAG's run, an update of a dataset, or a signed
call."""
import base64
import contextlib
import json
import signal
import sqlite3
import time
import unittest
from typing import Any

from api_fixture import Answer, ApiTest, Client, Daemon, poll, signed

PLAIN = "tasks: {a: {run: 'true'}}\n"
FAILS = "tasks: {a: {run: 'false'}}\n"


def after(source: str, more: str = "") -> str:
    return f"triggers: [{{dag: {source}{more}}}]\n"


def starts(client: Client, dag: str) -> list[dict[str, Any]]:
    return client.get(f"/api/v1/dags/{dag}/schedule")["starts"]


def wait_starts(client: Client, dag: str, count: int) -> list[dict[str, Any]]:
    return poll(lambda: len(rows := starts(client, dag)) >= count and rows, f"{count} decisions for {dag}")


class DagEnds(ApiTest):
    def test_the_end_of_a_run_starts_one_run_that_says_why(self) -> None:
        self.daemon.dag("extract", PLAIN)
        self.daemon.dag("report", after("extract") + PLAIN)
        source = self.admin.run_to_end("extract")["run"]
        [row] = wait_starts(self.admin, "report", 1)
        self.assertEqual((row["source"], row["source_run"], row["state"], row["decision"]),
                         ("extract", source, "succeeded", "run"))
        made = self.admin.wait_run(row["run"])
        self.assertEqual((made["dag"], made["trigger"], made["origin"], made["state"]),
                         ("report", "dag", f"run {source} of extract", "succeeded"))

    def test_only_the_named_ends_count(self) -> None:
        self.daemon.dag("fragile", FAILS)
        self.daemon.dag("on_success", after("fragile") + PLAIN)
        self.daemon.dag("on_failure", after("fragile", ", states: [failed, cancelled]") + PLAIN)
        failed = self.admin.run_to_end("fragile")["run"]
        self.assertEqual(wait_starts(self.admin, "on_failure", 1)[0]["source_run"], failed)
        # The mark makes another end of the same run, which counts for the other one.
        self.admin.post(f"/api/v1/runs/{failed}/mark", {"tasks": ["a"], "to": "succeeded", "reason": "by hand"})
        self.assertEqual(wait_starts(self.admin, "on_success", 1)[0]["source_run"], failed)
        self.assertEqual(len(starts(self.admin, "on_failure")), 1)

    def test_a_chain_goes_on_and_carries_the_end_once(self) -> None:
        for name, text in (("first", PLAIN), ("second", after("first") + PLAIN), ("third", after("second") + PLAIN)):
            self.daemon.dag(name, text)
        self.admin.run_to_end("first")
        [row] = wait_starts(self.admin, "third", 1)
        self.assertEqual(self.admin.wait_run(row["run"])["state"], "succeeded")

    def test_ends_before_the_trigger_was_there_are_of_no_concern(self) -> None:
        self.daemon.dag("old", PLAIN)
        self.admin.run_to_end("old")
        self.daemon.dag("late", after("old") + PLAIN)
        second = self.admin.run_to_end("old")["run"]
        self.assertEqual([row["source_run"] for row in wait_starts(self.admin, "late", 1)], [second])

    def test_a_pause_a_freeze_and_overlap_are_decisions_with_a_reason(self) -> None:
        wait, gate = self.gate("overlap")
        self.daemon.dag("base", PLAIN)
        self.daemon.dag("paused_one", after("base") + PLAIN)
        self.daemon.dag("slow", "on_overlap: skip\n" + after("base") + f"tasks: {{a: {{run: '{wait}'}}}}\n")
        self.admin.post("/api/v1/dags/paused_one/pause", {"reason": "for repairs"})
        self.admin.run_to_end("base")
        [paused] = wait_starts(self.admin, "paused_one", 1)
        self.assertEqual((paused["decision"], paused["run"]), ("paused", None))
        self.assertIn("for repairs", paused["reason"])
        [ran] = wait_starts(self.admin, "slow", 1)
        self.admin.run_to_end("base")
        self.assertEqual(wait_starts(self.admin, "slow", 2)[0]["decision"], "overlapping")
        gate.touch()
        self.assertEqual(self.admin.wait_run(ran["run"])["state"], "succeeded")
        freeze = self.admin.post("/api/v1/freezes", {"reason": "audit"}, status=201)["freeze"]
        self.admin.run_to_end("base")
        self.assertEqual(wait_starts(self.admin, "slow", 3)[0]["decision"], "frozen")
        self.admin.post(f"/api/v1/freezes/{freeze}/lift")

    def test_dags_that_start_each_other_are_refused(self) -> None:
        self.daemon.dag("egg", PLAIN)
        self.daemon.dag("hen", after("egg") + PLAIN)
        self.daemon.write("egg", after("hen") + PLAIN)
        egg = poll(lambda: (now := self.admin.dag("egg"))["state"] == "broken" and now, "the loop to be noticed")
        self.assertIn("egg → hen → egg", egg["findings"][0]["message"])
        self.assertEqual(self.admin.dag("hen")["state"], "broken")
        # The last good versions go on.
        self.admin.run_to_end("egg")
        self.assertEqual(wait_starts(self.admin, "hen", 1)[0]["decision"], "run")

    def test_a_name_that_no_dag_has_is_a_warning(self) -> None:
        self.daemon.dag("hopeful", after("nobody") + PLAIN)
        self.assertEqual([finding["severity"] for finding in self.admin.dag("hopeful")["findings"]], ["warning"])


class DagEndsCrash(ApiTest):
    def test_kill_9_loses_and_doubles_no_start(self) -> None:
        daemon: Daemon = self.own_daemon()
        daemon.start()
        daemon.dag("extract", PLAIN)
        daemon.dag("report", "max_active_runs: 100\n" + after("extract") + PLAIN)
        sources = []
        for _ in range(6):
            # Killed while the end, the decision or the run it makes is on its way.
            sources.append(daemon.admin.trigger("extract"))
            poll(lambda: daemon.rows("SELECT 1 FROM tasks WHERE run_id = ? AND state <> 'waiting'", sources[-1]), "the task to go")
            daemon.end(signal.SIGKILL)
            daemon.start()
        for source in sources:
            self.assertEqual(daemon.admin.wait_run(source)["state"], "succeeded")
        rows = wait_starts(daemon.admin, "report", len(sources))
        self.assertEqual(sorted(row["source_run"] for row in rows), sources)
        made = [row["run"] for row in rows]
        self.assertEqual(len(set(made)), len(sources))
        for run in made:
            self.assertEqual(daemon.admin.wait_run(run)["state"], "succeeded")
        self.assertEqual(daemon.rows("SELECT count(*) FROM runs WHERE dag_name = 'report'"), [(len(sources),)])

    def test_an_end_that_nobody_decided_is_found_at_the_next_start(self) -> None:
        daemon: Daemon = self.own_daemon()
        daemon.start()
        daemon.dag("extract", PLAIN)
        daemon.dag("report", after("extract") + PLAIN)
        run = daemon.admin.run_to_end("extract")["run"]
        [row] = wait_starts(daemon.admin, "report", 1)
        daemon.admin.wait_run(row["run"])
        # As if the crash had come between the end and its decision.
        daemon.end(signal.SIGTERM)
        with contextlib.closing(sqlite3.connect(daemon.data / "tidemill.db")) as database, database:
            database.execute("DELETE FROM dag_starts")
        daemon.start()
        [again] = wait_starts(daemon.admin, "report", 1)
        self.assertEqual(again["source_run"], run)
        self.assertNotEqual(again["run"], row["run"])


def publishes(dataset: str, command: str = "true") -> str:
    return f"tasks: {{a: {{run: '{command}', publish: {{dataset: {dataset}}}}}}}\n"


def on_updates(datasets: str, more: str = "") -> str:
    return f"triggers: [{{dataset: {datasets}{more}}}]\n"


def dataset_starts(client: Client, dag: str) -> list[dict[str, Any]]:
    return client.get(f"/api/v1/dags/{dag}/schedule")["dataset_starts"]


def wait_dataset_starts(client: Client, dag: str, count: int) -> list[dict[str, Any]]:
    return poll(lambda: len(rows := dataset_starts(client, dag)) >= count and rows, f"{count} decisions for {dag}")


class Datasets(ApiTest):
    def test_an_update_starts_a_run_that_says_why(self) -> None:
        self.daemon.dag("makes_a", publishes("a"))
        self.daemon.dag("uses_a", on_updates("a") + PLAIN)
        source = self.admin.run_to_end("makes_a")["run"]
        [row] = wait_dataset_starts(self.admin, "uses_a", 1)
        self.assertEqual((row["datasets"], row["decision"], [(u["dataset"], u["run"], u["dag"], u["task"]) for u in row["updates"]]),
                         (["a"], "run", [("a", source, "makes_a", "a")]))
        made = self.admin.wait_run(row["run"])
        self.assertEqual((made["trigger"], made["origin"], made["state"]), ("dataset", f"update of a (run {source} of makes_a)", "succeeded"))
        [known] = [d for d in self.admin.get("/api/v1/datasets")["datasets"] if d["dataset"] == "a"]
        self.assertEqual((known["run"], known["starts"]), (source, ["uses_a"]))
        self.assertEqual(known["produced_by"], [{"dag": "makes_a", "task": "a"}])

    def test_of_a_dataset_only_what_may_be_seen_is_told(self) -> None:
        self.daemon.dag("makes_hidden", publishes("hidden"))
        self.daemon.dag("open_to_her", "triggers: [{dataset: hidden}]\n" + PLAIN)
        self.daemon.dag("makes_secret", publishes("secret"))
        self.admin.run_to_end("makes_hidden")
        her = self.daemon.client("vera", "none", {"open_to_her": "viewer"})
        known = {row["dataset"]: row for row in her.get("/api/v1/datasets")["datasets"]}
        self.assertEqual([*known], ["hidden"])
        row = known["hidden"]
        self.assertEqual(row["starts"], ["open_to_her"])
        self.assertEqual((row["updated_at"], row["run"], row["dag"], row["task"], row["produced_by"]), (None, None, None, None, []))

    def test_all_are_waited_for_and_several_updates_count_once(self) -> None:
        self.daemon.dag("makes_b", publishes("b"))
        self.daemon.dag("makes_c", publishes("c"))
        self.daemon.dag("uses_both", on_updates("[b, c]") + PLAIN)
        self.daemon.dag("uses_one", "max_active_runs: 9\n" + on_updates("[b, c]", ", when: any") + PLAIN)
        for _ in range(3):
            last = self.admin.run_to_end("makes_b")["run"]
        wait_dataset_starts(self.admin, "uses_one", 3)
        self.assertEqual(dataset_starts(self.admin, "uses_both"), [])
        other = self.admin.run_to_end("makes_c")["run"]
        [row] = wait_dataset_starts(self.admin, "uses_both", 1)
        self.assertEqual([update["run"] for update in row["updates"]], [last, other])
        self.admin.wait_run(row["run"])
        # What counted once does not count again.
        self.admin.run_to_end("makes_c")
        wait_dataset_starts(self.admin, "uses_one", 5)
        self.assertEqual(len(dataset_starts(self.admin, "uses_both")), 1)

    def test_failures_and_marks_publish_nothing(self) -> None:
        self.daemon.dag("fails", publishes("never", "false"))
        self.daemon.dag("uses_never", on_updates("never") + PLAIN)
        run = self.admin.run_to_end("fails")["run"]
        self.admin.post(f"/api/v1/runs/{run}/mark", {"tasks": ["a"], "to": "succeeded", "reason": "by hand"})
        self.admin.wait_run(run)
        self.assertEqual(self.daemon.rows("SELECT 1 FROM dataset_updates WHERE dataset = 'never'"), [])
        self.assertEqual(dataset_starts(self.admin, "uses_never"), [])

    def test_updates_before_the_trigger_was_there_are_of_no_concern(self) -> None:
        self.daemon.dag("early", publishes("old"))
        self.admin.run_to_end("early")
        self.daemon.dag("late_user", on_updates("old") + PLAIN)
        second = self.admin.run_to_end("early")["run"]
        self.assertEqual([u["run"] for row in wait_dataset_starts(self.admin, "late_user", 1) for u in row["updates"]], [second])

    def test_a_pause_is_a_decision(self) -> None:
        self.daemon.dag("makes_d", publishes("d"))
        self.daemon.dag("uses_d", on_updates("d") + PLAIN)
        self.admin.post("/api/v1/dags/uses_d/pause", {"reason": "for repairs"})
        self.admin.run_to_end("makes_d")
        [row] = wait_dataset_starts(self.admin, "uses_d", 1)
        self.assertEqual((row["decision"], row["run"]), ("paused", None))
        self.assertIn("for repairs", row["reason"])

    def test_a_circle_of_datasets_is_refused_and_an_unknown_one_warned_of(self) -> None:
        self.daemon.dag("ring_one", publishes("first"))
        self.daemon.write("ring_two", on_updates("first") + publishes("second"))
        poll(lambda: self.admin.ask("GET", "/api/v1/dags/ring_two").status == 200, "the second file")
        self.daemon.write("ring_one", on_updates("second") + publishes("first"))
        one = poll(lambda: (now := self.admin.dag("ring_one"))["state"] == "broken" and now, "the circle to be noticed")
        self.assertIn("start each other without end", one["findings"][0]["message"])
        (self.daemon.dags / "ring_one.yaml").unlink()
        (self.daemon.dags / "ring_two.yaml").unlink()
        poll(lambda: self.admin.dag("ring_two")["state"] == "gone", "the files to be gone")
        self.daemon.dag("hopeless", on_updates("nothing_like_it") + PLAIN)
        self.assertEqual([finding["severity"] for finding in self.admin.dag("hopeless")["findings"]], ["warning"])


class DatasetsCrash(ApiTest):
    def test_kill_9_loses_and_doubles_no_update(self) -> None:
        daemon: Daemon = self.own_daemon()
        daemon.start()
        daemon.dag("makes", publishes("things"))
        daemon.dag("uses", "max_active_runs: 100\n" + on_updates("things") + PLAIN)
        sources = []
        for _ in range(6):
            sources.append(daemon.admin.trigger("makes"))
            poll(lambda: daemon.rows("SELECT 1 FROM tasks WHERE run_id = ? AND state <> 'waiting'", sources[-1]), "the task to go")
            daemon.end(signal.SIGKILL)
            daemon.start()
            self.assertEqual(daemon.admin.wait_run(sources[-1])["state"], "succeeded")
        self.assertEqual([run for run, in daemon.rows("SELECT run_id FROM dataset_updates ORDER BY run_id")], sources)

        def decided() -> set[int]:
            return {update["run"] for row in dataset_starts(daemon.admin, "uses") for update in row["updates"]}

        # Updates that came while nobody decided may have been taken together, by the newest of them.
        poll(lambda: sources[-1] in decided(), "the last update to be decided")
        rows = dataset_starts(daemon.admin, "uses")
        made = [row["run"] for row in rows]
        self.assertEqual(len(made), len(set(made)))
        self.assertEqual(len(decided()), len(rows), "an update started two runs")
        for run in made:
            self.assertEqual(daemon.admin.wait_run(run)["state"], "succeeded")
        self.assertEqual(daemon.rows("SELECT count(*) FROM runs WHERE dag_name = 'uses'"), [(len(made),)])


KEY = bytes(range(24))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
TAKES_PARAM = "params: {size: {type: integer, default: 1, maximum: 9}}\n"


class Webhooks(ApiTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        for name, value in (("hook", SECRET), ("plain_hook", "a plain text"), ("other", "another one")):
            cls.admin.expect(200, "PUT", f"/api/v1/secrets/{name}", {"value": value})

    def hooked(self, name: str, more: str = "", secret: str = "hook") -> str:
        return self.daemon.dag(name, f"triggers: [{{webhook: {{secret: {secret}}}}}]\n" + more + PLAIN)

    def call(self, dag: str, headers: dict[str, str], body: bytes = b"{}") -> Answer:
        # As programs outside send it: no origin, no cookie, no token.
        return Client(self.daemon, over_tcp=True).ask("POST", f"/api/v1/hooks/{dag}", body, {"Origin": "https://shop.example", **headers})

    def test_a_signed_call_starts_a_run_with_its_params(self) -> None:
        self.hooked("hooked", TAKES_PARAM)
        body = json.dumps({"type": "order.paid", "params": {"size": 7}}).encode()
        answer = self.call("hooked", signed(KEY, "msg_1", body), body)
        self.assertEqual((answer.status, answer.json()["dag"]), (202, "hooked"), answer.text)
        run = self.admin.wait_run(answer.json()["run"])
        self.assertEqual((run["state"], run["trigger"], run["origin"], run["params"]),
                         ("succeeded", "webhook", "webhook msg_1", {"size": 7}))
        [entry] = [row for row in self.admin.get("/api/v1/audit")["entries"] if (row["action"], row["dag"]) == ("dag.hook", "hooked")]
        self.assertEqual((entry["who"], entry["via"], entry["dag"]), ("webhook msg_1", "signature", "hooked"))

    def test_a_secret_that_is_plain_text_signs_too(self) -> None:
        self.hooked("plain", secret="plain_hook")
        self.assertEqual(self.call("plain", signed(b"a plain text", "m", b"{}")).status, 202)

    def test_the_same_call_again_gets_the_same_answer_and_another_body_none(self) -> None:
        self.hooked("repeats", TAKES_PARAM)
        first = self.call("repeats", signed(KEY, "msg_2", b"{}"))
        again = self.call("repeats", signed(KEY, "msg_2", b"{}", time.time() - 60))
        self.assertEqual((first.status, first.body), (202, again.body))
        other = b'{"params": {"size": 2}}'
        self.assertEqual(self.call("repeats", signed(KEY, "msg_2", other), other).status, 409)
        self.assertEqual(len(self.admin.get("/api/v1/runs", dag="repeats")["runs"]), 1)

    def test_a_refusal_does_not_tell_which_dags_exist(self) -> None:
        self.hooked("secretive")
        self.daemon.dag("not_hooked", PLAIN)
        good = signed(KEY, "m", b"{}")
        texts = set()
        for dag, headers in (("secretive", signed(b"wrong", "m", b"{}")), ("not_hooked", good), ("no_such_dag", good), ("No Such", good),
                             ("secretive", {}), ("secretive", {**good, "webhook-id": "n"}),
                             ("secretive", {**good, "webhook-signature": good["webhook-signature"][3:]})):
            answer = self.call(dag.replace(" ", "%20"), headers)
            self.assertEqual(answer.status, 401, (dag, headers))
            texts.add(answer.json()["detail"])
        self.assertEqual(len(texts), 1)
        self.assertEqual(self.call("secretive", good, b'{"params": {}}').status, 401)
        self.assertEqual(self.admin.get("/api/v1/runs", dag="secretive")["runs"], [])

    def test_an_old_call_is_refused_whatever_its_signature(self) -> None:
        self.hooked("fresh_only")
        for at in (time.time() - 600, time.time() + 600):
            self.assertEqual(self.call("fresh_only", signed(KEY, "m", b"{}", at)).status, 401)

    def test_bodies_that_do_not_fit_make_no_run(self) -> None:
        self.hooked("strict", TAKES_PARAM)
        for body in (b"[]", b"not json", b'{"params": 3}', b'{"params": {"size": 10}}', b'{"params": {"what": 1}}'):
            self.assertEqual(self.call("strict", signed(KEY, "m", body), body).status, 400, body)
        big = b'{"x": "' + b"a" * 1_100_000 + b'"}'
        self.assertEqual(self.call("strict", signed(KEY, "m", big), big).status, 413)
        self.assertEqual(self.admin.get("/api/v1/runs", dag="strict")["runs"], [])

    def test_what_is_paused_takes_no_calls(self) -> None:
        self.hooked("resting")
        self.admin.post("/api/v1/dags/resting/pause", {"reason": "for repairs"})
        answer = self.call("resting", signed(KEY, "m", b"{}"))
        self.assertEqual(answer.status, 409)
        self.assertIn("for repairs", answer.detail)
        self.admin.post("/api/v1/dags/resting/unpause")
        # A sender tries again with the same id.
        self.assertEqual(self.call("resting", signed(KEY, "m", b"{}")).status, 202)


if __name__ == "__main__":
    unittest.main()
