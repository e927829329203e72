"""Pictures over many runs: the grid, the calendar, the strip of time; versions of a DAG and what differs between them."""
import unittest
from datetime import datetime, timedelta, timezone
from typing import Any

from api_fixture import ApiTest, poll

CHAIN = """params: {end: {type: integer, default: 0}}
tasks:
  a: {run: 'true'}
  b: {needs: [a], run: 'exit $TIDEMILL_PARAM_END'}
  c: {needs: [b], run: 'true'}
hooks: {exit: {run: 'true'}}
"""


class Grids(ApiTest):
    def grid(self, dag: str, **query: Any) -> dict[str, Any]:
        return self.admin.get(f"/api/v1/dags/{dag}/grid", **query)

    def states(self, grid: dict[str, Any], run: int) -> dict[str, str | None]:
        """By task; None: the version of the run has no such task."""
        cells = next(row["cells"] for row in grid["runs"] if row["run"] == run)
        self.assertEqual(len(cells), len(grid["tasks"]))
        return {task: grid["states"][cell[0]] if cell else None for task, cell in zip(grid["tasks"], cells)}

    def test_a_cell_says_what_the_task_says(self) -> None:
        self.daemon.dag("chain", CHAIN)
        good, bad = self.admin.run_to_end("chain")["run"], self.admin.run_to_end("chain", {"end": 3})["run"]
        grid = self.grid("chain")
        self.assertEqual([row["run"] for row in grid["runs"]], [bad, good])
        self.assertEqual((grid["tasks"], grid["hooks"], grid["next"]), (["a", "b", "c", "hook.exit"], 1, None))
        for run in (good, bad):
            self.assertEqual(self.states(grid, run), self.admin.tasks(run))
        for cell in grid["runs"][1]["cells"]:
            _, attempts, offset, taken = cell
            self.assertEqual(attempts, 1)
            self.assertGreaterEqual(offset, 0)
            self.assertGreaterEqual(taken, 0)
        blocked = grid["runs"][0]["cells"][2]
        self.assertEqual([grid["states"][place] for place in blocked], ["upstream_failed"])

    def test_an_attempt_that_goes_on_has_no_end_and_what_waits_has_no_beginning(self) -> None:
        script, gate = self.gate("grid")
        self.daemon.dag("held", f"tasks:\n  a: {{run: '{script}'}}\n  b: {{needs: [a], run: 'true'}}\n")
        run = self.admin.trigger("held")
        self.admin.wait_task(run, "a", {"running"})
        grid = self.grid("held")
        running, waiting = grid["runs"][0]["cells"]
        self.assertEqual((grid["states"][running[0]], running[1], running[3]), ("running", 1, -1))
        self.assertEqual([grid["states"][place] for place in waiting], ["waiting"])
        gate.touch()
        self.admin.wait_run(run)

    def test_versions_with_other_tasks_stand_in_one_grid(self) -> None:
        self.daemon.dag("grows", "tasks: {old: {run: 'true'}, both: {run: 'true'}}\n")
        first = self.admin.run_to_end("grows")["run"]
        self.daemon.dag("grows", "tasks: {both: {run: 'true'}, fresh: {run: 'true'}}\n")
        second = self.admin.run_to_end("grows")["run"]
        grid = self.grid("grows")
        self.assertEqual(grid["tasks"], ["both", "fresh", "old"])
        self.assertEqual(self.states(grid, first), {"both": "succeeded", "fresh": None, "old": "succeeded"})
        self.assertEqual(self.states(grid, second), {"both": "succeeded", "fresh": "succeeded", "old": None})

    def test_pages_hold_every_run_once(self) -> None:
        self.daemon.dag("paged", "tasks: {a: {run: 'true'}}\n")
        made = [self.admin.run_to_end("paged")["run"] for _ in range(5)]
        seen, cursor = [], 0
        while cursor is not None:
            page = self.grid("paged", runs=2, before=cursor)
            seen += [row["run"] for row in page["runs"]]
            cursor = page["next"]
        self.assertEqual(seen, made[::-1])
        for wrong in ({"runs": 0}, {"runs": 201}, {"before": -1}, {"before": "x"}):
            self.admin.refused(400, "GET", "/api/v1/dags/paged/grid", query=wrong)

    def test_a_dag_without_runs_has_an_empty_grid(self) -> None:
        self.daemon.dag("idle", "tasks: {a: {run: 'true'}}\n")
        self.assertEqual((self.grid("idle")["runs"], self.grid("idle")["tasks"]), ([], []))


