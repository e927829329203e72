// One message of every type with every field set, for tests of whatever carries messages.
#pragma once

#include <vector>

#include "protocol/messages.h"

namespace tidemill::testing {

inline std::vector<Message> every_message() {
  const AttemptId attempt{7};
  Outcome outcome;
  outcome.cause = Cause::exit;
  outcome.exit_code = 3;
  outcome.message = "exit code 3";
  outcome.started_at = WallTime{1'000'000};
  outcome.ended_at = WallTime{2'000'000};
  outcome.result.outputs = {{"rows", "1200"}, {"name", "ä\n"}};
  outcome.result.metrics = {{"accuracy", 0.75, "de", 4, false}};
  outcome.result.checks = {{"not_null", false, "warning", "title", "0", "3"}};
  outcome.result.artifacts = {{"model", std::string(64, 'a'), 123, true}};
  outcome.result.summary = "# done";
  outcome.log_rules = 5;
  outcome.usage = {Duration(1500), 4096, 10, 2};

  message::Start start;
  start.attempt = attempt;
  start.run = RunId{3};
  start.dag = "d";
  start.task = "t";
  start.task_index = 4;
  start.number = 2;
  start.priority = 9;
  start.slots = 2;
  start.argv = {"python3", "train.py", ""};
  start.shell = "bash";
  start.directory = "/srv/dag";
  start.umask = 027;
  start.env = {{"A", "1"}, {"B", ""}};
  start.secrets = {{"TOKEN", "hush"}};
  start.timeout = Duration(5'000'000);
  start.grace = Duration(1'000'000);
  start.resources = {1.5, 2u << 20, 1};
  start.outputs = {"rows"};
  start.metrics = {"accuracy"};
  start.artifacts = {{"model", "out/model.bin"}};
  start.inputs = {{"listings", std::string(64, 'b'), true}};
  start.log_patterns = {"", "out of * memory"};
  start.context_json = "{}";
  start.expect = {{"rows", ExpectRule::Op::between, 1, 2.5, std::nullopt, "1..2.5"},
                  {"name", ExpectRule::Op::ne, 0, 0, "x", "!= x"}};

  start.outlives_lease = true;

  message::Spawn spawn;
  spawn.attempt = attempt;
  spawn.run = RunId{3};
  spawn.priority = 1;
  spawn.slots = 3;
  spawn.argv = {"/bin/true"};
  spawn.env = {{"A", "1"}};
  spawn.masks = {"hush"};
  spawn.directory = "/srv/dag";
  spawn.umask = 0;
  spawn.timeout = Duration(7);
  spawn.grace = Duration(8);
  spawn.memory_limit = 1u << 30;
  spawn.cpu_limit = 0.5;
  spawn.log_path = "/data/logs/3/7.log";
  spawn.log_patterns = {"x"};
  spawn.note = "n";
  spawn.outlives_lease = true;

  message::ExitRecord record;
  record.attempt = attempt;
  record.run = RunId{3};
  record.cause = Cause::oom;
  record.exit_code = 255;
  record.signal = 64;
  record.message = "used 2.3 GiB of its 2 GiB limit";
  record.started_at = WallTime{-1};
  record.ended_at = WallTime{INT64_MAX};
  record.log_rules = UINT64_MAX;
  record.usage = {Duration(1), 2, 3, 4};
  record.note = std::string("\0n", 2);

  const message::KnownAttempt known{attempt, message::KnownAttempt::Stage::ended};
  return {
      message::Hello{1, "w1", "boot", 4, {"gpu"}, {2, 1u << 30, 1}, {known}, "0.9"},
      message::Welcome{1, 12, 3, Duration(60)},
      start,
      message::Stop{attempt, Cause::timeout, true},
      message::Acknowledge{{attempt, AttemptId{8}}},
      message::Drain{},
      message::Shutdown{},
      message::Started{attempt, 4242, WallTime{5}},
      message::Ended{attempt, outcome},
      message::Progress{attempt, 0.5, "half"},
      message::Heartbeat{99},
      message::Attach{1, 2},
      spawn,
      message::Kill{attempt, Cause::cancelled, false},
      message::Forget{{attempt}},
      message::Leave{},
      message::Inventory{"boot", {{known, "note", {"s3cret", "line two"}}}},
      message::Spawned{attempt, 4242, WallTime{6}},
      message::Exited{record},
      message::Renewed{98},
      message::Challenge{3, std::string(32, 'n')},
      message::Proof{3, "w1", std::string(32, 'o'), std::string(32, 'm')},
      message::Lease{{50}, {60}},
      message::Refused{"no"},
      message::Piece{attempt, std::string(64, 'a'), 5, 9, "four"},
      message::Received{attempt, "", 9, "no room"},
      message::Fetch{attempt, std::string(64, 'b'), 262144},
  };
}

}  // namespace tidemill::testing
