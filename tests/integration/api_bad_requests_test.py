"""Requests that are wrong in what they say, tokens and passwords that are no good, and secrets, which never come out."""
import base64
import json
import time
import unittest
import urllib.parse
from collections import defaultdict
from typing import Any

from api_fixture import ApiTest, Client, in_time, poll

LISTS = ("/api/v1/runs", "/api/v1/backfills", "/api/v1/audit")
PLAIN = "tasks: {a: {run: 'true'}}\n"
PASSWORD = "correct horse battery staple"


class Questions(ApiTest):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.daemon.dag("plain", PLAIN)
        cls.run_id = cls.admin.run_to_end("plain")["run"]

    def raw(self, path: str) -> int:
        return self.admin.ask("GET", path).status

    def test_page_sizes_have_bounds(self) -> None:
        for path in (*LISTS, "/api/v1/freezes", f"/api/v1/runs/{self.run_id}/events", "/api/v1/dags/plain/schedule"):
            for limit in ("0", "-1", "1000000000", "", "1.5", "1e2", "0x10", "+5", " 5", "many", "9" * 30):
                with self.subTest(path=path, limit=limit):
                    self.assertIn("limit", self.admin.refused(400, "GET", path, query={"limit": limit}))
            self.assertEqual(self.raw(f"{path}?limit=1"), 200)

    def test_forged_cursors_are_refused_or_lead_nowhere(self) -> None:
        for path in (*LISTS, f"/api/v1/runs/{self.run_id}/events"):
            for cursor in ("-1", "x", "1 OR 1=1", "1;DROP TABLE runs", "eyJpZCI6MX0=", "1e9", str(2**63), "٣"):
                with self.subTest(path=path, cursor=cursor):
                    self.admin.refused(400, "GET", path, query={"after": cursor})
        self.assertEqual(self.admin.get("/api/v1/runs", after=str(2**63 - 1))["runs"][-1]["run"], 1)
        self.assertEqual(self.admin.get(f"/api/v1/runs/{self.run_id}/events", after=str(2**63 - 1))["events"], [])

    def test_unknown_filters_and_orders_are_named(self) -> None:
        for path, query in (("/api/v1/runs", {"sort": "run_id; --"}), ("/api/v1/runs", {"order": "desc"}), ("/api/v1/runs", {"stat": "failed"}),
                            ("/api/v1/audit", {"q": "x"}), ("/api/v1/dags", {"tag": "x"}), ("/api/v1/users", {"role": "admin"})):
            with self.subTest(path=path, query=query):
                self.assertIn(next(iter(query)), self.admin.refused(400, "GET", path, query=query))
        for state in ("done", "FAILED", "failed ", "failed'--", "failed,succeeded", "%"):
            self.assertIn("state", self.admin.refused(400, "GET", "/api/v1/runs", query={"state": state}))

    def test_queries_are_taken_apart_by_the_book(self) -> None:
        self.assertEqual(self.admin.get("/api/v1/runs", dag="a=b=c")["runs"], [])
        for query in ("limit=1&limit=2", "limit=1&%6cimit=2", "limit", "=1", "&", "limit=1&", "limit=%zz", "limit=%", "dag=%ff", "dag=%00", "dag=%0d%0a",
                      "&".join(f"p{i}=1" for i in range(101))):
            with self.subTest(query=query[:40]):
                self.admin.refused(400, "GET", f"/api/v1/runs?{query}")
        self.assertEqual(self.raw("/api/v1/runs?%6cimit=1"), 200)
        self.assertEqual(self.raw("/api/v1/runs?dag=" + urllib.parse.quote("%_%" * 500)), 200)

    def test_a_body_is_json_and_says_so(self) -> None:
        path = "/api/v1/dags/plain/runs"
        before = len(self.admin.get("/api/v1/runs", limit=500)["runs"])
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json", "application/jsonx", "json", ""):
            with self.subTest(type=kind):
                self.admin.refused(415, "POST", path, b'{"params": {}}', headers={"Content-Type": kind})
        self.admin.refused(415, "POST", path, b"x", headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
        self.admin.refused(413, "POST", path, b" " * ((1 << 20) + 1))
        for raw in (b"params=1", b"{}x", b"null", b"[]", b"\xff\xfe", b'{"params":{},"params":{}}', b"{'params': {}}", b'{"params": NaN}', b"// x\n{}"):
            with self.subTest(raw=raw):
                self.admin.refused(400, "POST", path, raw)
        for headers in ({"Content-Type": "application/json; charset=utf-8"}, {"Content-Type": "Application/JSON"}):
            self.admin.expect(201, "POST", path, b"{}", headers=headers)
        self.assertEqual(len(self.admin.get("/api/v1/runs", limit=500)["runs"]), before + 2)

    def test_paths_are_decoded_once(self) -> None:
        for path in ("/api/v1/dags/..", "/api/v1/dags/%2e%2e", "/api/v1/dags/plain%2f..", "/api/v1/dags/plain%5c", "/api/v1/dags/plain%00", "/api/v1/dags/%c0%ae",
                     "/api/v1//dags", "/api/v1/./dags", "/api/v1/dags/%zz"):
            with self.subTest(path=path):
                self.assertIn(self.raw(path), (400, 404))
        self.admin.refused(400, "GET", "/api/v1/dags/%2570lain")
        self.assertEqual(self.raw("/api/v1/dags/%70lain"), 200)


class People(ApiTest):
    """Tokens, passwords and names."""

    def test_only_a_token_as_it_was_given_opens_anything(self) -> None:
        self.daemon.user("ann", "viewer")
        self.daemon.user("ben", "admin")
        good = self.daemon.token("ann")
        other = self.daemon.token("ben", "admin", name="other")
        self.assertEqual(Client(self.daemon, good).get("/api/v1/session")["user"], "ann")
        mixed = good[:30] + other[30:]
        flipped = good[:-1] + ("A" if good[-1] != "A" else "B")
        kinds = [good[:3] + kind + good[4:] for kind in "slw"]
        for bad in (good[:-1], good[:20], good + "A", flipped, mixed, good.lower(), good.upper(), "nothing", "null", "undefined", "", " ", "tm_a", *kinds,
                    base64.b64encode(good.encode()).decode(), "x" * 5000):
            with self.subTest(token=bad[:12], length=len(bad)):
                self.daemon.anonymous.refused(401, "GET", "/api/v1/status", headers={"Authorization": f"Bearer {bad}"})
        for header in (good, f"Basic {good}", f"Bearer{good}", f"Token {good}", "Bearer", f"Bearer {good} x", f"Bearer {good},{other}", "Basic YWRtaW46YWRtaW4="):
            with self.subTest(header=header[:12]):
                self.daemon.anonymous.refused(401, "GET", "/api/v1/status", headers={"Authorization": header})
        self.daemon.anonymous.expect(431, "GET", "/api/v1/status", headers={"Authorization": "Bearer " + "x" * (1 << 20)})
        self.daemon.anonymous.refused(401, "GET", "/api/v1/runs", query={"access_token": good})
        self.assertEqual(Client(self.daemon, good).get("/api/v1/session")["user"], "ann")

    def test_the_end_of_a_token_is_its_end(self) -> None:
        self.daemon.user("eva", "operator")

        def opened(until: str) -> Client | None:
            body = {"owner": "eva", "token": f"short-{time.monotonic_ns()}", "scope": "viewer", "expires_at": until}
            made = self.admin.ask("POST", "/api/v1/tokens", body)
            known = Client(self.daemon, made.json()["secret"]) if made.status == 201 else None
            return known if known and known.ask("GET", "/api/v1/status").status == 200 else None

        client = in_time(opened)
        poll(lambda: client.ask("GET", "/api/v1/status").status == 401, "the token to expire")
        self.assertIn("expired", client.refused(401, "GET", "/api/v1/status"))
        client = Client(self.daemon, self.daemon.token("eva", name="long"))
        client.get("/api/v1/status")
        self.admin.expect(200, "PATCH", "/api/v1/users/eva", {"role": "none"})
        client.refused(403, "GET", "/api/v1/runs")
        self.admin.expect(200, "DELETE", "/api/v1/users/eva")
        client.refused(401, "GET", "/api/v1/status")
        for wrong in ({"expires_at": "2020-01-01T00:00:00Z"}, {"expires_at": "tomorrow"}, {"scope": "root"}, {"scope": "none"}, {"dags": []}, {"dags": ["../x"]}, {"token": "a b"},
                      {"token": ""}, {"token": "x" * 65}):
            with self.subTest(wrong=wrong):
                self.daemon.user(f"w{time.monotonic_ns()}", "admin")
                self.assertIn(self.admin.ask("POST", "/api/v1/tokens", {"owner": "eva", "token": "t", **wrong}).status, (400, 404))

    def test_nobody_gets_more_than_he_has(self) -> None:
        self.daemon.user("low", "viewer", password=PASSWORD)
        self.daemon.user("high", "admin", password=PASSWORD)
        low = self.daemon.sign_in("low", PASSWORD)
        low.refused(400, "POST", "/api/v1/tokens", {"token": "up", "scope": "operator"})
        low.refused(404, "POST", "/api/v1/tokens", {"token": "up", "owner": "high", "scope": "viewer"})
        low.refused(404, "DELETE", "/api/v1/tokens/high/any")
        mine = low.expect(201, "POST", "/api/v1/tokens", {"token": "mine", "scope": "viewer"}).json()["secret"]
        Client(self.daemon, mine).refused(409, "POST", "/api/v1/tokens", {"token": "more", "scope": "viewer"})
        Client(self.daemon, mine).refused(403, "PUT", "/api/v1/session/password", {"current": PASSWORD, "password": PASSWORD + "2"})
        self.assertEqual([row["owner"] for row in low.get("/api/v1/tokens")["tokens"]], ["low"])
        self.admin.refused(409, "POST", "/api/v1/users", {"user": "low"})
        for name in ("", "Low", "a b", "../x", "system", "local", "-x", "x" * 65, "é", "a/b"):
            self.admin.refused(400, "POST", "/api/v1/users", {"user": name})

    def test_passwords_have_sizes(self) -> None:
        for size, status in ((1, 400), (7, 400), (1024, 201), (1025, 400), (10_000, 400)):
            with self.subTest(size=size):
                self.admin.expect(status, "POST", "/api/v1/users", {"user": f"p{size}", "password": "p" * size})
        for body in ({"user": "q", "password": 7}, {"user": "q", "password": ["x"]}, {"user": ["q"]}):
            self.admin.refused(400, "POST", "/api/v1/users", body)
        long = self.daemon.sign_in("p1024", "p" * 1024)
        self.assertEqual(long.get("/api/v1/session")["user"], "p1024")
        for wrong in ("", "p" * 1023, "p" * 1025, "p" * 3000):
            self.assertIn(self.daemon.anonymous.ask("POST", "/api/v1/session", {"user": "p1024", "password": wrong}).status, (400, 401))

    def test_a_session_ends_with_the_password_and_by_signing_out(self) -> None:
        self.daemon.user("kim", "viewer", password=PASSWORD)
        first, second = self.daemon.sign_in("kim", PASSWORD), self.daemon.sign_in("kim", PASSWORD)
        self.assertNotEqual(first.cookie, second.cookie)
        first.refused(400, "PUT", "/api/v1/session/password", {"current": "wrong password", "password": PASSWORD + "2"})
        changed = first.expect(200, "PUT", "/api/v1/session/password", {"current": PASSWORD, "password": PASSWORD + "2"})
        for old in (first, second):
            old.refused(401, "GET", "/api/v1/session")
        cookie = changed.headers["set-cookie"]
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Strict", cookie)
        now = Client(self.daemon, cookie=cookie.split(";")[0])
        now.expect(200, "DELETE", "/api/v1/session")
        now.refused(401, "GET", "/api/v1/session")
        again = self.daemon.sign_in("kim", PASSWORD + "2")
        self.admin.expect(200, "PATCH", "/api/v1/users/kim", {"disabled": True})
        again.refused(401, "GET", "/api/v1/session")
        self.admin.expect(200, "PATCH", "/api/v1/users/kim", {"disabled": False})
        again.refused(401, "GET", "/api/v1/session")

    def test_a_page_of_another_site_cannot_use_the_cookie(self) -> None:
        self.daemon.user("victim", "admin", password=PASSWORD)
        victim = self.daemon.sign_in("victim", PASSWORD)
        body = {"user": "planted", "role": "admin"}
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                        {"Origin": f"http://127.0.0.1:{self.daemon.port + 1}"}):
            with self.subTest(headers=headers):
                victim.refused(403, "POST", "/api/v1/users", body, headers=headers)
        self.assertNotIn("planted", [user["user"] for user in self.admin.get("/api/v1/users")["users"]])
        victim.expect(421, "GET", "/api/v1/users", headers={"Host": "evil.example"})

    def test_the_last_administrator_stays(self) -> None:
        daemon = self.own_daemon().start()
        daemon.user("only", "admin", password=PASSWORD)
        daemon.admin.expect(200, "DELETE", "/api/v1/users/admin")  # made for the first sign-in
        for method, path, body in (("DELETE", "/api/v1/users/only", None), ("PATCH", "/api/v1/users/only", {"role": "viewer"}),
                                   ("PATCH", "/api/v1/users/only", {"disabled": True})):
            self.assertIn("last administrator", daemon.admin.refused(409, method, path, body))

    def test_an_administrator_who_never_set_a_password_is_no_other_administrator(self) -> None:
        daemon = self.own_daemon().start()  # which made `admin` for its first link, without a password
        daemon.user("only", "admin", password=PASSWORD)
        for method, path, body in (("DELETE", "/api/v1/users/only", None), ("PATCH", "/api/v1/users/only", {"role": "viewer"}),
                                   ("PATCH", "/api/v1/users/only", {"disabled": True})):
            self.assertIn("who can sign in", daemon.admin.refused(409, method, path, body))
        daemon.user("second", "admin", password=PASSWORD)
        daemon.admin.expect(200, "DELETE", "/api/v1/users/only")
        daemon.admin.expect(200, "DELETE", "/api/v1/users/admin")

    def test_a_link_signs_in_once(self) -> None:
        self.daemon.user("linked", "viewer")
        token = self.admin.expect(201, "POST", "/api/v1/users/linked/sign-in-link").json()["path"].rpartition("#")[2]
        answer = self.daemon.anonymous.expect(200, "POST", "/api/v1/session/link", {"token": token})
        client = Client(self.daemon, cookie=answer.headers["set-cookie"].split(";")[0])
        self.assertEqual(client.get("/api/v1/session")["user"], "linked")
        for bad in (token, token[:-1], "", "nothing", self.daemon.token("linked")):
            self.assertIn(self.daemon.anonymous.ask("POST", "/api/v1/session/link", {"token": bad}).status, (400, 401, 404, 409))


