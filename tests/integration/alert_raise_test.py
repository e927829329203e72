"""Conditions that raise alerts by themselves, without a run that fails: a full disk; and reports about alerts."""
import os
import signal
import unittest
from typing import Any

from api_fixture import ApiTest, Client, poll


class RaiseTest(ApiTest):
    def wait_alert(self, cause: str, state: str, admin: Client) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            listed = admin.get("/api/v1/alerts", state="all")["alerts"]
            return next((one for one in listed if one["cause"] == cause and one["state"] == state), None)

        return poll(found, f"an alert {cause} to be {state}")


class Conditions(RaiseTest):
    def test_a_disk_that_is_nearly_full_is_an_alert_until_there_is_room(self) -> None:
        daemon = self.own_daemon(1, "--config", "settings.yaml")
        settings = daemon.folder / "settings.yaml"
        settings.write_text("disk: {reserve: 900TB, ballast: 1MiB}\n")
        daemon.start()
        alert = self.wait_alert("disk", "firing", daemon.admin)
        self.assertEqual((alert["dag"], alert["facts"], alert["severity"], alert["count"]), (None, ["disk_low"], "critical", 1))
        self.assertIn("the disk is nearly full", alert["what"])
        self.assertIn("make room", " ".join(daemon.admin.get(f"/api/v1/alerts/{alert['alert']}")["to_do"]))
        daemon.end(signal.SIGKILL)
        daemon.start()  # which finds the same, and does not count it again
        settings.write_text("disk: {reserve: 1MiB, reserve_percent: 0, ballast: 1MiB}\n")
        os.kill(daemon.pid, signal.SIGHUP)
        self.assertEqual(self.wait_alert("disk", "resolved", daemon.admin)["count"], 1)


    def test_a_dag_that_does_not_succeed_for_too_long_is_an_alert(self) -> None:
        daemon = self.own_daemon(1)
        daemon.start()
        source = "expect_run_every: %s\nparams: {code: {type: integer, default: 3}}\nalerts: {severity: critical}\ntasks: {a: {run: 'exit $TIDEMILL_PARAM_CODE'}}\n"
        daemon.dag("quiet", source % "1s")
        alert = self.wait_alert("silent", "firing", daemon.admin)
        self.assertEqual((alert["dag"], alert["facts"], alert["severity"]), ("quiet", ["silent"], "critical"))
        self.assertRegex(alert["what"], r"^quiet has not succeeded since 20\S+Z: a success is expected every 1s$")
        daemon.admin.run_to_end("quiet")  # a failure is no sign of health
        daemon.end(signal.SIGKILL)
        daemon.start()
        daemon.dag("marker", source % "1s")
        poll(lambda: daemon.admin.get("/api/v1/alerts", dag="marker")["alerts"], "a look after the restart")
        [alert] = [one for one in daemon.admin.get("/api/v1/alerts", dag="quiet")["alerts"] if one["cause"] == "silent"]
        self.assertEqual((alert["state"], alert["count"]), ("firing", 1), "the look found the same, and did not count it again")
        daemon.dag("quiet", source % "24h")
        daemon.admin.run_to_end("quiet", {"code": 0})
        [alert] = poll(lambda: [one for one in daemon.admin.get("/api/v1/alerts", dag="quiet", state="all")["alerts"]
                                if one["cause"] == "silent" and one["state"] == "resolved"], "the alert to be over")
        self.assertEqual(alert["count"], 1)

    def test_a_late_run_is_told_with_its_time(self) -> None:
        daemon = self.own_daemon(1)
        daemon.start()
        gate = daemon.folder / "gate"
        daemon.dag("slow", "deadline: {after: 100ms, from: started}\nalerts: {on: [deadline]}\n"
                           f"tasks: {{a: {{run: 'while ! test -e {gate}; do sleep 0.02; done'}}}}\n")
        run = daemon.admin.trigger("slow")
        alert = self.wait_alert("deadline", "firing", daemon.admin)
        self.assertRegex(alert["what"], rf"^slow is late: run {run} was to succeed by 20\S+Z$")
        gate.touch()
        daemon.admin.wait_run(run)


class Report(RaiseTest):
    def test_what_was_taken_and_over_is_counted(self) -> None:
        dag = self.daemon.dag("boom", "params: {code: {type: integer, default: 3}}\ntasks: {a: {run: 'exit $TIDEMILL_PARAM_CODE'}}\n")
        self.admin.run_to_end(dag)
        alert = self.wait_alert("exit", "firing", self.admin)
        self.admin.post(f"/api/v1/alerts/{alert['alert']}/acknowledge", {})
        self.admin.run_to_end(dag, {"code": 0})
        self.wait_alert("exit", "resolved", self.admin)
        report = self.admin.get("/api/v1/reports/alerts")
        self.assertEqual([report[key] for key in ("episodes", "acknowledged", "resolved", "resolved_alone")], [1, 1, 1, 1])
        self.assertGreaterEqual(report["mean_to_resolve_s"], report["mean_to_acknowledge_s"])
        self.assertEqual(report["noisiest"], [{"dag": dag, "task": "a", "cause": "exit", "episodes": 1, "raised": 1, "flaps": False}])
        csv = self.admin.expect(200, "GET", "/api/v1/reports/alerts.csv").text
        self.assertIn("noisiest_episodes,boom/a/exit,1\r\n", csv)
        guest = self.daemon.client("guest", "none", {"other": "viewer"})
        self.assertEqual(guest.get("/api/v1/reports/alerts")["episodes"], 0, "what one may not see is not counted")
        figures = self.admin.wait_metrics("tidemill_alert_response_seconds_count 1\n", "tidemill_alert_resolution_seconds_count 1\n")
        self.assertIn('tidemill_alerts{state="firing",severity="critical"} 0\n', figures)

    def test_a_senseless_range_is_refused(self) -> None:
        for query in ("from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "from=yesterday", "zone=Europe/Berlim", "form=x"):
            self.admin.refused(400, "GET", f"/api/v1/reports/alerts?{query}")


if __name__ == "__main__":
    unittest.main()
