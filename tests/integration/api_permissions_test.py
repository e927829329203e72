"""Who may do what: every operation of the OpenAPI file by every kind of sender, and what a sender who may read one DAG
alone gets to know about another."""
import json
import unittest
from dataclasses import dataclass
from typing import Any

from api_fixture import HOURLY_LONG_AGO, LONG_AGO, ROLES, Answer, ApiTest, Client, Events, in_time, poll

OPEN, HIDDEN = "meadow", "zebra"
NEEDED = {"read": "viewer", "operate": "operator", "edit": "editor", "administer": "admin"}
RANGE = {**LONG_AGO, "until": "2024-02-29T02:00:00Z"}
WRONG = {"not_known_here": 1}
SIGN_OUT = ("DELETE", "/api/v1/session")


@dataclass
class Probe:
    """How an operation is tried without changing anything: with a body that is refused, on objects that have ended or
    are not there. `allowed` is what whoever has the permission gets."""

    allowed: int | tuple[int, ...] = 200
    body: Any = None
    of_dag: bool = False  # is about one DAG: by the path, or by the object that the path or body names
    query: dict[str, Any] | None = None

    def takes(self, status: int) -> bool:
        return status in (self.allowed if isinstance(self.allowed, tuple) else (self.allowed,))


LOG = "/api/v1/runs/{run}/tasks/{task}/log"
PROBES: dict[tuple[str, str], Probe] = {
    ("GET", "/healthz"): Probe(),
    ("GET", "/readyz"): Probe(),
    ("GET", "/metrics"): Probe(),
    ("GET", "/api/openapi.json"): Probe(),
    ("GET", "/api/v1/status"): Probe(),
    ("GET", "/api/v1/workers"): Probe(),
    ("POST", "/api/v1/workers/{worker}/drain"): Probe(404, {}),
    ("POST", "/api/v1/workers/{worker}/undrain"): Probe(404, {}),
    ("POST", "/api/v1/workers/{worker}/give-up"): Probe(400, WRONG),
    ("GET", "/api/v1/worker-tokens"): Probe(),
    ("POST", "/api/v1/worker-tokens"): Probe(400, WRONG),
    ("DELETE", "/api/v1/worker-tokens/{worker}"): Probe(404),
    ("GET", "/api/v1/events"): Probe(400, query={"unknown": 1}),
    ("GET", "/api/v1/dags"): Probe(),
    ("GET", "/api/v1/dags/{dag}"): Probe(of_dag=True),
    ("GET", "/api/v1/dags/{dag}/source"): Probe(of_dag=True),
    ("GET", "/api/v1/dags/{dag}/schedule"): Probe(of_dag=True),
    ("GET", "/api/v1/dags/{dag}/structure"): Probe(of_dag=True),
    ("GET", "/api/v1/dags/{dag}/grid"): Probe(of_dag=True),
    ("GET", "/api/v1/dags/{dag}/calendar"): Probe(of_dag=True),
    ("GET", "/api/v1/dags/{dag}/versions"): Probe(of_dag=True),
    ("GET", "/api/v1/dags/{dag}/versions/{version}/diff"): Probe(of_dag=True),
    ("GET", "/api/v1/timeline"): Probe(),
    ("POST", "/api/v1/dags/{dag}/runs"): Probe(400, WRONG, of_dag=True),
    ("POST", "/api/v1/dags/{dag}/pause"): Probe(400, WRONG, of_dag=True),
    ("POST", "/api/v1/dags/{dag}/unpause"): Probe(400, WRONG, of_dag=True),
    # Signed or not is all that counts there; nobody's role does.
    ("POST", "/api/v1/hooks/{name}"): Probe((401, 429), {}),
    ("GET", "/api/v1/datasets"): Probe(),
    ("GET", "/api/v1/runs"): Probe(),
    ("GET", "/api/v1/runs/{run}"): Probe(of_dag=True),
    ("GET", "/api/v1/runs/{run}/events"): Probe(of_dag=True),
    ("GET", "/api/v1/runs/{run}/history"): Probe(of_dag=True),
    ("GET", "/api/v1/runs/{run}/explain"): Probe(of_dag=True),
    ("GET", "/api/v1/runs/{run}/tasks/{task}"): Probe(of_dag=True),
    ("GET", "/api/v1/runs/{run}/tasks/{task}/explain"): Probe(of_dag=True),
    ("GET", "/api/v1/runs/{run}/timeline"): Probe(of_dag=True),
    ("GET", "/api/v1/runs/{run}/compare/{other}"): Probe(of_dag=True),
    ("GET", "/api/v1/runs/{run}/tasks/{task}/artifacts"): Probe(of_dag=True),
    ("GET", "/api/v1/runs/{run}/tasks/{task}/artifacts/{artifact}"): Probe(of_dag=True),
    ("GET", "/api/v1/runs/{run}/tasks/{task}/artifacts/{artifact}/files"): Probe(of_dag=True),
    ("GET", "/api/v1/pools"): Probe(),
    ("GET", LOG): Probe(of_dag=True),
    ("GET", LOG + "/search"): Probe(of_dag=True, query={"q": "said"}),
    ("GET", LOG + "/first-error"): Probe(of_dag=True),
    ("GET", LOG + "/raw"): Probe(of_dag=True),
    ("GET", "/api/v1/approvals"): Probe(),
    ("POST", "/api/v1/runs/{run}/tasks/{task}/approve"): Probe(409, {}, of_dag=True),
    ("POST", "/api/v1/runs/{run}/tasks/{task}/reject"): Probe(409, {}, of_dag=True),
    ("POST", "/api/v1/runs/{run}/cancel"): Probe(409, {}, of_dag=True),
    ("POST", "/api/v1/runs/{run}/pause"): Probe(409, {}, of_dag=True),
    ("POST", "/api/v1/runs/{run}/resume"): Probe(409, {}, of_dag=True),
    ("POST", "/api/v1/runs/{run}/hurry"): Probe(409, {}, of_dag=True),
    ("POST", "/api/v1/runs/{run}/retry"): Probe(200, {"dry_run": True}, of_dag=True),
    ("POST", "/api/v1/runs/{run}/clear"): Probe(200, {"tasks": ["a"], "dry_run": True}, of_dag=True),
    ("POST", "/api/v1/runs/{run}/mark"): Probe(200, {"tasks": ["a"], "to": "succeeded", "reason": "x", "dry_run": True}, of_dag=True),
    ("POST", "/api/v1/runs/{run}/rerun"): Probe(200, {"dry_run": True}, of_dag=True),
    ("GET", "/api/v1/backfills"): Probe(),
    ("GET", "/api/v1/backfills/{backfill}"): Probe(of_dag=True),
    ("POST", "/api/v1/backfills"): Probe(200, {"dag": "{dag}", **RANGE, "dry_run": True}, of_dag=True),
    ("POST", "/api/v1/backfills/{backfill}/cancel"): Probe(409, {}, of_dag=True),
    ("GET", "/api/v1/bulk_retries"): Probe(),
    ("GET", "/api/v1/bulk_retries/{retry}"): Probe(of_dag=True),
    ("POST", "/api/v1/bulk_retries"): Probe(200, {"where": {"dag": "{dag}"}, "dry_run": True}, of_dag=True),
    ("POST", "/api/v1/bulk_retries/{retry}/cancel"): Probe(409, {}, of_dag=True),
    ("GET", "/api/v1/freezes"): Probe(),
    ("POST", "/api/v1/freezes"): Probe(400, WRONG),
    ("POST", "/api/v1/freezes/{freeze}/lift"): Probe(404),
    ("GET", "/api/v1/channels"): Probe(),
    ("POST", "/api/v1/channels/{channel}/test"): Probe(404),
    ("POST", "/api/v1/alert_tests"): Probe(400, WRONG),
    ("GET", "/api/v1/messages/{message}"): Probe(404),
    # Signed or not is all that counts there.
    ("POST", "/api/v1/hooks-in/pagerduty/{channel}"): Probe((401, 429), {}),
    ("POST", "/api/v1/hooks-in/alertmanager"): Probe(400, WRONG),
    ("GET", "/api/v1/alerts"): Probe(),
    ("GET", "/api/v1/alerts/{alert}"): Probe(of_dag=True),
    ("GET", "/api/v1/reports/alerts"): Probe(),
    ("GET", "/api/v1/reports/alerts.csv"): Probe(),
    ("POST", "/api/v1/alerts/{alert}/acknowledge"): Probe(200, {}, of_dag=True),
    ("POST", "/api/v1/alerts/{alert}/unacknowledge"): Probe(200, {}, of_dag=True),
    ("POST", "/api/v1/alerts/{alert}/snooze"): Probe(200, {"until": "2099-01-01T00:00:00Z"}, of_dag=True),
    ("POST", "/api/v1/alerts/{alert}/resolve"): Probe(200, {}, of_dag=True),
    ("GET", "/api/v1/silences"): Probe(),
    ("POST", "/api/v1/silences"): Probe(400, WRONG),
    ("POST", "/api/v1/silences/{silence}/end"): Probe(404),
    ("GET", "/api/v1/oncall"): Probe(),
    ("GET", "/api/v1/oncall/{rotation}/overrides"): Probe(404),
    ("POST", "/api/v1/oncall/{rotation}/overrides"): Probe((400, 404), WRONG),
    ("DELETE", "/api/v1/oncall/{rotation}/overrides/{override}"): Probe(404),
    ("GET", "/api/v1/oncall/{rotation}/calendar.ics"): Probe(404),
    ("GET", "/api/v1/session"): Probe(),
    ("POST", "/api/v1/session"): Probe(400, WRONG),
    ("POST", "/api/v1/session/link"): Probe(400, WRONG),
    ("DELETE", "/api/v1/session"): Probe(),
    ("PUT", "/api/v1/session/password"): Probe(400, WRONG),
    ("GET", "/api/v1/users"): Probe(),
    ("POST", "/api/v1/users"): Probe(400, WRONG),
    ("PATCH", "/api/v1/users/{user}"): Probe(400, WRONG),
    ("DELETE", "/api/v1/users/{user}"): Probe(404),
    ("PUT", "/api/v1/users/{user}/grants/{granted}"): Probe(400, WRONG),
    ("DELETE", "/api/v1/users/{user}/grants/{granted}"): Probe(404),
    ("POST", "/api/v1/users/{user}/sign-in-link"): Probe(404),
    ("GET", "/api/v1/tokens"): Probe(),
    ("POST", "/api/v1/tokens"): Probe(400, WRONG),
    ("DELETE", "/api/v1/tokens/{owner}/{token}"): Probe(404),
    ("GET", "/api/v1/secrets"): Probe(),
    ("PUT", "/api/v1/secrets/{secret}"): Probe(400, WRONG),
    ("DELETE", "/api/v1/secrets/{secret}"): Probe(404),
    ("GET", "/api/v1/audit"): Probe(),
    ("GET", "/api/v1/audit/verify"): Probe(),
}


