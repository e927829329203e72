"""The API keeps to its own OpenAPI file: every operation answers as the file says, errors are problem documents, and
what was never meant to be sent breaks nothing."""
import hashlib
import hmac
import json
import os
import random
import shutil
import socket
import struct
import subprocess
import unittest
import urllib.parse
from pathlib import Path
from typing import Any

import jsonschema

from api_fixture import DEADLINE_S, HOURLY_LONG_AGO, LONG_AGO, Answer, ApiTest, Client, poll, signed

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FUZZ_REQUESTS = int(os.environ.get("TIDEMILL_FUZZ_REQUESTS", "3000"))
RANGE = {**LONG_AGO, "until": "2024-02-29T03:00:00Z"}
TEXT = """description: Everything that can be shown
owner: somebody
tags: [one, two]
""" + HOURLY_LONG_AGO + """params: {end: {type: integer, default: 0}}
tasks:
  a:
    run: |
      echo "rows=3" >> "$TIDEMILL_OUTPUT"
      echo '{"name": "accuracy", "value": 0.81}' >> "$TIDEMILL_METRICS"
      echo '{"check": "no_nulls", "success": true}' >> "$TIDEMILL_CHECKS"
      echo '# Summary' > "$TIDEMILL_SUMMARY"
      echo made > "$TIDEMILL_OUT/made"
      echo an error is near
      exit $TIDEMILL_PARAM_END
    outputs: [rows]
    metrics: [accuracy]
    artifacts: {made: made}
  b: {needs: [a], run: 'true', publish: {dataset: things}}
hooks: {exit: {run: 'true'}}
"""


def visit_as_worker(path: Path, name: str) -> None:
    """Says hello as a worker of this machine, and leaves when it is welcome."""
    def text(value: str) -> bytes:
        return struct.pack("<I", len(value)) + value.encode()

    body = struct.pack("<I", 3) + text(name) + text("boot") + struct.pack("<iI", 1, 0) + struct.pack("<dQi", 1, 0, 0) + struct.pack("<I", 0) + text("")
    with socket.socket(socket.AF_UNIX) as end:
        end.connect(str(path))
        end.sendall(struct.pack("<IB", len(body) + 1, 0) + body)
        if len(end.recv(5)) != 5:
            raise AssertionError("the scheduler does not welcome a worker")


class Contract(ApiTest):
    ALERTS = """\
channels:
  chat: {webhook: {url: "http://127.0.0.1:9/hook"}}
  pager: {pagerduty: {routing_key: {secret: rk}, signing: {secret: pd}}}
people: {ann: {channels: chat}, bob: {channels: chat}}
rotations: {primary: {zone: Europe/Berlin, layers: [{start: 2026-01-05 09:00, turns: [ann, bob]}]}}
policies: {shown: {steps: [{notify: channel.chat}]}}
"""
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.file = cls.admin.get("/api/openapi.json")
        cls.operations = {(method.upper(), path): operation for path, methods in cls.file["paths"].items()
                          for method, operation in methods.items()}
        cls.daemon.dag("whole", TEXT)

    def validate(self, schema: dict[str, Any], value: Any) -> None:
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "components": self.file["components"]}
        validator = jsonschema.Draft202012Validator(whole, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
        problems = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in validator.iter_errors(value)]
        self.assertEqual(problems, [], json.dumps(value)[:1000])

    def check(self, answer: Answer, method: str, path: str) -> None:
        responses = self.operations[method, path]["responses"]
        described = responses.get(str(answer.status), responses["default"] if answer.status >= 400 else None)
        self.assertIsNotNone(described, f"{method} {path} answered {answer.status}, which the file does not name")
        content = described.get("content")
        if content is None:
            return
        self.assertIn(answer.type, content, f"{method} {path} {answer.status}")
        self.validate(content[answer.type]["schema"], answer.json())


