"""Retention, the disk reserve, backup and restore, `db check`, `doctor`, and databases of earlier schemas."""
import gzip
import json
import os
import signal
import sqlite3
import subprocess
import threading
import unittest
from pathlib import Path

from daemon_test import ServiceTest
from tidemill import BINARY, DEADLINE_S, ROOT

DAY_US = 86_400 * 1_000_000


class UpkeepTest(ServiceTest):
    def stop(self, process: subprocess.Popen) -> None:
        self.assertEqual(self.end(process), 0, self.said())
        self.log.unlink()

    def finished_runs(self, count: int, dag: str = "quick") -> list[int]:
        """Runs of a dag with two tasks, ended one after the other."""
        self.write_dag(dag, "tasks: {a: {run: 'echo hi; echo a=1 >> \"$TIDEMILL_OUTPUT\"', outputs: [a]},"
                             " b: {needs: [a], run: 'true'}}\n")
        runs = []
        for _ in range(count):
            runs.append(self.trigger(dag))
            self.wait_state(runs[-1], "succeeded")
        return runs

    def rows(self, sql: str) -> list[tuple]:
        connection = sqlite3.connect(f"file:{self.data}/tidemill.db?mode=ro", uri=True)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def edit(self, sql: str) -> None:
        """Makes runs older than they are. Only while no scheduler runs."""
        connection = sqlite3.connect(self.data / "tidemill.db")
        with connection:
            connection.execute(sql)
        connection.close()

    def ballast(self, folder: Path) -> int:
        """How many bytes are set aside."""
        try:
            return (folder / "ballast").stat().st_blocks * 512
        except FileNotFoundError:
            return 0

    def runs_left(self) -> list[int]:
        return [row[0] for row in self.rows("SELECT run_id FROM runs ORDER BY run_id")]

    def logs_left(self) -> list[int]:
        return sorted(int(entry.name) for entry in (self.data / "logs").iterdir())


