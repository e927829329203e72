// The words between scheduler, agent (the worker's face) and supervisor (the owner of processes).
//
//   scheduler ── Challenge Refused Welcome Start Stop Acknowledge Renewed Drain Shutdown ──▶ agent
//   scheduler ◀── Proof Hello Started Ended Progress Heartbeat Fetch ─────────────────────── agent
//   scheduler ◀── Piece Received (logs and artifacts of workers on other machines) ────────▶ agent
//   agent ── Attach Spawn Kill Forget Lease Leave ──▶ supervisor
//   agent ◀── Inventory Spawned Exited ────────────── supervisor
//
// Frames carry ids, never paths chosen by the other side; the agent alone makes paths, from ids.
// An attempt is started at most once: Start and Spawn of a known attempt are ignored. Ended and
// Exited are repeated after every reconnect until Acknowledge and Forget arrive.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "core/dag.h"
#include "core/outcome.h"
#include "core/render.h"

namespace tidemill::message {

inline constexpr std::uint32_t kProtocolVersion = 3;

using Variables = std::vector<std::pair<std::string, std::string>>;

// scheduler and agent ----------------------------------------------------------------------------

// What a worker knows of an attempt when it (re)connects.
struct KnownAttempt {
  AttemptId attempt;
  enum class Stage : std::uint8_t { queued, running, ended } stage = Stage::queued;
};

// First frame of an agent. Attempts that are not listed were never started here.
struct Hello {
  std::uint32_t version = kProtocolVersion;
  std::string worker;   // stable name, unique per scheduler
  std::string boot_id;  // another one than before: everything live was lost with the host
  int slots = 1;
  std::vector<std::string> labels;
  Resources capacity;
  std::vector<KnownAttempt> attempts;
  std::string build;  // version of Tidemill, for people
};

// Answer of the scheduler. An agent refuses a scheduler with a lower epoch than it has seen (I10).
struct Welcome {
  std::uint32_t version = kProtocolVersion;
  std::int64_t epoch = 0;
  int slots = 0;  // overrides the worker's own when not 0
  // How long attempts may go on after the last sign of life that the scheduler answered; this
  // Welcome answers the Hello. 0 = for ever.
  Duration lease{};
};

struct Start {
  AttemptId attempt;
  RunId run;
  std::string dag, task;  // for log lines and the task's environment, never for paths
  TaskIndex task_index = 0;
  std::uint32_t number = 1;  // of the attempt within its task
  int priority = 5;
  int slots = 1;
  std::vector<std::string> argv;  // empty when script is set
  std::string script;
  std::string shell;
  std::string directory;  // absolute working directory; the DAG's folder or below it
  std::optional<unsigned> umask;
  Variables env;      // complete but for the worker's own paths
  Variables secrets;  // like env, and masked in the log
  Duration timeout{}, grace{};
  Resources resources;
  std::vector<std::string> outputs, metrics;  // declared names
  std::vector<ArtifactSpec> artifacts;
  std::vector<RenderedInput> inputs;
  std::vector<std::string> log_patterns;  // retry.rules[i].log_matches, "" where a rule has none
  std::string context_json;
  std::vector<ExpectRule> expect;  // the worker says in the log which of them do not hold
  bool outlives_lease = false;     // goes on when the lease ends
};

struct Stop {
  AttemptId attempt;
  Cause why = Cause::cancelled;
  bool force = false;  // KILL at once
};

struct Acknowledge {  // these ends are committed; forget them
  std::vector<AttemptId> attempts;
};

struct Drain {};     // take nothing new
struct Shutdown {};  // end when nothing runs any more

struct Started {
  AttemptId attempt;
  std::int64_t pid = 0;
  WallTime at;
};

struct Ended {
  AttemptId attempt;
  Outcome outcome;
};

struct Progress {
  AttemptId attempt;
  double fraction = 0;  // 0 to 1
  std::string text;
};

struct Heartbeat {
  std::uint64_t sequence = 0;  // rises by one
};

// The scheduler has heard this heartbeat: the lease counts from when it was sent.
struct Renewed {
  std::uint64_t sequence = 0;
};

// First frame to a worker that came over the network, which proves that it has its token without
// sending it (protocol/worker_proof.h).
struct Challenge {
  std::uint32_t version = kProtocolVersion;
  std::string nonce;
};

struct Proof {
  std::uint32_t version = kProtocolVersion;
  std::string worker;
  std::string nonce;       // the worker's own
  std::string masked_key;  // 32 bytes; what the scheduler keeps does not suffice to make them
};

// The scheduler's last frame on a connection that it does not want.
struct Refused {
  std::string why;  // for people
};

// Files between a worker's data folder and the scheduler's, of one attempt: its log (no hash), its
// artifacts and inputs (by hash). The side that receives answers each Piece with what it has, so a
// lost or doubled one is only sent again from there.
inline constexpr std::size_t kMaxPieceBytes = 256u << 10;
inline constexpr std::size_t kMaxPiecesAhead = 8;  // of one worker, sent and not answered

struct Piece {
  AttemptId attempt;
  std::string hash;  // SHA-256 of the whole; empty = the attempt's log
  std::uint64_t offset = 0;
  std::uint64_t total = 0;  // of an object; 0 for a log, which may still grow
  std::string bytes;        // none: only asks how much the other side has
};

struct Received {
  AttemptId attempt;
  std::string hash;
  std::uint64_t size = 0;  // what is there of it, or all of it
  std::string problem;     // it will never be complete, and why; empty = none
};

// A worker asks for a Piece of an input of its attempt, or gets a Received with a problem.
struct Fetch {
  AttemptId attempt;
  std::string hash;
  std::uint64_t offset = 0;
};

// agent and supervisor ---------------------------------------------------------------------------

struct Attach {
  std::uint32_t version = kProtocolVersion;
  int slots = 1;  // how many slot units run at once; the rest waits in the supervisor, by priority
};

// Everything a process needs; all paths are absolute and made by the agent.
struct Spawn {
  AttemptId attempt;
  RunId run;
  int priority = 5;
  int slots = 1;
  std::vector<std::string> argv;
  Variables env;
  std::vector<std::string> masks;  // values that never reach the disk
  std::string directory;
  std::optional<unsigned> umask;
  Duration timeout{}, grace{};
  std::uint64_t memory_limit = 0;
  double cpu_limit = 0;
  std::string log_path;
  std::vector<std::string> log_patterns;
  std::string note;  // the agent's own words to itself; kept with the exit record and given back
  bool outlives_lease = false;
};

struct Kill {
  AttemptId attempt;
  Cause why = Cause::cancelled;
  bool force = false;
};

struct Forget {
  std::vector<AttemptId> attempts;
};

// Until when attempts may run unless they outlive it; agent or not. By then they are gone: they are
// asked to end at `stop_at` and killed at `kill_at`. Both 0 = there is no lease.
struct Lease {
  BootTime stop_at, kill_at;
};

// The agent leaves for good: the supervisor ends once nothing runs.
struct Leave {};

struct ExitRecord {
  AttemptId attempt;
  RunId run;
  Cause cause = Cause::none;
  int exit_code = 0;
  int signal = 0;
  std::string message;
  WallTime started_at{}, ended_at{};
  std::uint64_t log_rules = 0;
  Usage usage;
  std::string note;  // as given with Spawn
};

struct HeldAttempt {
  KnownAttempt known;
  std::string note;                // as given with Spawn
  std::vector<std::string> masks;  // likewise; kept in memory only
};

// Answer to Attach: every attempt the supervisor holds. Running ones follow as Spawned, ended ones
// as Exited.
struct Inventory {
  std::string boot_id;
  std::vector<HeldAttempt> attempts;
};

struct Spawned {
  AttemptId attempt;
  std::int64_t pid = 0;
  WallTime at;
};

struct Exited {
  ExitRecord record;
};

}  // namespace tidemill::message

namespace tidemill {

using Message = std::variant<
    message::Hello, message::Welcome, message::Start, message::Stop, message::Acknowledge,
    message::Drain, message::Shutdown, message::Started, message::Ended, message::Progress,
    message::Heartbeat, message::Attach, message::Spawn, message::Kill, message::Forget,
    message::Leave, message::Inventory, message::Spawned, message::Exited, message::Renewed,
    message::Challenge, message::Proof, message::Lease, message::Refused, message::Piece,
    message::Received, message::Fetch>;

}  // namespace tidemill
