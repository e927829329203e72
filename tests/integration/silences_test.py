"""What is silenced or explained by another alert is not told, comes back when nothing covers it, and none of it is lost by kill -9."""
import signal
import unittest
from datetime import datetime, timedelta, timezone
from typing import Any

from api_fixture import ApiTest, Daemon, in_time, poll

BOOM = "params: {code: {type: integer, default: 3}}\n%stasks: {a: {run: 'exit \"$TIDEMILL_PARAM_CODE\"'}}\n"
LATER = "2099-01-01T00:00:00Z"


def soon(**delta: float) -> str:
    return (datetime.now(timezone.utc) + timedelta(**delta)).isoformat()


class SilencesTest(ApiTest):
    def alert(self, dag: str, daemon: Daemon | None = None) -> dict[str, Any] | None:
        listed = (daemon or self.daemon).admin.get("/api/v1/alerts", dag=dag, state="all")["alerts"]
        return listed[0] if listed else None

    def wait_alert(self, dag: str, state: str, count: int = 1, daemon: Daemon | None = None) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            alert = self.alert(dag, daemon)
            return alert if alert and alert["state"] == state and alert["count"] >= count else None

        return poll(found, f"the alert of {dag} to be {state}")

    def timeline(self, alert: dict[str, Any], daemon: Daemon | None = None) -> list[str]:
        shown = (daemon or self.daemon).admin.get(f"/api/v1/alerts/{alert['alert']}")
        return [line["text"] for line in shown["timeline"]]

    def silence(self, dag: str, ends_at: str = "", daemon: Daemon | None = None, **more: Any) -> int:
        body = {"dag": dag, "reason": "known bad", "ends_at": ends_at or soon(days=1), **more}
        return (daemon or self.daemon).admin.post("/api/v1/silences", body, status=201)["silence"]

    def brief(self, dag: str, daemon: Daemon | None = None) -> int:
        """A silence that is over in a moment."""
        def begun(until: str) -> int | None:
            answer = (daemon or self.daemon).admin.ask("POST", "/api/v1/silences", {"dag": dag, "reason": "known bad", "ends_at": until})
            return answer.json()["silence"] if answer.status == 201 else None

        return int(in_time(begun))

    def end(self, silence: int) -> None:
        self.admin.post(f"/api/v1/silences/{silence}/end")

    def shown(self, silence: int) -> dict[str, Any]:
        listed = self.admin.get("/api/v1/silences", state="all", limit=500)["silences"]
        return next(one for one in listed if one["silence"] == silence)


class Quiet(SilencesTest):
    def test_what_fails_meanwhile_is_suppressed_and_fires_when_it_is_ended(self) -> None:
        dag = self.daemon.dag("early", BOOM % "")
        silence = self.silence(dag)
        self.admin.run_to_end(dag)
        alert = self.wait_alert(dag, "suppressed")
        self.assertIn(f"silence {silence} of ", alert["comment"])
        self.end(silence)
        alert = self.wait_alert(dag, "firing")
        texts = self.timeline(alert)
        self.assertTrue(any(f"silence {silence} of " in text and "was ended by" in text for text in texts), texts)
        self.assertIn("nothing covers it any more", texts)
        ended = self.shown(silence)
        self.assertEqual(ended["state"], "over")
        self.assertTrue(ended["ended_by"])
        self.admin.refused(409, "POST", f"/api/v1/silences/{silence}/end")

    def test_what_fires_already_is_covered_at_once_and_a_success_ends_it(self) -> None:
        dag = self.daemon.dag("covered", BOOM % "")
        self.admin.run_to_end(dag)
        self.wait_alert(dag, "firing")
        silence = self.silence("cov?red", task="a", cause="exit", severities=["error"])
        self.assertEqual(self.alert(dag)["state"], "suppressed", "in the transaction of the silence")
        self.admin.run_to_end(dag, {"code": 0})
        self.wait_alert(dag, "resolved")
        self.end(silence)
        self.assertEqual(self.alert(dag)["state"], "resolved")

    def test_it_ends_by_its_time_with_a_line_in_the_timeline(self) -> None:
        dag = self.daemon.dag("timed", BOOM % "")
        self.admin.run_to_end(dag)
        self.wait_alert(dag, "firing")
        silence = self.brief(dag)
        poll(lambda: self.shown(silence)["state"] == "over", "the silence to be over")
        alert = self.wait_alert(dag, "firing")
        self.assertTrue(any(text.startswith(f"silence {silence} of ") and text.endswith("is over: known bad") for text in self.timeline(alert)))

    def test_a_maintenance_window_begins_at_its_time(self) -> None:
        dag = self.daemon.dag("window", BOOM % "")
        self.admin.run_to_end(dag)
        self.wait_alert(dag, "firing")
        silence = self.silence(dag, kind="maintenance", starts_at=soon(seconds=2))
        alert = self.wait_alert(dag, "suppressed")
        self.assertTrue(alert["comment"].startswith(f"maintenance {silence} of "))
        self.assertEqual(self.shown(silence)["state"], "active")
        self.end(silence)
        self.wait_alert(dag, "firing")

    def test_two_silences_cover_until_the_last_one_ends(self) -> None:
        dag = self.daemon.dag("twice", BOOM % "")
        first, second = self.silence(dag), self.silence("twi*")
        self.admin.run_to_end(dag)
        self.wait_alert(dag, "suppressed")
        self.end(second)
        self.assertEqual(self.alert(dag)["state"], "suppressed")
        self.end(first)
        self.assertEqual(self.alert(dag)["state"], "firing")

    def test_what_somebody_took_stays_taken(self) -> None:
        dag = self.daemon.dag("taken", BOOM % "")
        self.admin.run_to_end(dag)
        alert = self.wait_alert(dag, "firing")
        self.admin.post(f"/api/v1/alerts/{alert['alert']}/acknowledge", {})
        silence = self.silence(dag)
        self.assertEqual(self.alert(dag)["state"], "acknowledged")
        self.admin.post(f"/api/v1/alerts/{alert['alert']}/unacknowledge", {})
        self.assertEqual(self.alert(dag)["state"], "suppressed", "given back, it would be told")
        self.end(silence)
        self.assertEqual(self.alert(dag)["state"], "firing")

    def test_words_that_are_wrong_are_refused(self) -> None:
        for wrong in ({"dag": "x", "reason": "why"}, {"reason": "why", "ends_at": soon(hours=1)}, {"dag": "x", "reason": " ", "ends_at": soon(hours=1)},
                      {"dag": "x", "reason": "why", "ends_at": "2020-01-01T00:00:00Z"}, {"dag": "x", "reason": "why", "ends_at": soon(hours=1), "kind": "nap"},
                      {"dag": "x", "reason": "why", "ends_at": soon(hours=1), "starts_at": soon(hours=2)}, {"dag": "x", "reason": "why", "ends_at": LATER},
                      {"dag": "x", "reason": "why", "ends_at": soon(hours=1), "severities": ["high"]},
                      {"dag": "x" * 201, "reason": "why", "ends_at": soon(hours=1)}, {"dag": "x", "reason": "why", "ends_at": soon(hours=1), "until": 1}):
            self.admin.refused(400, "POST", "/api/v1/silences", wrong)
        self.admin.refused(404, "POST", "/api/v1/silences/987654/end")
        self.admin.refused(404, "POST", "/api/v1/silences/first/end")


