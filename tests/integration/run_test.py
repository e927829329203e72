"""`tidemill run` as a user meets it: results, exit codes, resuming, cancelling, selecting."""
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from tidemill import BINARY, DEADLINE_S, TidemillTest, bytes_of, command_line, process_is_alive  # noqa: E402


class Run(TidemillTest):
    def test_the_last_line_of_json_names_every_task(self) -> None:
        dag = self.dag('tasks:\n  a: {run: "true"}\n  b: {needs: [a], run: "exit 0"}\n')
        result = self.run_json(dag)
        self.assertEqual(result["state"], "succeeded")
        self.assertIsInstance(result["run"], int)
        self.assertEqual(set(result["tasks"]), {"a", "b"})
        self.assertEqual(result["tasks"]["b"]["state"], "succeeded")
        self.assertEqual(result["tasks"]["b"]["attempts"], 1)
        self.assertGreaterEqual(result["tasks"]["b"]["duration_ms"], 0)

    def test_a_failed_run_exits_4_and_says_what_broke_and_what_it_blocks(self) -> None:
        dag = self.dag('tasks:\n  a: {run: "echo why; exit 3"}\n  b: {needs: [a], run: "true"}\n')
        done = self.tidemill("run", dag, expect=4)
        text = done.stdout + done.stderr
        self.assertIn("exit code 3", text)
        self.assertIn("upstream", text)
        self.assertEqual(self.run_json(dag, expect=4)["tasks"]["b"]["state"], "upstream_failed")

    def test_retries_happen_and_are_counted(self) -> None:
        dag = self.dag('tasks:\n  a:\n    run: test "$TIDEMILL_ATTEMPT" = 3\n    retry: {limit: 3, delay: 10ms}\n')
        self.assertEqual(self.run_json(dag)["tasks"]["a"]["attempts"], 3)

    def test_wrong_use_exits_2_and_missing_things_exit_3(self) -> None:
        dag = self.dag('params:\n  rounds: {type: integer, default: 1}\ntasks:\n  train: {run: "true"}\n')
        self.assertIn("did you mean", self.tidemill("run", dag, "--param", "ruonds=2", expect=2).stderr)
        self.tidemill("run", dag, "--param", "rounds=many", expect=2)
        self.tidemill("run", dag, "--param", "rounds", expect=2)
        self.tidemill("run", dag, "--slots", "-1", expect=2)
        self.tidemill("run", dag, "--no-such-flag", expect=2)
        self.assertIn("train", self.tidemill("run", dag, "--only", "trian", expect=3).stderr)
        self.tidemill("run", self.folder / "absent.yaml", expect=3)
        self.tidemill("run", dag, "--from-failed", "999", expect=3)
        self.tidemill("explain", "999", "train", expect=3)
        self.tidemill("logs", "999", "train", expect=3)
        self.assertFalse(self.tidemill("runs", "--json").stdout.strip("[] \n"))

    def test_a_broken_file_runs_nothing(self) -> None:
        dag = self.dag('tasks:\n  a: {run: "touch ran", nedes: [b]}\n')
        done = self.tidemill("run", dag, expect=2)
        self.assertIn("demo.yaml:4:", done.stderr)
        self.assertIn("needs", done.stderr)
        self.assertFalse((self.folder / "ran").exists())

    def test_params_reach_tasks_as_bytes_not_as_shell(self) -> None:
        dag = self.dag("""params:
  text: {type: string, default: x}
tasks:
  a:
    run: printf '%s' "$TIDEMILL_PARAM_TEXT" > got
  b:
    command: [sh, -c, 'printf "%s" "$1" > "$2"', sh, "${{ params.text }}", got2]
""")
        hostile = "$(touch canary) `touch canary` ; touch canary '\" {{7*7}} ${X} %n @file -rf"
        self.run_json(dag, "--param", f"text={hostile}")
        self.assertEqual((self.folder / "got").read_text(), hostile)
        self.assertEqual((self.folder / "got2").read_text(), hostile)
        self.assertFalse((self.folder / "canary").exists())

    def test_outputs_and_artifacts_flow_downstream(self) -> None:
        dag = self.dag("""tasks:
  make:
    run: |
      echo rows=42 >> "$TIDEMILL_OUTPUT"
      echo hello > "$TIDEMILL_OUT/data.txt"
    outputs: [rows]
    artifacts: {data: data.txt}
    expect: {rows: ">= 10"}
  use:
    needs: [make]
    env: {ROWS: "${{ tasks.make.outputs.rows }}"}
    inputs: {data: tasks.make.artifacts.data}
    run: |
      test "$ROWS" = 42
      test "$(cat "$TIDEMILL_IN/data")" = hello
      ! { echo spoiled > "$TIDEMILL_IN/data"; } 2>/dev/null || test "$(id -u)" = 0
""")
        self.assertEqual(self.run_json(dag)["state"], "succeeded")

    def test_a_broken_promise_fails_with_cause_contract(self) -> None:
        dag = self.dag('tasks:\n  a: {run: "true", outputs: [rows]}\n')
        run = self.run_json(dag, expect=4)["run"]
        self.assertIn("rows", self.tidemill("explain", run, "a").stdout)

    def test_only_and_from_failed(self) -> None:
        dag = self.dag("""tasks:
  a: {run: "echo a >> ledger; echo n=1 >> \\"$TIDEMILL_OUTPUT\\"", outputs: [n]}
  b: {needs: [a], run: "echo b >> ledger; test -e fixed"}
  c: {needs: [b], env: {N: "${{ tasks.a.outputs.n }}"}, run: "test \\"$N\\" = 1; echo c >> ledger"}
""")
        first = self.run_json(dag, expect=4)
        (self.folder / "fixed").touch()
        again = self.run_json(dag, "--from-failed", first["run"])
        self.assertEqual(again["state"], "succeeded")
        self.assertEqual(again["tasks"]["a"]["attempts"], 0)
        self.assertEqual((self.folder / "ledger").read_text().split(), ["a", "b", "b", "c"])
        whole = self.run_json(dag, "--from-failed", "latest")
        self.assertEqual((whole["state"], {task["attempts"] for task in whole["tasks"].values()}), ("succeeded", {0}))
        only = self.run_json(dag, "--only", "b")
        self.assertEqual(only["state"], "succeeded")
        self.assertEqual(only["tasks"]["a"]["state"], "skipped")
        self.assertEqual((self.folder / "ledger").read_text().split()[-1], "b")

    def test_secrets_are_masked_and_never_stored(self) -> None:
        (self.data / "secrets").mkdir(parents=True)
        secret = self.data / "secrets" / "api_token"
        secret.write_text("s3cr3t-c4n4ry")
        secret.chmod(0o600)
        dag = self.dag('tasks:\n  a: {secrets: {TOKEN: api_token}, run: "echo token is $TOKEN"}\n')
        run = self.run_json(dag)["run"]
        self.assertIn("token is ***", self.tidemill("logs", run, "a").stdout)
        for path in self.data.rglob("*"):
            if path.is_file() and path != secret:
                self.assertNotIn(b"s3cr3t-c4n4ry", bytes_of(path), path)

    def test_a_secret_parameter_is_stored_for_no_eyes_and_kept_for_the_next_try(self) -> None:
        cure, ledger = self.folder / "cure", self.folder / "words"
        dag = self.dag("params: {word: {type: secret, required: false}}\ntasks:\n"
                       f"  a: {{run: 'printf %s \"$TIDEMILL_PARAM_WORD\" >> {ledger}; test -e {cure}'}}\n")
        self.run_json(dag, "--param", "word=s3cr3t-c4n4ry", expect=4)
        cure.touch()
        self.assertEqual(self.run_json(dag, "--from-failed", "latest")["state"], "succeeded")
        self.assertEqual(ledger.read_text(), "s3cr3t-c4n4ry" * 2)
        for path in self.data.rglob("*"):
            if path.is_file():
                self.assertFalse(b"s3cr3t-c4n4ry" in bytes_of(path), path)

    def test_an_absent_or_open_secret_fails_the_task_in_words(self) -> None:
        dag = self.dag('tasks:\n  a: {secrets: {TOKEN: absent}, run: "true"}\n')
        run = self.run_json(dag, expect=4)["run"]
        self.assertIn("absent", self.tidemill("explain", run, "a").stdout)