class Calendars(ApiTest):
    def calendar(self, dag: str, **query: Any) -> dict[str, Any]:
        return self.admin.get(f"/api/v1/dags/{dag}/calendar", **query)

    def test_every_run_counts_on_the_day_on_which_it_was_made(self) -> None:
        self.daemon.dag("chain", CHAIN)
        runs = [self.admin.run_to_end("chain", {"end": end}) for end in (0, 0, 3)]
        by_zone = {"UTC": timezone.utc, "Etc/GMT+12": timezone(timedelta(hours=-12)), "Etc/GMT-14": timezone(timedelta(hours=14))}
        for name, zone in by_zone.items():
            days: dict[str, dict[str, int]] = {}
            for run in runs:
                day = datetime.fromisoformat(run["created_at"]).astimezone(zone).date().isoformat()
                counts = days.setdefault(day, {})
                counts[run["state"]] = counts.get(run["state"], 0) + 1
            found = [day for year in {day[:4] for day in days} for day in self.calendar("chain", zone=name, year=year)["days"]]
            shown = {day["day"]: {state: count for state, count in day.items() if state != "day" and count} for day in found}
            self.assertEqual(shown, days, name)

    def test_the_days_are_those_of_the_schedule(self) -> None:
        self.daemon.dag("berlin", "schedule: {cron: '0 3 * * *', timezone: Europe/Berlin}\ntasks: {a: {run: 'true'}}\n")
        self.daemon.dag("plain", "tasks: {a: {run: 'true'}}\n")
        self.assertEqual(self.calendar("berlin")["zone"], "Europe/Berlin")
        self.assertEqual(self.calendar("plain")["zone"], "UTC")
        self.assertEqual(self.calendar("plain", year=1999)["days"], [])
        for wrong in ({"year": 1969}, {"year": 2038}, {"zone": "Mars/Olympus"}, {"zone": "../etc/passwd"}):
            self.admin.refused(400, "GET", "/api/v1/dags/plain/calendar", query=wrong)


class Strips(ApiTest):
    def row(self, dag: str, **query: Any) -> tuple[dict[str, Any], dict[str, Any] | None]:
        strip = self.admin.get("/api/v1/timeline", **query)
        return strip, next((row for row in strip["rows"] if row["dag"] == dag), None)

    def test_runs_and_what_is_due_stand_where_they_belong(self) -> None:
        minute = (datetime.now(timezone.utc).minute + 30) % 60  # so that nothing becomes due while it looks
        self.daemon.dag("hourly", f"schedule: {{cron: '{minute} * * * *'}}\ntasks: {{a: {{run: 'true'}}}}\n")
        run = self.admin.run_to_end("hourly")
        strip, row = self.row("hourly")
        assert row is not None
        begin = datetime.fromisoformat(strip["from"])
        mark = row["runs"][0]
        self.assertEqual((mark[0], strip["states"][mark[1]]), (run["run"], "succeeded"))
        started = begin + timedelta(milliseconds=mark[2])
        self.assertLess(abs(started - datetime.fromisoformat(run["started_at"])), timedelta(milliseconds=2))
        self.assertGreaterEqual(mark[3], 0)
        due = [begin + timedelta(milliseconds=at) for at in row["due"]]
        self.assertIn(len(due), (5, 6, 7))
        for at in due:
            self.assertEqual((at + timedelta(milliseconds=1)).replace(microsecond=0).strftime("%M:%S"), f"{minute:02}:00")
            self.assertGreaterEqual(at + timedelta(milliseconds=1), datetime.fromisoformat(strip["now"]))

    def test_a_run_that_goes_on_is_shown_and_a_paused_dag_has_nothing_due(self) -> None:
        script, gate = self.gate("strip")
        minute = (datetime.now(timezone.utc).minute + 30) % 60
        self.daemon.dag("long", f"schedule: '{minute} * * * *'\ntasks: {{a: {{run: '{script}'}}}}\n")
        run = self.admin.trigger("long")
        self.admin.wait_task(run, "a", {"running"})
        _, row = self.row("long")
        assert row is not None
        self.assertEqual((row["runs"][0][0], row["runs"][0][3]), (run, -1))
        self.assertTrue(row["due"])
        self.admin.post("/api/v1/dags/long/pause", {"reason": "a look"})
        poll(lambda: (found := self.row("long")[1]) and not found["due"], "nothing to be due any more")
        gate.touch()
        self.admin.wait_run(run)

    def test_a_window_is_bounded(self) -> None:
        now = datetime.now(timezone.utc)
        for wrong in ({"from": (now - timedelta(days=8)).isoformat()}, {"until": (now - timedelta(days=2)).isoformat()},
                      {"until": (now + timedelta(days=3)).isoformat()}, {"from": "yesterday"}, {"until": ""}):
            self.admin.refused(400, "GET", "/api/v1/timeline", query=wrong)
        self.daemon.dag("later", "tasks: {a: {run: 'true'}}\n")
        self.admin.run_to_end("later")
        after = {"from": (now + timedelta(hours=1)).isoformat(), "until": (now + timedelta(hours=2)).isoformat()}
        self.assertIsNone(self.row("later", **after)[1])


