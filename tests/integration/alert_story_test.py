"""What an alert tells: an engineer who sees nothing else can say what broke, since when, what changed, what it blocks and what to do."""
import unittest
from typing import Any

from api_fixture import Client, poll
from client_test import ClientTest

HEAD = """params: {rows: {type: integer, default: 10}, key: {type: secret, required: false}}
alerts: {on: [failure], severity: critical, runbook: %s}
"""
GOOD = HEAD + """tasks:
  train: {run: 'echo trained', publish: {dataset: %s}}
  upload: {run: 'true', needs: [train]}
"""
BAD = HEAD + """tasks:
  train: {run: 'echo loading; echo "KeyError: title" >&2; exit 3', publish: {dataset: %s}}
  upload: {run: 'true', needs: [train]}
"""


class StoryTest(ClientTest):
    def alert_of(self, dag: str) -> dict[str, Any]:
        listed = poll(lambda: self.admin.get("/api/v1/alerts", dag=dag)["alerts"], f"the alert of {dag}")
        return self.admin.get(f"/api/v1/alerts/{listed[0]['alert']}")

    def breaks(self, name: str, runbook: str = "README.md") -> tuple[int, int]:
        """A DAG that worked and does not any more since its file was changed: the good run, the bad one."""
        self.daemon.dag(name, GOOD % (runbook, f"{name}_data"), f"{name}/{name}.yaml")
        good = self.admin.run_to_end(name, {"key": "hunter2"})
        self.assertEqual(good["state"], "succeeded")
        self.daemon.dag(name, BAD % (runbook, f"{name}_data"), f"{name}/{name}.yaml")
        bad = self.admin.run_to_end(name, {"rows": 0, "key": "hunter3"})
        self.assertEqual(bad["state"], "failed")
        return good["run"], bad["run"]

    def beside(self, dag: str, file: str, text: str) -> None:
        path = self.daemon.dags / dag / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


