"""Runs the real binary for the integration tests: one data folder per test, short DAG files written in place."""
import json
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("TIDEMILL_BINARY", ROOT / "build/release/tidemill"))
DEADLINE_S = 240.0  # for broken builds only: far more than anything takes on a slow and busy machine


def end_tasks_of(data: Path) -> None:
    """Ends every process that was started as a task under this data folder: its environment names the folder."""
    mark = f"{data}/worker/attempts/".encode()
    while True:
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                if mark in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        if not found:
            return
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.01)


class TidemillTest(unittest.TestCase):
    """A scratch folder with `dags` written by the test and a data folder of its own."""

    def setUp(self) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="tidemill-test-")
        self.addCleanup(self._scratch.cleanup)
        self.folder = Path(self._scratch.name)
        self.data = self.folder / "data"
        self.started: list[subprocess.Popen[str]] = []
        self.addCleanup(self.end_leftovers)

    def end_leftovers(self) -> None:
        """Ends what a test left running: its own children, then agent and supervisor of its data folder."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()
        # One that is just being started is found in a later round; the folder is removed after the last.
        while pids := self.daemon_pids():
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                self.wait_for(lambda dead=pid: not process_is_alive(dead), f"process {pid} to end")
        end_tasks_of(self.data)

    def daemon_pids(self) -> list[int]:
        """Processes that name this test's data folder on their command line."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            words = command_line(int(entry.name))
            if any(word.startswith(str(self.data).encode()) for word in words) and b"tidemill" in words[0]:
                found.append(int(entry.name))
        return found

    def dag(self, text: str, name: str = "demo") -> Path:
        path = self.folder / f"{name}.yaml"
        path.write_text(f"version: 1\nname: {name}\n" + text)
        return path

    def tidemill(self, *args: object, expect: int | None = 0, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        done = subprocess.run([str(BINARY), *map(str, args)], capture_output=True, text=True, timeout=DEADLINE_S,
                              stdin=subprocess.DEVNULL, cwd=self.folder, env=self.environment(env))
        if expect is not None:
            self.assertEqual(done.returncode, expect, f"{args}\n{done.stdout}\n{done.stderr}")
        return done

    def start(self, *args: object, env: dict[str, str] | None = None,
              through: list[str] | None = None) -> subprocess.Popen[str]:
        process = subprocess.Popen([*(through or []), str(BINARY), *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   stdin=subprocess.DEVNULL, text=True, cwd=self.folder, env=self.environment(env))
        self.started.append(process)
        return process

    def environment(self, extra: dict[str, str] | None) -> dict[str, str]:
        return {**os.environ, "TIDEMILL_DATA_DIR": str(self.data), "NO_COLOR": "1", **(extra or {})}

    def run_json(self, *args: object, expect: int = 0) -> dict:
        done = self.tidemill("run", *args, "--json", expect=expect)
        return json.loads(done.stdout.strip().split("\n")[-1])

    def wait_for(self, condition, what: str):
        """Polls until `condition()` is true and returns its value; the deadline is for broken builds only."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            time.sleep(0.01)
        self.fail(f"waited {DEADLINE_S:.0f} s for: {what}")

    def wait_for_file(self, path: Path) -> str:
        self.wait_for(lambda: path.exists() and path.read_text(), f"{path.name} to be written")
        return path.read_text()


def command_line(pid: int) -> list[bytes]:
    """The words of a process; [b""] when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return [b""]


def bytes_of(path: Path) -> bytes:
    """What is in a file; nothing, when it was removed since it was listed."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def process_is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")