class Versions(ApiTest):
    def test_a_run_is_drawn_as_its_own_version_was(self) -> None:
        self.daemon.dag("moves", "tasks: {a: {run: 'true'}, b: {needs: [a], run: 'true', trigger_rule: all_done}}\n")
        run = self.admin.run_to_end("moves")["run"]
        first = self.admin.dag("moves")["version"]
        self.daemon.dag("moves", "params: {n: {type: integer, default: 3, minimum: 1}}\ntasks: {a: {run: 'true'}, z: {needs: [a], run: 'true'}}\n")
        new = self.admin.get("/api/v1/dags/moves/structure")
        self.assertEqual(({task["id"]: task["needs"] for task in new["tasks"]}, new["current"]), ({"a": [], "z": ["a"]}, True))
        self.assertEqual([(param["name"], param["type"], param["default"], param["minimum"]) for param in new["params"]], [("n", "integer", 3, 1)])
        for query in ({"run": run}, {"version": first}):
            old = self.admin.get("/api/v1/dags/moves/structure", **query)
            self.assertEqual((old["version"], old["current"]), (first, False))
            self.assertEqual({task["id"]: (task["needs"], task["trigger_rule"]) for task in old["tasks"]},
                             {"a": ([], "all_success"), "b": (["a"], "all_done")})

    def test_what_belongs_to_another_dag_is_not_found(self) -> None:
        for dag in ("mine", "other"):
            self.daemon.dag(dag, f"description: {dag}\ntasks: {{a: {{run: 'true'}}}}\n")
        run, version = self.admin.run_to_end("other")["run"], self.admin.dag("other")["version"]
        for query in ({"run": run}, {"version": version}, {"version": 10**9}, {"version": "x"}, {"run": "-1"}, {"run": 10**9}):
            self.admin.refused(404, "GET", "/api/v1/dags/mine/structure", query=query)
        self.admin.refused(400, "GET", "/api/v1/dags/mine/structure", query={"run": 1, "version": 1})
        self.admin.refused(404, "GET", f"/api/v1/dags/mine/versions/{version}/diff")
        mine = self.admin.dag("mine")["version"]
        self.admin.refused(404, "GET", f"/api/v1/dags/mine/versions/{mine}/diff", query={"to": version})

    def test_the_difference_is_told_by_meaning_and_by_line(self) -> None:
        self.daemon.dag("differs", "owner: ann\ntasks:\n  a: {run: 'true'}\n  b: {run: 'true'}\n")
        first = self.admin.dag("differs")["version"]
        self.daemon.dag("differs", "owner: ben\ntasks:\n  a: {run: 'true', timeout: 5m}\n  c: {run: 'true'}\n")
        second = self.admin.dag("differs")["version"]
        listed = self.admin.get("/api/v1/dags/differs/versions")
        self.assertEqual([(row["version"], row["current"], row["task_count"]) for row in listed["versions"]], [(second, True, 2), (first, False, 2)])
        page = self.admin.get("/api/v1/dags/differs/versions", limit=1)
        self.assertEqual(([row["version"] for row in page["versions"]], page["next"]), ([second], str(second)))
        page = self.admin.get("/api/v1/dags/differs/versions", limit=1, after=page["next"])
        self.assertEqual(([row["version"] for row in page["versions"]], page["next"]), ([first], None))
        diff = self.admin.get(f"/api/v1/dags/differs/versions/{first}/diff")
        self.assertEqual((diff["from"], diff["to"]), (first, second))
        self.assertEqual((diff["added"], diff["removed"], diff["fields"]), (["c"], ["b"], ["owner"]))
        self.assertEqual(diff["changed"], [{"task": "a", "fields": ["timeout"]}])
        lines = [(line["kind"], line["text"]) for hunk in diff["hunks"] for line in hunk["lines"]]
        self.assertIn(("removed", "owner: ann"), lines)
        self.assertIn(("added", "owner: ben"), lines)
        self.assertIn(("same", "tasks:"), lines)
        back = self.admin.get(f"/api/v1/dags/differs/versions/{second}/diff", to=first)
        self.assertEqual((back["added"], back["removed"]), (["b"], ["c"]))
        same = self.admin.get(f"/api/v1/dags/differs/versions/{second}/diff")
        self.assertEqual((same["hunks"], same["fields"]), ([], []))