class Crash(TidemillTest):
    LONG = """tasks:
  first: {run: "echo first >> ledger"}
  slow: {needs: [first], run: "echo $$ > pid; echo slow >> ledger; while ! test -e go; do sleep 0.05; done; exit 0"}
  last: {needs: [slow], run: "echo last >> ledger"}
"""

    def test_kill_9_of_the_scheduler_then_the_same_command_resumes(self) -> None:
        dag = self.dag(self.LONG)
        process = self.start("run", dag)
        pid = int(self.wait_for_file(self.folder / "pid"))
        process.kill()
        process.wait()
        self.assertTrue(process_is_alive(pid), "the task must survive the scheduler")
        again = self.start("run", dag, "--json")
        (self.folder / "go").touch()
        out, err = again.communicate(timeout=DEADLINE_S)
        self.assertEqual(again.returncode, 0, out + err)
        self.assertEqual((self.folder / "ledger").read_text().split(), ["first", "slow", "last"])
        self.assertEqual(json.loads(out.strip().split("\n")[-1])["tasks"]["slow"]["attempts"], 1)

    def test_kill_9_of_the_agent_keeps_the_task_and_its_exit_code(self) -> None:
        dag = self.dag(self.LONG.replace("exit 0", "exit 7"))
        process = self.start("run", dag, "--json")
        pid = int(self.wait_for_file(self.folder / "pid"))
        for agent in self.pids_of("worker"):
            os.kill(agent, signal.SIGKILL)
        (self.folder / "go").touch()
        out, err = process.communicate(timeout=DEADLINE_S)
        self.assertEqual(process.returncode, 4, out + err)
        self.assertFalse(process_is_alive(pid))
        run = json.loads(out.strip().split("\n")[-1])["run"]
        self.assertIn("exit code 7", self.tidemill("explain", run, "slow").stdout)
        self.assertEqual((self.folder / "ledger").read_text().split(), ["first", "slow"])

    def test_kill_9_of_the_supervisor_loses_the_attempt_and_retries_it(self) -> None:
        dag = self.dag(self.LONG)
        process = self.start("run", dag, "--json")
        pid = int(self.wait_for_file(self.folder / "pid"))
        for supervisor in self.pids_of("supervisor"):
            os.kill(supervisor, signal.SIGKILL)
        self.wait_for(lambda: not process_is_alive(pid), "the orphaned task to be killed")
        (self.folder / "go").touch()
        out, err = process.communicate(timeout=DEADLINE_S)
        self.assertEqual(process.returncode, 0, out + err)
        self.assertEqual((self.folder / "ledger").read_text().split(), ["first", "slow", "slow", "last"])
        self.assertEqual(json.loads(out.strip().split("\n")[-1])["tasks"]["slow"]["attempts"], 2)

    def test_a_second_scheduler_on_the_same_folder_is_refused(self) -> None:
        dag = self.dag(self.LONG)
        process = self.start("run", dag)
        self.wait_for_file(self.folder / "pid")
        done = self.tidemill("run", dag, expect=1)
        self.assertIn(str(process.pid), done.stderr)
        (self.folder / "go").touch()
        self.assertEqual(process.wait(timeout=DEADLINE_S), 0)

    def pids_of(self, command: str) -> list[int]:
        found = [pid for pid in self.daemon_pids()
                 if command.encode() in command_line(pid)[1:2]]
        self.assertTrue(found, f"no {command} process")
        return found


