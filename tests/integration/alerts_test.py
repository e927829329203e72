"""Alerts of a real daemon: one for each failure that people have to know of, counted, taken and ended, across kill -9."""
import signal
import unittest
from typing import Any

from api_fixture import ApiTest, Client, Events, in_time, poll

BOOM = "params: {code: {type: integer, default: 3}}\n%stasks:\n  a: {run: 'exit \"$TIDEMILL_PARAM_CODE\"'}\n  b: {run: 'true', needs: [a]}\n"


class AlertsTest(ApiTest):
    def alerts(self, dag: str, state: str = "open", admin: Client | None = None) -> list[dict[str, Any]]:
        return (admin or self.admin).get("/api/v1/alerts", dag=dag, state=state)["alerts"]

    def wait_alert(self, dag: str, state: str, count: int = 1, admin: Client | None = None) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            listed = self.alerts(dag, "all", admin)
            return listed[0] if listed and listed[0]["state"] == state and listed[0]["count"] >= count else None

        return poll(found, f"the alert of {dag} to be {state}")

    def act(self, alert: dict[str, Any], what: str, **body: Any) -> dict[str, Any]:
        return self.admin.post(f"/api/v1/alerts/{alert['alert']}/{what}", body)


class Life(AlertsTest):
    def test_raised_once_counted_taken_and_ended_by_success(self) -> None:
        dag = self.daemon.dag("life", BOOM % "alerts: {severity: critical}\n")
        for _ in range(3):
            self.admin.run_to_end(dag)
        alert = self.wait_alert(dag, "firing", 3)
        self.assertEqual((alert["severity"], alert["task"], alert["cause"], alert["facts"]), ("critical", "a", "exit", ["failed"]))
        self.assertEqual(alert["what"], "a of life failed: exit code 3")
        self.assertEqual(len(self.alerts(dag)), 1, "b did not run, and nobody needs to hear of it")
        self.assertEqual(self.act(alert, "acknowledge", comment="looking")["state"], "acknowledged")
        self.admin.run_to_end(dag)
        self.wait_alert(dag, "acknowledged", 4)
        self.admin.run_to_end(dag, {"code": 4})
        self.wait_alert(dag, "firing", 5)  # another failure than the one that was taken
        self.admin.run_to_end(dag, {"code": 0})
        self.wait_alert(dag, "resolved")
        self.assertEqual(self.alerts(dag), [])
        late = self.act(alert, "acknowledge")
        self.assertEqual(late["state"], "resolved")
        self.assertIn("after its end", late["timeline"][-1]["text"])

    def test_a_retry_is_no_alert(self) -> None:
        dag = self.daemon.dag("flaky", "tasks: {a: {run: 'test \"$TIDEMILL_ATTEMPT\" = 2', retry: {limit: 1, delay: 10ms}}}\n")
        self.assertEqual(self.admin.run_to_end(dag)["state"], "succeeded")
        marker = self.daemon.dag("after_flaky", BOOM % "")
        self.admin.run_to_end(marker)
        self.wait_alert(marker, "firing")  # what happened before it was looked at before it
        self.assertEqual(self.alerts(dag, "all"), [])

    def test_what_is_allowed_to_fail_is_no_alert(self) -> None:
        dag = self.daemon.dag("tolerant", "tasks: {a: {run: 'exit 1', allow_failure: true}}\n")
        self.assertEqual(self.admin.run_to_end(dag)["state"], "partial")
        marker = self.daemon.dag("after_tolerant", BOOM % "")
        self.admin.run_to_end(marker)
        self.wait_alert(marker, "firing")
        self.assertEqual(self.alerts(dag, "all"), [])

    def test_a_repair_that_fails_is_news_and_one_that_helps_ends_it(self) -> None:
        gate = self.folder / "mended"
        dag = self.daemon.dag("mending", f"tasks: {{a: {{run: 'test -e {gate}'}}}}\n")
        run = self.admin.run_to_end(dag)["run"]
        alert = self.wait_alert(dag, "firing")
        self.act(alert, "acknowledge")
        self.admin.post(f"/api/v1/runs/{run}/retry", {})
        self.admin.wait_run(run)
        self.wait_alert(dag, "firing", 2)
        gate.touch()
        self.admin.post(f"/api/v1/runs/{run}/retry", {})
        self.admin.wait_run(run)
        self.wait_alert(dag, "resolved")

    def test_a_broken_file_is_an_alert_until_it_is_mended(self) -> None:
        self.daemon.dag("typo", BOOM % "")
        self.daemon.write("typo", "taks: {}\n")
        alert = self.wait_alert("typo", "firing")
        self.assertEqual((alert["facts"], alert["cause"]), (["broken"], "file"))
        self.daemon.dag("typo", BOOM % "")
        self.wait_alert("typo", "resolved")

    def test_a_snooze_ends_by_itself(self) -> None:
        dag = self.daemon.dag("sleepy", BOOM % "")
        self.admin.run_to_end(dag)
        alert = self.wait_alert(dag, "firing")
        self.admin.refused(400, "POST", f"/api/v1/alerts/{alert['alert']}/snooze", {"until": "2020-01-01T00:00:00Z"})
        self.admin.refused(400, "POST", f"/api/v1/alerts/{alert['alert']}/snooze", {})

        def snoozed(until: str) -> dict[str, Any] | None:
            answer = self.admin.ask("POST", f"/api/v1/alerts/{alert['alert']}/snooze", {"until": until})
            return answer.json() if answer.status == 200 else None

        self.assertEqual(in_time(snoozed)["state"], "snoozed")
        self.wait_alert(dag, "firing")
        texts = [line["text"] for line in self.admin.get(f"/api/v1/alerts/{alert['alert']}")["timeline"]]
        self.assertIn("it was snoozed until now", texts)

    def test_the_dag_says_whether_failures_are_told(self) -> None:
        dag = self.daemon.dag("quiet", BOOM % "alerts: {on: [deadline]}\n")
        self.admin.run_to_end(dag)
        marker = self.daemon.dag("after_quiet", BOOM % "")
        self.admin.run_to_end(marker)
        self.wait_alert(marker, "firing")
        self.assertEqual(self.alerts(dag, "all"), [])

    def test_a_missed_deadline_and_a_failure_are_one_alert(self) -> None:
        wait, gate = self.gate("late")
        dag = self.daemon.dag("late", f"deadline: {{after: 100ms, from: started}}\nalerts: {{on: [failure, deadline]}}\n"
                                      f"tasks: {{a: {{run: '{wait}; exit 1'}}}}\n")
        run = self.admin.trigger(dag)
        alert = self.wait_alert(dag, "firing")
        self.assertEqual(alert["facts"], ["late"])
        gate.touch()
        self.admin.wait_run(run)
        self.assertEqual(self.wait_alert(dag, "firing", 2)["facts"], ["late", "failed"])
        self.assertEqual(len(self.alerts(dag, "all")), 1)

    def test_the_event_stream_and_the_audit_log_tell_of_it(self) -> None:
        dag = self.daemon.dag("told", BOOM % "")
        with Events(self.admin, {"topics": "alerts"}) as events:
            self.admin.run_to_end(dag)
            seen = events.until(lambda kind, data: kind == "alert" and data["dag"] == dag)
            self.assertEqual(seen[-1][1]["state"], "firing")
            alert = self.wait_alert(dag, "firing")
            self.act(alert, "acknowledge", comment="mine")
            events.until(lambda kind, data: data.get("dag") == dag and data["state"] == "acknowledged")
        entries = self.admin.get("/api/v1/audit", action="alert.acknowledge", dag=dag)["entries"]
        self.assertEqual(entries[0]["detail"]["comment"], "mine")