class Retention(UpkeepTest):
    def test_runs_that_ended_long_ago_go_with_their_logs(self) -> None:
        process = self.up()
        self.wait_ready(process)
        runs = self.finished_runs(4)
        gate = self.folder / "gate"
        self.write_dag("slow", f"tasks: {{a: {{run: 'echo hi; while [ ! -e {gate} ]; do sleep 0.02; done'}}}}\n")
        unfinished = self.trigger("slow")
        self.wait_for(lambda: self.get(f"/api/v1/runs/{unfinished}")["tasks"][0]["state"] == "running", "the task to run")
        self.stop(process)
        old = 40 * DAY_US
        self.edit(f"UPDATE runs SET created_at=created_at-{old}, started_at=started_at-{old},"
                  f" ended_at=CASE ended_at WHEN 0 THEN 0 ELSE ended_at-{old} END WHERE run_id <> {runs[3]}")
        process = self.up("--retention-days", 30)
        self.wait_ready(process)
        self.wait_said("retention: 3 runs removed")
        self.assertEqual(self.runs_left(), [runs[3], unfinished])
        self.wait_for(lambda: self.logs_left() == [runs[3], unfinished], "the logs to go")
        for table in ("tasks", "attempts", "events", "outputs"):
            self.assertEqual(self.rows(f"SELECT count(*) FROM {table} WHERE run_id IN ({runs[0]},{runs[1]},{runs[2]})"), [(0,)])
        self.wait_for(lambda: self.rows("SELECT count(*) FROM run_removals") == [(0,)], "nothing to be left to do")
        self.assertEqual(self.ask("GET", f"/api/v1/runs/{runs[0]}")[0], 404)
        entries = self.rows("SELECT who, action, detail FROM audit WHERE action='runs.remove'")
        self.assertEqual([(who, action, json.loads(detail)) for who, action, detail in entries],
                         [("system", "runs.remove", {"runs": runs[:3]})])
        gate.touch()
        self.wait_state(unfinished, "succeeded")
        self.stop(process)
        self.tidemill("db", "check")

    def test_the_newest_of_each_dag_stay_and_what_just_ended_rests(self) -> None:
        process = self.up()
        self.wait_ready(process)
        first, second = self.finished_runs(3, "one"), self.finished_runs(2, "two")
        self.stop(process)
        self.edit(f"UPDATE runs SET ended_at=ended_at-{DAY_US} WHERE run_id <> {second[0]}")
        process = self.up("--retention-runs", 1)
        self.wait_ready(process)
        self.wait_said("retention: 2 runs removed")
        self.assertEqual(self.runs_left(), [first[2], *second], f"run {second[0]} ended only now")
        self.stop(process)

    def test_rules_can_change_while_it_runs(self) -> None:
        config = self.folder / "c.yaml"
        config.write_text("retention: {days: 0}\n")
        process = self.up("--config", config)
        self.wait_ready(process)
        runs = self.finished_runs(2)
        self.stop(process)
        self.edit(f"UPDATE runs SET ended_at=ended_at-{3 * DAY_US}")
        process = self.up("--config", config)
        self.wait_ready(process)
        self.assertEqual(self.runs_left(), runs)
        config.write_text("retention: {days: 2}\n")
        process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: self.runs_left() == [], "them to go")

    def test_a_kill_between_rows_and_logs_leaves_nothing_behind(self) -> None:
        process = self.up()
        self.wait_ready(process)
        runs = self.finished_runs(2)
        self.stop(process)
        self.edit(f"INSERT INTO run_removals VALUES ({runs[0]})")
        for table in ("outputs", "attempts", "events", "tasks", "runs"):
            self.edit(f"DELETE FROM {table} WHERE run_id={runs[0]}")
        self.wait_ready(self.up())
        self.wait_for(lambda: self.logs_left() == [runs[1]], "the log folder of the removed run to go")
        self.wait_for(lambda: self.rows("SELECT count(*) FROM run_removals") == [(0,)], "nothing to be left to do")

    def test_logs_have_a_quota(self) -> None:
        process = self.up()
        self.wait_ready(process)
        self.write_dag("loud", "tasks: {a: {run: 'head -c 200000 /dev/zero | tr \"\\\\0\" x | fold -w 100'}}\n")
        runs = []
        for _ in range(3):
            runs.append(self.trigger("loud"))
            self.wait_state(runs[-1], "succeeded")
        self.stop(process)
        self.wait_ready(self.up("--retention-log-bytes", "500KiB"))
        self.wait_said("retention: the logs of 2 runs removed")
        self.wait_for(lambda: self.logs_left() == [runs[2]], "the oldest to go, and they alone")
        self.assertEqual(self.runs_left(), runs, "the runs stay")

    def test_nothing_but_a_removal_deletes(self) -> None:
        process = self.up()
        self.wait_ready(process)
        self.finished_runs(1)
        self.stop(process)
        for table in ("attempts", "events", "tasks", "runs"):
            with self.assertRaisesRegex(sqlite3.IntegrityError, "only deleted"):
                self.edit(f"DELETE FROM {table}")
        with self.assertRaisesRegex(sqlite3.IntegrityError, "has ended"):
            self.edit("INSERT INTO run_removals VALUES (77)")