class Lists(ApiTest):
    def test_dags_are_listed_in_pages_with_their_last_runs(self) -> None:
        for name in ("apple", "banana", "cherry"):
            self.daemon.dag(name, f"owner: {name}_team\ntags: [fruit]\nparams: {{end: {{type: integer, default: 0}}}}\ntasks: {{a: {{run: 'exit $TIDEMILL_PARAM_END'}}}}\n")
        runs = [self.admin.run_to_end("banana", {"end": end})["run"] for end in (0, 3, 0)]
        first = self.admin.get("/api/v1/dags", limit=2, last_runs=2)
        self.assertEqual(([dag["dag"] for dag in first["dags"]], first["next"]), (["apple", "banana"], "banana"))
        self.assertEqual([(mark["run"], mark["state"]) for mark in first["dags"][1]["last_runs"]], [(runs[2], "succeeded"), (runs[1], "failed")])
        self.assertEqual(first["dags"][0]["last_runs"], [])
        rest = self.admin.get("/api/v1/dags", limit=2, after=first["next"])
        self.assertEqual(([dag["dag"] for dag in rest["dags"]], rest["next"]), (["cherry"], None))
        self.assertNotIn("last_runs", rest["dags"][0])
        for words, names in (("CHERRY_team", ["cherry"]), ("fruit", ["apple", "banana", "cherry"]), ("an", ["banana"]), ("nothing", [])):
            self.assertEqual([dag["dag"] for dag in self.admin.get("/api/v1/dags", q=words)["dags"]], names)

    def test_the_schedule_is_said_in_words(self) -> None:
        self.daemon.dag("nightly", "schedule: {cron: '0 3 * * *', timezone: Europe/Berlin}\ntasks: {a: {run: 'true'}}\n")
        shown = self.admin.get("/api/v1/dags/nightly/schedule")
        self.assertEqual(len(shown["coming"]), 5)
        self.assertEqual(len(shown["words"]), 1)
        self.assertIn("03:00", shown["words"][0])


class Previews(ApiTest):
    def test_a_preview_checks_every_parameter_and_starts_nothing(self) -> None:
        self.daemon.dag("typed", "params:\n  n: {type: integer, default: 1, maximum: 9}\n  day: {type: date, required: true}\n"
                                 "  word: {type: secret}\ntasks: {a: {run: 'true'}}\n")
        path = "/api/v1/dags/typed/runs"
        answer = self.admin.post(path, {"params": {"day": "2026-02-28", "word": "sesame"}, "dry_run": True})
        self.assertEqual((answer["run"], answer["dry_run"], answer["params"]), (None, True, {"n": 1, "day": "2026-02-28", "word": "***"}))
        for dry_run in (True, False):
            body = {"params": {"n": 10, "day": "2026-02-30", "a/b~c": 1, "word": "x"}, "dry_run": dry_run}
            problem = self.admin.expect(400, "POST", path, body).json()
            self.assertEqual({error["pointer"] for error in problem["errors"]}, {"/params/n", "/params/day", "/params/a~1b~0c"})
            for error in problem["errors"]:
                self.assertIn(error["detail"], problem["detail"])
        self.assertEqual(self.admin.get("/api/v1/runs", dag="typed")["runs"], [])
        self.daemon.write("never", "tasks: {a: {rnu: x}}\n")
        poll(lambda: self.admin.ask("GET", "/api/v1/dags/never").status == 200, "the broken file to be seen")
        self.admin.refused(409, "POST", "/api/v1/dags/never/runs", {"dry_run": True})


if __name__ == "__main__":
    unittest.main()
