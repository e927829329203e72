"""What a person sees when processes, folders and files are not as they should be."""
import json
import os
import pty
import shutil
import signal
import sqlite3
import subprocess
import termios
import unittest
from pathlib import Path

from tidemill import BINARY, DEADLINE_S, TidemillTest, command_line, process_is_alive

WAITING = 'tasks:\n  a: {run: "touch up; while ! test -e go; do sleep 0.05; done"}\n'


class Trouble(TidemillTest):
    def start_waiting(self, text: str = WAITING, *more: object) -> subprocess.Popen[str]:
        process = self.start("run", self.dag(text), *more)
        self.wait_for(lambda: (self.folder / "up").exists(), "the task to start")
        return process

    def worker_pid(self, word: str) -> int:
        """The agent (`worker`) or the `supervisor` of this test's data folder."""
        def find() -> int:
            for pid in self.daemon_pids():
                if command_line(pid)[1:2] == [word.encode()]:
                    return pid
            return 0
        return self.wait_for(find, f"the {word} to be there")


class Pipes(Trouble):
    def test_whoever_reads_our_output_does_not_wait_for_the_worker(self) -> None:
        process = self.start_waiting()
        process.kill()
        # Ends only when nobody holds the other end of the pipes any more.
        process.communicate(timeout=DEADLINE_S)
        self.assertTrue(process_is_alive(self.worker_pid("worker")))
        self.assertTrue(process_is_alive(self.worker_pid("supervisor")))
        (self.folder / "go").touch()
        self.assertEqual(self.run_json(self.folder / "demo.yaml")["state"], "succeeded")

    def test_no_other_descriptor_of_ours_reaches_the_worker(self) -> None:
        read, write = os.pipe()
        dag = self.dag(WAITING)
        process = subprocess.Popen([str(BINARY), "run", str(dag)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   text=True, cwd=self.folder, env=self.environment(None), pass_fds=[write])
        self.started.append(process)
        os.close(write)
        self.wait_for(lambda: (self.folder / "up").exists(), "the task to start")
        process.kill()
        self.assertEqual(os.read(read, 1), b"")
        os.close(read)
        (self.folder / "go").touch()

    def test_the_worker_still_says_why_it_cannot_work(self) -> None:
        dag = self.dag('tasks: {a: {run: "true"}}\n')
        run = self.tidemill("run", dag, expect=1, env={"TIDEMILL_CGROUP": "/nope"})
        self.assertIn("TIDEMILL_CGROUP=/nope is no cgroup v2 folder", run.stderr.splitlines()[-1])
        self.assertIn("TIDEMILL_CGROUP=/nope", (self.data / "worker.log").read_text())
        # What the last one said is not said again of one that works.
        self.assertNotIn("CGROUP", self.tidemill("run", dag, "--resume").stderr)


class Folder(Trouble):
    def test_a_removed_data_folder_ends_the_run_in_words(self) -> None:
        process = self.start_waiting()
        pids = self.daemon_pids()
        shutil.rmtree(self.data, ignore_errors=True)
        _, said = process.communicate(timeout=DEADLINE_S)
        self.assertEqual(process.returncode, 1)
        self.assertIn(f"{self.data}/scheduler.lock was removed or moved", said)
        (self.folder / "go").touch()
        for pid in pids:
            if process_is_alive(pid):
                os.kill(pid, signal.SIGKILL)

    def test_a_moved_folder_goes_on_under_its_new_name(self) -> None:
        process = self.start_waiting()
        moved = self.folder / "data2"
        self.data.rename(moved)
        self.assertIn("--data-dir", process.communicate(timeout=DEADLINE_S)[1])
        os.kill(self.worker_pid("worker"), signal.SIGTERM)
        (self.folder / "go").touch()
        done = self.run_json(self.folder / "demo.yaml", "--data-dir", moved)
        self.assertEqual((done["run"], done["state"], done["tasks"]["a"]["attempts"]), (1, "succeeded", 1))

    def test_an_older_copy_of_the_database_stays_refused(self) -> None:
        dag = self.dag('tasks: {a: {run: "true"}}\n')
        self.run_json(dag)
        shutil.copy(self.data / "tidemill.db", self.folder / "older.db")
        self.run_json(dag)
        self.run_json(dag)
        for path in self.data.glob("tidemill.db*"):
            path.unlink()
        shutil.copy(self.folder / "older.db", self.data / "tidemill.db")
        for _ in range(4):
            said = self.tidemill("run", dag, expect=1).stderr
            self.assertIn("it counts 1 starts, the worker 3", said)

    def test_what_is_wrong_with_the_database_is_said_once(self) -> None:
        dag = self.dag('tasks: {a: {run: "true"}}\n')
        self.data.mkdir()
        path = self.data / "tidemill.db"
        path.write_bytes(b"x" * 8192)
        looks = (("run", dag), ("runs",), ("explain", "1"))
        for look in looks:
            said = self.tidemill(*look, expect=1).stderr
            self.assertIn(f"{path} is no database", said)
            self.assertNotIn("damaged", said)
        path.unlink()
        other = sqlite3.connect(path)
        other.execute("CREATE TABLE theirs (x)")
        other.commit()
        other.close()
        for look in looks:
            said = self.tidemill(*look, expect=2).stderr
            self.assertIn(f"{path} is a database of another program", said)
            self.assertNotIn("damaged", said)

    def test_a_reader_of_a_damaged_database_says_where_and_what_to_do(self) -> None:
        tasks = "".join(f"  t{i}: {{run: 'true'}}\n" for i in range(300))
        self.run_json(self.dag("tasks:\n" + tasks))
        path = self.data / "tidemill.db"
        size = path.stat().st_size
        with open(path, "r+b") as file:
            file.seek(4096 * 2)
            file.write(b"\xff" * (size - 4096 * 2))
        for look in (("explain", "1"), ("dump", "1"), ("logs", "1", "t1")):
            said = self.tidemill(*look, expect=1).stderr
            self.assertIn(f"the database {path} is damaged", said)
            self.assertIn("restore a copy", said)


class Stopping(Trouble):
    def test_a_third_signal_leaves_a_worker_that_does_not_answer(self) -> None:
        process = self.start_waiting()
        agent = self.worker_pid("worker")
        os.kill(agent, signal.SIGSTOP)
        try:
            process.send_signal(signal.SIGINT)
            self.await_line(process, "cancelling")
            process.send_signal(signal.SIGINT)
            self.await_line(process, "killing what is left")
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=DEADLINE_S)
        finally:
            os.kill(agent, signal.SIGCONT)
        self.assertEqual(process.returncode, 1)
        self.assertIn("may go on", said)
        self.assertIn("--resume", said)
        dag = self.folder / "demo.yaml"
        self.assertIn("being cancelled", self.tidemill("run", dag, expect=1).stderr)
        self.assertEqual(self.run_json(dag, "--resume", expect=4)["state"], "cancelled")

    def await_line(self, process: subprocess.Popen[str], part: str) -> None:
        for line in process.stdout:
            if part in line:
                return
        self.fail(f"{part} was never said")

    def test_keys_do_not_move_the_picture(self) -> None:
        dag = self.dag(WAITING)
        pid, master = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execvpe(str(BINARY), [str(BINARY), "run", str(dag)], self.environment({"TERM": "xterm"}))
        seen = b""
        while b"a " not in seen or not (self.folder / "up").exists():
            seen += os.read(master, 4096)
        self.assertFalse(termios.tcgetattr(master)[3] & termios.ECHO, "an Enter would move the cursor")
        (self.folder / "go").touch()
        while True:
            try:
                if not os.read(master, 4096):
                    break
            except OSError:
                break
        self.assertEqual(os.waitpid(pid, 0)[1], 0)
        os.close(master)

    def test_the_keyboard_is_given_back(self) -> None:
        dag = self.dag('tasks: {a: {run: "true"}}\n')
        pid, master = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            # A shell holds the terminal beyond the run.
            os.execvpe("sh", ["sh", "-c", f"{BINARY} run {dag}; stty -a; read x"], self.environment({"TERM": "xterm"}))
        seen = b""
        while b"isig" not in seen:
            seen += os.read(master, 4096)
        self.assertTrue(termios.tcgetattr(master)[3] & termios.ECHO)
        os.close(master)
        os.waitpid(pid, 0)