class Documented(Contract):
    def test_the_file_is_well_formed(self) -> None:
        self.assertEqual(self.file["openapi"], "3.1.0")
        ids = [operation["operationId"] for operation in self.operations.values()]
        self.assertEqual(len(ids), len(set(ids)))
        for name, schema in self.file["components"]["schemas"].items():
            with self.subTest(schema=name):
                jsonschema.Draft202012Validator.check_schema(schema)
        names = set(self.file["components"]["schemas"])
        used = {word.rpartition("/")[2] for word in _references(self.file)}
        self.assertEqual(used, names, "a schema that is named but not there, or there but not used")
        for (method, path), operation in self.operations.items():
            with self.subTest(method=method, path=path):
                captures = {part[1:-1] for part in path.split("/") if part.startswith("{")}
                declared = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
                self.assertEqual(captures, declared)
                self.assertTrue(operation["summary"] and operation["tags"])

    def test_every_operation_succeeds_as_the_file_says(self) -> None:
        tried = set()
        admin = self.admin

        def call(method: str, path: str, body: Any = None, client: Client = admin, query: dict[str, Any] | None = None,
                 headers: dict[str, str] | None = None, **values: object) -> Answer:
            answer = client.ask(method, path.format(**values), body, query=query, headers=headers)
            with self.subTest(method=method, path=path, status=answer.status):
                operation = self.operations[method, path]
                success = [status for status in operation["responses"] if status.startswith("2")]
                self.assertIn(str(answer.status), success, answer.text[:1000])
                self.check(answer, method, path)
                if body is not None and not isinstance(body, bytes):
                    self.validate(operation["requestBody"]["content"]["application/json"]["schema"], body)
            tried.add((method, path))
            return answer

        for path in ("/healthz", "/readyz", "/metrics", "/api/openapi.json", "/api/v1/status", "/api/v1/workers"):
            call("GET", path)
        run = call("POST", "/api/v1/dags/{dag}/runs", {"params": {"end": 3}}, dag="whole").json()["run"]
        admin.wait_run(run)
        good = admin.run_to_end("whole")["run"]
        backfill = call("POST", "/api/v1/backfills", {"dag": "whole", **RANGE, "max_parallel": 1, "order": "newest_first"}).json()["backfill"]
        call("GET", "/api/v1/backfills")
        call("GET", "/api/v1/backfills/{backfill}", backfill=backfill)
        for path in ("/api/v1/dags", "/api/v1/runs", "/api/v1/freezes", "/api/v1/session", "/api/v1/users", "/api/v1/tokens",
                     "/api/v1/secrets", "/api/v1/audit", "/api/v1/audit/verify", "/api/v1/datasets", "/api/v1/approvals"):
            call("GET", path)
        for path in ("", "/source", "/schedule", "/structure", "/grid", "/calendar", "/versions"):
            call("GET", "/api/v1/dags/{dag}" + path, dag="whole")
        call("GET", "/api/v1/dags", query={"last_runs": 5})
        call("GET", "/api/v1/timeline")
        older = admin.dag("whole")["version"]
        self.daemon.dag("whole", TEXT.replace("an error is near", "an error is very near"))
        call("GET", "/api/v1/dags/{dag}/versions/{version}/diff", dag="whole", version=older)
        call("POST", "/api/v1/dags/{dag}/runs", {"params": {"end": 1}, "dry_run": True}, dag="whole")
        for number in (run, good):
            for path in ("", "/events", "/history", "/explain", "/tasks/{task}", "/tasks/{task}/explain", "/tasks/{task}/log", "/tasks/{task}/log/first-error",
                         "/tasks/{task}/log/raw"):
                call("GET", "/api/v1/runs/{run}" + path, run=number, task="a")
            call("GET", "/api/v1/runs/{run}/tasks/{task}/log/search", query={"q": "error"}, run=number, task="a")
            for path in ("/timeline", "/tasks/{task}/artifacts"):
                call("GET", "/api/v1/runs/{run}" + path, run=number, task="a")
            call("GET", "/api/v1/runs/{run}/compare/{other}", run=number, other=good)
            call("GET", "/api/v1/runs/{run}/tasks/{task}", run=number, task="hook.exit")
        for path in ("", "/files"):
            call("GET", "/api/v1/runs/{run}/tasks/{task}/artifacts/{artifact}" + path, run=good, task="a", artifact="made")
        call("GET", "/api/v1/pools")
        call("POST", "/api/v1/dags/{dag}/pause", {"reason": "a look"}, dag="whole")
        call("GET", "/api/v1/dags/{dag}", dag="whole")
        call("POST", "/api/v1/dags/{dag}/unpause", {"missed": "last"}, dag="whole")
        call("PUT", "/api/v1/secrets/{secret}", {"value": "a plain text"}, secret="hook")
        self.daemon.dag("hooked", "triggers: [{webhook: {secret: hook}}]\ntasks: {a: {run: 'true'}}\n")
        body = {"params": {}}
        call("POST", "/api/v1/hooks/{name}", body, self.daemon.anonymous, headers=signed(b"a plain text", "msg", json.dumps(body).encode()), name="hooked")
        self.control(call, run)
        self.bulk_retries(call)
        self.people(call)
        self.alerts(call)
        self.on_call(call)
        self.workers(call)
        freeze = call("POST", "/api/v1/freezes", {"reason": "a look", "until": "2099-01-01T00:00:00Z", "after": "none"}).json()["freeze"]
        call("GET", "/api/v1/freezes")
        call("POST", "/api/v1/freezes/{freeze}/lift", freeze=freeze)
        call("GET", "/api/v1/freezes")
        call("PUT", "/api/v1/secrets/{secret}", {"value": "sesame"}, secret="word")
        call("GET", "/api/v1/secrets")
        call("DELETE", "/api/v1/secrets/{secret}", secret="word")
        call("GET", "/api/v1/audit", query={"limit": 500})
        self.daemon.write("broken", "tasks: {a: {rnu: x}}\n")
        poll(lambda: admin.ask("GET", "/api/v1/dags/broken").status == 200, "the broken file to be seen")
        call("GET", "/api/v1/dags/{dag}", dag="broken")
        call("GET", "/api/v1/dags")
        # A stream has no end to wait for; its first bytes are looked at in the tests of events.
        self.assertEqual(set(self.operations) - tried, {("GET", "/api/v1/events")})

    def alerts(self, call: Any) -> None:
        self.admin.run_to_end("whole", {"end": 5})
        poll(lambda: self.admin.get("/api/v1/alerts", dag="whole")["alerts"], "the alert")
        alert = call("GET", "/api/v1/alerts", query={"dag": "whole"}).json()["alerts"][0]["alert"]
        call("POST", "/api/v1/alerts/{alert}/acknowledge", {"comment": "a look", "until": "2099-01-01T00:00:00Z"}, alert=alert)
        call("GET", "/api/v1/alerts/{alert}", alert=alert)
        call("POST", "/api/v1/alerts/{alert}/unacknowledge", {"comment": "not me"}, alert=alert)
        call("POST", "/api/v1/alerts/{alert}/snooze", {"until": "2099-01-01T00:00:00Z"}, alert=alert)
        call("POST", "/api/v1/alerts/{alert}/resolve", {"comment": "done"}, alert=alert)
        call("GET", "/api/v1/alerts", query={"state": "resolved"})
        call("GET", "/api/v1/reports/alerts", query={"zone": "Europe/Berlin"})
        call("GET", "/api/v1/reports/alerts.csv", query={"from": "2020-01-01T00:00:00Z"})
        call("GET", "/api/v1/channels")
        sent = call("POST", "/api/v1/channels/{channel}/test", channel="pager").json()["messages"][0]["message"]
        call("POST", "/api/v1/alert_tests", {"severity": "error", "policy": "shown"})
        call("GET", "/api/v1/messages/{message}", message=sent)
        self.admin.expect(200, "PUT", "/api/v1/secrets/pd", {"value": "sesame"})
        event = {"event": {"id": "E1", "event_type": "incident.resolved", "data": {"incident_key": "none"}}}
        mac = hmac.new(b"sesame", json.dumps(event).encode(), hashlib.sha256).hexdigest()
        call("POST", "/api/v1/hooks-in/pagerduty/{channel}", event, self.daemon.anonymous, headers={"X-PagerDuty-Signature": "v1=" + mac}, channel="pager")
        fired = {"version": "4", "alerts": [{"status": "firing", "labels": {"alertname": "a"}}]}
        call("POST", "/api/v1/hooks-in/alertmanager", fired)

    def on_call(self, call: Any) -> None:
        silence = call("POST", "/api/v1/silences", {"dag": "who*", "task": "*", "severities": ["info"], "reason": "a look", "ends_at": "2099-01-01T00:00:00Z",
                                                    "starts_at": "2098-12-01T00:00:00Z"}).json()["silence"]
        call("GET", "/api/v1/silences", query={"state": "all"})
        call("POST", "/api/v1/silences/{silence}/end", silence=silence)
        made = call("POST", "/api/v1/oncall/{rotation}/overrides", {"users": ["bob"], "until": "2099-01-01T00:00:00Z", "from": "2098-12-01T00:00:00Z", "reason": "a look"},
                    rotation="primary").json()["override"]
        call("GET", "/api/v1/oncall", query={"at": "2098-12-05T00:00:00Z"})
        call("GET", "/api/v1/oncall/{rotation}/overrides", rotation="primary")
        call("GET", "/api/v1/oncall/{rotation}/calendar.ics", rotation="primary")
        call("DELETE", "/api/v1/oncall/{rotation}/overrides/{override}", rotation="primary", override=made)

    def control(self, call: Any, failed: int) -> None:
        gate = self.folder / "gate"
        self.daemon.dag("held", f"{HOURLY_LONG_AGO}max_active_runs: 9\ntasks: {{a: {{run: 'while ! test -e {gate}; do sleep 0.02; done'}}}}\n")
        self.daemon.dag("flaky", "tasks: {a: {run: 'test \"$TIDEMILL_ATTEMPT\" = 2', retry: {limit: 1, delay: 1h}}}\n")
        filling = self.admin.post("/api/v1/backfills", {"dag": "held", **RANGE}, status=201)["backfill"]
        call("GET", "/api/v1/backfills/{backfill}", backfill=filling)
        call("POST", "/api/v1/backfills/{backfill}/cancel", {"reason": "enough", "cancel_runs": True}, backfill=filling)
        run = self.admin.trigger("held")
        self.admin.wait_task(run, "a", {"running"})
        call("GET", "/api/v1/runs/{run}", run=run)
        call("POST", "/api/v1/runs/{run}/pause", {"reason": "a look"}, run=run)
        call("GET", "/api/v1/runs/{run}/explain", run=run)
        call("POST", "/api/v1/runs/{run}/resume", {}, run=run)
        call("GET", "/api/v1/runs/{run}/tasks/{task}", run=run, task="a")
        call("GET", "/api/v1/runs/{run}/tasks/{task}/explain", run=run, task="a")
        call("POST", "/api/v1/runs/{run}/cancel", {"reason": "enough", "force": True}, run=run)
        self.daemon.dag("asks", "tasks: {a: {uses: approval, with: {prompt: 'Go on?', timeout: 1h, form: {n: {type: integer, default: 3}}}}}\n")
        for what, body in (("approve", {"fields": {"n": 4}, "comment": "fine"}), ("reject", {"comment": "no"})):
            asked = self.admin.trigger("asks")
            self.admin.wait_task(asked, "a", {"awaiting_input"})
            call("GET", "/api/v1/approvals", query={"dag": "asks"})
            call("GET", "/api/v1/runs/{run}/tasks/{task}/explain", run=asked, task="a")
            call("POST", "/api/v1/runs/{run}/tasks/{task}/" + what, body, run=asked, task="a")
        retried = self.admin.trigger("flaky")
        self.admin.wait_task(retried, "a", {"retry_wait"})
        call("GET", "/api/v1/runs/{run}/tasks/{task}", run=retried, task="a")
        call("POST", "/api/v1/runs/{run}/hurry", {"reason": "now", "tasks": ["a"]}, run=retried)
        for what, body in (("retry", {"dry_run": True}), ("clear", {"tasks": ["b"], "reach": "both", "dry_run": True}),
                           ("mark", {"tasks": ["a"], "to": "skipped", "reason": "a look", "dry_run": True}),
                           ("rerun", {"version": "latest", "params": {"end": 1}, "from_failed": False, "dry_run": True}),
                           ("rerun", {}), ("mark", {"tasks": ["a"], "to": "succeeded", "reason": "a look"})):
            call("POST", "/api/v1/runs/{run}/" + what, body, run=failed)
        self.admin.wait_run(failed)
        call("POST", "/api/v1/runs/{run}/clear", {"tasks": ["a"], "reason": "again"}, run=failed)
        self.admin.wait_run(failed)
        call("POST", "/api/v1/runs/{run}/retry", {"reason": "again"}, run=failed)
        self.admin.wait_run(failed)

    def workers(self, call: Any) -> None:
        call("POST", "/api/v1/worker-tokens", {"worker": "far"})
        call("GET", "/api/v1/worker-tokens")
        call("DELETE", "/api/v1/worker-tokens/{worker}", worker="far")
        call("POST", "/api/v1/workers/{worker}/drain", {"reason": "a look"}, worker="local")
        call("POST", "/api/v1/workers/{worker}/undrain", {}, worker="local")
        visit_as_worker(self.daemon.data / "run/scheduler.sock", "visitor")
        poll(lambda: any(row["worker"] == "visitor" and row["state"] == "away" for row in self.admin.get("/api/v1/workers")["workers"]),
             "the visitor to have come and gone")
        call("POST", "/api/v1/workers/{worker}/give-up", {"reason": "a look"}, worker="visitor")

    def people(self, call: Any) -> None:
        call("POST", "/api/v1/users", {"user": "ann", "role": "viewer", "password": "first password of ann", "must_change_password": False})
        call("PUT", "/api/v1/users/{user}/grants/{granted}", {"role": "editor"}, user="ann", granted="whole")
        call("GET", "/api/v1/users")
        call("PATCH", "/api/v1/users/{user}", {"role": "operator", "disabled": False}, user="ann")
        signed = call("POST", "/api/v1/session", {"user": "ann", "password": "first password of ann"}, self.daemon.anonymous)
        ann = Client(self.daemon, cookie=signed.headers["set-cookie"].split(";")[0])
        call("GET", "/api/v1/session", client=ann)
        changed = call("PUT", "/api/v1/session/password", {"current": "first password of ann", "password": "second password of ann"}, ann)
        ann.cookie = changed.headers["set-cookie"].split(";")[0]
        token = call("POST", "/api/v1/tokens", {"token": "mine", "scope": "viewer", "dags": ["whole"], "expires_at": "2099-01-01T00:00:00Z"}, ann).json()
        call("GET", "/api/v1/session", client=Client(self.daemon, token["secret"]))
        call("GET", "/api/v1/tokens", client=ann)
        call("DELETE", "/api/v1/tokens/{owner}/{token}", client=ann, owner="ann", token="mine")
        call("DELETE", "/api/v1/session", client=ann)
        link = call("POST", "/api/v1/users/{user}/sign-in-link", user="ann").json()
        call("POST", "/api/v1/session/link", {"token": link["path"].rpartition("#")[2]}, self.daemon.anonymous)
        call("DELETE", "/api/v1/users/{user}/grants/{granted}", user="ann", granted="whole")
        call("DELETE", "/api/v1/users/{user}", user="ann")

    def test_every_refusal_is_a_problem_document(self) -> None:
        for (method, path), operation in self.operations.items():
            filled = path.replace("{dag}", "whole").replace("{run}", "1").replace("{task}", "zz")
            filled = filled.replace("{", "").replace("}", "")
            tries = [self.daemon.anonymous.ask(method, filled), self.admin.ask(method, filled, query={"no_such_parameter": "1"})]
            if method != "GET":
                tries += [self.admin.ask(method, filled, b"not json"), self.admin.ask(method, filled, {"no_such_member": 1}),
                          self.admin.ask(method, filled, b"{}", headers={"Content-Type": "text/plain"}),
                          self.admin.ask(method, filled, b"x" * (3 << 20))]
            for answer in tries:
                if answer.status < 400:
                    continue
                with self.subTest(method=method, path=path, status=answer.status):
                    self.assertEqual(answer.type, "application/problem+json")
                    self.check(answer, method, path)
        for method, path, status in (("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/dags", 405), ("PATCH", "/healthz", 405), ("GET", "/api/v2/runs", 404)):
            answer = self.admin.expect(status, method, path)
            self.validate({"$ref": "#/components/schemas/Problem"}, answer.json())

    def bulk_retries(self, call: Any) -> None:
        self.admin.run_to_end("whole", {"end": 3})
        body = {"where": {"dag": "whole", "state": "failed", "cause": "exit", "from": "2026-01-01T00:00:00Z"}, "canary": 1,
                "max_parallel": 1, "max_failures": 9, "reason": "a look"}
        plan = self.admin.post("/api/v1/bulk_retries", {**body, "dry_run": True})
        made = call("POST", "/api/v1/bulk_retries", {**body, "preview": plan["preview"]}).json()["retry"]
        call("GET", "/api/v1/bulk_retries/{retry}", retry=made)
        poll(lambda: self.admin.get(f"/api/v1/bulk_retries/{made}")["state"] != "open", "the retry to end")
        call("GET", "/api/v1/bulk_retries")
        call("GET", "/api/v1/bulk_retries/{retry}", retry=made)
        self.daemon.dag("endless", "params: {wait: {type: string, default: 'no'}}\n"
                                   f"tasks: {{a: {{run: 'test -e {self.folder}/wait && sleep 600; exit 3'}}}}\n")
        self.admin.run_to_end("endless")
        (self.folder / "wait").touch()
        body = {"where": {"dag": "endless"}}
        preview = self.admin.post("/api/v1/bulk_retries", {**body, "dry_run": True})["preview"]
        made = self.admin.post("/api/v1/bulk_retries", {**body, "preview": preview}, status=201)["retry"]
        call("POST", "/api/v1/bulk_retries/{retry}/cancel", {"reason": "a look", "cancel_runs": True}, retry=made)

    def test_a_parameter_that_is_not_in_the_file_is_refused(self) -> None:
        for (method, path), operation in self.operations.items():
            if method != "GET" or not path.startswith("/api/v1/"):
                continue
            filled = path.replace("{dag}", "whole").replace("{run}", str(self.ended_run())).replace("{task}", "a")
            with self.subTest(path=path):
                answer = self.admin.ask("GET", filled, query={"no_such_parameter": "1", **({"q": "x"} if path.endswith("search") else {})})
                self.assertIn(answer.status, (400, 404) if "{" in filled else (400,))

    def test_a_mistyped_parameter_does_not_turn_a_question_into_a_deed(self) -> None:
        before = self.admin.get("/api/v1/runs", limit=500)["runs"]
        for query in ({"dry_run": "true"}, {"params": "x"}):
            self.admin.refused(400, "POST", "/api/v1/dags/whole/runs", {}, query=query)
            self.admin.refused(400, "POST", "/api/v1/backfills", {"dag": "whole", **RANGE}, query=query)
        self.assertIn("did you mean `limit`", self.admin.refused(400, "GET", "/api/v1/runs", query={"limti": 1}))
        self.assertEqual(self.admin.get("/api/v1/runs", limit=500)["runs"], before)

    def ended_run(self) -> int:
        if not hasattr(type(self), "_ended"):
            type(self)._ended = self.admin.run_to_end("whole")["run"]
        return type(self)._ended


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for part in value.values() for found in _references(part)]
    if isinstance(value, list):
        return [found for part in value for found in _references(part)]
    return []