class Throttle(ApiTest):
    def try_once(self, user: str, password: str = "wrong password"):
        return self.daemon.anonymous.ask("POST", "/api/v1/session", {"user": user, "password": password})

    def test_tries_are_slowed_down_alike_for_all_names(self) -> None:
        self.daemon.user("real", "viewer", password=PASSWORD)
        first = {user: self.try_once(user) for user in ("real", "unreal")}
        self.assertEqual({answer.status for answer in first.values()}, {401})
        self.assertEqual(first["real"].json(), first["unreal"].json(), "the answer says nothing about the name")
        for user in ("real", "unreal"):
            # Where a try takes seconds, the first waits have passed before the next one; but they double.
            tries = 1
            while (late := self.try_once(user)).status != 429:
                self.assertEqual(late.status, 401)
                tries += 1
                self.assertLess(tries, 20)
            self.assertGreaterEqual(int(late.headers["retry-after"]), 1)
            self.assertGreaterEqual(tries, 5, "a few tries are free")
        # Each further try has to wait longer, until there is time to see that the right password waits too.
        poll(lambda: int(self.try_once("real").headers.get("retry-after", 0)) >= 9, "a longer wait")
        self.assertEqual(self.try_once("real", PASSWORD).status, 429)
        self.assertEqual(self.admin.get("/api/v1/session")["user"], "local", "nobody else has to")


