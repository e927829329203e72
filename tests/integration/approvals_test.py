"""Approvals: a question that a person answers while the task waits without a slot."""
import json
import signal
import subprocess
import unittest
from typing import Any

from api_fixture import DEADLINE_S, ApiTest, Daemon, poll
from tidemill import BINARY

FORM = "form: {threshold: {type: number, default: 0.5, minimum: 0, maximum: 1}, note: {type: string, required: false}}"


def asks(more: str = "", after: str = "") -> str:
    return f"""tasks:
  ask: {{uses: approval, with: {{prompt: "Publish run ${{{{ run.id }}}}?", {FORM}{more}}}}}
  after:
    needs: [ask]
    env: {{T: "${{{{ tasks.ask.outputs.threshold }}}}", BY: "${{{{ tasks.ask.outputs.decided_by }}}}", WHY: "${{{{ tasks.ask.outputs.comment }}}}"}}
    run: echo "seen=$T/$BY/$WHY" >> "$TIDEMILL_OUTPUT"
    outputs: [seen]
{after}"""


class ApprovalTest(ApiTest):
    def asked(self, dag: str, text: str, daemon: Daemon | None = None) -> int:
        daemon = daemon or self.daemon
        daemon.dag(dag, text)
        run = daemon.admin.trigger(dag)
        daemon.admin.wait_task(run, "ask", {"awaiting_input"})
        return run

    def task(self, run: int, task: str = "ask") -> dict[str, Any]:
        return self.admin.get(f"/api/v1/runs/{run}/tasks/{task}")

    def open_ones(self, dag: str) -> list[dict[str, Any]]:
        return self.admin.get("/api/v1/approvals", dag=dag)["approvals"]