class Story(StoryTest):
    def test_the_alert_alone_says_all_of_it(self) -> None:
        self.beside("churn", "README.md", "# Churn\n\nIntro.\n\n## train\n\nAsk the data team for titles.\n\n## upload\n\nNo.\n")
        self.daemon.dag("report", "triggers: {dag: churn}\ndeadline: {after: 2h}\nschedule: '0 0 1 1 *'\ntasks: {a: {run: 'true'}}\n")
        waiting = self.daemon.dag("serve", "tasks: {load: {uses: wait_for, with: {dataset: churn_data, timeout: 1h}}}\n")
        good, bad = self.breaks("churn")
        run = self.admin.trigger(waiting)
        poll(lambda: self.admin.tasks(run)["load"] == "awaiting_input", "load to wait")
        alert = self.alert_of("churn")
        text = self.out("alerts", alert["alert"])
        for says in (text, alert["summary"]):
            self.assertIn("train of churn failed: exit code 3", says)  # what broke
            self.assertIn(alert["raised_at"][:19], says)  # since when
            self.assertIn(f"run {good}, the last success", says)  # what changed
            self.assertIn("dag task train: run", says)
            self.assertIn("-   train: {run: 'echo trained'", says)
            self.assertIn("param rows: 10 → 0", says)
            self.assertIn("upload", says)  # what it blocks
            self.assertIn("report (starts after churn)", says)
            self.assertIn("load of serve", says)
            self.assertIn(f"tidemill retry {bad}", says)  # what to do
            self.assertIn(f"tidemill rerun {good}", says)
            self.assertIn("Ask the data team for titles.", says)
            self.assertIn("KeyError: title", says)
            self.assertNotIn("hunter", says)
        self.assertLessEqual(len(alert["summary"].encode()), 1500)
        self.assertNotIn("Intro", alert["runbook"]["text"])
        self.assertNotIn("upload", alert["runbook"]["text"])
        self.assertEqual(alert["failure"]["attempt"], 1)
        self.assertEqual(alert["failure"]["worker"], "local")
        self.assertEqual(alert["log"], {"first_error": "KeyError: title", "lines": ["loading", "KeyError: title", "exit: exit code 3"]})
        self.assertEqual(alert["links"]["task"], f"/runs/{bad}/tasks/train")
        self.assertEqual(alert["deadline"]["dag"], "report")
        self.assertGreater(alert["deadline"]["left_ms"], 0)
        self.assertNotIn("hunter", str(alert))

    def test_other_dags_are_named_only_to_those_who_may_see_them(self) -> None:
        self.daemon.dag("payroll", "triggers: {dag: shared}\ntasks: {a: {run: 'true'}}\n")
        self.daemon.dag("after_payroll", "triggers: {dag: payroll}\ntasks: {a: {run: 'true'}}\n")
        waiting = self.daemon.dag("wages", "tasks: {load: {uses: wait_for, with: {dataset: shared_data, timeout: 1h}}}\n")
        self.breaks("shared")
        run = self.admin.trigger(waiting)
        poll(lambda: self.admin.tasks(run)["load"] == "awaiting_input", "load to wait")
        alert = self.alert_of("shared")
        self.assertEqual([other["dag"] for other in alert["blocked"]["dags"]], ["payroll", "after_payroll"])
        guest: Client = self.daemon.client("guest", "none", {"shared": "operator"})
        told = guest.get(f"/api/v1/alerts/{alert['alert']}")
        self.assertEqual((told["blocked"]["dags"], told["blocked"]["waiting"], told["blocked"]["hidden"]), ([], [], 3))
        taken = guest.post(f"/api/v1/alerts/{alert['alert']}/acknowledge", {})
        for answer in (told, taken):
            for name in ("payroll", "wages"):
                self.assertNotIn(name, str(answer))
        self.assertEqual(told["changes"], alert["changes"], "what concerns the dag itself is told")

    def test_without_an_earlier_success_it_says_so(self) -> None:
        self.daemon.dag("fresh", "tasks: {a: {run: 'exit 1'}}\n")
        self.admin.run_to_end("fresh")
        alert = self.alert_of("fresh")
        self.assertEqual((alert["good"], alert["changes"], alert["runbook"]), (None, [], None))
        self.assertIn("It has not succeeded before.", alert["summary"])

    def test_the_failed_attempt_is_told_while_another_is_on_its_way(self) -> None:
        wait, gate = self.gate("again")
        self.daemon.dag("again", f"tasks: {{a: {{run: 'test $TIDEMILL_ATTEMPT = 1 && exit 5; {wait}'}}}}\n")
        run = self.admin.run_to_end("again")["run"]
        self.alert_of("again")  # before it is cleared and nobody needs to hear of it any more
        self.admin.post(f"/api/v1/runs/{run}/retry", {})
        poll(lambda: self.admin.tasks(run)["a"] == "running", "the second attempt to run")
        alert = self.alert_of("again")
        self.assertEqual((alert["failure"]["attempt"], alert["failure"]["exit_code"]), (1, 5))
        gate.touch()
        self.admin.wait_run(run)

    def test_a_broken_file_has_a_story_without_a_run(self) -> None:
        self.daemon.dag("typo", GOOD % ("https://example.org/runbook", "typo_data"))
        self.daemon.write("typo", "taks: {}\n")
        alert = self.alert_of("typo")
        self.assertIsNone(alert["failure"])
        self.assertEqual(alert["runbook"]["url"], "https://example.org/runbook")
        self.assertIn("tidemill validate", alert["summary"])


class Runbook(StoryTest):
    def told(self, name: str, runbook: str) -> dict[str, Any]:
        self.daemon.dag(name, f"alerts: {{runbook: '{runbook}'}}\ntasks: {{a: {{run: 'exit 1'}}}}\n", f"{name}/{name}.yaml")
        self.admin.run_to_end(name)
        return self.alert_of(name)["runbook"]

    def test_no_file_outside_of_the_folder_is_read(self) -> None:
        secret = self.folder / "outside.md"
        secret.write_text("not for you")
        self.beside("linked", "README.md", "x")
        (self.daemon.dags / "linked" / "link.md").symlink_to(secret)
        for name, runbook in (("absolute", str(secret)), ("upwards", "../../outside.md"), ("linked", "link.md")):
            told = self.told(name, runbook)
            self.assertIsNone(told["text"], name)
            self.assertIn("cannot be read", told["problem"])
            self.assertNotIn("not for you", str(told))

    def test_a_missing_file_is_said_and_a_long_one_is_cut(self) -> None:
        self.assertIn("there is no such file", self.told("missing", "RUNBOOK.md")["problem"])
        self.beside("lengthy", "RUNBOOK.md", "do this\n" * 10_000)
        told = self.told("lengthy", "RUNBOOK.md")
        self.assertTrue(told["cut"])
        self.assertLessEqual(len(told["text"]), 16_384)
        self.beside("huge", "RUNBOOK.md", "x" * 2_000_000)
        self.assertIn("cannot be read", self.told("huge", "RUNBOOK.md")["problem"])


if __name__ == "__main__":
    unittest.main()