class Telling(Trouble):
    def test_a_broken_expectation_stands_in_the_log(self) -> None:
        dag = self.dag("tasks:\n  a:\n    run: 'echo rows=3 > \"$TIDEMILL_OUTPUT\"'\n"
                       "    outputs: [rows]\n    expect: {rows: '>= 1000'}\n")
        self.run_json(dag, expect=4)
        said = "rows should be >= 1000, but is '3'"
        self.assertIn(said.split(",")[0], self.tidemill("explain", "demo", "a").stdout)
        self.assertIn("contract: rows should be >= 1000, but is", self.tidemill("logs", "demo", "a").stdout)

    def test_only_is_refused_before_anything_runs(self) -> None:
        dag = self.dag("tasks:\n  a: {run: 'echo rows=1 > \"$TIDEMILL_OUTPUT\"', outputs: [rows]}\n"
                       '  b: {run: "touch ran"}\n'
                       '  c: {needs: [a, b], command: [echo, "${{ tasks.a.outputs.rows }}"]}\n')
        for command in ("run", "plan"):
            said = self.tidemill(command, dag, "--only", "b", "--only", "c", expect=2).stderr
            self.assertIn("c reads tasks.a.outputs.rows in command, and a is left out of this run: add a to --only", said)
        self.assertFalse((self.folder / "ran").exists())
        self.run_json(dag)
        self.assertEqual(self.run_json(dag, "--only", "c", "--from-failed", "latest")["state"], "succeeded")

    def test_checks_and_summaries_are_dumped(self) -> None:
        dag = self.dag("tasks:\n  a:\n    run: |\n"
                       "      echo '{\"check\": \"no_nulls\", \"success\": false, \"severity\": \"warn\", \"expected\": 0,"
                       " \"actual\": 4}' > \"$TIDEMILL_CHECKS\"\n"
                       "      printf '# Title\\n```text\\n# kept\\n```\\n' > \"$TIDEMILL_SUMMARY\"\n")
        run = self.tidemill("run", dag)
        self.assertNotIn("```", run.stdout)
        self.assertIn("\nTitle\n# kept\n", run.stdout)
        result = json.loads(self.tidemill("dump", "demo").stdout)["tasks"][0]["result"]
        self.assertEqual(result["checks"][0]["check"], "no_nulls")
        self.assertIn("# Title", result["summary"])
        text = self.tidemill("dump", "demo", "--format", "text").stdout
        self.assertIn("check no_nulls failed (warn): expected 0, found 4", text)
        self.assertIn("  Title\n  # kept\n", text)

    def test_a_ready_task_is_explained_from_outside(self) -> None:
        process = self.start_waiting(WAITING + '  queued: {run: "true"}\n  b: {run: "true", resources: {cpu: 0.1}}\n'
                                     '  gpu: {run: "true", runs_on: [gpu]}\n', "--slots", "1")

        def explained(task: str, part: str) -> None:
            self.wait_for(lambda: part in self.tidemill("explain", "latest", task).stdout, f"{task} to be explained")
        explained("b", "it waits for a free slot: 1 of 1 slot is in use by a")
        explained("queued", "queue of local, all of whose slots are busy")
        self.assertIn("no worker has the label gpu", self.tidemill("explain", "latest", "gpu").stdout)
        process.kill()
        process.communicate()
        self.assertIn("no scheduler is running here", self.tidemill("explain", "latest", "gpu").stdout)
        (self.folder / "go").touch()

    def test_a_task_that_kills_itself_is_not_said_to_lack_memory(self) -> None:
        dag = self.dag('tasks: {a: {run: "kill -9 $$; true"}}\n')
        self.run_json(dag, expect=4)
        log = self.tidemill("logs", "demo", "a").stdout
        self.assertIn("killed by SIGKILL", log)
        self.assertNotIn("probably", log)

    def test_secret_parameters_are_not_planned_in_clear(self) -> None:
        dag = self.dag("params: {token: {type: secret}}\n"
                       "tasks: {a: {run: 'echo $TIDEMILL_PARAM_TOKEN'}}\n")
        params = ("--param", "token=hush-1")
        for look in (("plan", dag, *params), ("plan", dag, *params, "--json"), ("run", dag, *params), ("dump", "demo"),
                     ("logs", "demo", "a")):
            self.assertNotIn("hush", self.tidemill(*look).stdout, look)


if __name__ == "__main__":
    unittest.main(verbosity=2)