class Cancel(TidemillTest):
    def test_ctrl_c_cancels_cleanly(self) -> None:
        dag = self.dag('tasks:\n  a: {run: "echo $$ > pid; exec sleep 1000"}\n  b: {needs: [a], run: "true"}\n')
        process = self.start("run", dag, "--json")
        pid = int(self.wait_for_file(self.folder / "pid"))
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=DEADLINE_S)
        result = json.loads(out.strip().split("\n")[-1])
        self.assertEqual(process.returncode, 4)
        self.assertEqual(result["state"], "cancelled")
        self.assertEqual({t["state"] for t in result["tasks"].values()}, {"cancelled"})
        self.assertFalse(process_is_alive(pid))

    def test_ctrl_c_twice_does_not_wait_for_the_grace(self) -> None:
        dag = self.dag("tasks:\n  a:\n    grace: 1h\n    run: |\n      trap '' TERM\n      echo $$ > pid\n      while :; do sleep 0.1; done\n")
        process = self.start("run", dag)
        pid = int(self.wait_for_file(self.folder / "pid"))
        process.send_signal(signal.SIGINT)
        line = ""
        while "Ctrl-C" not in line:
            line = process.stdout.readline()  # says that it is cancelling
            self.assertTrue(line, "the process ended without a word")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=DEADLINE_S)
        self.assertEqual(process.returncode, 4)
        self.assertFalse(process_is_alive(pid))