class Disk(UpkeepTest):
    def test_below_the_reserve_nothing_starts_until_there_is_room(self) -> None:
        config = self.folder / "c.yaml"
        config.write_text("disk: {reserve: 900TB, ballast: 1MiB}\n")
        process = self.up("--config", config)
        self.wait_ready(process)
        self.wait_said("the disk is nearly full")
        self.write_dag("quick", "tasks: {a: {run: 'true'}}\n")
        run = self.trigger("quick")
        self.wait_for(lambda: "the disk is nearly full" in self.ask("GET", f"/api/v1/runs/{run}/tasks/a/explain")[1],
                      "the reason why it waits")
        self.assertEqual(self.ask("GET", "/readyz")[0], 200, "what ends is still recorded, and people can look")
        self.assertIn("the disk is nearly full", self.ask("GET", "/readyz")[1])
        config.write_text("disk: {reserve: 1MiB, reserve_percent: 0, ballast: 1MiB}\n")
        process.send_signal(signal.SIGHUP)
        self.wait_state(run, "succeeded")
        self.wait_said("the disk has room again")
        self.wait_for(lambda: self.ballast(self.data) >= 1 << 20, "the ballast to be set aside")

    def test_a_full_disk_costs_the_ballast_and_nothing_else(self) -> None:
        """On a small file system of its own, where that can be mounted without rights."""
        self.data.mkdir()
        script = (f"mount -t tmpfs -o size=24m tmpfs {self.data} && exec {BINARY} up --dags {self.dags} --listen 127.0.0.1:0"
                  " --disk-reserve 1MiB --disk-reserve-percent 0 --disk-ballast 8MiB --durability crash")
        # Only who has no rights needs a user namespace, which there is none of inside a chroot.
        rights = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        with self.log.open("ab") as log:
            process = subprocess.Popen(["unshare", *rights, "--mount", "sh", "-c", script],
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                                       env=self.environment(None))
        self.started.append(process)
        self.wait_ready(process)
        inside = Path(f"/proc/{process.pid}/root{self.data}")
        self.wait_for(lambda: self.ballast(inside) >= 8 << 20, "the ballast to be set aside")
        with (inside / "filler").open("wb", buffering=0) as filler:
            try:
                while filler.write(bytes(1 << 16)) == 1 << 16:
                    pass
            except OSError:
                pass
        sock = inside / "run/api.sock"
        for n in range(2000):
            status, text = self.ask("POST", "/api/v1/users", {"user": f"user{n}", "role": "viewer"}, socket_path=sock)
            self.assertEqual(status, 201, text + self.said())
            if "ballast was given up" in self.said():
                break
        self.wait_said("the disk is full: the ballast was given up")
        (inside / "filler").unlink()
        self.wait_for(lambda: self.ballast(inside) >= 8 << 20, "the ballast to be set aside again")
        self.assertEqual(self.end(process), 0, self.said())


class Backup(UpkeepTest):
    def test_a_copy_of_a_busy_scheduler_restores(self) -> None:
        process = self.up()
        self.wait_ready(process)
        runs = self.finished_runs(2)
        stop = threading.Event()

        def keep_busy() -> None:
            while not stop.is_set():
                self.trigger("quick")

        busy = threading.Thread(target=keep_busy)
        busy.start()
        copy = self.folder / "copy.db"
        try:
            for _ in range(5):
                self.assertIn("checked", self.tidemill("backup", copy).stdout)
        finally:
            stop.set()
            busy.join(DEADLINE_S)
        self.assertEqual(copy.stat().st_mode & 0o777, 0o600)
        self.stop(process)
        self.assertIn("is whole", self.tidemill("db", "check", copy).stdout)
        fresh = self.folder / "fresh"
        self.tidemill("restore", copy, "--data-dir", fresh)
        self.wait_ready(self.up("--data-dir", fresh))
        status, text = self.ask("GET", f"/api/v1/runs/{runs[0]}", socket_path=fresh / "run/api.sock")
        self.assertEqual((status, json.loads(text)["state"]), (200, "succeeded"))
        self.data = fresh  # for the end of its processes

    def test_a_folder_gets_a_file_with_the_time(self) -> None:
        process = self.up()
        self.wait_ready(process)
        self.stop(process)
        folder = self.folder / "backups"
        folder.mkdir()
        path = Path(json.loads(self.tidemill("backup", folder, "--json").stdout)["file"])
        self.assertRegex(path.name, r"^tidemill-\d{8}T\d{6}Z\.db$")
        self.assertEqual(list(folder.iterdir()), [path])

    def test_only_an_older_copy_is_replaced(self) -> None:
        process = self.up()
        self.wait_ready(process)
        self.stop(process)
        precious = self.folder / "precious"
        precious.write_text("my thesis")
        self.assertIn("was left as it is", self.tidemill("backup", precious, expect=1).stderr)
        self.assertEqual(precious.read_text(), "my thesis")

    def test_a_kill_leaves_the_older_copy(self) -> None:
        process = self.up()
        self.wait_ready(process)
        self.stop(process)
        copy = self.folder / "copy.db"
        self.tidemill("backup", copy)
        before = copy.read_bytes()
        self.tidemill("backup", copy, expect=-signal.SIGKILL, env={"TIDEMILL_FAULT_POINT": "FP19:1"})
        self.assertEqual(copy.read_bytes(), before)

    def test_nothing_to_copy(self) -> None:
        self.assertIn("there is no", self.tidemill("backup", "x.db", expect=3).stderr)