@dataclass
class Sender:
    client: Client
    role: str | None = "none"  # for every DAG; None = is not known at all
    on_open: str = "none"  # for the DAG `meadow`
    bad_token: bool = False

    def has(self, role: str, of_dag: str | None) -> bool:
        ranks = ("none", *ROLES)
        own = max(self.role or "none", self.on_open if of_dag == OPEN else "none", key=ranks.index)
        return ranks.index(own) >= ranks.index(role)


class Tenants(ApiTest):
    """Two DAGs with runs, a failure and backfills. Everything of `zebra` has that word in it."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        for dag in (OPEN, HIDDEN):
            cls.daemon.dag(dag, f"description: The {dag} dag\nowner: {dag}_owner\ntags: [{dag}_tag]\n{HOURLY_LONG_AGO}"
                                f"pools: {{{dag}_pool: 1}}\n"
                                "params: {end: {type: integer, default: 0}}\n"
                                f"tasks: {{a: {{run: 'echo said {dag} error; echo made by {dag} > $TIDEMILL_OUT/kept; exit $TIDEMILL_PARAM_END', pool: {dag}_pool, artifacts: {{kept: kept}}}}}}\n")
        cls.runs = {dag: cls.admin.run_to_end(dag, {"end": 3})["run"] for dag in (OPEN, HIDDEN)}
        cls.backfills, cls.retries = {}, {}
        for dag in (OPEN, HIDDEN):
            body = {"dag": dag, **RANGE}
            made = cls.admin.post("/api/v1/backfills", body, status=201)["backfill"]
            poll(lambda id=made: cls.admin.get(f"/api/v1/backfills/{id}")["state"] == "done", "the backfill to be done")
            cls.backfills[dag] = made
            cls.retries[dag] = cls.retry_all_of(dag)
        # A run that succeeded, which has left something.
        cls.made = {dag: cls.admin.run_to_end(dag)["run"] for dag in (OPEN, HIDDEN)}
        cls.versions = {dag: cls.admin.dag(dag)["version"] for dag in (OPEN, HIDDEN)}
        cls.alerts = {}
        for dag in (OPEN, HIDDEN):
            query = {"dag": dag, "state": "all"}
            listed = poll(lambda q=query: cls.admin.get("/api/v1/alerts", **q)["alerts"], f"the alert of {dag}")
            cls.alerts[dag] = listed[0]["alert"]
        cls.operations = {(method.upper(), path): operation
                          for path, methods in cls.admin.get("/api/openapi.json")["paths"].items()
                          for method, operation in methods.items()}

    @classmethod
    def retry_all_of(cls, dag: str) -> int:
        body = {"where": {"dag": dag}}
        preview = cls.admin.post("/api/v1/bulk_retries", {**body, "dry_run": True})["preview"]
        made = cls.admin.post("/api/v1/bulk_retries", {**body, "preview": preview}, status=201)["retry"]
        poll(lambda: cls.admin.get(f"/api/v1/bulk_retries/{made}")["state"] != "open", "the retry to end")
        return made

    def path(self, path: str, dag: str) -> str:
        values = {"dag": dag, "run": self.runs[dag], "task": "a", "backfill": self.backfills[dag], "retry": self.retries[dag], "alert": self.alerts[dag],
                  "version": self.versions[dag], "other": self.runs[dag], "artifact": "kept", "freeze": 999, "user": "nobody",
                  "granted": OPEN, "owner": "nobody", "token": "none", "secret": "absent", "name": OPEN,
                  "worker": "nobody", "silence": 999, "rotation": "none", "override": 999, "channel": "none", "message": "none"}
        if "{artifact}" in path:
            values["run"] = self.made[dag]
        return path.format(**values)

    def send(self, client: Client, method: str, path: str, probe: Probe, dag: str) -> Answer:
        body = probe.body
        if isinstance(body, dict):
            body = json.loads(json.dumps(body).replace("{dag}", dag))
        return client.ask(method, self.path(path, dag), body, query=probe.query)


class Matrix(Tenants):
    def senders(self) -> dict[str, Sender]:
        daemon = self.daemon
        all_of = {name: Sender(daemon.client(f"all_{name}", name), name) for name in ROLES}
        one_of = {f"{name} of {OPEN} alone": Sender(daemon.client(f"one_{name}", "none", {OPEN: name}), "none", name) for name in ROLES}
        scoped = {f"token for {OPEN} alone, scope {scope}":
                  Sender(Client(daemon, daemon.token("all_admin", scope, name=f"scoped-{scope}", dags=[OPEN])), "none", scope)
                  for scope in ("viewer", "admin")}
        narrow = Client(daemon, daemon.token("all_admin", "viewer", name="narrow"))
        daemon.user("disabled", "admin")
        disabled = Client(daemon, daemon.token("disabled", "admin"))
        self.admin.expect(200, "PATCH", "/api/v1/users/disabled", {"disabled": True})
        revoked = Client(daemon, daemon.token("all_admin", "admin", name="revoked"))
        self.admin.expect(200, "DELETE", "/api/v1/tokens/all_admin/revoked")
        return {
            "anonymous": Sender(daemon.anonymous, None),
            "garbage token": Sender(Client(daemon, "tm_a" + "x" * 49), None, bad_token=True),
            "expired token": Sender(self.expired(), None, bad_token=True),
            "revoked token": Sender(revoked, None, bad_token=True),
            "token of a disabled user": Sender(disabled, None, bad_token=True),
            "nobody in particular": Sender(self.no_role()),
            "an administrator's token, scope viewer": Sender(narrow, "viewer"),
            "the local socket": Sender(self.admin, "admin"),
            **all_of, **one_of, **scoped,
        }

    def no_role(self) -> Client:
        self.daemon.user("no_role", "none", password="correct horse battery")
        return self.daemon.sign_in("no_role", "correct horse battery")

    def expired(self) -> Client:
        def made(until: str) -> Client | None:
            body = {"owner": "all_admin", "token": "expired", "scope": "admin", "expires_at": until}
            answer = self.admin.ask("POST", "/api/v1/tokens", body)
            return Client(self.daemon, answer.json()["secret"]) if answer.status == 201 else None

        client: Client = in_time(made)
        poll(lambda: client.ask("GET", "/api/v1/status").status == 401, "the token to expire")
        return client

    def expected(self, sender: Sender, permission: str, probe: Probe, dag: str) -> int | None:
        """The status of a refusal; None: allowed."""
        if permission == "anyone":
            return None
        if sender.role is None:
            return 401
        if permission == "signed_in":
            return None
        needed = NEEDED[permission]
        if not probe.of_dag:
            reads_something = sender.has("viewer", OPEN)
            return None if sender.has(needed, None) or (permission == "read" and reads_something) else 403
        if sender.has(needed, dag):
            return None
        return 403 if sender.has("viewer", dag) else 404

    def test_every_operation_is_in_the_table_and_declares_its_permission(self) -> None:
        self.assertEqual(set(PROBES), set(self.operations))
        for where, operation in self.operations.items():
            self.assertIn(operation["x-permission"], ("anyone", "signed_in", *NEEDED), where)
        public = {where for where, operation in self.operations.items() if operation["x-permission"] == "anyone"}
        self.assertEqual(public, {("GET", "/healthz"), ("GET", "/readyz"), ("POST", "/api/v1/session"), ("POST", "/api/v1/session/link"), ("POST", "/api/v1/hooks/{name}"), ("POST", "/api/v1/hooks-in/pagerduty/{channel}")})
        for (method, path), operation in self.operations.items():
            if method != "GET":
                self.assertNotEqual(operation["x-permission"], "read", f"{method} {path} changes something")

    def test_every_answer_is_that_of_the_table(self) -> None:
        before = self.admin.get("/api/v1/runs", limit=500)
        wrong = []
        for name, sender in self.senders().items():
            # Who signs out is somebody else afterwards.
            for (method, path), operation in sorted(self.operations.items(), key=lambda item: item[0] == SIGN_OUT):
                probe = PROBES[method, path]
                for dag in (OPEN, HIDDEN) if probe.of_dag else (OPEN,):
                    answer = self.send(sender.client, method, path, probe, dag)
                    expected = self.expected(sender, operation["x-permission"], probe, dag)
                    fits = answer.status == expected if expected else probe.takes(answer.status)
                    # Who has the permission for no DAG at all is told so before any object is looked for.
                    if expected == 404 and answer.status == 403 and "{dag}" not in path:
                        fits = not sender.has(NEEDED[operation["x-permission"]], OPEN)
                    if not fits:
                        wrong.append(f"{name}: {method} {path} of {dag}: {answer.status}, not {expected or probe.allowed}: {answer.text[:200]}")
                    if answer.status >= 400 and answer.type != "application/problem+json":
                        wrong.append(f"{name}: {method} {path}: {answer.status} is no problem document")
                    if expected == 401 and "www-authenticate" not in answer.headers:
                        wrong.append(f"{name}: {method} {path}: 401 without WWW-Authenticate")
        self.assertEqual(wrong, [])
        self.assertEqual(self.admin.get("/api/v1/runs", limit=500), before, "a probe changed something")

    def test_what_is_hidden_looks_like_what_is_not_there(self) -> None:
        blind = self.daemon.client("blind", "none", {OPEN: "editor"})
        for (method, path), operation in self.operations.items():
            probe = PROBES[method, path]
            if not probe.of_dag or operation["x-permission"] == "administer":
                continue
            hidden = self.send(blind, method, path, probe, HIDDEN)
            absent = {"dag": "zabra", "run": 888, "task": "a", "backfill": 888, "retry": 888, "alert": 888, "version": 888, "other": 888, "artifact": "kept"}
            body = json.loads(json.dumps(probe.body).replace("{dag}", "zabra"))
            missing = blind.ask(method, path.format(**absent), body, query=probe.query)
            with self.subTest(method=method, path=path):
                self.assertEqual((hidden.status, missing.status), (404, 404))
                same = hidden.text.replace(HIDDEN, "zabra").replace(f" {self.runs[HIDDEN]}", " 888").replace(f" {self.backfills[HIDDEN]}", " 888").replace(f" {self.retries[HIDDEN]}", " 888")
                same = same.replace(f" {self.alerts[HIDDEN]}", " 888").replace(f' {self.made[HIDDEN]}"', ' 888"')
                self.assertEqual(same, missing.text)


class Crawl(Tenants):
    """Somebody who may read `meadow` alone looks at everything there is."""

    def look_everywhere(self, client: Client) -> dict[str, str]:
        found = {}
        for (method, path), operation in self.operations.items():
            if method != "GET" or path == "/api/v1/events":
                continue
            for dag in (OPEN, HIDDEN):
                answer = self.send(client, method, path, PROBES[method, path], dag)
                # What was asked for comes back in "there is no …".
                found[f"{path} of {dag}"] = "" if answer.status == 404 else answer.text
        for query in ({"dag": HIDDEN}, {"limit": 1}, {"state": "failed"}):
            found[f"runs {query}"] = client.ask("GET", "/api/v1/runs", query=query).text
        found["alerts"] = client.ask("GET", "/api/v1/alerts", query={"state": "all"}).text
        found["alerts of a dag"] = client.ask("GET", "/api/v1/alerts", query={"state": "all", "dag": HIDDEN}).text
        found["backfills"] = client.ask("GET", "/api/v1/backfills", query={"dag": HIDDEN}).text
        found["near names"] = "".join(client.ask("GET", f"/api/v1/dags/{near}").text for near in ("zebr", "zebraa", "zbera"))
        for run in range(1, 12):
            answer = client.ask("GET", f"/api/v1/runs/{run}")
            found[f"run {run}"] = answer.text
        return found

    def check(self, client: Client) -> None:
        for where, text in self.look_everywhere(client).items():
            with self.subTest(where=where):
                self.assertNotIn(HIDDEN, text)
        runs = client.get("/api/v1/runs", limit=500)["runs"]
        self.assertEqual({run["dag"] for run in runs}, {OPEN})
        self.assertEqual([dag["dag"] for dag in client.get("/api/v1/dags")["dags"]], [OPEN])

    def test_a_grant_for_one_dag_shows_nothing_of_another(self) -> None:
        self.check(self.daemon.client("granted", "none", {OPEN: "admin"}))

    def test_a_token_for_one_dag_shows_nothing_of_another(self) -> None:
        self.daemon.user("owner", "admin")
        self.check(Client(self.daemon, self.daemon.token("owner", "admin", dags=[OPEN])))

    def test_a_run_that_another_dag_started_does_not_name_it(self) -> None:
        self.daemon.dag("follower", f"triggers: [{{dag: {HIDDEN}, states: [succeeded]}}]\ntasks: {{a: {{run: 'true'}}}}\n")
        source = self.admin.run_to_end(HIDDEN)["run"]
        run = poll(lambda: self.admin.get("/api/v1/runs", dag="follower")["runs"], "the run that follows")[0]["run"]
        self.admin.wait_run(run)
        client = self.daemon.client("follower_reader", "none", {"follower": "viewer"})
        [start] = client.get("/api/v1/dags/follower/schedule")["starts"]
        self.assertEqual((start["source"], start["source_run"], start["run"]), (None, None, run))
        for path in ("/api/v1/dags/follower/schedule", "/api/v1/runs", f"/api/v1/runs/{run}", f"/api/v1/runs/{run}/explain",
                     f"/api/v1/runs/{run}/history"):
            self.assertNotIn(HIDDEN, client.expect(200, "GET", path).text, path)
        [start] = self.admin.get("/api/v1/dags/follower/schedule")["starts"]
        self.assertEqual((start["source"], start["source_run"]), (HIDDEN, source))

    def test_a_run_that_a_dataset_started_does_not_name_who_wrote_it(self) -> None:
        self.daemon.dag("zebra_writer", "tasks: {a: {run: 'true', publish: {dataset: herd}}}\n")
        self.daemon.dag("herd_reader", "triggers: [{dataset: herd}]\ntasks: {a: {run: 'true'}}\n")
        self.assertEqual(self.admin.run_to_end("zebra_writer")["state"], "succeeded")
        run = poll(lambda: self.admin.get("/api/v1/runs", dag="herd_reader")["runs"], "the run that follows")[0]
        self.assertIn("update of herd (run ", run["origin"])
        self.admin.wait_run(run["run"])
        client = self.daemon.client("herd_viewer", "none", {"herd_reader": "viewer"})
        for path in ("/api/v1/runs", f"/api/v1/runs/{run['run']}", f"/api/v1/runs/{run['run']}/history", "/api/v1/dags/herd_reader/schedule"):
            self.assertNotIn(HIDDEN, client.expect(200, "GET", path).text, path)

    def test_the_crawl_would_find_it(self) -> None:
        seen = self.look_everywhere(self.daemon.client("seer", "viewer"))
        for where in ("/metrics of zebra", "/api/v1/dags of zebra", "/api/v1/runs of zebra", "/api/v1/backfills of zebra", "near names"):
            self.assertIn(HIDDEN, seen[where], where)

    def test_a_name_that_begins_like_a_granted_one_is_another_dag(self) -> None:
        self.daemon.dag(OPEN + "s", "tasks: {a: {run: 'true'}}\n")
        self.daemon.dag(OPEN[:-1], "tasks: {a: {run: 'true'}}\n")
        client = self.daemon.client("exact", "none", {OPEN: "operator"})
        for near in (OPEN + "s", OPEN[:-1], OPEN.upper(), OPEN + "%20", "%6d" + OPEN[1:] + "s"):
            client.refused(404, "GET", f"/api/v1/dags/{near}")
        client.expect(200, "GET", "/api/v1/dags/%6d" + OPEN[1:])
        self.assertEqual([dag["dag"] for dag in client.get("/api/v1/dags")["dags"]], [OPEN])

    def test_the_stream_shows_nothing_of_another(self) -> None:
        client = self.daemon.client("listens", "none", {OPEN: "viewer"})
        topics = ["runs", "dags", "workers", "notes", *[f"run:{run}" for run in range(1, 60)]]
        with Events(client, {"topics": ",".join(topics)}) as events:
            self.admin.run_to_end(HIDDEN)
            last = self.admin.run_to_end(OPEN)["run"]
            seen = events.until(lambda kind, data: kind == "run" and data.get("run") == last and data.get("state") == "succeeded")
        self.assertNotIn(HIDDEN, json.dumps(seen))
        self.assertEqual({data["run"] for kind, data in seen if kind in ("run", "task")}, {last})

    def test_a_grant_that_is_taken_away_is_gone_at_once(self) -> None:
        client = self.daemon.client("former", "none", {OPEN: "viewer"})
        client.get(f"/api/v1/runs/{self.runs[OPEN]}")
        self.admin.expect(200, "DELETE", f"/api/v1/users/former/grants/{OPEN}")
        client.refused(403, "GET", f"/api/v1/runs/{self.runs[OPEN]}")
        client.refused(404, "GET", f"/api/v1/dags/{OPEN}")


if __name__ == "__main__":
    unittest.main()
