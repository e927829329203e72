"""The client commands as a user meets them, against a real daemon: what they print, what they change, how they end."""
import json
import os
import pty
import re
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from api_fixture import DEADLINE_S, ApiTest, poll  # noqa: E402
from tidemill import BINARY, ROOT  # noqa: E402

PLAIN = 'tasks:\n  a: {run: "echo hello"}\n  b: {needs: [a], run: "true"}\n'
FAILING = 'tasks:\n  a: {run: "true"}\n  b: {needs: [a], run: "test -e %s"}\n  c: {needs: [b], run: "true"}\n'


def environment(data: Path, more: dict[str, str] | None = None) -> dict[str, str]:
    """Nothing of whoever runs the tests: no token, no server, no home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TIDEMILL_", "XDG_"))}
    return {**kept, "HOME": str(data.parent), "TIDEMILL_DATA_DIR": str(data), "NO_COLOR": "1", **(more or {})}


class ClientTest(ApiTest):
    def call(self, *words: object, expect: int = 0, env: dict[str, str] | None = None,
             stdin: str = "") -> subprocess.CompletedProcess[str]:
        done = subprocess.run([str(BINARY), *map(str, words)], capture_output=True, text=True, timeout=DEADLINE_S,
                              input=stdin, cwd=self.folder, env=environment(self.daemon.data, env))
        self.assertEqual(done.returncode, expect, f"{words}\n{done.stdout}\n{done.stderr}")
        return done

    def out(self, *words: object, **more: Any) -> str:
        return self.call(*words, **more).stdout

    def refusal(self, expect: int, *words: object, **more: Any) -> str:
        done = self.call(*words, expect=expect, **more)
        self.assertRegex(done.stderr, "(?m)^tidemill: ")
        return done.stderr

    def json(self, *words: object, **more: Any) -> Any:
        return json.loads(self.out(*words, "--json", **more))

    def tcp(self, token: str | None = None) -> dict[str, str]:
        server = {"TIDEMILL_SERVER": f"http://127.0.0.1:{self.daemon.port}"}
        return {**server, **({"TIDEMILL_TOKEN": token} if token else {})}

    def failed_run(self, name: str) -> tuple[int, Path]:
        """A run of which b failed, and the file that would have let it succeed."""
        cure = self.folder / f"cure-{name}"
        self.daemon.dag(name, FAILING % cure)
        return self.admin.run_to_end(name)["run"], cure


class Finding(ClientTest):
    """Which scheduler, as whom, and what is said when that does not work."""

    def test_without_a_daemon_it_says_how_to_start_one(self) -> None:
        elsewhere = {"TIDEMILL_DATA_DIR": str(self.folder / "empty")}
        for words in (["status"], ["dags"], ["trigger", "x"], ["cancel", "1"], ["users"], ["watch"]):
            text = self.refusal(1, *words, env=elsewhere)
            self.assertIn("no scheduler is running for", text)
            self.assertIn("tidemill up", text)
        self.assertIn("nobody answers", self.refusal(1, "status", "--server", "http://127.0.0.1:1"))

    def test_a_server_is_a_url_without_a_password(self) -> None:
        self.assertIn("http://", self.refusal(2, "status", "--server", "127.0.0.1:8420"))
        text = self.refusal(2, "status", "--server", "http://ann:hunter2@127.0.0.1:1")
        self.assertNotIn("hunter2", text)
        self.refusal(2, "status", "--server", "http://127.0.0.1:99999")
        self.refusal(2, "status", "--server", "http://127.0.0.1/api")

    def test_tokens_open_the_door_and_their_scope_bounds_them(self) -> None:
        self.daemon.dag("door", PLAIN)
        self.daemon.user("dora", "operator")
        token = self.daemon.token("dora", "operator")
        self.assertIn("$TIDEMILL_TOKEN", self.refusal(1, "dags", env=self.tcp()))
        text = self.refusal(1, "dags", env=self.tcp("tm_a" + "x" * 49))
        self.assertIn("$TIDEMILL_TOKEN", text)
        self.assertNotIn("xxxx", text)
        self.assertIn("door", self.out("dags", env=self.tcp(token)))
        self.assertEqual(self.json("status", env=self.tcp(token))["you"], {"name": "dora", "role": "operator"})
        self.assertIn("not allowed", self.refusal(1, "users", env=self.tcp(token)))
        self.assertIn("not allowed", self.refusal(1, "pause", "door", env=self.tcp(token)))

    def test_a_token_file_must_be_its_owners_alone(self) -> None:
        self.daemon.user("fay", "viewer")
        file = self.folder / "token"
        file.write_text(self.daemon.token("fay") + "\n")
        file.chmod(0o644)
        env = {**self.tcp(), "TIDEMILL_TOKEN_FILE": str(file)}
        self.assertIn("chmod 600", self.refusal(1, "status", env=env))
        file.chmod(0o600)
        self.assertEqual(self.json("status", env=env)["you"]["name"], "fay")
        home = self.folder / "home"
        (home / ".config/tidemill").mkdir(parents=True)
        file.rename(home / ".config/tidemill/token")
        self.assertEqual(self.json("status", env={**self.tcp(), "HOME": str(home)})["you"]["name"], "fay")
        self.refusal(3, "status", env=env)

    def test_a_token_never_leaves_without_tls(self) -> None:
        env = {"TIDEMILL_SERVER": "http://192.0.2.1:8420", "TIDEMILL_TOKEN": "tm_secret"}
        text = self.refusal(1, "status", env=env)
        self.assertIn("https://", text)
        self.assertNotIn("tm_secret", text)
        self.refusal(2, "status", env={**self.tcp(), "TIDEMILL_TOKEN": "tm_a\r\nX-Forged: 1"})

    def test_a_named_folder_wins_over_the_environment(self) -> None:
        env = {"TIDEMILL_SERVER": "http://127.0.0.1:1"}
        self.assertEqual(self.json("status", "--data-dir", self.daemon.data, env=env)["you"]["role"], "admin")


class Running(ClientTest):
    def test_dags_are_listed_and_shown(self) -> None:
        self.daemon.dag("shown", "description: What it is\nschedule: '0 3 * * *'\nparams:\n"
                        "  rounds: {type: integer, default: 3, minimum: 1}\n" + PLAIN)
        self.assertRegex(self.out("dags"), r"shown +ok .*What it is")
        text = self.out("dags", "shown")
        for words in ("every day at 03:00 UTC", "rounds", "integer", "from 1", "all_success"):
            self.assertIn(words, text)
        definition = self.json("dags", "shown")["definition"]
        self.assertEqual(definition["params"][0]["name"], "rounds")
        self.assertIn("did you mean shown?", self.refusal(3, "dags", "shwon"))

    def test_datasets_are_listed_with_who_makes_and_who_awaits_them(self) -> None:
        self.daemon.dag("maker", "tasks: {load: {run: 'true', publish: {dataset: listings}}}\n")
        self.daemon.dag("user", "triggers: [{dataset: listings}]\n" + PLAIN)
        self.daemon.dag("patient", "tasks: {gate: {uses: wait_for, with: {dataset: listings}}}\n")
        self.assertRegex(self.out("datasets"), r"listings +- +maker\.load +user +patient\.gate")
        self.assertRegex(self.out("datasets", "listings"), r"updated +never\n")
        run = self.admin.run_to_end("maker")["run"]
        text = self.out("datasets", "listings")
        for words in (rf"updated +\S+Z by run {run} of maker, task load\n", r"made by +maker\.load\n", r"starts +user\n",
                      r"waited for by +patient\.gate\n"):
            self.assertRegex(text, words)
        self.assertEqual(self.json("datasets", "listings")["run"], run)
        self.assertEqual([row["dataset"] for row in self.json("datasets")["datasets"]], ["listings"])
        self.assertIn("did you mean listings?", self.refusal(3, "datasets", "listing"))

    def test_status_tells_how_a_run_is(self) -> None:
        self.daemon.dag("told", PLAIN)
        run = self.admin.run_to_end("told")["run"]
        self.assertIn("workers", self.out("status"))
        self.assertRegex(self.out("status", run), rf"^run {run}: succeeded ")
        self.assertEqual(self.out("status", "told"), self.out("status", run))
        self.assertIn("did you mean told?", self.refusal(3, "status", "tolt"))
        self.refusal(3, "status", 987654)

    def test_trigger_waits_and_its_exit_code_is_that_of_the_run(self) -> None:
        self.daemon.dag("good", PLAIN)
        self.daemon.dag("bad", 'tasks:\n  a: {run: "exit 3"}\n')
        self.assertRegex(self.out("trigger", "good"), r"run \d+ of good started")
        self.assertEqual(self.json("trigger", "good", "--wait")["state"], "succeeded")
        self.assertRegex(self.out("trigger", "good", "--watch"), r"run \d+ of good succeeded in ")
        self.assertEqual(self.json("trigger", "bad", "--wait", expect=4)["state"], "failed")
        done = self.call("trigger", "good", "--follow")
        self.assertIn("a succeeded", done.stderr)
        self.assertIn("b succeeded", done.stderr)
        self.assertRegex(done.stdout, r"run \d+ of good succeeded in ")
        self.assertIn("did you mean good?", self.refusal(3, "trigger", "godo"))

    def test_waiting_has_an_end_and_the_run_goes_on(self) -> None:
        script, gate = self.gate("waiting")
        self.daemon.dag("waiting", f'tasks:\n  a: {{run: "{script}"}}\n')
        done = self.call("trigger", "waiting", "--wait", "--timeout", "100ms", expect=124)
        self.assertIn("goes on", done.stderr)
        self.refusal(2, "trigger", "waiting", "--timeout", "soon")
        run = int(re.search(r"run (\d+)", done.stderr)[1])
        self.admin.wait_run(run, {"running"})
        gate.touch()
        self.admin.wait_run(run)

    def test_params_are_typed_as_the_dag_declares(self) -> None:
        self.daemon.dag("typed", """params:
  count: {type: integer, default: 1, minimum: 0}
  text: {type: string, default: x}
  list: {type: array, items: string, default: []}
