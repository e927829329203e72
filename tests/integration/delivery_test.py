"""Messages about alerts on their way: out of a real daemon into a mail server and stand-ins for services, and back by the link
of a message. Across kill -9, failing services, and people who are quicker than a message."""
import base64
import hashlib
import hmac
import http.client
import json
import os
import signal
import socket
import subprocess
import unittest
from pathlib import Path
from typing import Any

import alert_peers
from alert_peers import Mails, PagerDuty, Service, link_in, text_of
from api_fixture import DEADLINE_S, ApiTest, Client, Daemon, poll
from tidemill import BINARY

HERE = ("--allow-private-network", "127.0.0.0/8")
KEY = b"a key of the receiver"
BOOM = "params: {code: {type: integer, default: 3}}\n%stasks:\n  a: {run: 'exit \"$TIDEMILL_PARAM_CODE\"'}\n"


class DeliveryTest(ApiTest):
    """Each test has a daemon with a file of alerts of its own."""

    def setUp(self) -> None:
        self.mails = Mails()
        self.addCleanup(self.mails.close)

    @classmethod
    def setUpClass(cls) -> None:
        pass

    def service(self, check: Any = None) -> Service:
        service = Service(check)
        self.addCleanup(service.close)
        return service

    def mail(self) -> dict[str, Any]:
        return {"smtp": {"host": "127.0.0.1", "port": self.mails.port, "tls": "none", "from": "tidemill@example.org",
                         "to": ["oncall@example.org"]}}

    def start(self, channels: dict[str, Any], steps: list[dict[str, Any]] | None = None, **more: Any) -> Daemon:
        """A daemon that tells all channels of every alert, unless other steps are given."""
        everybody = [{"notify": [f"channel.{name}" for name in channels]}]
        file = {"channels": channels, "policies": {"all": {"steps": steps or everybody, "digest_every": "0s"}}, "default": "all"} | more
        daemon = Daemon(2, *HERE)
        self.addCleanup(daemon.close)
        daemon.with_alerts(json.dumps(file))
        daemon.start()
        return daemon

    def secret(self, daemon: Daemon, name: str, value: str) -> None:
        daemon.admin.expect(200, "PUT", f"/api/v1/secrets/{name}", {"value": value})

    def break_run(self, daemon: Daemon, name: str = "boom") -> dict[str, Any]:
        """Lets a dag fail once, and gives its alert."""
        if daemon.source_of(name) is None:
            daemon.dag(name, BOOM % "alerts: {severity: critical}\n")
        daemon.admin.run_to_end(name)
        return poll(lambda: self.alerts(daemon, name), "the alert")[0]

    def alerts(self, daemon: Daemon, name: str, state: str = "all") -> list[dict[str, Any]]:
        return daemon.admin.get("/api/v1/alerts", dag=name, state=state)["alerts"]

    def wait_state(self, daemon: Daemon, name: str, state: str) -> dict[str, Any]:
        return poll(lambda: [a for a in self.alerts(daemon, name) if a["state"] == state], f"{name} to be {state}")[0]

    def rows(self, daemon: Daemon, alert: int | None = None) -> list[tuple[Any, ...]]:
        """(kind, channel, state) of the outbox, oldest first."""
        where = "" if alert is None else f" WHERE alert_id = {alert}"
        return daemon.rows(f"SELECT kind, channel, state FROM outbox{where} ORDER BY message_id")

    def wait_quiet(self, daemon: Daemon) -> None:
        poll(lambda: all(state != "pending" for _, _, state in self.rows(daemon)), "nothing to be under way")