class Restore(UpkeepTest):
    def copy_and_go_on(self) -> tuple[Path, list[int]]:
        """A copy, and runs that were made after it."""
        process = self.up()
        self.wait_ready(process)
        self.finished_runs(1)
        copy = self.folder / "copy.db"
        self.tidemill("backup", copy)
        later = self.finished_runs(2)
        self.stop(process)
        return copy, later

    def test_not_under_a_running_scheduler(self) -> None:
        process = self.up()
        self.wait_ready(process)
        copy = self.folder / "copy.db"
        self.tidemill("backup", copy)
        self.assertIn(f"already running in {self.data} (pid {process.pid})", self.tidemill("restore", copy, expect=1).stderr)

    def test_a_rollback_must_be_meant_and_gives_no_number_twice(self) -> None:
        copy, later = self.copy_and_go_on()
        before = (self.data / "tidemill.db").read_bytes()
        refused = self.tidemill("restore", copy, expect=1).stderr
        self.assertIn("--accept-rollback", refused)
        self.assertEqual((self.data / "tidemill.db").read_bytes(), before, "nothing was changed")
        said = self.tidemill("restore", copy, "--accept-rollback").stdout
        self.assertIn("is kept", said)
        self.assertEqual(len(list(self.data.glob("tidemill.db.replaced-*[0-9]"))), 1)
        self.wait_ready(self.up())
        self.assertEqual(self.ask("GET", f"/api/v1/runs/{later[0]}")[0], 404)
        again = self.finished_runs(1)[0]
        self.assertGreater(again, later[-1])

    def test_a_lost_database_leaves_numbers_out(self) -> None:
        copy, later = self.copy_and_go_on()
        self.wait_ready(second := self.up())
        self.wait_for(lambda: self.get("/api/v1/status")["workers_connected"], "the worker to know of this start")
        self.stop(second)
        for file in self.data.glob("tidemill.db*"):
            file.unlink()
        self.assertIn("unknown", self.tidemill("restore", copy, expect=1).stderr)
        self.tidemill("restore", copy, "--accept-rollback")
        self.wait_ready(self.up())
        self.assertGreater(self.finished_runs(1)[0], later[-1])

    def test_a_damaged_copy_is_refused(self) -> None:
        copy, _ = self.copy_and_go_on()
        damaged = bytearray(copy.read_bytes())
        for offset in range(8192, len(damaged) - 4096, 4096):
            damaged[offset:offset + 64] = b"\xff" * 64
        copy.write_bytes(damaged)
        self.tidemill("restore", copy, "--accept-rollback", expect=1)
        self.assertEqual(list(self.data.glob("*.restoring*")), [])
        checked = self.tidemill("db", "check", copy, expect=1)
        self.assertIn("damaged", checked.stdout + checked.stderr)

    def test_a_foreign_file_is_refused(self) -> None:
        other = self.folder / "other.db"
        connection = sqlite3.connect(other)
        connection.execute("CREATE TABLE t (x)")
        connection.close()
        self.assertIn("another program", self.tidemill("restore", other, expect=2).stderr)
        self.tidemill("restore", self.folder / "nothing", expect=3)