class Answers(ApprovalTest):
    def test_an_answer_goes_to_the_tasks_after_it(self) -> None:
        run = self.asked("published", asks(", timeout: 2h"))
        [row] = self.open_ones("published")
        self.assertEqual((row["run"], row["task"], row["prompt"], row["role"], row["default"], row["may_answer"]),
                         (run, "ask", f"Publish run {run}?", "operator", "reject", True))
        self.assertEqual([(field["name"], field["type"], field["default"]) for field in row["form"]],
                         [("threshold", "number", 0.5), ("note", "string", None)])
        why = self.admin.get(f"/api/v1/runs/{run}/tasks/ask/explain")
        self.assertIn(f"ask waits for a person to decide (for ", why["sentence"])
        self.assertIn(f"Publish run {run}?", why["sentence"])
        self.assertTrue(any(f"tidemill approve {run} ask" in line for line in why["details"]), why)
        self.admin.post(f"/api/v1/runs/{run}/tasks/ask/approve", {"fields": {"threshold": 0.8}, "comment": "as agreed"})
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")
        by = self.task(run)["result"]["outputs"]["decided_by"]
        self.assertEqual(self.task(run, "after")["result"]["outputs"]["seen"], f"0.8/{by}/as agreed")
        self.assertEqual(self.open_ones("published"), [])
        [entry] = [e for e in self.admin.get("/api/v1/audit", limit=500)["entries"] if e["action"] == "task.approve" and f"run {run} " in e["object"]]
        self.assertEqual((entry["outcome"], entry["dag"], entry["detail"]["fields"]), ("ok", "published", {"threshold": 0.8}))
        kinds = [event["kind"] for event in self.admin.get(f"/api/v1/runs/{run}/events")["events"]]
        self.assertIn("answer", kinds)

    def test_a_rejection_fails_the_task_with_who_and_why(self) -> None:
        run = self.asked("refused", asks())
        ann = self.daemon.client("ann", "operator")
        ann.post(f"/api/v1/runs/{run}/tasks/ask/reject", {"comment": "accuracy is too low"})
        self.assertEqual(self.admin.wait_run(run)["state"], "failed")
        task = self.task(run)
        self.assertEqual((task["state"], task["cause"], task["reason"]), ("failed", "gate", "rejected by ann: accuracy is too low"))
        self.assertEqual(self.admin.tasks(run)["after"], "upstream_failed")

    def test_the_second_answer_is_told_of_the_first(self) -> None:
        run = self.asked("twice", asks(after="  open: {uses: wait_for, with: {file: nothing}}\n"))
        bea = self.daemon.client("bea", "operator")
        bea.post(f"/api/v1/runs/{run}/tasks/ask/approve")
        for what in ("approve", "reject"):
            said = self.admin.refused(409, "POST", f"/api/v1/runs/{run}/tasks/ask/{what}", {})
            self.assertIn("approved by bea", said)
            self.assertRegex(said, r"ask succeeded at \d{4}-\d\d-\d\dT")
        self.admin.post(f"/api/v1/runs/{run}/cancel")
        self.admin.wait_run(run)
        # Also when the run has ended.
        self.assertIn("approved by bea", self.admin.refused(409, "POST", f"/api/v1/runs/{run}/tasks/ask/approve", {}))

    def test_a_form_is_checked_like_params(self) -> None:
        run = self.asked("typed", asks())
        for fields, words in (({"threshold": 2}, "threshold"), ({"threshold": "high"}, "threshold"), ({"treshold": 1}, "did you mean 'threshold'"), ([], "fields")):
            said = self.admin.refused(400, "POST", f"/api/v1/runs/{run}/tasks/ask/approve", {"fields": fields})
            self.assertIn(words, said)
        self.assertEqual(self.admin.tasks(run)["ask"], "awaiting_input")
        self.admin.post(f"/api/v1/runs/{run}/tasks/ask/approve")
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")
        self.assertTrue(self.task(run, "after")["result"]["outputs"]["seen"].startswith("0.5/"))

    def test_roles(self) -> None:
        run = self.asked("guarded", asks(", role: editor"))
        viewer, operator = self.daemon.client("vera", "viewer"), self.daemon.client("otto", "operator")
        stranger = self.daemon.client("stranger", "none", {"published_elsewhere": "admin"})
        path = f"/api/v1/runs/{run}/tasks/ask/approve"
        self.assertEqual(viewer.ask("POST", path, {}).status, 403)
        self.assertIn("takes the role editor", operator.refused(403, "POST", path, {}))
        self.assertEqual(stranger.ask("POST", path, {}).status, 404)
        self.assertEqual(stranger.get("/api/v1/approvals")["approvals"], [])
        self.assertEqual([row["may_answer"] for row in operator.get("/api/v1/approvals", dag="guarded")["approvals"]], [False])
        self.assertEqual(self.admin.tasks(run)["ask"], "awaiting_input")
        editor = self.daemon.client("edda", "none", {"guarded": "editor"})
        editor.post(path)
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")

    def test_the_command_line(self) -> None:
        run = self.asked("shell", asks())

        def cli(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run([BINARY, *words, "--data-dir", str(self.daemon.data)], capture_output=True, text=True, timeout=DEADLINE_S, check=False)

        listed = cli("approvals")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertRegex(listed.stdout, rf"{run} +shell +ask ")
        wrong = cli("approve", str(run), "ask", "--field", "threshold=much")
        self.assertNotEqual(wrong.returncode, 0)
        self.assertIn("threshold", wrong.stderr)
        done = cli("approve", str(run), "ask", "--field", "threshold=0.7", "--comment", "fine", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["answer"], "approved")
        self.assertEqual(self.admin.wait_run(run)["state"], "succeeded")
        self.assertTrue(self.task(run, "after")["result"]["outputs"]["seen"].startswith("0.7/"))
        second = cli("reject", str(run), "ask")
        self.assertNotEqual(second.returncode, 0)
        self.assertIn("approved by", second.stderr)


class Defaults(ApprovalTest):
    def test_nobody_answers_and_it_is_rejected(self) -> None:
        self.daemon.dag("silent", asks(", timeout: 1s"))
        run = self.admin.run_to_end("silent")
        self.assertEqual(run["state"], "failed")
        self.assertEqual((self.task(run["run"])["cause"], self.task(run["run"])["reason"]), ("timeout", "nobody answered within 1s"))

    def test_nobody_answers_and_it_is_approved_with_the_defaults(self) -> None:
        self.daemon.dag("trusting", asks(", timeout: 1s, default: approve"))
        run = self.admin.run_to_end("trusting")
        self.assertEqual(run["state"], "succeeded")
        self.assertTrue(self.task(run["run"], "after")["result"]["outputs"]["seen"].startswith("0.5/default/"))

    def test_a_cleared_approval_asks_again_and_keeps_both_answers(self) -> None:
        run = self.asked("again", asks())
        self.admin.post(f"/api/v1/runs/{run}/tasks/ask/approve", {"fields": {"threshold": 0.1}})
        self.admin.wait_run(run)
        self.admin.post(f"/api/v1/runs/{run}/clear", {"tasks": ["ask"], "reach": "downstream", "reason": "wrong number"})
        self.admin.wait_task(run, "ask", {"awaiting_input"})
        self.admin.post(f"/api/v1/runs/{run}/tasks/ask/approve", {"fields": {"threshold": 0.2}})
        self.admin.wait_run(run)
        self.assertTrue(self.task(run, "after")["result"]["outputs"]["seen"].startswith("0.2/"))
        self.assertEqual(self.task(run)["result"]["outputs"]["threshold"], "0.2")


class Slots(ApiTest):
    SLOTS = 1

    def test_fifty_questions_hold_no_slot(self) -> None:
        self.daemon.dag("questions", "tasks:\n" + "".join(f"  q{i}: {{uses: approval, with: {{prompt: 'And {i}?'}}}}\n" for i in range(50)))
        self.daemon.dag("plain", "tasks: {a: {run: 'true'}}\n")
        run = self.admin.trigger("questions")
        poll(lambda: set(self.admin.tasks(run).values()) == {"awaiting_input"}, "all to ask")
        self.assertEqual(self.admin.run_to_end("plain")["state"], "succeeded")
        self.assertEqual(len(self.admin.get("/api/v1/approvals")["approvals"]), 50)
        self.admin.post(f"/api/v1/runs/{run}/cancel")
        self.admin.wait_run(run)
        self.assertEqual(self.admin.get("/api/v1/approvals")["approvals"], [])


class Crash(ApprovalTest):
    def test_a_question_survives_kill_9_and_so_does_its_answer(self) -> None:
        daemon = self.own_daemon()
        daemon.start()
        run = self.asked("durable", asks(", timeout: 1h", after="  open: {uses: wait_for, with: {file: nothing}}\n"), daemon)
        [before] = daemon.admin.get("/api/v1/approvals")["approvals"]
        daemon.end(signal.SIGKILL)
        daemon.start()
        self.assertEqual(daemon.admin.get("/api/v1/approvals")["approvals"], [before])
        daemon.admin.post(f"/api/v1/runs/{run}/tasks/ask/approve", {"fields": {"threshold": 0.9}})
        daemon.end(signal.SIGKILL)
        daemon.start()
        self.assertEqual(daemon.admin.get("/api/v1/approvals")["approvals"], [])
        daemon.admin.refused(409, "POST", f"/api/v1/runs/{run}/tasks/ask/reject", {})
        daemon.admin.wait_task(run, "after", {"succeeded"})
        seen = daemon.admin.get(f"/api/v1/runs/{run}/tasks/after")["result"]["outputs"]["seen"]
        self.assertTrue(seen.startswith("0.9/"), seen)


if __name__ == "__main__":
    unittest.main()