class Explained(SilencesTest):
    def test_a_failure_further_up_explains_those_that_it_led_to(self) -> None:
        root = self.daemon.dag("root", BOOM % "")
        below = self.daemon.dag("below", "triggers: [{dag: root, states: failed}]\ntasks: {b: {run: 'exit 4'}}\n")
        self.admin.run_to_end(root)
        alert = self.wait_alert(below, "suppressed")
        self.assertEqual(alert["comment"], "the open alert about root/a (exit) explains it")
        up = self.wait_alert(root, "firing")
        self.admin.post(f"/api/v1/alerts/{up['alert']}/resolve", {})
        self.wait_alert(below, "firing")

    def test_a_run_that_failed_need_not_be_called_late(self) -> None:
        wait, gate = self.gate("tardy")
        dag = self.daemon.dag("tardy", "deadline: {after: 100ms, from: started}\nalerts: {on: [failure, deadline]}\n"
                                       f"tasks: {{a: {{run: 'exit 1'}}, b: {{run: '{wait}'}}}}\n")
        run = self.admin.trigger(dag)
        poll(lambda: any("late" in one["facts"] for one in self.admin.get("/api/v1/alerts", dag=dag)["alerts"]), "the deadline to pass")
        gate.touch()
        self.admin.wait_run(run)
        listed = poll(lambda: (found := self.admin.get("/api/v1/alerts", dag=dag)["alerts"]) and
                      any("failed" in one["facts"] for one in found) and found, "the failure to be known too")
        told = [one for one in listed if one["state"] == "firing"]
        self.assertEqual(len(told), 1, told)


class Crash(SilencesTest):
    def test_a_silence_survives_kill_9_and_its_end_is_not_missed(self) -> None:
        daemon = self.own_daemon()
        daemon.start()
        dag = daemon.dag("killed", BOOM % "")
        kept = self.silence(dag, daemon=daemon)
        daemon.end(signal.SIGKILL)
        daemon.start()
        daemon.admin.run_to_end(dag)
        self.wait_alert(dag, "suppressed", daemon=daemon)
        brief = self.brief("*", daemon)
        daemon.admin.post(f"/api/v1/silences/{kept}/end")
        daemon.end(signal.SIGKILL)
        daemon.start()
        alert = self.wait_alert(dag, "firing", daemon=daemon)
        texts = self.timeline(alert, daemon)
        self.assertEqual(sum(text.startswith(f"silence {kept} of ") for text in texts), 1, texts)
        self.assertEqual(texts.count("nothing covers it any more"), 1, texts)
        states = {one["silence"]: one["state"] for one in daemon.admin.get("/api/v1/silences", state="all")["silences"]}
        self.assertEqual(states, {kept: "over", brief: "over"})


if __name__ == "__main__":
    unittest.main()
