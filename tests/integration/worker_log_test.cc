// Logs of real processes: masking, caps, bytes of any kind, full disks.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/hash.h"
#include "tests/support/supervisor_client.h"

namespace tidemill::testing {
namespace {

class Logs : public ::testing::Test {
 protected:
  TemporaryDirectory folder;
  SupervisorClient client{folder / "worker"};
};

// The canary leaves its process in twelve spellings, in pieces, on both streams.
TEST_F(Logs, ASecretIsInNoFileInAnySpelling) {
  const std::string canary = "Can#ry/9\"42 ü";
  auto spawn = client.order(1, {"python3", "-u", "-c", R"(
import base64, json, os, sys, time, urllib.parse as u
s = os.environ['SECRET']; b = s.encode()
forms = [s, base64.b64encode(b).decode(), base64.b64encode(b'user:' + b + b'@h').decode(),
         base64.b64encode(b'xy' + b + b'zz').decode(), base64.urlsafe_b64encode(b'x' + b).decode(),
         u.quote(s, safe=''), u.quote(s, safe='').lower() if 0 else u.quote(s, safe='').replace('%2F', '%2f').replace('%C3%BC', '%c3%bc'),
         u.quote_plus(s), json.dumps(s, ensure_ascii=False), json.dumps({'k': s}, ensure_ascii=False).replace('/', '\\/'),
         b.hex(), b.hex().upper()]
for f in forms:
    for stream in (sys.stdout, sys.stderr):
        half = len(f) // 2
        stream.write('<' + f[:half]); stream.flush(); time.sleep(0.003)
        stream.write(f[half:] + '>\n'); stream.flush()
print('ends here')
)"});
  spawn.env.emplace_back("SECRET", canary);
  spawn.masks = {canary};
  client.run(spawn);
  ASSERT_EQ(client.await_exit(1).cause, Cause::none) << client.log(1);
  const std::string log = client.log(1);
  EXPECT_NE(log.find("ends here"), std::string::npos);
  for (const char* trace :
       {"Can#ry", "9\"42", "42 ", "Q2FuI3J5", "NhbiNyeS", "Q2FuI3J5LzkiNDIg", "ry%2F9", "ry%2f9",
        "9%2242", "42+%C3", "9\\\"42", "43616e237279", "43616E237279"}) {
    EXPECT_EQ(log.find(trace), std::string::npos) << trace << " in:\n" << log;
  }
  for (const auto& [path, content] : files_below(client.directory())) {
    EXPECT_EQ(content.find("Can#ry"), std::string::npos) << path;
  }
}

TEST_F(Logs, EveryKindOfByteArrivesUnchanged) {
  client.run(client.order(
      1, {"python3", "-c",
          "import sys, hashlib; b = bytes(range(256)) * 4096 + b'x' * 3000000; "
          "sys.stdout.buffer.write(b); sys.stderr.write(hashlib.sha256(b).hexdigest())"}));
  ASSERT_EQ(client.await_exit(1).cause, Cause::none);
  std::string text = client.log_text(1);
  text.pop_back();  // the line end that a last line without one is given
  EXPECT_EQ(sha256_hex(text) + "\n", client.log_text(1, "stderr"));
}

TEST_F(Logs, WhatWasWrittenBeforeAKillIsThere) {
  client.run(client.script(
      1, "i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i + 1)); done; kill -KILL $$"));
  client.await_exit(1);
  const std::string text = client.log_text(1);
  EXPECT_EQ(text.substr(text.size() - 9), "line 999\n");
}

TEST_F(Logs, ARunawayWriterStaysWithinTheCapAndIsNotSlowed) {
  client.process().signal(SIGTERM);
  client.process().wait();
  client.log_cap_bytes = "1000000";
  client.restart();
  client.attach(4);
  client.run(client.order(
      1, {"sh", "-c",
          "yes 0123456789abcdefghijklmnopqrstuvwxyz | head -c 100000000; echo; echo the end"}));
  const auto record = client.await_exit(1);
  EXPECT_EQ(record.cause, Cause::none);
  EXPECT_EQ(record.usage.log_bytes, 100'000'009u);
  EXPECT_LE(client.log(1).size(), 1'000'200u);
  const std::string text = client.log_text(1);
  EXPECT_EQ(text.size() + record.usage.log_dropped, record.usage.log_bytes);
  EXPECT_EQ(text.substr(text.size() - 8), "the end\n");
  EXPECT_NE(client.log_text(1, "tidemill").find("log cap reached"), std::string::npos);
}

TEST_F(Logs, PatternsAreFoundInTheEnd) {
  auto spawn = client.script(1, "echo 'RuntimeError: CUDA out of memory'; exit 1");
  spawn.log_patterns = {"", "connection refused", "CUDA*memory"};
  client.run(spawn);
  EXPECT_EQ(client.await_exit(1).log_rules, 0b100u);
}

TEST_F(Logs, AFolderRemovedMidwayDoesNotHurtTheTask) {
  client.run(client.script(
      1, "echo one; until [ -e " + folder.path() + "/gone ]; do sleep 0.01; done; echo two"));
  ASSERT_TRUE(wait_until([&] { return !client.log(1).empty(); }));
  std::filesystem::remove_all(client.directory() + "/logs");
  std::filesystem::create_directory(folder / "gone");
  EXPECT_EQ(client.await_exit(1).cause, Cause::none);
}

TEST_F(Logs, ASilentTaskThatFailsStillHasALog) {
  client.run(client.order(1, {"false"}));
  client.await_exit(1);
  EXPECT_EQ(client.log_text(1, "tidemill"), "exit: exit code 1\n");
}

// A file system of 256 KiB for the logs, in a mount namespace of our own.
TEST_F(Logs, AFullDiskNeverBlocksATaskAndIsSaid) {
  const std::string small = folder / "small";
  ASSERT_TRUE(make_directories(small).ok());
  if (::unshare(CLONE_NEWNS) != 0) {
    // Without the right to mount, /dev/full plays the full disk: every write fails, none is
    // accepted.
    std::filesystem::create_symlink("/dev/full", small + "/1.log");
  } else {
    ASSERT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    ASSERT_EQ(::mount("tidemill", small.c_str(), "tmpfs", 0, "size=256k"), 0);
  }
  SupervisorClient inside(folder / "inside");
  auto spawn = inside.script(1, "head -c 5000000 /dev/zero | tr '\\0' x; echo done >&2");
  spawn.log_path = small + "/1.log";
  inside.run(spawn);
  const auto record = inside.await_exit(1);
  EXPECT_EQ(record.cause, Cause::none);
  EXPECT_EQ(record.usage.log_bytes, 5'000'005u);
  EXPECT_GT(record.usage.log_dropped, 4'000'000u);
  ::umount2(small.c_str(), MNT_DETACH);
}

}  // namespace
}  // namespace tidemill::testing