class Looking(TidemillTest):
    def test_logs_runs_explain_and_dump_after_a_run(self) -> None:
        dag = self.dag('tasks:\n  a: {run: "echo out; echo err >&2"}\n  b: {needs: [a], if: "1 > 2", run: "true"}\n')
        run = self.run_json(dag)["run"]
        self.assertEqual(self.tidemill("logs", run, "a").stdout.split(), ["out", "err"])
        self.assertEqual(self.tidemill("logs", "latest", "a").stdout.split(), ["out", "err"])
        listed = json.loads(self.tidemill("runs", "--json").stdout)
        self.assertEqual([r["run"] for r in listed], [run])
        self.assertIn("demo", self.tidemill("runs").stdout)
        self.assertIn("1 > 2", self.tidemill("explain", run, "b").stdout)
        self.assertEqual(json.loads(self.tidemill("dump", run).stdout)["state"], "succeeded")
        self.assertIn("did you mean", self.tidemill("logs", run, "aa", expect=3).stderr)

    def test_follow_ends_with_the_task(self) -> None:
        dag = self.dag('tasks:\n  a: {run: "echo one; touch up; while ! test -e go; do sleep 0.05; done; echo two"}\n')
        process = self.start("run", dag)
        self.wait_for(lambda: (self.folder / "up").exists(), "the task to start")
        follower = self.start("logs", "latest", "a", "-f")
        self.assertEqual(follower.stdout.readline(), "one\n")
        (self.folder / "go").touch()
        rest, _ = follower.communicate(timeout=DEADLINE_S)
        self.assertEqual(rest, "two\n")
        self.assertEqual(process.wait(timeout=DEADLINE_S), 0)

    def test_plan_writes_nothing(self) -> None:
        dag = self.dag('tasks:\n  a: {run: "touch ran"}\n  b: {needs: [a], run: "true"}\n')
        done = self.tidemill("plan", dag)
        self.assertLess(done.stdout.index("a"), done.stdout.index("b"))
        self.assertFalse((self.folder / "ran").exists())
        self.assertFalse(self.data.exists())

    def test_every_command_explains_itself(self) -> None:
        for command in ("run", "validate", "plan", "graph", "schema", "next", "explain", "runs", "logs", "dump", "sim",
                        "completion"):
            shown = self.tidemill(command, "--help").stdout
            self.assertIn(f"Usage: tidemill {command}", shown)
            self.assertEqual(self.tidemill("help", command).stdout, shown)
        self.assertIn("tidemill 0.", self.tidemill("--version").stdout)
        self.tidemill("frobnicate", expect=2)
        self.assertIn("every promise held", self.tidemill("sim", "--seed", "1", "--count", "2").stdout)

    def test_follow_waits_for_a_task_that_has_not_started(self) -> None:
        dag = self.dag("""tasks:
  a: {run: "touch up; while ! test -e go; do sleep 0.05; done"}
  b: {needs: [a], run: "echo hello from b"}
  c: {needs: [a], if: "1 > 2", run: "true"}
""")
        process = self.start("run", dag)
        self.wait_for(lambda: (self.folder / "up").exists(), "the task to start")
        self.assertIn("has not started", self.tidemill("logs", "latest", "b", expect=3).stderr)
        follower = self.start("logs", "latest", "b", "-f")
        skipped = self.start("logs", "latest", "c", "-f")
        (self.folder / "go").touch()
        self.assertEqual(follower.communicate(timeout=DEADLINE_S)[0], "hello from b\n")
        self.assertIn("skipped", skipped.communicate(timeout=DEADLINE_S)[1])
        self.assertEqual(skipped.returncode, 3)
        self.assertEqual(process.wait(timeout=DEADLINE_S), 0)

    def test_without_a_scheduler_nothing_is_said_to_move(self) -> None:
        dag = self.dag('tasks:\n  a: {run: "touch up; while ! test -e go; do sleep 0.05; done"}\n  b: {needs: [a], run: "true"}\n')
        process = self.start("run", dag)
        self.wait_for(lambda: (self.folder / "up").exists(), "the task to start")
        self.assertNotIn("no scheduler", self.tidemill("explain", "latest", "b").stdout)
        process.kill()
        process.wait()
        for look in (("explain", "latest"), ("explain", "latest", "b"), ("runs",)):
            self.assertIn("no scheduler is running", self.tidemill(*look).stdout)
        self.assertIn("no scheduler is running", self.tidemill("logs", "latest", "b", "-f", expect=3).stderr)
        (self.folder / "go").touch()
        self.assertEqual(self.run_json(dag)["run"], 1)

    def test_hooks_are_tasks_to_look_at(self) -> None:
        dag = self.dag('tasks:\n  a: {run: "exit 1"}\nhooks:\n  failure: {run: "echo page"}\n')
        run = self.run_json(dag, expect=4)["run"]
        self.assertEqual(self.tidemill("logs", run, "hook.failure").stdout, "page\n")
        self.assertIn("succeeded", self.tidemill("explain", run, "hook.failure").stdout)

    def test_runs_are_filtered_over_many_pages(self) -> None:
        dag = self.dag('tasks:\n  a: {run: "true"}\n')
        self.run_json(dag)
        # A storage test makes rows the honest way; here they only have to be many.
        with contextlib.closing(sqlite3.connect(self.data / "tidemill.db")) as database, database:
            columns = [row[1] for row in database.execute("PRAGMA table_info(runs)")]
            others = ", ".join(name for name in columns if name != "run_id")
            database.execute(f"INSERT INTO runs (run_id, {others}) WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1"
                             f" FROM n WHERE i < 10000) SELECT n.i, {others} FROM runs, n WHERE run_id = 1")
        self.assertEqual(len(json.loads(self.tidemill("runs", "--limit", "1000000", "--json").stdout)), 10000)
        self.assertEqual(self.tidemill("runs", "--state", "failed").stdout, "no runs match\n")
        self.assertEqual(len(self.tidemill("runs").stdout.splitlines()), 21)