class Fuzz(Contract):
    """Random requests made of the OpenAPI file. The same ones each time, and as many on every machine, so that a change is judged by what it changes;
    TIDEMILL_FUZZ_SEED=random (as ./bootstrap check has it) looks for new ones, and a number repeats a seed that was printed."""

    def setUp(self) -> None:
        word = os.environ.get("TIDEMILL_FUZZ_SEED", "1")
        self.seed = random.SystemRandom().randrange(2**32) if word == "random" else int(word)
        self.random = random.Random(self.seed)
        print(f"seed {self.seed}")

    def text(self) -> str:
        pick = self.random
        return pick.choice(["", "whole", "a", "1", "0", "-1", "999999", str(2**63), "1e9", "null", "true", "..", "../../etc/passwd", "%", "%%", "%_%",
                            "'; DROP TABLE runs; --", "${{ 1 }}", "$(id)", "x" * pick.choice([1, 64, 65, 300, 5000]), "é", "\u202e", "\U0001f600", "\n", "\0",
                            "2026-03-01T00:00:00Z", "2026-03-01T03:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "succeeded", "failed", "none", "all", "admin", "viewer",
                            "".join(chr(pick.randrange(1, 0x250)) for _ in range(pick.randrange(12)))])

    def value(self, depth: int = 0) -> Any:
        pick = self.random
        kind = pick.randrange(9 if depth < 4 else 6)
        if kind < 2:
            return self.text()
        if kind == 2:
            return pick.choice([0, 1, -1, 2**31, 2**63 - 1, -2**63, 2**64, 10**30, 1.5, -0.0, 1e308])
        if kind < 6:
            return pick.choice([None, True, False])
        if kind == 6:
            return [self.value(depth + 1) for _ in range(pick.randrange(4))]
        return {self.text(): self.value(depth + 1) for _ in range(pick.randrange(4))}

    def of_schema(self, schema: dict[str, Any], depth: int = 0) -> Any:
        """Mostly what the schema asks for, so that requests get past the first checks."""
        pick = self.random
        if depth > 6 or pick.random() < 0.15:
            return self.value()
        if "$ref" in schema:
            return self.of_schema(self.file["components"]["schemas"][schema["$ref"].rpartition("/")[2]], depth + 1)
        if "anyOf" in schema:
            return self.of_schema(pick.choice(schema["anyOf"]), depth + 1)
        if "enum" in schema:
            return pick.choice(schema["enum"])
        kind = schema.get("type")
        if kind == "object":
            made = {name: self.of_schema(part, depth + 1) for name, part in schema.get("properties", {}).items()
                    if name in schema.get("required", []) or pick.random() < 0.5}
            if pick.random() < 0.1:
                made[self.text()] = self.value()
            return made
        if kind == "array":
            return [self.of_schema(schema.get("items", {}), depth + 1) for _ in range(pick.randrange(4))]
        if kind == "integer":
            return pick.choice([0, 1, 2, 50, -1, 10**9, 2**63 - 1])
        if kind == "boolean":
            return pick.random() < 0.5
        return self.text() if kind == "string" else self.value()

    def request(self) -> tuple[str, str, bytes | None, dict[str, str]]:
        pick = self.random
        (method, path), operation = pick.choice(list(self.operations.items()))
        if pick.random() < 0.05:
            method = pick.choice(METHODS)
        for capture in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
            known = {"dag": "whole", "run": str(pick.randrange(1, 9)), "task": pick.choice(["a", "b", "hook.exit"]), "backfill": "1", "retry": "1", "freeze": "1", "alert": "1", "silence": "1", "rotation": "primary", "override": "1", "version": str(pick.randrange(1, 5)), "other": str(pick.randrange(1, 9)), "artifact": "made", "user": "ann", "owner": "ann"}
            word = known[capture] if capture in known and pick.random() < 0.7 else self.text()
            path = path.replace("{" + capture + "}", urllib.parse.quote(word, safe=pick.choice(["", "/", "%"])).replace(" ", "+"), 1)
        query = [(parameter["name"], self.text()) for parameter in operation["parameters"] if parameter["in"] == "query" and pick.random() < 0.5]
        if pick.random() < 0.1:
            query.append((self.text(), self.text()))
        if query:
            path += "?" + urllib.parse.urlencode(query)
        body, headers = None, {}
        if "requestBody" in operation or pick.random() < 0.05:
            schema = operation["requestBody"]["content"]["application/json"]["schema"] if "requestBody" in operation else {}
            body = json.dumps(self.of_schema(schema)).encode()
            if pick.random() < 0.1:
                at = pick.randrange(len(body) + 1)
                body = body[:at] + bytes([pick.randrange(256)]) + body[at + 1:]
            headers["Content-Type"] = "application/json" if pick.random() < 0.95 else pick.choice(["text/plain", "application/x-www-form-urlencoded", ""])
        if pick.random() < 0.1:
            headers[pick.choice(["Range", "Idempotency-Key", "If-Match", "Last-Event-ID", "Accept"])] = pick.choice(["bytes=0-", "bytes=9-1", "x", "*", "k" * 255])
        return method, path, body, headers

    def test_random_requests_never_meet_a_fault_of_ours(self) -> None:
        self.daemon.user("fuzzer", "admin")
        clients = [self.admin, Client(self.daemon, self.daemon.token("fuzzer", "admin")), self.daemon.client("looker", "viewer"), self.daemon.anonymous]
        self.admin.run_to_end("whole")
        statuses: dict[int, int] = {}
        for _ in range(FUZZ_REQUESTS):
            method, path, body, headers = self.request()
            if path.startswith("/api/v1/events"):
                continue
            client = self.random.choices(clients, [6, 2, 1, 1])[0]
            answer = client.ask(method, path, body, headers=headers)
            said = f"seed {self.seed}: {method} {path} {body!r} {headers}: {answer.status} {answer.text[:300]}"
            self.assertLess(answer.status, 500, said)
            if answer.status >= 400 and method != "HEAD":
                self.assertEqual(answer.type, "application/problem+json", said)
            elif (method, path) in self.operations:
                self.check(answer, method, path)
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
        print(f"{sum(statuses.values())} requests: {dict(sorted(statuses.items()))}")
        self.assertTrue(self.daemon.alive())
        self.admin.expect(200, "GET", "/readyz")
        self.assertTrue(self.admin.get("/api/v1/audit/verify")["whole"])
        self.daemon.dag("afterwards", "tasks: {a: {run: 'true'}}\n")
        self.assertEqual(self.admin.run_to_end("afterwards")["state"], "succeeded")
        self.assertGreater(statuses.get(200, 0), 0)
        self.check_metrics()

    def check_metrics(self) -> None:
        text = self.admin.expect(200, "GET", "/metrics").body
        checker = shutil.which("promtool")
        self.assertIsNotNone(checker, "promtool is missing: apt install prometheus")
        done = subprocess.run([str(checker), "check", "metrics"], input=text, capture_output=True, timeout=DEADLINE_S)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))


if __name__ == "__main__":
    unittest.main()