class Doctor(UpkeepTest):
    def doctor(self, *args: object, expect: int = 0) -> dict[str, dict]:
        done = self.tidemill("doctor", "--json", "--dags", self.dags, "--listen", "127.0.0.1:0", *args, expect=expect)
        return {check["check"]: check for check in json.loads(done.stdout)["checks"]}

    def test_before_during_and_after(self) -> None:
        self.assertIn("is not there yet", self.doctor()["data folder"]["found"])
        process = self.up()
        self.wait_ready(process)
        self.assertEqual(self.doctor()["scheduler"], {"check": "scheduler", "health": "ok",
                                                      "found": f"running, pid {process.pid}", "todo": ""})
        self.stop(process)
        checks = self.doctor()
        self.assertEqual(checks["scheduler"]["found"], "none is running")
        self.assertEqual(checks["database"]["health"], "ok")

    def test_what_is_wrong_says_what_to_do(self) -> None:
        with __import__("socket").socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.data.mkdir(mode=0o755)
            (self.data / "tidemill.db").write_text("not a database, but long enough to look like one")
            checks = self.doctor("--listen", f"127.0.0.1:{port}", "--disk-reserve", "900TB", expect=1)
        for name, health in (("listen", "fail"), ("disk", "fail"), ("database", "fail"), ("data folder", "warn")):
            self.assertEqual(checks[name]["health"], health, name)
            self.assertTrue(checks[name]["todo"], name)

    def test_the_file_of_alerts_is_looked_at(self) -> None:
        self.assertEqual(self.doctor()["alerts"]["health"], "warn")
        path = self.folder / "alerts.yaml"
        path.write_text("channels: {chat: {slack: {url: {secret: hook}}}}\npolicies: {usual: {steps: [{notify: channel.chat}]}}\n")
        path.chmod(0o644)
        self.assertEqual(self.doctor("--alerts", path)["alerts"]["health"], "ok")
        path.chmod(0o666)
        self.assertIn("by everybody", self.doctor("--alerts", path)["alerts"]["found"])
        path.write_text("channels: {}\n")
        found = self.doctor("--alerts", path, expect=1)["alerts"]
        self.assertEqual(found["health"], "fail")
        self.assertIn("alerts.yaml:1:1: policies is missing", found["found"])

    def test_people_get_lines(self) -> None:
        lines = self.tidemill("doctor", "--dags", self.folder / "nothing", "--listen", "127.0.0.1:0").stdout.splitlines()
        self.assertTrue(any(line.startswith("warn  dags ") for line in lines), lines)
        self.assertTrue(any(line.strip().startswith("-> make it") for line in lines), lines)


class Databases(UpkeepTest):
    """Files that earlier versions left, one for each schema that was released."""

    def test_the_first_schema_goes_on(self) -> None:
        self.data.mkdir(mode=0o700)
        golden = ROOT / "tests/golden/databases/schema_0001.db.gz"
        (self.data / "tidemill.db").write_bytes(gzip.decompress(golden.read_bytes()))
        self.wait_ready(self.up())
        self.wait_said("bringing the database up to date: 0002_control")
        self.assertEqual(self.get("/api/v1/runs/1")["state"], "succeeded")
        second = self.get("/api/v1/runs/2")
        self.assertEqual({task["id"]: task["state"] for task in second["tasks"]},
                         {"measure": "succeeded", "train": "failed", "publish": "upstream_failed"})
        self.assertIn("exit code 3", self.tidemill("explain", 2, "train").stdout)
        self.assertTrue((self.data / "tidemill.db.before-2").exists())
        self.assertEqual(self.finished_runs(1), [3])
        self.assertIn("is whole", self.tidemill("db", "check").stdout)


if __name__ == "__main__":
    unittest.main()