class Secrets(ApiTest):
    CANARY = "Zuckerbrot+Peitsche/4711=="

    def forms(self) -> list[str]:
        raw = self.CANARY.encode()
        return [self.CANARY, base64.b64encode(raw).decode().rstrip("="), urllib.parse.quote(self.CANARY, safe=""), raw.hex(), json.dumps(self.CANARY)[1:-1]]

    def test_what_is_secret_never_comes_out(self) -> None:
        password = "Peitsche-und-Zuckerbrot-0815"
        self.admin.expect(200, "PUT", "/api/v1/secrets/word", {"value": self.CANARY})
        self.daemon.user("sue", "editor", password=password)
        self.daemon.sign_in("sue", password)
        token = self.daemon.token("sue", "editor")
        self.daemon.dag("uses", "schedule: {every: 1h}\nparams: {word: {type: secret, required: true}}\n"
                                "tasks:\n  a:\n    secrets: {WORD: word}\n"
                                "    run: 'echo \"I say $WORD and $TIDEMILL_PARAM_WORD\"; test ${#WORD} = " + str(len(self.CANARY)) + "'\n")
        param = "Krautsalat-2222"
        run = self.admin.run_to_end("uses", {"word": param})
        self.assertEqual(run["state"], "succeeded")
        again = self.admin.post(f"/api/v1/runs/{run['run']}/rerun", {"params": {"word": param + "x"}})
        self.admin.wait_run(again["run"])
        filled = self.admin.post("/api/v1/backfills", {"dag": "uses", "from": "2026-03-01T00:00:00Z", "until": "2026-03-01T01:00:00Z", "params": {"word": param}}, status=201)
        poll(lambda: self.admin.get(f"/api/v1/backfills/{filled['backfill']}")["state"] == "done", "the backfill to be done")
        self.assertEqual(self.admin.get("/api/v1/audit", action="backfill.create")["entries"][0]["detail"]["params"], {"word": "***"})
        hidden = [*self.forms(), password, token, token[8:], param]
        operations = self.admin.get("/api/openapi.json")["paths"]
        for path, methods in operations.items():
            if "get" not in methods or path == "/api/v1/events":
                continue
            for number in (run["run"], again["run"]):
                known = {"dag": "uses", "run": number, "other": run["run"], "task": "a", "version": self.admin.dag("uses")["version"]}
                filled = path.format_map(defaultdict(lambda: 1, known))
                text = self.admin.ask("GET", filled, query={"q": "say"} if path.endswith("search") else None).text
                for secret in hidden:
                    self.assertNotIn(secret, text, filled)
        self.assertIn("I say *** and ***", self.admin.expect(200, "GET", f"/api/v1/runs/{run['run']}/tasks/a/log").text)
        self.assertNotIn(password, str(self.admin.get("/api/v1/audit", limit=500)))
        said = self.daemon.log.read_text()
        stored = b"".join(path.read_bytes() for path in self.daemon.data.glob("tidemill.db*"))
        for secret in (self.CANARY, password, token):
            self.assertNotIn(secret, said)
            self.assertNotIn(secret.encode(), stored)
        self.assertTrue(self.admin.get("/api/v1/audit/verify")["whole"])

    def test_a_refused_secret_is_not_repeated(self) -> None:
        for name, body in (("bad%20name", {"value": self.CANARY}), ("x", {"value": [self.CANARY]}), ("x", {"walue": self.CANARY}), ("x", {"value": ""}),
                           ("x", {"value": self.CANARY * 10_000}), ("x", b'{"value": "' + self.CANARY.encode() + b'"')):
            answer = self.admin.ask("PUT", f"/api/v1/secrets/{name}", body)
            self.assertIn(answer.status, (400, 413))
            self.assertNotIn(self.CANARY[:10], answer.text)

    def test_every_change_has_its_entry_and_the_chain_is_whole(self) -> None:
        self.daemon.dag("audited", PLAIN)
        looker = self.daemon.client("looker", "viewer")
        run = self.admin.run_to_end("audited")["run"]
        self.admin.post("/api/v1/dags/audited/pause", {"reason": "x"})
        self.admin.refused(409, "POST", "/api/v1/dags/audited/pause", {})
        self.admin.refused(409, "POST", f"/api/v1/runs/{run}/cancel", {})
        looker.refused(403, "POST", "/api/v1/dags/audited/runs", {})
        # That entry is written behind the answer: nothing may be added between the two counts below.
        poll(lambda: self.entries(who="looker"), "the refused request to be written down")
        entries = self.admin.get("/api/v1/audit", dag="audited", limit=500)["entries"]
        seen = [(entry["action"], entry["outcome"]) for entry in reversed(entries)]
        self.assertEqual(seen[:2], [("dag.trigger", "ok"), ("dag.pause", "ok")])
        self.assertEqual([action for action, outcome in seen[2:] if outcome != "ok"], ["dag.pause", "run.cancel"])
        verdict = self.admin.get("/api/v1/audit/verify")
        self.assertEqual((verdict["whole"], verdict["first_broken"]), (True, None))
        numbers = [row[0] for row in self.daemon.rows("SELECT seq FROM audit ORDER BY seq")]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertEqual(verdict["rows"], len(numbers))

    def entries(self, **query: str) -> list[dict[str, Any]]:
        return self.admin.get("/api/v1/audit", limit=500, **query)["entries"]

    def test_an_entry_says_with_what(self) -> None:
        word = "Honigkuchen-4711"  # a secret parameter, which its run keeps
        self.daemon.dag("detailed", "schedule: {every: 1h}\nparams: {day: {type: string, default: x}, word: {type: secret, required: true}}\n"
                                    "tasks: {a: {run: 'true'}}\n")
        run = self.admin.trigger("detailed", {"day": "monday", "word": word})
        self.admin.wait_run(run)
        self.admin.refused(400, "POST", "/api/v1/dags/detailed/runs", {"params": {"wrod": word, "word": "x"}})
        self.admin.post("/api/v1/dags/detailed/runs", {"params": {"day": "d" * 5000, "word": "x"}}, status=201)
        self.admin.post("/api/v1/dags/detailed/pause", {"reason": "the source is down"})
        self.admin.post("/api/v1/dags/detailed/unpause", {"missed": "last"})
        self.admin.refused(409, "POST", f"/api/v1/runs/{run}/cancel", {"reason": "too late", "force": True})
        details = [(entry["action"], entry["detail"]) for entry in reversed(self.entries(dag="detailed"))]
        self.assertEqual(details[0], ("dag.trigger", {"params": {"day": "monday", "word": "***"}}))
        self.assertEqual(details[1], ("dag.trigger", {"params": {"wrod": "***", "word": "***"}}))
        self.assertIn("(5002 bytes)", details[2][1]["params"]["day"])
        self.assertEqual(details[3:], [("dag.pause", {"reason": "the source is down"}), ("dag.unpause", {"missed": "last"}),
                                       ("run.cancel", {"reason": "too late", "force": True})])
        self.assertNotIn(word, str(self.daemon.rows("SELECT * FROM audit")))

    def test_refused_requests_leave_an_entry(self) -> None:
        daemon = self.own_daemon().start()
        daemon.dag("guarded", PLAIN)
        looker = daemon.client("knocker", "viewer")
        looker.refused(403, "POST", "/api/v1/dags/guarded/runs", {})
        looker.refused(403, "GET", "/api/v1/users")
        Client(daemon, "tm_a" + "x" * 49).refused(401, "GET", "/api/v1/runs")
        daemon.anonymous.refused(401, "GET", "/api/v1/runs")  # showed nothing: no entry
        daemon.anonymous.refused(401, "POST", "/api/v1/session", {"user": "knocker", "password": self.CANARY})
        poll(lambda: len(daemon.admin.get("/api/v1/audit", action="request.refused")["entries"]) == 4, "four entries")
        found = [(entry["who"], entry["object"], entry["outcome"], entry["detail"]["status"], entry["address"])
                 for entry in reversed(daemon.admin.get("/api/v1/audit", action="request.refused")["entries"])]
        self.assertEqual(found, [("knocker", "POST /api/v1/dags/guarded/runs", "forbidden", 403, "127.0.0.1"),
                                 ("knocker", "GET /api/v1/users", "forbidden", 403, "127.0.0.1"),
                                 ("anonymous", "GET /api/v1/runs", "unauthenticated", 401, "127.0.0.1"),
                                 ("anonymous", "POST /api/v1/session", "unauthenticated", 401, "127.0.0.1")])
        self.assertTrue(daemon.admin.get("/api/v1/audit/verify")["whole"])
        self.assertNotIn(self.CANARY, str(daemon.rows("SELECT * FROM audit")))

    def test_knocking_without_end_fills_no_disk(self) -> None:
        daemon = self.own_daemon().start()
        garbage = Client(daemon, "tm_a" + "x" * 49)
        for _ in range(300):
            garbage.refused(401, "GET", "/api/v1/runs")

        def written() -> int:
            return daemon.rows("SELECT count(*) FROM audit WHERE action = 'request.refused'")[0][0]

        poll(lambda: written() >= 20, "the entries to be written, which nobody waits for")
        self.assertLess(written(), 40)


if __name__ == "__main__":
    unittest.main()
