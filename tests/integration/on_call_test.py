"""Who is on call, by the file of alerts and by hand, over the API and on the command line."""
import json
import subprocess
import unittest
from datetime import datetime, timedelta, timezone
from typing import Any

from api_fixture import DEADLINE_S, ApiTest, Events
from tidemill import BINARY

FILE = """\
channels: {chat: {webhook: {url: "http://127.0.0.1:9/hook"}}}
people: {ann: {channels: chat}, bob: {channels: chat}}
rotations:
  primary: {layers: [{start: 2026-01-05 09:00, every: 7d, turns: [ann]}]}
  second: {layers: [{start: 2026-01-05 09:00, every: 1d, turns: [ann, bob]}]}
policies: {usual: {steps: [{notify: rotation.primary}]}}
"""


def soon(**delta: float) -> str:
    return (datetime.now(timezone.utc) + timedelta(**delta)).isoformat()


class OnCall(ApiTest):
    ALERTS = FILE

    def rotation(self, name: str, **query: str) -> dict[str, Any]:
        return next(one for one in self.admin.get("/api/v1/oncall", **query)["rotations"] if one["rotation"] == name)

    def tidemill(self, *words: str, code: int = 0) -> str:
        done = subprocess.run([str(BINARY), *words, "--data-dir", str(self.daemon.data)], capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def test_turns_and_who_is_next(self) -> None:
        shown = self.rotation("second", at="2026-01-06T08:00:00Z")
        self.assertEqual((shown["now"], shown["zone"]), (["ann"], "UTC"))
        self.assertEqual(shown["next"], {"users": ["bob"], "from": "2026-01-06T09:00:00Z"})
        self.assertEqual(self.rotation("primary", at="2025-12-31T00:00:00Z")["now"], [])
        self.assertIsNone(self.rotation("primary")["next"], "nobody else takes turns")
        self.admin.refused(400, "GET", "/api/v1/oncall", query={"at": "tomorrow"})

    def test_an_override_counts_from_its_beginning_until_it_is_taken_back(self) -> None:
        with Events(self.admin, {"topics": "alerts"}) as events:
            made = self.admin.post("/api/v1/oncall/primary/overrides",
                                   {"users": ["bob"], "from": "2098-12-01T00:00:00Z", "until": "2098-12-02T00:00:00Z", "reason": "away"}, status=201)
            events.until(lambda kind, data: kind == "oncall" and data["rotation"] == "primary")
        self.assertEqual(self.rotation("primary", at="2098-11-30T23:59:59Z")["now"], ["ann"])
        self.assertEqual(self.rotation("primary", at="2098-12-01T00:00:00Z")["now"], ["bob"])
        self.assertEqual(self.rotation("primary", at="2098-12-02T00:00:00Z")["now"], ["ann"])
        listed = self.admin.get("/api/v1/oncall/primary/overrides")["overrides"]
        self.assertEqual([one["override"] for one in listed], [made["override"]])
        path = f"/api/v1/oncall/primary/overrides/{made['override']}"
        self.admin.refused(404, "DELETE", path.replace("primary", "second"))
        self.admin.expect(200, "DELETE", path)
        self.admin.refused(404, "DELETE", path)
        self.assertEqual(self.rotation("primary", at="2098-12-01T00:00:00Z")["now"], ["ann"])
        actions = [entry["action"] for entry in self.admin.get("/api/v1/audit", object="rotation primary")["entries"]]
        self.assertIn("oncall.override", actions)

    def test_words_that_are_wrong_are_refused(self) -> None:
        path, until = "/api/v1/oncall/primary/overrides", soon(hours=1)
        for wrong in ({"users": ["bob"]}, {"until": until}, {"users": [], "until": until}, {"users": ["zed"], "until": until}, {"users": "bob", "until": until},
                      {"users": ["bob"], "until": "2020-01-01T00:00:00Z"}, {"users": ["bob"], "until": until, "from": soon(hours=2)},
                      {"users": ["bob"], "until": "2099-01-01T00:00:00Z"}, {"users": [1], "until": until}):
            self.admin.refused(400, "POST", path, wrong)
        self.admin.refused(404, "POST", "/api/v1/oncall/none/overrides", {"users": ["bob"], "until": until})
        self.admin.refused(404, "GET", "/api/v1/oncall/none/calendar.ics")

    def test_the_calendar(self) -> None:
        answer = self.daemon.client("reader", "viewer").expect(200, "GET", "/api/v1/oncall/second/calendar.ics")
        self.assertEqual(answer.type, "text/calendar")
        self.assertTrue(answer.text.startswith("BEGIN:VCALENDAR\r\n") and answer.text.endswith("END:VCALENDAR\r\n"))
        self.assertGreaterEqual(answer.text.count("BEGIN:VEVENT\r\n"), 60)

    def test_on_the_command_line(self) -> None:
        self.assertRegex(self.tidemill("oncall", "now", "primary"), r"primary +ann")
        self.assertRegex(self.tidemill("oncall", "next", "second", "--at", "2026-01-06T08:00:00Z"), r"second +bob from 2026-01-06T09:00:00Z")
        self.tidemill("oncall", "now", "primry", code=3)
        made = json.loads(self.tidemill("oncall", "override", "second", "--user", "bob", "--user", "ann", "--from", "1h", "--until", "2h", "--reason", "both", "--json"))
        self.assertRegex(self.tidemill("oncall", "list"), rf"{made['override']} +second +bob, ann .* both")
        self.tidemill("oncall", "remove", "second", str(made["override"]))
        self.tidemill("oncall", "remove", "second", str(made["override"]), code=3)
        said = self.tidemill("silence", "add", "none_such", "--task", "t*", "--severity", "warning", "--from", "1h", "--for", "2h", "--reason", "not yet")
        number = said.split()[1]
        self.assertRegex(self.tidemill("silence"), rf"{number} +waiting +none_such/t\* \(warning\)")
        self.tidemill("silence", "end", number)
        self.tidemill("silence", "end", number, code=1)
        self.assertIn("over", self.tidemill("silence", "list", "--all"))


class WithoutFile(ApiTest):
    def test_nobody_is_on_call(self) -> None:
        self.assertEqual(self.admin.get("/api/v1/oncall")["rotations"], [])
        self.admin.refused(404, "POST", "/api/v1/oncall/primary/overrides", {"users": ["bob"], "until": soon(hours=1)})


if __name__ == "__main__":
    unittest.main()
