"""Every DAG of dags/ runs as its README says, from a copy, so that nothing is written into the source tree."""
import json
import shutil
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from tidemill import ROOT, TidemillTest, process_is_alive  # noqa: E402

# Task: state, attempts, and what `explain` must say about it.
UNRELIABLE = {
    "flaky": ("succeeded", 2, None),
    "slow": ("succeeded", 1, None),
    "busy": ("succeeded", 2, None),
    "picky": ("failed", 2, "exit code 4"),
    "hopeless": ("failed", 1, "exit code 78"),
    "oom": ("failed", 1, "of its 64 MiB limit"),
    "late": ("failed", 1, "timed out"),
    "stubborn": ("failed", 1, "timed out"),
    "killed": ("failed", 1, "SIGKILL"),
    "forgetful": ("failed", 1, "answer"),
    "nothing_new": ("skipped", 1, "99"),
    "only_when_new": ("skipped", 0, "nothing_new"),
    "leftover": ("succeeded", 1, None),
    "roll_call": ("succeeded", 1, None),
}


class Example(TidemillTest):
    def setUp(self) -> None:
        super().setUp()
        self.dags = self.folder / "dags"
        # What an earlier run of an example left in its folder is no part of it.
        shutil.copytree(ROOT / "dags", self.dags, symlinks=True,
                        ignore=shutil.ignore_patterns("published", "work", "__pycache__"))

    def example(self, name: str) -> Path:
        return self.dags / name / f"{name}.yaml"


class Small(Example):
    def test_hello(self) -> None:
        result = self.run_json(self.example("hello"))
        self.assertEqual({id: task["state"] for id, task in result["tasks"].items()},
                         {"greet": "succeeded", "shout": "succeeded"})
        self.assertIn("HELLO FROM", self.tidemill("logs", "latest", "shout").stdout)

    def test_etl_fanout_loads_and_says_nothing_to_alert(self) -> None:
        result = self.run_json(self.example("etl_fanout"))
        self.assertEqual(result["state"], "succeeded")
        self.assertEqual(result["tasks"]["alert"]["state"], "skipped")
        self.assertTrue((self.dags / "etl_fanout" / "work" / "packages.db").stat().st_size > 0)

    def test_etl_fanout_with_a_broken_partition_alerts_and_cleans_up(self) -> None:
        result = self.run_json(self.example("etl_fanout"), "--param", "break_partition=2", expect=4)
        states = {id: task["state"] for id, task in result["tasks"].items()}
        self.assertEqual(states["transform_2"], "failed")
        self.assertEqual(states["transform_1"], "succeeded")
        self.assertEqual(states["load"], "upstream_failed")
        self.assertEqual(states["alert"], "succeeded")
        self.assertEqual(states["cleanup"], "succeeded")
        self.assertEqual(states["hook.failure"], "succeeded")
        self.assertFalse((self.dags / "etl_fanout" / "work" / "packages.db").exists())

    def test_sign_off_waits_for_the_delivery_and_asks_nobody(self) -> None:
        result = self.run_json(self.example("sign_off"))
        self.assertEqual({id: task["state"] for id, task in result["tasks"].items()},
                         {"shop": "succeeded", "delivered": "succeeded", "check": "succeeded", "sign_off": "skipped", "release": "succeeded"})
        self.assertEqual(result["tasks"]["delivered"]["attempts"], 0)
        self.assertIn("at most 100 of 42 listings; signed off by nobody", self.tidemill("logs", "latest", "release").stdout)

    def test_all_files_are_clean_and_can_be_drawn(self) -> None:
        names = sorted(folder.name for folder in self.dags.iterdir() if folder.is_dir())
        self.assertEqual(names, ["etl_fanout", "hello", "listing_category", "sign_off", "unreliable"])
        self.assertEqual(self.tidemill("validate", self.dags).stdout, "5 files, 0 errors\n")
        for name in names:
            for format in ("text", "dot", "mermaid", "json"):
                drawn = self.tidemill("graph", self.example(name), "--format", format).stdout
                self.assertIn("report" if name in ("etl_fanout", "listing_category") else
                              {"hello": "shout", "sign_off": "release", "unreliable": "roll_call"}[name], drawn)
                if format == "json":
                    json.loads(drawn)
            self.tidemill("plan", self.example(name))


class Unreliable(Example):
    def test_every_task_ends_as_it_is_meant_to(self) -> None:
        result = self.run_json(self.example("unreliable"), "--slots", "4", "--param", "slow_seconds=0",
                               "--param", "flaky_failures=1")
        self.assertEqual(result["state"], "partial")
        ended = {id: (task["state"], task["attempts"]) for id, task in result["tasks"].items() if "." not in id}
        self.assertEqual(ended, {id: (state, attempts) for id, (state, attempts, _) in UNRELIABLE.items()})
        for id, (_, _, why) in UNRELIABLE.items():
            said = self.tidemill("explain", "latest", id).stdout
            self.assertIn(why or "succeeded", said, id)
        self.assertIn("| killed | failed |", self.tidemill("logs", "latest", "roll_call").stdout)
        self.assertIn("killed", self.tidemill("logs", "latest", "stubborn").stdout)
        left = self.tidemill("logs", "latest", "leftover").stdout
        self.assertFalse(process_is_alive(int(left.split("process ")[1].split()[0])), left)

    def test_used_up_retries_fail_the_run(self) -> None:
        result = self.run_json(self.example("unreliable"), "--only", "flaky", "--param", "flaky_failures=9", expect=4)
        self.assertEqual(result["tasks"]["flaky"], {**result["tasks"]["flaky"], "state": "failed", "attempts": 4})


class ListingCategory(Example):
    def test_the_offline_sample_is_published(self) -> None:
        done = self.tidemill("run", self.example("listing_category"), "--param", "source=installed", "--json")
        result = json.loads(done.stdout.strip().split("\n")[-1])
        self.assertEqual(result["state"], "succeeded")
        self.assertEqual(result["tasks"]["publish"], {**result["tasks"]["publish"], "state": "succeeded", "attempts": 1})
        manifests = list((self.dags / "listing_category" / "published").glob("*/current/manifest.json"))
        self.assertEqual(len(manifests), 1)
        manifest = json.loads(manifests[0].read_text())
        rows = (manifests[0].parent / "predictions.jsonl").read_text().count("\n")
        self.assertGreater(rows, 0)
        self.assertIn(rows, manifest.values(), manifest)
        for word in ("ccuracy", "published", "tidemill"):
            self.assertIn(word, done.stderr, "the last screen says how good it is, where it is and what to do next")


if __name__ == "__main__":
    unittest.main(verbosity=2)