class EndToEnd(DeliveryTest):
    def test_a_failure_reaches_mail_and_webhook_escalates_and_stops_at_the_tap(self) -> None:
        hook = self.service(alert_peers.standard_webhook(KEY))
        channels = {"mail": self.mail(), "hook": {"webhook": {"url": hook.url + "/in", "signing": {"secret": "key"}}}}
        steps = [{"notify": ["channel.hook"], "wait": "1s"}, {"notify": ["channel.mail"], "wait": "1h"}, {"notify": ["channel.hook"]}]
        daemon = self.start(channels, steps)
        self.secret(daemon, "key", "whsec_" + base64.b64encode(KEY).decode())
        alert = self.break_run(daemon)
        first = hook.wait(1)[0]
        self.assertEqual((first.path, first.json["status"]), ("/in", "firing"))
        self.assertEqual(first.json["commonLabels"]["dag"], "boom")
        mail = self.mails.wait(1)[0]  # nobody acknowledged
        self.assertEqual(self.mails.recipients[0], ["oncall@example.org"])
        self.assertIn("a of boom failed: exit code 3", mail["Subject"])
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")
        path = link_in(text_of(mail))
        page = daemon.anonymous.expect(200, "GET", path)
        self.assertEqual(page.type, "text/html")
        self.assertLess(len(page.body), 15_000)
        self.assertIn("a of boom failed: exit code 3", page.text)
        self.assertIn('<form method="post">', page.text)
        self.assertNotIn("<script", page.text)
        self.assertEqual(self.alerts(daemon, "boom")[0]["state"], "firing", "looking takes nothing")
        seen = page.text.split('name="seen" value="')[1].split('"')[0]
        tapped = daemon.anonymous.expect(200, "POST", path, f"seen={seen}".encode(),
                                         headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertIn("somebody in mail takes care of it", tapped.text)
        now = self.alerts(daemon, "boom")[0]
        self.assertEqual((now["state"], now["by"], now["comment"]), ("acknowledged", "somebody in mail", "by link"))
        self.assertIn("takes care of it", text_of(self.mails.wait(2)[1]))
        self.assertEqual([call.json["notification_reason"] for call in hook.wait(2)], ["tell", "taken"])
        entry = daemon.admin.get("/api/v1/audit", action="alert.acknowledge", dag="boom")["entries"][0]
        self.assertEqual((entry["who"], entry["via"]), ("somebody in mail", "link"))
        self.assertEqual(alert["alert"], now["alert"])

    def test_mails_of_one_alert_are_one_thread(self) -> None:
        daemon = self.start({"mail": self.mail()})
        self.break_run(daemon)
        first = self.mails.wait(1)[0]
        daemon.admin.run_to_end("boom", {"code": 0})
        second = self.mails.wait(2)[1]
        self.assertIn("it works again", text_of(second))
        self.assertEqual(second["In-Reply-To"], first["Message-ID"])
        self.assertEqual(second["References"], first["Message-ID"])
        self.assertNotEqual(second["Message-ID"], first["Message-ID"])

    def test_a_hundred_failures_of_one_cause_make_one_page(self) -> None:
        daemon = self.start({"mail": self.mail()})
        daemon.dag("boom", BOOM % "")
        runs = [daemon.admin.trigger("boom") for _ in range(100)]
        for run in runs:
            daemon.admin.wait_run(run)
        poll(lambda: self.alerts(daemon, "boom")[0]["count"] == 100, "all of them to be counted")
        self.wait_quiet(daemon)
        self.assertEqual(len(self.mails.wait(1)), 1)

    def test_thirty_tasks_that_fail_are_few_messages_and_a_tap_takes_what_one_lists(self) -> None:
        channels = {"mail": self.mail()}
        policies = {"all": {"steps": [{"notify": ["channel.mail"]}], "group_wait": "10s"}}
        daemon = self.start(channels, policies=policies)
        daemon.dag("wide", "tasks: {" + ", ".join(f"t{i}: {{run: 'exit 3'}}" for i in range(30)) + "}\n")
        daemon.admin.run_to_end("wide")
        poll(lambda: daemon.rows("SELECT count(*) FROM outbox WHERE kind = 'tell' AND state = 'sent'") == [(30,)], "all of them to be told")
        [(took,)] = daemon.rows("SELECT max(created_at) - min(created_at) FROM outbox WHERE kind = 'tell'")
        self.assertLessEqual(len(self.mails.mails), 3 + took // 10_000_000, "the first, and one in 10 s at most")
        mail = next(mail for mail in self.mails.mails if " more)" in mail["Subject"])
        path = link_in(text_of(mail))
        together = {task for (task,) in daemon.rows(
            "SELECT a.task FROM outbox o JOIN alerts a USING (alert_id) WHERE o.sent_as = (SELECT sent_as FROM outbox WHERE message_id = ?)",
            int(path.removeprefix("/ack/").split("-")[0]))}
        self.assertIn(f"{len(together) - 1} more of wide:", text_of(mail))
        self.assertIn(f"And {len(together) - 1} more:", daemon.anonymous.expect(200, "GET", path).text)
        daemon.anonymous.expect(200, "POST", path)
        taken = {alert["task"] for alert in self.alerts(daemon, "wide", "acknowledged")}
        self.assertEqual(taken, together, "nobody took what was told by another message")

    def test_a_repair_that_fails_is_told_once_more(self) -> None:
        daemon = self.start({"mail": self.mail()})
        alert = self.break_run(daemon)
        self.mails.wait(1)
        run = alert["last_run"]
        daemon.admin.post(f"/api/v1/runs/{run}/retry", {})
        daemon.admin.wait_run(run)
        poll(lambda: self.alerts(daemon, "boom")[0]["count"] == 2, "the second failure to be counted")
        self.mails.wait(2)
        self.wait_quiet(daemon)
        self.assertEqual(len(self.mails.mails), 2)

    def test_late_and_failed_is_one_message(self) -> None:
        daemon = self.start({"mail": self.mail()})
        gate = daemon.folder / "gate"
        daemon.dag("slow", "deadline: {after: 100ms, from: started}\nalerts: {on: [failure, deadline]}\n"
                           f"tasks: {{a: {{run: 'while ! test -e {gate}; do sleep 0.02; done; exit 1'}}}}\n")
        run = daemon.admin.trigger("slow")
        self.mails.wait(1)
        gate.touch()
        daemon.admin.wait_run(run)
        poll(lambda: self.alerts(daemon, "slow")[0]["facts"] == ["late", "failed"], "both to be known")
        self.wait_quiet(daemon)
        self.assertEqual(len(self.mails.mails), 1)

    def test_a_retry_tells_nobody(self) -> None:
        daemon = self.start({"mail": self.mail()})
        daemon.dag("flaky", "tasks: {a: {run: 'test \"$TIDEMILL_ATTEMPT\" = 2', retry: {limit: 1, delay: 10ms}}}\n")
        self.assertEqual(daemon.admin.run_to_end("flaky")["state"], "succeeded")
        self.break_run(daemon)  # what happened before it was looked at before it
        self.assertIn("boom", self.mails.wait(1)[0]["Subject"])


class Services(DeliveryTest):
    def test_slack_takes_it(self) -> None:
        slack = self.service(alert_peers.slack)
        daemon = self.start({"chat": {"slack": {"url": {"secret": "hook"}}}})
        self.secret(daemon, "hook", slack.url + "/services/T0/B0/x")
        self.break_run(daemon)
        call = slack.wait(1)[0]
        self.assertEqual(call.path, "/services/T0/B0/x")
        daemon.admin.run_to_end("boom", {"code": 0})
        self.assertIn("over", slack.wait(2)[1].json["text"])

    def test_pagerduty_follows_the_life_of_an_alert(self) -> None:
        pager = PagerDuty()
        service = self.service(pager)
        daemon = self.start({"pager": {"pagerduty": {"routing_key": {"secret": "rk"}, "url": service.url}}})
        self.secret(daemon, "rk", PagerDuty.KEY)
        alert = self.break_run(daemon)
        service.wait(1)
        self.assertEqual(pager.incidents, {"boom/a/exit": "triggered"})
        daemon.admin.post(f"/api/v1/alerts/{alert['alert']}/acknowledge", {})
        service.wait(2)
        self.assertEqual(pager.incidents, {"boom/a/exit": "acknowledged"})
        daemon.admin.run_to_end("boom", {"code": 0})
        service.wait(3)
        self.assertEqual(pager.incidents, {"boom/a/exit": "resolved"}, [call.json for call in service.calls])

    def test_ntfy_acknowledges_at_one_tap(self) -> None:
        phone = self.service(alert_peers.ntfy)
        daemon = self.start({"phone": {"ntfy": {"url": phone.url, "topic": "oncall", "token": {"secret": "t"}}}})
        self.secret(daemon, "t", "tk_secret")
        self.break_run(daemon)
        call = phone.wait(1)[0]
        self.assertEqual(call.headers["authorization"], "Bearer tk_secret")
        action = call.json["actions"][0]
        self.assertEqual((action["action"], action["method"]), ("http", "POST"))
        daemon.anonymous.expect(200, "POST", link_in(action["url"]))
        self.wait_state(daemon, "boom", "acknowledged")


class Trouble(DeliveryTest):
    def test_a_service_that_is_down_is_tried_again_with_the_same_id(self) -> None:
        hook = self.service(alert_peers.standard_webhook(KEY))
        hook.answers = [(503, {"Retry-After": "1"})]
        daemon = self.start({"hook": {"webhook": {"url": hook.url, "signing": {"secret": "key"}}}})
        self.secret(daemon, "key", KEY.decode())
        self.break_run(daemon)
        self.assertEqual(hook.wait(1)[0].headers["webhook-id"], daemon.rows("SELECT key FROM outbox")[0][0])
        poll(lambda: daemon.rows("SELECT tries, state FROM outbox") == [(2, "sent")], "the second try to be recorded")

    def test_what_is_refused_is_not_tried_again_and_the_fallback_is_told(self) -> None:
        hook = self.service(lambda call: 410)
        channels = {"hook": {"webhook": {"url": hook.url, "signing": {"secret": "key"}}, "fallback": "mail"}, "mail": self.mail()}
        daemon = self.start(channels, [{"notify": ["channel.hook"]}])
        self.secret(daemon, "key", KEY.decode())
        self.break_run(daemon)
        subjects = {mail["Subject"] for mail in self.mails.wait(2)}
        self.assertTrue(any("a of boom failed" in subject for subject in subjects), subjects)
        self.assertTrue(any("messages do not get through hook" in subject for subject in subjects), subjects)
        self.assertEqual(daemon.rows("SELECT disabled FROM channel_states WHERE channel = 'hook'"), [(1,)])
        about = [a for a in self.alerts_of_scheduler(daemon) if "delivery_failing" in a["facts"]]
        self.assertEqual([a["cause"] for a in about], ["delivery:hook"])

    def alerts_of_scheduler(self, daemon: Daemon) -> list[dict[str, Any]]:
        return [a for a in daemon.admin.get("/api/v1/alerts")["alerts"] if a["dag"] is None]

    def test_an_acknowledgement_stops_what_is_not_sent_yet(self) -> None:
        hook = self.service()
        hook.down = (503, {"Retry-After": "3600"})
        daemon = self.start({"hook": {"webhook": {"url": hook.url, "signing": {"secret": "key"}}}})
        self.secret(daemon, "key", KEY.decode())
        alert = self.break_run(daemon)
        poll(lambda: daemon.rows("SELECT tries FROM outbox") == [(1,)], "the first try to be recorded")
        daemon.admin.post(f"/api/v1/alerts/{alert['alert']}/acknowledge", {})
        self.assertEqual(self.rows(daemon, alert["alert"]), [("tell", "hook", "cancelled")])

    def test_the_status_says_whether_messages_get_through(self) -> None:
        hook = self.service()
        hook.down = (503, {"Retry-After": "3600"})
        daemon = self.start({"hook": {"webhook": {"url": hook.url, "signing": {"secret": "key"}}}})
        self.secret(daemon, "key", KEY.decode())
        self.assertEqual(daemon.admin.get("/api/v1/status")["delivery"], {"lag_seconds": None, "dead": 0, "failing": []})
        alert = self.break_run(daemon)
        poll(lambda: daemon.rows("SELECT tries FROM outbox") == [(1,)], "the first try to be recorded")
        waits = daemon.admin.get("/api/v1/status")["delivery"]
        self.assertGreater(waits["lag_seconds"], 0)
        self.assertEqual((waits["dead"], waits["failing"]), (0, ["hook"]))
        daemon.admin.post(f"/api/v1/alerts/{alert['alert']}/acknowledge", {})
        self.assertIsNone(daemon.admin.get("/api/v1/status")["delivery"]["lag_seconds"], "nothing waits any more")
        hook.down = (400, {})
        self.break_run(daemon, "other")
        poll(lambda: daemon.admin.get("/api/v1/status")["delivery"]["dead"], "a message to be given up")

    def test_no_secret_is_told_in_an_error(self) -> None:
        daemon = self.start({"chat": {"slack": {"url": {"secret": "hook"}}}})
        self.secret(daemon, "hook", "http://user:hunter2@127.0.0.1/services/hunter2")
        self.break_run(daemon)
        self.wait_quiet(daemon)
        self.assertNotIn("hunter2", repr(daemon.rows("SELECT last_error FROM outbox")) + daemon.log.read_text())

    def test_a_private_address_is_not_asked_unless_allowed(self) -> None:
        hook = self.service()
        daemon = Daemon(2)
        self.addCleanup(daemon.close)
        file = {"channels": {"hook": {"webhook": {"url": hook.url, "signing": {"secret": "key"}}}, "mail": self.mail()},
                "policies": {"all": {"steps": [{"notify": ["channel.hook", "channel.mail"]}]}}, "default": "all"}
        daemon.with_alerts(json.dumps(file))
        daemon.start()
        self.secret(daemon, "key", KEY.decode())
        alert = self.break_run(daemon)
        poll(lambda: daemon.rows("SELECT state FROM outbox WHERE alert_id = ?", alert["alert"]) == [("dead",)] * 2, "both to be given up")
        self.assertEqual((hook.seen, self.mails.mails), (0, []))


class Links(DeliveryTest):
    def link(self, daemon: Daemon, number: int = 1) -> str:
        return link_in(text_of(self.mails.wait(number)[number - 1]))

    def test_a_wrong_link_is_told_so_and_takes_nothing(self) -> None:
        daemon = self.start({"mail": self.mail()})
        self.break_run(daemon)
        path = self.link(daemon)
        other = "A" if path[-1] != "A" else "B"
        for wrong in (path[:-1] + other, path + "x", path[:-5], "/ack/1", "/ack/-", "/ack/999999-" + "A" * 43, "/ack/x"):
            for method in ("GET", "POST"):
                answer = daemon.anonymous.expect(404, method, wrong)
                self.assertIn("not known here", answer.text)
        self.assertEqual(self.alerts(daemon, "boom")[0]["state"], "firing")

    def test_a_link_is_good_once(self) -> None:
        daemon = self.start({"mail": self.mail()})
        alert = self.break_run(daemon)
        path = self.link(daemon)
        daemon.anonymous.expect(200, "POST", path)
        self.wait_state(daemon, "boom", "acknowledged")
        self.assertIn("takes care of it", daemon.anonymous.expect(200, "POST", path).text)
        daemon.admin.post(f"/api/v1/alerts/{alert['alert']}/unacknowledge", {})
        again = daemon.anonymous.expect(200, "POST", path)
        self.assertIn("used already", again.text)
        self.assertNotIn("<form", again.text)
        self.assertEqual(self.alerts(daemon, "boom")[0]["state"], "firing")

    def test_a_link_of_an_ended_alert_shows_how_it_is(self) -> None:
        daemon = self.start({"mail": self.mail()})
        self.break_run(daemon)
        path = self.link(daemon)
        daemon.admin.run_to_end("boom", {"code": 0})
        self.wait_state(daemon, "boom", "resolved")
        page = daemon.anonymous.expect(200, "POST", path)
        self.assertIn("It is over", page.text)
        self.assertEqual(self.alerts(daemon, "boom")[0]["state"], "resolved")
        self.break_run(daemon)
        self.wait_state(daemon, "boom", "firing")
        self.assertIn("earlier time", daemon.anonymous.expect(200, "POST", path).text)
        self.assertEqual(self.alerts(daemon, "boom")[0]["state"], "firing")

    def test_a_tap_takes_only_what_was_shown(self) -> None:
        daemon = self.start({"mail": self.mail()})
        self.break_run(daemon)
        path = self.link(daemon)
        page = daemon.anonymous.expect(200, "GET", path)
        seen = page.text.split('name="seen" value="')[1].split('"')[0]
        daemon.admin.run_to_end("boom", {"code": 4})
        poll(lambda: self.alerts(daemon, "boom")[0]["count"] == 2, "the other failure to be counted")
        answer = daemon.anonymous.expect(200, "POST", path, f"seen={seen}".encode())
        self.assertIn("another failure since", answer.text)
        self.assertIn("<form", answer.text)
        self.assertEqual(self.alerts(daemon, "boom")[0]["state"], "firing")


class Coming(DeliveryTest):
    """What other services say."""

    SECRET = "a secret of PagerDuty"

    def pager(self) -> tuple[Daemon, PagerDuty, Service]:
        pager = PagerDuty()
        service = self.service(pager)
        channel = {"pagerduty": {"routing_key": {"secret": "rk"}, "url": service.url, "signing": {"secret": "in"}}}
        daemon = self.start({"pager": channel})
        self.secret(daemon, "rk", PagerDuty.KEY)
        self.secret(daemon, "in", self.SECRET)
        return daemon, pager, service

    def say(self, daemon: Daemon, event_id: str, kind: str, key: str, status: int = 200, secret: str = SECRET) -> Any:
        body = json.dumps({"event": {"id": event_id, "event_type": f"incident.{kind}", "occurred_at": "2026-01-01T00:00:00Z",
                                     "agent": {"summary": "Ann"}, "data": {"incident_key": key}}}).encode()
        mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-PagerDuty-Signature": f"v1={'0' * 64},v1={mac}", "Content-Type": "application/json"}
        return daemon.anonymous.expect(status, "POST", "/api/v1/hooks-in/pagerduty/pager", body, headers=headers)

    def test_an_acknowledgement_in_pagerduty_counts_here_once(self) -> None:
        daemon, pager, service = self.pager()
        self.break_run(daemon)
        service.wait(1)
        key = next(iter(pager.incidents))
        self.say(daemon, "E1", "acknowledged", key)
        self.assertEqual(self.alerts(daemon, "boom")[0]["by"], "Ann by PagerDuty")
        self.say(daemon, "E2", "unacknowledged", key)
        self.assertEqual(self.alerts(daemon, "boom")[0]["state"], "firing")
        self.say(daemon, "E1", "acknowledged", key)  # told twice
        self.assertEqual(self.alerts(daemon, "boom")[0]["state"], "firing")
        self.say(daemon, "E3", "resolved", key)
        self.assertEqual(self.alerts(daemon, "boom")[0]["state"], "resolved")
        self.say(daemon, "E4", "acknowledged", key)
        self.say(daemon, "E5", "acknowledged", "no such key")
        self.say(daemon, "E6", "something.new", key)
        self.assertEqual(self.alerts(daemon, "boom")[0]["state"], "resolved")

    def test_what_comes_back_takes_the_alert_from_nobody(self) -> None:
        daemon, pager, service = self.pager()
        alert = self.break_run(daemon)
        service.wait(1)
        daemon.admin.post(f"/api/v1/alerts/{alert['alert']}/acknowledge", {})
        by = self.alerts(daemon, "boom")[0]["by"]
        self.say(daemon, "E1", "acknowledged", next(iter(pager.incidents)))
        self.assertEqual(self.alerts(daemon, "boom")[0]["by"], by)

    def test_who_does_not_sign_is_not_heard(self) -> None:
        daemon, pager, service = self.pager()
        self.break_run(daemon)
        service.wait(1)
        key = next(iter(pager.incidents))
        self.say(daemon, "E1", "acknowledged", key, 401, "another secret")
        daemon.anonymous.expect(401, "POST", "/api/v1/hooks-in/pagerduty/pager", b"{}")
        daemon.anonymous.expect(401, "POST", "/api/v1/hooks-in/pagerduty/nobody", b"{}")
        self.assertEqual(self.alerts(daemon, "boom")[0]["state"], "firing")

    def test_alertmanager_raises_and_ends_alerts(self) -> None:
        daemon = self.start({"mail": self.mail()})
        client = daemon.client("alertmanager", "operator")

        def say(**status: str) -> None:
            alerts = [{"status": state, "labels": {"alertname": name, "severity": "critical"}, "annotations": {"summary": f"{name} is bad"}}
                      for name, state in status.items()]
            client.post("/api/v1/hooks-in/alertmanager", {"version": "4", "status": "firing", "alerts": alerts})

        say(disk="firing", load="firing")
        listed = {alert["cause"]: alert for alert in daemon.admin.get("/api/v1/alerts")["alerts"]}
        self.assertEqual({name: alert["severity"] for name, alert in listed.items()}, {"disk": "critical", "load": "critical"})
        self.assertEqual(listed["disk"]["what"], "disk is bad")
        self.mails.wait(2)  # nobody is told of the end of what nobody heard of
        say(disk="resolved")
        self.assertEqual([alert["cause"] for alert in daemon.admin.get("/api/v1/alerts")["alerts"]], ["load"])
        self.mails.wait(3)
        client.refused(400, "POST", "/api/v1/hooks-in/alertmanager", {"version": "3"})
        daemon.anonymous.expect(401, "POST", "/api/v1/hooks-in/alertmanager", {"version": "4", "alerts": []})


class Proofs(DeliveryTest):
    def channel(self, daemon: Daemon, name: str) -> dict[str, Any]:
        return {channel["channel"]: channel for channel in daemon.admin.get("/api/v1/channels")["channels"]}[name]

    def test_a_canary_goes_through_each_channel(self) -> None:
        pager = PagerDuty()
        service = self.service(pager)
        daemon = self.start({"mail": self.mail(), "pager": {"pagerduty": {"routing_key": {"secret": "rk"}, "url": service.url}}}, canary="1h")
        self.assertIn("nothing is wrong", self.mails.wait(1)[0]["Subject"])
        poll(lambda: self.channel(daemon, "mail")["state"] == "works", "the mail to be known to work")
        # There was no secret yet, and a canary is tried once.
        poll(lambda: self.channel(daemon, "pager")["state"] == "failing", "the pager to be known to fail")
        self.secret(daemon, "rk", PagerDuty.KEY)
        daemon.admin.post("/api/v1/channels/pager/test", {}, status=202)
        service.wait(1)
        poll(lambda: self.channel(daemon, "pager")["state"] == "works", "the pager to be known to work")

    def test_the_whole_chain_is_walked_and_each_hop_is_shown(self) -> None:
        hook = self.service(lambda call: 500)
        channels = {"mail": self.mail(), "hook": {"webhook": {"url": hook.url, "signing": {"secret": "key"}}}}
        steps = [{"notify": ["channel.mail"], "wait": "1h"}, {"notify": ["channel.hook"], "wait": "1h"}, {"notify": ["channel.mail"]}]
        daemon = self.start(channels, steps)
        self.secret(daemon, "key", KEY.decode())
        done = subprocess.run([BINARY, "alert", "test", "--severity", "critical", "--data-dir", daemon.data], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        lines = [line.split() for line in done.stdout.splitlines()[1:]]
        self.assertEqual([(line[0], line[1], line[3]) for line in lines], [("1", "mail", "sent"), ("2", "hook", "dead"), ("3", "mail", "sent")])
        # The channel that is dead is an alert of its own, by mail, too.
        subjects = [str(mail["Subject"]) for mail in self.mails.wait(3)]
        self.assertEqual(sum("test" in subject for subject in subjects), 2, subjects)

    def test_the_check_in_is_asked_and_the_figures_count(self) -> None:
        elsewhere = self.service()
        daemon = self.start({"mail": self.mail()}, check_in=elsewhere.url + "/ping")
        self.assertEqual(elsewhere.wait(1)[0].path, "/ping")
        self.break_run(daemon)
        self.mails.wait(1)
        self.wait_quiet(daemon)
        daemon.admin.wait_metrics('tidemill_notifications_total{channel="mail",result="sent"} 1',
                                  'tidemill_notification_lag_seconds_count{channel="mail"} 1')


ALERTMANAGER = """route:
  receiver: people
  group_by: ['...']
  group_wait: 0s
  group_interval: 1s
  routes: [{{receiver: tidemill, matchers: ['alertname="Disk"']}}]
receivers:
  - name: people
    webhook_configs: [{{url: '{people}/in', send_resolved: true}}]
  - name: tidemill
    webhook_configs: [{{url: '{tidemill}', send_resolved: true, http_config: {{authorization: {{credentials: '{token}'}}}}}}]
"""


class Alertmanager(DeliveryTest):
    """The real one, out and in."""

    def free_port(self) -> int:
        """One that nobody is given by asking for any port: those lie above."""
        lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
        for port in range(lowest - 1 - os.getpid() % 1000, 1024, -1):
            try:
                with socket.create_server(("127.0.0.1", port)):
                    return port
            except OSError:
                continue
        self.fail("no port is free")

    def ask(self, port: int, method: str, path: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            self.assertEqual(answer.status, 200, text)
            return json.loads(text) if text else None
        finally:
            connection.close()

    def is_ready(self, port: int, process: subprocess.Popen[bytes]) -> bool:
        self.assertIsNone(process.poll(), "Alertmanager ended")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)
            connection.request("GET", "/-/ready")
            return connection.getresponse().status == 200
        except ConnectionError:
            return False

    def configure(self, daemon: Daemon, people: Service) -> None:
        daemon.user("alertmanager", "operator")
        (daemon.folder / "alertmanager.yml").write_text(
            ALERTMANAGER.format(people=people.url, token=daemon.token("alertmanager", "operator"),
                                tidemill=f"http://127.0.0.1:{daemon.port}/api/v1/hooks-in/alertmanager"))

    def run_alertmanager(self, daemon: Daemon, port: int) -> subprocess.Popen[bytes]:
        with (daemon.folder / "alertmanager.log").open("ab") as log:
            process = subprocess.Popen(["prometheus-alertmanager", f"--config.file={daemon.folder}/alertmanager.yml",
                                        f"--storage.path={daemon.folder}/am", f"--web.listen-address=127.0.0.1:{port}",
                                        "--cluster.listen-address="], stdout=log, stderr=log)
        self.addCleanup(process.wait, DEADLINE_S)
        self.addCleanup(process.kill)
        poll(lambda: self.is_ready(port, process), "Alertmanager to be ready")
        return process

    def listed(self, port: int) -> list[str]:
        return sorted(alert["labels"]["dag"] for alert in self.ask(port, "GET", "/api/v2/alerts"))

    def test_one_that_starts_anew_is_told_again_of_what_goes_on(self) -> None:
        people, port = self.service(), self.free_port()
        daemon = self.start({"am": {"alertmanager": {"url": f"http://127.0.0.1:{port}", "resend_every": "1s"}}})
        self.configure(daemon, people)
        process = self.run_alertmanager(daemon, port)
        for name in ("boom", "crash", "over"):
            self.break_run(daemon, name)
        poll(lambda: self.listed(port) == ["boom", "crash", "over"], "all of them to be there")
        alert = self.alerts(daemon, "crash")[0]["alert"]
        daemon.admin.post(f"/api/v1/alerts/{alert}/acknowledge", {})
        daemon.admin.run_to_end("over", {"code": 0})
        self.wait_state(daemon, "over", "resolved")
        self.wait_quiet(daemon)
        before = self.rows(daemon), daemon.rows("SELECT count(*) FROM alert_events")
        process.kill()
        process.wait()
        self.run_alertmanager(daemon, port)
        poll(lambda: self.listed(port) == ["boom", "crash"], "it to be told again")
        self.assertEqual((self.rows(daemon), daemon.rows("SELECT count(*) FROM alert_events")), before, "which is no news")

    def test_there_and_back(self) -> None:
        people, port = self.service(), self.free_port()
        daemon = self.start({"am": {"alertmanager": {"url": f"http://127.0.0.1:{port}"}}})
        self.configure(daemon, people)
        self.run_alertmanager(daemon, port)
        self.break_run(daemon)
        fired = people.wait(1)[0].json["alerts"][0]
        self.assertEqual(fired["labels"], {"alertname": "TidemillAlert", "severity": "critical", "dag": "boom", "task": "a", "cause": "exit"})
        listed = self.ask(port, "GET", "/api/v2/alerts")
        self.assertEqual([alert["labels"]["dag"] for alert in listed], ["boom"])
        daemon.admin.run_to_end("boom", {"code": 0})
        ended = people.wait(2)[1].json
        self.assertEqual((ended["status"], ended["alerts"][0]["labels"]), ("resolved", fired["labels"]))
        self.assertIn("boom", ended["alerts"][0]["annotations"]["summary"])
        self.assertEqual(ended["alerts"][0]["generatorURL"], fired["generatorURL"])
        self.ask(port, "POST", "/api/v2/alerts", [{"labels": {"alertname": "Disk"}, "annotations": {"summary": "the disk is full"}}])
        poll(lambda: [a for a in daemon.admin.get("/api/v1/alerts")["alerts"] if a["what"] == "the disk is full"], "its alert to come in")


class Crash(DeliveryTest):
    def test_killed_at_any_step_nothing_is_lost_and_nobody_is_paged_after_an_acknowledgement(self) -> None:
        hook = self.service(alert_peers.standard_webhook(KEY))
        daemon = self.start({"hook": {"webhook": {"url": hook.url, "signing": {"secret": "key"}}}})
        self.secret(daemon, "key", KEY.decode())
        names = [f"boom{i}" for i in range(8)]
        for i, name in enumerate(names):
            daemon.dag(name, BOOM % "")
            run = daemon.admin.trigger(name)
            if i % 4 >= 1:
                daemon.admin.wait_run(run)
            if i % 4 >= 2:
                poll(lambda: self.alerts(daemon, name), "the alert")
            if i % 4 == 3:
                hook.wait(1)
            daemon.end(signal.SIGKILL)
            daemon.start()
            daemon.admin.wait_run(run)
            alert = poll(lambda: self.alerts(daemon, name), "the alert")[0]
            poll(lambda: any(call.json["commonLabels"]["dag"] == name for call in hook.calls), f"{name} to be told of")
            daemon.admin.post(f"/api/v1/alerts/{alert['alert']}/acknowledge", {})
            daemon.end(signal.SIGKILL)
            daemon.start()
            self.assertEqual(self.alerts(daemon, name)[0]["state"], "acknowledged")
        self.wait_quiet(daemon)
        pages: dict[str, set[str]] = {}
        for call in hook.calls:
            if call.json["notification_reason"] == "tell":
                pages.setdefault(call.json["commonLabels"]["dag"], set()).add(call.headers["webhook-id"])
        self.assertEqual({name: len(pages[name]) for name in names}, dict.fromkeys(names, 1), "each is one message")
        self.assertEqual(daemon.rows("SELECT count(*) FROM outbox WHERE state IN ('pending', 'dead')"), [(0,)])


if __name__ == "__main__":
    unittest.main()
