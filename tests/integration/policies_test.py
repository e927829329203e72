"""The file of alerts with a real daemon: refused when it is broken, read again when it changes."""
import json
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from api_fixture import DEADLINE_S, ApiTest, Daemon, poll, replace
from tidemill import BINARY, ROOT

GOOD = """\
channels: {chat: {webhook: {url: "http://127.0.0.1:9/hook"}}}
people: {ann: {channels: chat}}
policies: {usual: {steps: [{notify: channel.chat}]}}
default: usual
"""
BROKEN = GOOD.replace("default: usual", "default: unusual")


class PoliciesTest(ApiTest):
    def with_file(self, text: str) -> tuple[Daemon, Path]:
        daemon = self.own_daemon()
        return daemon, daemon.with_alerts(text)

    def about_the_file(self, daemon: Daemon) -> dict[str, Any] | None:
        listed = daemon.admin.get("/api/v1/alerts", state="all")["alerts"]
        return next((alert for alert in listed if alert["cause"] == "alerts_file"), None)

    def wait_alert(self, daemon: Daemon, state: str) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            alert = self.about_the_file(daemon)
            return alert if alert and alert["state"] == state else None

        return poll(found, f"the alert about the file to be {state}")

    def timeline(self, daemon: Daemon, alert: dict[str, Any]) -> list[str]:
        return [line["text"] for line in daemon.admin.get(f"/api/v1/alerts/{alert['alert']}")["timeline"]]


class File(PoliciesTest):
    def test_a_broken_file_at_the_start_is_refused_with_its_place(self) -> None:
        folder = self.own_daemon().folder
        path = folder / "broken.yaml"
        path.write_text(BROKEN)
        (folder / "dags2").mkdir()
        for file, expected in ((path, f"{path}:4:10: there is no policy \"unusual\" [TM142]"), (folder / "none.yaml", "none.yaml")):
            ended = subprocess.run([str(BINARY), "up", "--dags", str(folder / "dags2"), "--data-dir", str(folder / "data2"),
                                    "--listen", "127.0.0.1:0", "--alerts", str(file)],
                                   capture_output=True, text=True, timeout=DEADLINE_S, check=False)
            self.assertNotEqual(ended.returncode, 0)
            self.assertIn(expected, ended.stderr)

    def test_a_version_that_is_broken_is_an_alert_and_the_last_good_one_stays(self) -> None:
        daemon, path = self.with_file(GOOD)
        daemon.start()
        replace(path, BROKEN)
        alert = self.wait_alert(daemon, "firing")
        self.assertEqual((alert["dag"], alert["facts"]), (None, ["broken"]))
        self.assertIn("alerts.yaml:4:10: there is no policy \"unusual\"", alert["what"])
        path.unlink()
        self.assertEqual(poll(lambda: self.about_the_file(daemon)["count"] == 2 and "ok", "the file to be missed"), "ok")
        replace(path, GOOD)
        self.wait_alert(daemon, "resolved")

    def test_what_was_mended_while_nothing_ran_is_over(self) -> None:
        daemon, path = self.with_file(GOOD)
        daemon.start()
        replace(path, BROKEN)
        self.wait_alert(daemon, "firing")
        daemon.end(signal.SIGKILL)
        path.write_text(GOOD)
        daemon.start()
        self.wait_alert(daemon, "resolved")

    def test_a_dag_that_names_no_policy_of_the_file_has_the_default_one_and_a_note(self) -> None:
        daemon, _ = self.with_file(GOOD)
        daemon.start()
        daemon.dag("lost", "alerts: {policy: nobody}\ntasks: {a: {run: 'exit 1'}}\n")
        daemon.admin.run_to_end("lost")
        alert = poll(lambda: daemon.admin.get("/api/v1/alerts", dag="lost")["alerts"], "the alert")[0]
        self.assertIn("the file of alerts has no policy nobody, so usual is used", self.timeline(daemon, alert))


class Check(unittest.TestCase):
    """`tidemill policy check` and `validate --alerts` need no daemon."""

    def setUp(self) -> None:
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        (self.folder / "alerts.yaml").write_text(GOOD)
        (self.folder / "broken.yaml").write_text(BROKEN)

    def tidemill(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(BINARY), *words], cwd=self.folder, capture_output=True, text=True, timeout=DEADLINE_S, check=False)

    def test_findings_have_places_and_exit_codes(self) -> None:
        right = self.tidemill("policy", "check", "alerts.yaml")
        self.assertEqual((right.returncode, right.stdout), (0, "0 errors, 0 warnings\n"))
        wrong = self.tidemill("policy", "check", "broken.yaml")
        self.assertEqual(wrong.returncode, 1)
        self.assertIn('broken.yaml:4:10: error: there is no policy "unusual"', wrong.stdout)
        finding = json.loads(self.tidemill("policy", "check", "broken.yaml", "--json").stdout)["files"][0]["findings"][0]
        self.assertEqual((finding["rule"], finding["line"], finding["column"]), ("TM142", 4, 10))
        self.assertEqual(self.tidemill("policy", "check", "none.yaml").returncode, 3)
        self.assertEqual(self.tidemill("policy", "mend", "alerts.yaml").returncode, 2)
        self.assertEqual(self.tidemill("policy", "check", "alerts.yaml", "--format", "xml").returncode, 2)

    def test_the_dry_run_of_the_manuals_example_says_who_is_called(self) -> None:
        example = str(ROOT / "docs/examples/alerts.yaml")
        asked = self.tidemill("policy", "check", example, "--who-is-called", "--policy", "ml_oncall", "--severity", "critical",
                              "--at", "2026-01-12T07:59:00Z")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        lines = asked.stdout.splitlines()
        self.assertEqual(lines[0], "ml_oncall, severity critical, from 2026-01-12 08:59:00 CET")
        self.assertEqual(lines[1], "  +0ms     2026-01-12 08:59:00 CET  round 1 step 1  ann by phone, ann by mail, chat")
        self.assertEqual(lines[2], "  +5m 00s  2026-01-12 09:04:00 CET  round 1 step 2  cid by phone")
        calls = json.loads(self.tidemill("policy", "check", example, "--who-is-called", "--json", "--at", "2026-01-12T08:00:00Z").stdout)
        self.assertEqual(calls[0]["calls"][0]["who"][0], {"channel": "phone", "user": "bob"})
        self.assertEqual(self.tidemill("policy", "check", example, "--who-is-called", "--policy", "ml_oncal").returncode, 3)
        self.assertEqual(self.tidemill("policy", "check", example, "--who-is-called", "--at", "tomorrow").returncode, 2)
        self.assertEqual(self.tidemill("policy", "check", example, "--who-is-called", "--severity", "high").returncode, 2)

    def test_a_dag_that_names_no_policy_of_the_file_is_warned_of(self) -> None:
        dag = self.folder / "a.yaml"
        dag.write_text("name: a\nalerts: {policy: usuall}\ntasks: {t: {run: 'true'}}\n")
        warned = self.tidemill("validate", "a.yaml", "--alerts", "alerts.yaml")
        self.assertEqual(warned.returncode, 0)
        self.assertIn('a.yaml:2:18: warning: the file of alerts has no policy "usuall" [TM146]', warned.stdout)
        self.assertIn('did you mean "usual"?', warned.stdout)
        self.assertNotIn("TM146", self.tidemill("validate", "a.yaml").stdout)
        self.assertEqual(self.tidemill("validate", "a.yaml", "--alerts", "broken.yaml").returncode, 2)


if __name__ == "__main__":
    unittest.main()
