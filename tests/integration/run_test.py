"""`tidemill run` as a user meets it: results, exit codes, resuming, cancelling, selecting."""
import json
import os
import signal
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from tidemill import TidemillTest, process_is_alive  # noqa: E402


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
                self.assertNotIn(b"s3cr3t-c4n4ry", path.read_bytes(), path)

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
        out, err = again.communicate(timeout=60)
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
        out, err = process.communicate(timeout=60)
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
        out, err = process.communicate(timeout=60)
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
        self.assertEqual(process.wait(timeout=60), 0)

    def pids_of(self, command: str) -> list[int]:
        found = [pid for pid in self.daemon_pids()
                 if command.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[1:2]]
        self.assertTrue(found, f"no {command} process")
        return found


class Cancel(TidemillTest):
    def test_ctrl_c_cancels_cleanly(self) -> None:
        dag = self.dag('tasks:\n  a: {run: "echo $$ > pid; exec sleep 1000"}\n  b: {needs: [a], run: "true"}\n')
        process = self.start("run", dag, "--json")
        pid = int(self.wait_for_file(self.folder / "pid"))
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
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
        process.communicate(timeout=60)
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
        rest, _ = follower.communicate(timeout=60)
        self.assertEqual(rest, "two\n")
        self.assertEqual(process.wait(timeout=60), 0)

    def test_plan_writes_nothing(self) -> None:
        dag = self.dag('tasks:\n  a: {run: "touch ran"}\n  b: {needs: [a], run: "true"}\n')
        done = self.tidemill("plan", dag)
        self.assertLess(done.stdout.index("a"), done.stdout.index("b"))
        self.assertFalse((self.folder / "ran").exists())
        self.assertFalse(self.data.exists())

    def test_every_command_explains_itself(self) -> None:
        for command in ("run", "validate", "plan", "graph", "schema", "next", "explain", "runs", "logs", "dump", "sim",
                        "completion"):
            self.assertIn("usage", self.tidemill(command, "--help").stdout.lower())
        self.assertIn("tidemill 0.", self.tidemill("--version").stdout)
        self.tidemill("frobnicate", expect=2)
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("validate", self.tidemill("completion", shell).stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
