"""The file of alerts as messages: whoever is on call hears of a failure, and nobody of what is silenced or explained."""
import json
import unittest
from datetime import datetime, timedelta, timezone
from typing import Any

from alert_peers import Service
from api_fixture import ApiTest, Daemon, poll, replace

HERE = ("--allow-private-network", "127.0.0.0/8")
BOOM = "params: {code: {type: integer, default: 3}}\n%stasks:\n  a: {run: 'exit \"$TIDEMILL_PARAM_CODE\"'}\n"
ROTATION = {"layers": [{"start": "2026-01-05 09:00", "turns": ["ann"]}]}


def soon(**delta: float) -> str:
    return (datetime.now(timezone.utc) + timedelta(**delta)).isoformat()


class Escalation(ApiTest):
    @classmethod
    def setUpClass(cls) -> None:
        pass  # each test has a daemon with a file of its own

    def setUp(self) -> None:
        self.service = Service()
        self.addCleanup(self.service.close)

    def file(self, steps: list[dict[str, Any]], **more: Any) -> str:
        channels = {name: {"webhook": {"url": f"{self.service.url}/{name}"}} for name in ("ann", "bob", "chat")}
        people = {name: {"channels": name} for name in ("ann", "bob")}
        rotations = {"primary": ROTATION, "later": {"layers": [{"start": "2098-01-01 09:00", "turns": ["ann"]}]}}
        return json.dumps({"channels": channels, "people": people, "rotations": rotations, "default": "usual",
                           "policies": {"usual": {"steps": steps, "digest_every": "0s"}, **more}})

    def begin(self, steps: list[dict[str, Any]], **more: Any) -> Daemon:
        daemon = Daemon(2, *HERE)
        self.addCleanup(daemon.close)
        self.path = daemon.with_alerts(self.file(steps, **more))
        return daemon.start()

    def break_run(self, daemon: Daemon, name: str, more: str = "") -> None:
        daemon.dag(name, BOOM % more)
        daemon.admin.run_to_end(name)

    def alert(self, daemon: Daemon, dag: str, state: str) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            listed = daemon.admin.get("/api/v1/alerts", dag=dag, state="all")["alerts"]
            return listed[0] if listed and listed[0]["state"] == state else None

        return poll(found, f"the alert of {dag} to be {state}")

    def told(self, count: int) -> list[tuple[str, str]]:
        """(channel, dag) of the messages, once there are so many."""
        return [(call.path[1:], call.json["commonLabels"]["dag"]) for call in self.service.wait(count)]

    def test_who_is_on_call_is_told_and_by_an_override_somebody_else(self) -> None:
        daemon = self.begin([{"notify": "rotation.primary"}])
        self.break_run(daemon, "first")
        self.assertEqual(self.told(1), [("ann", "first")])
        daemon.admin.post("/api/v1/oncall/primary/overrides", {"users": ["bob"], "until": soon(days=1)}, status=201)
        self.break_run(daemon, "second")
        self.assertEqual(self.told(2), [("ann", "first"), ("bob", "second")])

    def test_where_nobody_is_on_call_the_next_step_follows_at_once(self) -> None:
        daemon = self.begin([{"notify": "rotation.later", "wait": "24h"}, {"notify": "channel.chat"}])
        self.break_run(daemon, "first")
        self.assertEqual(self.told(1), [("chat", "first")])
        alert = self.alert(daemon, "first", "firing")
        texts = [line["text"] for line in daemon.admin.get(f"/api/v1/alerts/{alert['alert']}")["timeline"]]
        self.assertIn("step 1 of usual: nobody is on call in later, so the next step follows at once", texts)

    def test_what_is_silenced_is_told_when_the_silence_ends(self) -> None:
        daemon = self.begin([{"notify": "channel.chat"}])
        silence = daemon.admin.post("/api/v1/silences", {"dag": "first", "reason": "known", "ends_at": soon(days=1)}, status=201)["silence"]
        self.break_run(daemon, "first")
        self.alert(daemon, "first", "suppressed")
        self.break_run(daemon, "second")
        self.assertEqual(self.told(1), [("chat", "second")], "the first would have gone before it")
        daemon.admin.post(f"/api/v1/silences/{silence}/end")
        self.assertEqual(self.told(2), [("chat", "second"), ("chat", "first")])

    def test_what_another_alert_explains_is_not_told(self) -> None:
        daemon = self.begin([{"notify": "channel.chat"}])
        daemon.dag("below", "triggers: [{dag: root, states: failed}]\ntasks: {b: {run: 'exit 4'}}\n")
        self.break_run(daemon, "root")
        self.alert(daemon, "below", "suppressed")
        self.break_run(daemon, "other")
        self.assertEqual(self.told(2), [("chat", "root"), ("chat", "other")])

    def test_a_dag_names_its_policy_and_a_new_version_of_the_file_counts(self) -> None:
        daemon = self.begin([{"notify": "channel.chat"}], loud={"steps": [{"notify": ["user.ann", "user.bob"]}]})
        self.break_run(daemon, "first", "alerts: {policy: loud}\n")
        self.assertEqual(set(self.told(2)), {("ann", "first"), ("bob", "first")})
        replace(self.path, self.file([{"notify": "user.bob"}]))
        poll(lambda: "the file of alerts was read again" in daemon.log.read_text(), "the file to be read again")
        self.break_run(daemon, "second", "alerts: {policy: loud}\n")
        self.assertEqual(self.told(3)[2], ("bob", "second"))


if __name__ == "__main__":
    unittest.main()