class Crash(AlertsTest):
    def test_no_failure_is_forgotten_and_none_is_told_twice(self) -> None:
        """Killed at any moment after the run was accepted, twenty times."""
        daemon = self.own_daemon(4)
        daemon.start()
        dag = daemon.dag("boom", BOOM % "")
        for i in range(20):
            run = daemon.admin.trigger(dag)
            if i % 2 == 1:
                daemon.admin.wait_run(run)
            daemon.end(signal.SIGKILL)
            daemon.start()
            daemon.admin.wait_run(run)
        self.wait_alert(dag, "firing", 20, daemon.admin)
        marker = daemon.dag("marker", BOOM % "")
        daemon.admin.run_to_end(marker)
        self.wait_alert(marker, "firing", 1, daemon.admin)
        self.assertEqual([alert["count"] for alert in self.alerts(dag, "all", daemon.admin)], [20])

    def test_an_acknowledgement_that_was_answered_stays(self) -> None:
        daemon = self.own_daemon(2)
        daemon.start()
        dag = daemon.dag("boom", BOOM % "")
        daemon.admin.run_to_end(dag)
        alert = self.wait_alert(dag, "firing", 1, daemon.admin)
        for i in range(5):
            what, state = ("acknowledge", "acknowledged") if i % 2 == 0 else ("unacknowledge", "firing")
            daemon.admin.post(f"/api/v1/alerts/{alert['alert']}/{what}", {})
            daemon.end(signal.SIGKILL)
            daemon.start()
            self.assertEqual(self.alerts(dag, admin=daemon.admin)[0]["state"], state)


if __name__ == "__main__":
    unittest.main()