class Streams(TidemillTest):
    """Terminals, pipes and disks that are not there, or no longer."""
    DAG = 'tasks:\n  a: {run: "true"}\n  b: {needs: [a], run: "true"}\n'

    def shell(self, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["bash", "-c", "set -o pipefail; " + line], capture_output=True, text=True, timeout=DEADLINE_S,
                              cwd=self.folder, env=self.environment({"T": str(BINARY), **environment}))

    def test_a_reader_that_leaves_costs_nothing(self) -> None:
        self.dag(self.DAG)
        for line in ("$T run demo.yaml | head -1", "$T schema | head -1", "$T dump latest | true"):
            done = self.shell(line)
            self.assertEqual((done.returncode, done.stderr), (0, ""), line)

    def test_closed_streams_are_survived(self) -> None:
        self.dag(self.DAG)
        for closed in ("0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"):
            self.assertEqual(self.shell(f"$T run demo.yaml --json {closed}").returncode, 0, closed)
        listed = json.loads(self.tidemill("runs", "--json").stdout)
        self.assertEqual([run["state"] for run in listed], ["succeeded"] * 4)

    def test_a_full_disk_behind_stdout_is_reported(self) -> None:
        self.dag(self.DAG)
        for command in ("run demo.yaml --json", "runs", "schema", "dump latest", "explain latest", "plan demo.yaml",
                        "graph demo.yaml", "validate demo.yaml", "next --cron @daily", "--help"):
            done = self.shell(f"$T {command} > /dev/full")
            self.assertEqual(done.returncode, 1, command)
            self.assertIn("tidemill: cannot write", done.stderr, command)

    def test_a_deleted_working_folder_is_named(self) -> None:
        self.dag(self.DAG)
        done = self.shell("mkdir gone; cd gone; rmdir ../gone; $T run ../demo.yaml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("../demo.yaml", done.stderr)
        self.assertEqual(self.shell('mkdir gone; cd gone; rmdir ../gone; $T run "$F"', F=str(self.folder / "demo.yaml")).returncode, 0)

    def test_nohup_outlives_the_terminal(self) -> None:
        self.dag('tasks:\n  a: {run: "touch up; while ! test -e go; do sleep 0.05; done"}\n')
        process = self.start("run", self.folder / "demo.yaml", through=["nohup"])
        self.wait_for(lambda: (self.folder / "up").exists(), "the task to start")
        process.send_signal(signal.SIGHUP)
        (self.folder / "go").touch()
        self.assertEqual(process.wait(timeout=DEADLINE_S), 0)

    def test_odd_folders_and_environments(self) -> None:
        self.dag(self.DAG)
        long = "/".join(["long" * 12] * 4)
        for name in ("sp ace'\"$x", "größe-日本", long):
            self.tidemill("run", self.folder / "demo.yaml", "--data-dir", self.folder / name)
        for environment in ({"TZ": ":/x"}, {"TZ": "Foo/Bar"}, {"LC_ALL": "de_DE.UTF-8"}, {"TERM": ""}):
            self.tidemill("run", self.folder / "demo.yaml", env=environment)
        self.assertIn("--data-dir", self.shell("unset TIDEMILL_DATA_DIR; HOME= $T run demo.yaml").stderr)

    def test_a_new_database_beside_an_old_worker_is_refused_in_words(self) -> None:
        dag = self.dag(self.DAG)
        self.run_json(dag)
        self.run_json(dag)
        for path in self.data.glob("tidemill.db*"):
            path.unlink()
        said = self.tidemill("run", dag, expect=1).stderr
        self.assertIn(str(self.data / "worker"), said)
        # What still runs there may write while it is removed.
        self.wait_for(lambda: shutil.rmtree(self.data / "worker", ignore_errors=True) or not (self.data / "worker").exists(),
                      "the folder of the worker to be removed")
        shutil.rmtree(self.data / "logs", ignore_errors=True)
        self.assertEqual(self.run_json(dag)["state"], "succeeded")


class Usage(TidemillTest):
    def test_what_was_meant_is_guessed(self) -> None:
        self.assertIn("did you mean run?", self.tidemill("rnu", expect=2).stderr)
        self.assertIn("did you mean --param?", self.tidemill("run", "x.yaml", "--parm", "a=1", expect=2).stderr)
        self.assertIn("behind a command", self.tidemill("--json", "runs", expect=2).stderr)
        self.assertIn("Usage: tidemill", self.tidemill(expect=2).stdout)

    def test_runs_that_cannot_be(self) -> None:
        dag = self.dag('tasks:\n  a: {run: "true"}\n')
        self.run_json(dag)
        for run in ("0", "-1", "99999999999999999999", "1.5", " 1", "Demo", "*"):
            self.assertIn("tidemill: ", self.tidemill("explain", run, expect=3).stderr)
            self.tidemill("logs", run, "a", expect=3)
        self.tidemill("explain", "", expect=2)
        self.tidemill("runs", "--state", "odd", expect=2)

    def test_files_that_are_none(self) -> None:
        os.mkfifo(self.folder / "fifo")
        (self.folder / "loop").symlink_to("loop")
        (self.folder / "noise").write_bytes(bytes(range(256)) * 4)
        for command in ("run", "plan", "graph"):
            for name, code in (("absent", 3), ("fifo", 2), (".", 2), ("", 2), ("/dev/zero", 2), ("loop", 1)):
                self.assertIn("tidemill: ", self.tidemill(command, name, expect=code).stderr)
            self.assertIn("UTF-8", self.tidemill(command, self.folder / "noise", expect=None).stderr)
        self.assertFalse(self.data.exists())

    def test_completion_works_in_bash_and_knows_every_command(self) -> None:
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("__complete", self.tidemill("completion", shell).stdout)
        script = self.tidemill("completion", "bash").stdout
        self.assertEqual(self.completed(script, str(BINARY), "val"), ["validate"])
        self.assertEqual(self.completed(script, str(BINARY), "run", "--fr"), ["--fresh", "--from-failed"])
        self.dag("tasks: {}\n", "demo file")
        self.assertEqual(self.completed(script, str(BINARY), "run", "dem"), ["demo file.yaml"])

    def completed(self, script: str, *words: str) -> list[str]:
        line = " ".join(f"'{word}'" for word in words)
        done = subprocess.run(["bash", "-c", f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _tidemill 2>/dev/null;"
                               ' printf "%s\\n" "${COMPREPLY[@]}"'], capture_output=True, text=True, cwd=self.folder)
        return sorted(done.stdout.splitlines())


if __name__ == "__main__":
    unittest.main(verbosity=2)
