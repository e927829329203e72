"""What must not get out, and what must end in words."""
import stat
import unittest

from tidemill import TidemillTest


class Safety(TidemillTest):
    def test_a_secret_parameter_is_hidden_in_logs_and_results(self) -> None:
        dag = self.dag(
            "params: {token: {type: secret, required: true}}\n"
            "tasks:\n"
            "  a:\n"
            "    outputs: [said]\n"
            "    run: |\n"
            "      echo \"log $TIDEMILL_PARAM_TOKEN\"\n"
            "      cat \"$TIDEMILL_CONTEXT\"\n"
            "      echo \"said=$TIDEMILL_PARAM_TOKEN\" > \"$TIDEMILL_OUTPUT\"\n"
            "      echo \"# $TIDEMILL_PARAM_TOKEN\" > \"$TIDEMILL_SUMMARY\"\n")
        run = self.tidemill("run", dag, "--data-dir", self.data, "--param", "token=hush-hush")
        logs = self.tidemill("logs", "demo", "a", "--data-dir", self.data)
        dump = self.tidemill("dump", "demo", "--data-dir", self.data)
        self.assertIn("log ***", logs.stdout)
        self.assertIn("***", dump.stdout)
        for text in (run.stdout, run.stderr, logs.stdout, dump.stdout):
            self.assertNotIn("hush-hush", text)

    def test_a_bad_control_group_ends_the_run_in_words(self) -> None:
        dag = self.dag("tasks: {a: {run: 'true'}}\n")
        run = self.tidemill("run", dag, "--data-dir", self.data, expect=1, env={"TIDEMILL_CGROUP": "/nope"})
        self.assertEqual(run.stderr.count("TIDEMILL_CGROUP=/nope is no cgroup v2 folder"), 1, run.stderr)
        self.assertIn("cannot work", run.stderr)

    def test_the_data_folder_is_private(self) -> None:
        dag = self.dag("tasks: {a: {run: 'echo x > \"$TIDEMILL_OUT/x\"; echo x', artifacts: {x: x}}}\n")
        self.tidemill("run", dag, "--data-dir", self.data)
        for name in (".", "logs", "objects", "run", "worker"):
            self.assertEqual(stat.S_IMODE((self.data / name).stat().st_mode), 0o700, name)

    def test_a_refused_artifact_is_the_reason(self) -> None:
        dag = self.dag("tasks: {a: {run: 'ln -s /etc/passwd \"$TIDEMILL_OUT/m\"', artifacts: {m: m}}}\n")
        self.tidemill("run", dag, "--data-dir", self.data, expect=None)
        said = "artifact m: m is a symbolic link, which is not taken"
        self.assertIn(said, self.tidemill("explain", "demo", "a", "--data-dir", self.data, expect=None).stdout)
        self.assertIn(said, self.tidemill("logs", "demo", "a", "--data-dir", self.data).stdout)


if __name__ == "__main__":
    unittest.main()