tasks:
  a: {run: "true"}
""")
        run = self.json("trigger", "typed", "--param", "count=2", "--param", "text=2", "--param", "list=a,b")["run"]
        self.assertEqual(self.admin.wait_run(run)["params"], {"count": 2, "text": "2", "list": ["a", "b"]})
        run = self.json("trigger", "typed", "--params-from", "-", stdin='{"count": 7}')["run"]
        self.assertEqual(self.admin.wait_run(run)["params"]["count"], 7)
        self.assertIn("integer", self.refusal(2, "trigger", "typed", "--param", "count=two"))
        self.assertIn("at least 0", self.refusal(2, "trigger", "typed", "--param", "count=-1"))
        self.assertIn("did you mean 'count'", self.refusal(2, "trigger", "typed", "--param", "conut=1"))
        self.refusal(2, "trigger", "typed", "--param", "count")
        self.refusal(2, "trigger", "typed", "--params-from", "-", stdin="[1]")
        self.assertIn("twice", self.refusal(2, "trigger", "typed", "--params-from", "-", "--param", "count=1",
                                            stdin='{"count": 7}'))

    def test_the_same_key_starts_one_run(self) -> None:
        self.daemon.dag("keyed", PLAIN)
        first = self.json("trigger", "keyed", "--key", "k1")
        again = self.json("trigger", "keyed", "--key", "k1")
        self.assertEqual((first["run"], first["repeated"], again["repeated"]), (again["run"], False, True))
        self.admin.wait_run(first["run"])  # so that it is nothing new to who watches in another test

    def test_runs_and_explain_ask_the_daemon(self) -> None:
        script, gate = self.gate("asked")
        self.daemon.dag("asked", f'tasks:\n  a: {{run: "{script}"}}\n  b: {{needs: [a], run: "true"}}\n')
        run = self.admin.trigger("asked")
        self.admin.wait_task(run, "a", {"running"})
        self.assertIn("asked", self.out("runs", "asked"))
        [row] = self.json("runs", "asked")
        self.assertEqual((row["run"], row["state"], row["tasks"]["total"]), (run, "running", 2))
        self.assertEqual(self.json("runs", "asked", "--state", "failed"), [])
        self.refusal(2, "runs", "--state", "sleeping")
        self.assertIn("a", self.out("explain", run, "b"))
        self.assertIn("sentence", self.json("explain", "asked"))
        self.refusal(3, "explain", "99999")
        gate.touch()
        self.admin.wait_run(run)

    def test_history_tells_a_run_and_how_it_was(self) -> None:
        script, gate = self.gate("told")
        self.daemon.dag("told", f'tasks:\n  a: {{run: "true"}}\n  b: {{needs: [a], run: "{script}; exit 3"}}\n')
        run = self.admin.trigger("told")
        self.admin.wait_task(run, "b", {"running"})
        gate.touch()
        self.admin.wait_run(run)
        self.assertRegex(self.out("history", run), r"(?m)^\d{4}-\d\d-\d\dT\S+Z  b failed$")
        began = next(event["at"] for event in self.json("history", run)["events"] if event["sentence"].startswith("b began"))
        then = self.out("history", "told", "--at", began)
        self.assertRegex(then, r"(?m)^b +running ")
        self.assertNotIn("b failed", then)
        self.assertIn("made later", self.refusal(2, "history", run, "--at", "2001-01-01"))
        self.refusal(2, "history", run, "--at", "yesterday")
        self.refusal(3, "history", "99999")

    def test_runs_say_the_same_with_and_without_a_daemon(self) -> None:
        daemon = self.own_daemon()
        daemon.start()
        daemon.dag("same", PLAIN)
        daemon.admin.run_to_end("same")
        env = {"TIDEMILL_DATA_DIR": str(daemon.data)}
        served = self.json("runs", env=env)
        daemon.end()
        self.assertEqual(self.json("runs", env=env), served)

    def test_more_runs_than_a_page_holds(self) -> None:
        self.daemon.dag("many", "max_active_runs: 4\n" + 'tasks:\n  a: {run: "true"}\n')
        runs = [self.admin.trigger("many") for _ in range(12)]
        for run in runs:
            self.admin.wait_run(run)
        self.assertEqual([row["run"] for row in self.json("runs", "many", "--limit", "11")], runs[:0:-1])

    def test_cancel(self) -> None:
        script, _ = self.gate("never")
        self.daemon.dag("endless", f'tasks:\n  a: {{run: "{script}"}}\n')
        run = self.admin.trigger("endless")
        self.assertIn("being cancelled", self.out("cancel", "endless", "--reason", "wrong day"))
        self.assertIn("wrong day", self.admin.wait_run(run)["reason"])
        self.refusal(3, "cancel", "99999")
        self.assertIn("did you mean endless", self.refusal(3, "cancel", "endles"))
        self.daemon.dag("unstarted", PLAIN)
        self.assertIn("no runs yet", self.refusal(3, "cancel", "unstarted"))

    def test_watch_ends_with_the_run(self) -> None:
        script, gate = self.gate("watched")
        self.daemon.dag("watched", f'tasks:\n  a: {{run: "{script}"}}\n  b: {{needs: [a], run: "exit 1"}}\n')
        run = self.admin.trigger("watched")
        self.admin.wait_task(run, "a", {"running"})
        watcher = subprocess.Popen([str(BINARY), "watch", str(run)], stdout=subprocess.PIPE, text=True,
                                   cwd=self.folder, env=environment(self.daemon.data))
        everyone = subprocess.Popen([str(BINARY), "watch"], stdout=subprocess.PIPE, text=True,
                                    cwd=self.folder, env=environment(self.daemon.data))
        self.addCleanup(everyone.wait)
        self.addCleanup(everyone.kill)
        self.addCleanup(everyone.stdout.close)
        self.assertIn(f"run {run} watched running", everyone.stdout.readline())
        gate.touch()
        text, _ = watcher.communicate(timeout=DEADLINE_S)
        self.assertIn("a succeeded", text)
        self.assertIn("b failed", text)
        self.assertEqual(watcher.returncode, 4)
        self.assertIn(f"run {run} watched failed", everyone.stdout.readline())
        self.assertEqual(json.loads(self.out("watch", run, "--json", expect=4))["state"], "failed")
        self.assertEqual(self.out("watch", "--timeout", "50ms").count("watched"), 0)

    def test_watching_survives_the_scheduler(self) -> None:
        daemon = self.own_daemon()
        daemon.start()
        gate = daemon.folder / "gate"
        daemon.dag("outlived", f'tasks:\n  a: {{run: "while ! test -e {gate}; do sleep 0.02; done"}}\n')
        run = daemon.admin.trigger("outlived")
        daemon.admin.wait_task(run, "a", {"running"})
        watcher = subprocess.Popen([str(BINARY), "watch", str(run), "--json"], stdout=subprocess.PIPE, text=True,
                                   cwd=self.folder, env=environment(daemon.data))
        self.assertEqual(json.loads(watcher.stdout.readline())["state"], "running", "it watches before the daemon is killed")
        daemon.end(9)
        daemon.start()
        gate.touch()
        text, _ = watcher.communicate(timeout=DEADLINE_S)
        self.assertEqual(watcher.returncode, 0, text)
        self.assertIn("succeeded", text)

    def test_logs_of_another_machine(self) -> None:
        script, gate = self.gate("log")
        self.daemon.dag("logged", f'tasks:\n  a: {{run: "echo one; {script}; echo two; printf three"}}\n')
        run = self.admin.trigger("logged")
        self.daemon.user("lou", "viewer")
        env = self.tcp(self.daemon.token("lou"))
        follower = subprocess.Popen([str(BINARY), "logs", str(run), "a", "-f"], stdout=subprocess.PIPE, text=True,
                                    cwd=self.folder, env=environment(self.folder / "elsewhere", env))
        self.assertEqual(follower.stdout.readline(), "one\n")
        gate.touch()
        rest, _ = follower.communicate(timeout=DEADLINE_S)
        self.assertEqual(rest.split(), ["two", "three"])
        self.admin.wait_run(run)
        here = self.out("logs", run, "a")
        self.assertEqual(self.out("logs", run, "a", env=env), here)
        self.assertEqual(here.split(), ["one", "two", "three"])
        self.refusal(3, "logs", run, "nothing", env=env)
        self.refusal(3, "logs", run, "a", "--attempt", "9", env=env)


class Repairing(ClientTest):
    def test_retry_runs_what_failed_and_what_waited_for_it(self) -> None:
        run, cure = self.failed_run("retried")
        plan = self.json("retry", run, "--dry-run")
        self.assertEqual({task["task"] for task in plan["tasks"]}, {"b", "c"})
        self.assertEqual(self.admin.run(run)["state"], "failed")
        cure.touch()
        self.assertIn("c", self.out("retry", run))
        self.assertEqual(self.admin.wait_run(run, {"succeeded"})["state"], "succeeded")
        self.assertIn("did you mean", self.refusal(3, "retry", run, "bb"))

    def test_clear_previews_and_wants_a_yes(self) -> None:
        run, cure = self.failed_run("cleared")
        text = self.out("clear", run, "a", "--downstream", "--dry-run")
        self.assertIn("downstream of a", text)
        self.assertIn("--yes", self.refusal(2, "clear", run, "a"))
        self.refusal(2, "clear", run, "a", "--failed", "--downstream")
        self.assertEqual(self.admin.run(run)["state"], "failed")
        cure.touch()
        self.assertIn("a", self.out("clear", run, "a", "--downstream", "--yes"))
        self.assertEqual(self.admin.wait_run(run, {"succeeded"})["state"], "succeeded")

    def answer(self, words: list[object], answer: str) -> tuple[int, str]:
        """Types an answer on a terminal."""
        master, slave = pty.openpty()
        process = subprocess.Popen([str(BINARY), *map(str, words)], stdin=slave, stdout=slave, stderr=slave,
                                   cwd=self.folder, env=environment(self.daemon.data))
        os.close(slave)
        shown = b""
        while b"[y/N]" not in shown:
            shown += os.read(master, 4096)
        os.write(master, answer.encode() + b"\n")
        while True:
            try:
                more = os.read(master, 4096)
            except OSError:
                break
            if not more:
                break
            shown += more
        os.close(master)
        return process.wait(DEADLINE_S), shown.decode()

    def test_a_no_at_the_question_changes_nothing(self) -> None:
        run, cure = self.failed_run("asked_about")
        code, shown = self.answer(["clear", run, "b"], "n")
        self.assertEqual(code, 1, shown)
        self.assertIn("nothing was changed", shown)
        self.assertEqual(self.admin.run(run)["state"], "failed")
        cure.touch()
        code, shown = self.answer(["clear", run, "b", "--downstream"], "yes")
        self.assertEqual(code, 0, shown)
        self.assertEqual(self.admin.wait_run(run, {"succeeded"})["state"], "succeeded")

    def test_mark_needs_a_reason(self) -> None:
        run, _ = self.failed_run("marked")
        self.refusal(2, "mark", run, "b", "--as", "succeeded")
        self.refusal(2, "mark", run, "b", "--as", "wonderful", "--reason", "x")
        plan = self.json("mark", run, "b", "--as", "succeeded", "--reason", "by hand", "--dry-run")
        self.assertEqual(self.admin.run(run)["state"], "failed")
        self.assertIn("c", {task["task"] for task in plan["tasks"]})
        self.out("mark", run, "b", "--as", "succeeded", "--reason", "by hand")
        self.assertEqual(self.admin.wait_run(run, {"succeeded"})["state"], "succeeded")

    def test_rerun_says_what_differs(self) -> None:
        self.daemon.dag("twice", "params:\n  n: {type: integer, default: 1}\n" + PLAIN)
        run = self.admin.run_to_end("twice")["run"]
        self.assertIn("n: 2 instead of 1", self.out("rerun", run, "--param", "n=2", "--dry-run"))
        again = self.json("rerun", run, "--param", "n=2")
        self.assertEqual(self.admin.wait_run(again["run"])["params"], {"n": 2})

    def test_pause_and_resume_a_run(self) -> None:
        script, gate = self.gate("held")
        self.daemon.dag("held", f'tasks:\n  a: {{run: "{script}"}}\n  b: {{needs: [a], run: "true"}}\n')
        run = self.admin.trigger("held")
        self.admin.wait_task(run, "a", {"running"})
        self.assertIn("is paused", self.out("pause", "--run", run, "--reason", "look first"))
        gate.touch()
        self.admin.wait_task(run, "a", {"succeeded"})
        self.assertIn("look first", self.out("explain", run))
        self.assertIn("goes on", self.out("resume", run))
        self.admin.wait_run(run, {"succeeded"})
        self.refusal(1, "resume", run)

    def test_pause_and_unpause_a_schedule(self) -> None:
        self.daemon.dag("scheduled", "schedule: '0 3 * * *'\n" + PLAIN)
        self.out("pause", "scheduled", "--reason", "no source")
        self.assertIn("no source", self.out("dags", "scheduled"))
        self.assertRegex(self.out("dags"), r"scheduled +paused")
        self.assertIn("goes on", self.out("unpause", "scheduled", "--missed", "last"))
        self.refusal(2, "unpause", "scheduled", "--missed", "some")
        self.refusal(2, "pause")
        self.refusal(2, "pause", "scheduled", "--run", "1")

    def test_backfill(self) -> None:
        self.daemon.dag("filled", "schedule: '0 3 1-3 1 *'\n" + 'tasks:\n  a: {run: "true"}\n')
        days = ["--from", "2026-01-01", "--until", "2026-01-04"]
        text = self.out("backfill", "filled", *days, "--dry-run")
        self.assertIn("2026-01-01", text)
        self.assertIn("2026-01-03", text)
        self.assertEqual(self.json("runs", "filled"), [])
        made = self.json("backfill", "filled", *days, "--limit", "2")
        self.assertEqual(made["to_run"], 3)
        poll(lambda: len(self.json("runs", "filled", "--state", "succeeded")) == 3, "three runs")
        poll(lambda: self.json("backfills", made["backfill"])["state"] == "done", "the backfill to be done")
        self.assertIn("filled", self.out("backfills"))
        self.assertIn("2026-01-02", self.out("backfills", made["backfill"]))
        self.refusal(2, "backfill", "filled", "--from", "yesterday", "--until", "2026-01-04")
        self.refusal(3, "backfill", "fillde", *days)
        self.refusal(3, "backfills", "99999")
        self.refusal(2, "backfills", "--cancel")

    def test_freeze_and_unfreeze(self) -> None:
        self.assertIn("no freeze holds", self.refusal(3, "unfreeze"))
        self.assertIn("until", self.out("freeze", "--reason", "migration", "--for", "2h", "--after", "last"))
        self.assertRegex(self.out("freezes"), "holds.*migration")
        self.assertIn("lifted", self.out("unfreeze"))
        self.assertRegex(self.out("freezes"), "over.*migration")
        self.refusal(2, "freeze")
        self.refusal(2, "freeze", "--reason", "x", "--for", "1h", "--until", "2030-01-01")


    def test_many_runs_are_retried_as_they_were_shown(self) -> None:
        run, cure = self.failed_run("many")
        self.assertEqual(self.admin.run_to_end("many")["state"], "failed")
        shown = self.out("retry", "--where", "dag=many", "--where", "since=1h", "--dry-run")
        self.assertRegex(shown, rf"(?m)^ *{run} canary +many +failed .* b, c ")
        self.assertIn("2 runs are retried, at most 5 at once; 1 first", shown)
        self.assertIn("--yes", self.refusal(2, "retry", "--where", "dag=many"))
        cure.touch()
        said = self.out("retry", "--where", "dag=many", "--limit", "2", "--yes", "--reason", "mended")
        retry = re.search(r"^retry (\d+): ", said).group(1)
        ended = poll(lambda: (now := self.json("retries", retry))["state"] != "open" and now, "the retry to end")
        self.assertEqual((ended["state"], ended["reason"]), ("done", "mended"))
        self.assertIn("2 of 2 runs ended: 2 succeeded", self.out("retries", retry))
        self.assertRegex(self.out("retries"), rf"(?m)^ *{retry}  done ")
        self.assertIn("not open", self.refusal(1, "retries", retry, "--cancel"))
        self.assertIn("no run matches", self.refusal(1, "retry", "--where", "dag=many", "--yes"))
        self.assertIn("did you mean dag=", self.refusal(2, "retry", "--where", "dga=many"))
        for words in (["--where", "dag"], ["--where", "dag="], ["--where", "since=yesterday"], ["--where", "dag=a", "--where", "dag=b"],
                      ["--where", "state=succeeded", "--dry-run"], [str(run), "--where", "dag=many"], ["--canary", "1"]):
            self.refusal(2, "retry", *words)
        self.refusal(3, "retries", "999")


class People(ClientTest):
    def test_users_from_first_to_last(self) -> None:
        self.daemon.dag("shared", PLAIN)
        self.out("users", "add", "ann", "--role", "editor", "--password", stdin="correct horse battery\n")
        self.daemon.sign_in("ann", "correct horse battery")
        self.assertIn("sign-in-link", self.out("users", "add", "bob"))
        self.assertIn("/sign-in#", self.out("sign-in-link", "bob"))
        self.out("users", "grant", "bob", "shared", "operator")
        self.assertRegex(self.out("users"), r"bob +viewer .*shared: operator")
        self.out("users", "revoke", "bob", "shared")
        self.out("users", "change", "bob", "--role", "operator")
        self.out("users", "change", "bob", "--disable")
        self.assertRegex(self.out("users"), r"bob +operator +disabled")
        self.out("users", "remove", "bob")
        self.assertNotIn("bob", [user["user"] for user in self.json("users")["users"]])
        self.refusal(3, "users", "remove", "bob")
        self.refusal(2, "users", "add", "Ann!")
        self.refusal(2, "users", "add", "eve", "--role", "king")
        self.refusal(2, "users", "change", "ann")

    def test_tokens_are_shown_once_and_can_be_revoked(self) -> None:
        self.daemon.user("tom", "operator")
        done = self.call("tokens", "add", "ci", "--owner", "tom", "--scope", "operator", "--expires", "90d")
        token = done.stdout.strip()
        self.assertNotIn(token, done.stderr)
        self.assertEqual(self.json("status", env=self.tcp(token))["you"]["name"], "tom")
        self.assertRegex(self.out("tokens"), r"tom +ci .*operator +good")
        self.assertNotIn(token, self.out("tokens", "--json"))
        self.out("tokens", "revoke", "ci", env=self.tcp(token))
        self.refusal(1, "status", env=self.tcp(token))
        self.refusal(2, "tokens", "add", "x", "--owner", "tom", "--expires", "sometime")

    def test_secrets_come_from_standard_input_or_a_file(self) -> None:
        self.out("secrets", "set", "door", stdin="opensesame\n")
        file = self.folder / "value"
        file.write_text("from a file\n")
        self.out("secrets", "set", "gate", "--from", file)
        text = self.out("secrets")
        self.assertIn("door", text)
        self.assertNotIn("opensesame", text + self.out("audit", "--json"))
        self.daemon.dag("uses", "tasks:\n  a:\n    run: test \"$DOOR\" = opensesame && test \"$GATE\" = 'from a file'\n"
                        "    secrets: {DOOR: door, GATE: gate}\n")
        self.assertEqual(self.admin.run_to_end("uses")["state"], "succeeded")
        self.out("secrets", "remove", "gate")
        self.refusal(3, "secrets", "remove", "gate")
        self.refusal(2, "secrets", "set", "empty", stdin="")
        self.refusal(2, "secrets", "set", "door", "opensesame")

    def test_what_was_asked_for_is_in_the_audit_log(self) -> None:
        self.daemon.dag("audited", PLAIN)
        run = self.json("trigger", "audited")["run"]
        self.admin.wait_run(run)
        entries = self.json("audit", "--action", "dag.trigger", "--dag", "audited")["entries"]
        self.assertEqual([entry["who"] for entry in entries], ["local"])
        self.assertIn("dag.trigger", self.out("audit", "--limit", "500"))
        self.assertTrue(self.json("audit", "verify")["whole"])
        self.assertIn("whole", self.out("audit", "verify"))


class Helping(ClientTest):
    """Help, completion and manual: all out of one table."""

    def complete(self, *words: str, env: dict[str, str] | None = None) -> list[str]:
        return [line.split("\t")[0] for line in self.out("__complete", *words, env=env).splitlines()]

    def test_words_and_live_names_are_completed(self) -> None:
        self.daemon.dag("completed", PLAIN)
        run = self.admin.run_to_end("completed")["run"]
        self.assertEqual(self.complete("trig"), ["trigger"])
        self.assertIn("--downstream", self.complete("clear", "--d"))
        self.assertEqual(self.complete("trigger", "comp"), ["completed"])
        self.assertIn(str(run), self.complete("cancel", ""))
        self.assertIn("completed", self.complete("cancel", ""))
        self.assertEqual(self.complete("clear", str(run), ""), ["a", "b"])
        self.assertEqual(self.complete("clear", "--reason", "x", str(run), "a", ""), ["a", "b"])
        self.assertEqual(self.complete("mark", str(run), "a", "--as", "s"), ["succeeded", "skipped"])
        self.assertEqual(self.complete("users", "gr"), ["grant"])
        self.assertEqual(self.complete("backfills", "--dag", "comp"), ["completed"])
        self.assertEqual(self.complete("run", ""), [":files"])
        self.assertEqual(self.complete("retry", "--where", "s"), ["state=", "since="])
        self.assertIn(str(run), self.complete("history", ""))
        failed, _ = self.failed_run("completed_retry")
        self.out("retry", "--where", "dag=completed_retry", "--yes")
        newest = str(self.json("retries")["retries"][0]["retry"])
        self.assertIn(newest, self.complete("retries", ""))

    def test_completion_never_fails_loudly(self) -> None:
        nowhere = {"TIDEMILL_DATA_DIR": str(self.folder / "nowhere")}
        for words in (["cancel", ""], ["trigger", "x"], ["nonsense", ""], [], ["clear", "12", "--", ""]):
            done = self.call("__complete", *words, env=nowhere)
            self.assertEqual(done.stderr, "")
        # Nobody listens there, or a bad token: no names and no noise.
        self.assertEqual(self.complete("trigger", "", env={"TIDEMILL_SERVER": "http://127.0.0.1:1"}), [])
        self.assertEqual(self.complete("trigger", "", env=self.tcp("garbage")), [])

    def test_completion_without_a_daemon_reads_the_database(self) -> None:
        daemon = self.own_daemon()
        daemon.start()
        daemon.dag("stored", PLAIN)
        run = daemon.admin.run_to_end("stored")["run"]
        daemon.end()
        env = {"TIDEMILL_DATA_DIR": str(daemon.data)}
        self.assertIn("stored", self.complete("runs", "", env=env))
        self.assertEqual(self.complete("explain", str(run), "", env=env), ["a", "b"])

    def test_the_bash_script_completes(self) -> None:
        self.daemon.dag("from_bash", PLAIN)
        script = self.folder / "completion.bash"
        script.write_text(self.out("completion", "bash"))
        typed = f'. {script}; COMP_WORDS=({BINARY} trigger from_b); COMP_CWORD=2; _tidemill; printf "%s\\n" "${{COMPREPLY[@]}}"'
        done = subprocess.run(["bash", "-c", typed], capture_output=True, text=True, timeout=DEADLINE_S,
                              env=environment(self.daemon.data), check=True)
        self.assertEqual(done.stdout, "from_bash\n")
        self.refusal(2, "completion", "tcsh")
        for shell in ("zsh", "fish"):
            self.assertIn("__complete", self.out("completion", shell))

    def test_every_command_has_help_and_a_manual_page(self) -> None:
        folder = self.folder / "man"
        self.out("man", "--write-to", folder)
        commands = self.complete("")
        self.assertIn("trigger", commands)
        self.assertEqual({path.name for path in folder.iterdir()},
                         {"tidemill.1", *(f"tidemill-{command}.1" for command in commands)})
        for command in commands:
            self.assertIn("--help", self.out(command, "--help"))
        page = self.out("man", "clear")
        self.assertTrue(page.startswith(".TH TIDEMILL-CLEAR 1"))
        self.assertIn("\\-\\-downstream", page)
        self.assertIn("did you mean clear", self.refusal(3, "man", "claer"))

    def test_wrong_words_say_what_was_meant(self) -> None:
        self.assertIn("did you mean trigger", self.refusal(2, "triger", "x"))
        self.assertIn("did you mean --reason", self.refusal(2, "cancel", "1", "--raeson", "x"))
        self.assertIn("did you mean --role", self.refusal(2, "users", "add", "x", "--rloe", "admin"))

    def test_the_reference_page_is_made_of_the_table(self) -> None:
        page = ROOT / "docs/cli.md"
        text = self.out("man", "--format", "markdown")
        if os.environ.get("UPDATE_GOLDEN") == "1":
            page.write_text(text)
        self.assertEqual(page.read_text(), text)


if __name__ == "__main__":
    unittest.main()
