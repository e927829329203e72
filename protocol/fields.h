// The fields of every message, once, in wire order. A new field goes to the end of its list
// together with a new kProtocolVersion.
#pragma once

#include <tuple>

#include "protocol/messages.h"
#include "protocol/wire.h"

namespace tidemill {

template <>
struct EnumCount<Cause> {
  static constexpr int value = kCauseCount;
};

template <>
struct EnumCount<ExpectRule::Op> {
  static constexpr int value = 7;
};

template <>
struct EnumCount<message::KnownAttempt::Stage> {
  static constexpr int value = 3;
};

#define TIDEMILL_FIELDS(Type, ...)                        \
  template <>                                             \
  struct Fields<Type> {                                   \
    using T = Type;                                       \
    static constexpr auto list = std::tuple{__VA_ARGS__}; \
  }

// Parts of messages ------------------------------------------------------------------------------

TIDEMILL_FIELDS(Resources, &T::cpu, &T::memory, &T::gpu);
TIDEMILL_FIELDS(ArtifactSpec, &T::name, &T::path);
TIDEMILL_FIELDS(ExpectRule, &T::name, &T::op, &T::low, &T::high, &T::equals_text, &T::text);
TIDEMILL_FIELDS(RenderedInput, &T::name, &T::hash, &T::is_directory);
TIDEMILL_FIELDS(Metric, &T::name, &T::value, &T::slice, &T::step, &T::higher_is_better);
TIDEMILL_FIELDS(CheckResult, &T::check, &T::success, &T::severity, &T::column, &T::expected,
                &T::actual);
TIDEMILL_FIELDS(Artifact, &T::name, &T::hash, &T::bytes, &T::is_directory);
TIDEMILL_FIELDS(TaskResult, &T::outputs, &T::metrics, &T::checks, &T::artifacts, &T::summary);
TIDEMILL_FIELDS(Usage, &T::cpu, &T::peak_memory, &T::log_bytes, &T::log_dropped);
TIDEMILL_FIELDS(Outcome, &T::cause, &T::exit_code, &T::signal, &T::message, &T::started_at,
                &T::ended_at, &T::result, &T::log_rules, &T::usage);
TIDEMILL_FIELDS(message::KnownAttempt, &T::attempt, &T::stage);
TIDEMILL_FIELDS(message::HeldAttempt, &T::known, &T::note, &T::masks);
TIDEMILL_FIELDS(message::ExitRecord, &T::attempt, &T::run, &T::cause, &T::exit_code, &T::signal,
                &T::message, &T::started_at, &T::ended_at, &T::log_rules, &T::usage, &T::note);

// Scheduler and agent ----------------------------------------------------------------------------

TIDEMILL_FIELDS(message::Hello, &T::version, &T::worker, &T::boot_id, &T::slots, &T::labels,
                &T::capacity, &T::attempts, &T::build);
TIDEMILL_FIELDS(message::Welcome, &T::version, &T::epoch, &T::slots, &T::lease);
TIDEMILL_FIELDS(message::Start, &T::attempt, &T::run, &T::dag, &T::task, &T::task_index, &T::number,
                &T::priority, &T::slots, &T::argv, &T::script, &T::shell, &T::directory, &T::umask,
                &T::env, &T::secrets, &T::timeout, &T::grace, &T::resources, &T::outputs,
                &T::metrics, &T::artifacts, &T::inputs, &T::log_patterns, &T::context_json,
                &T::expect, &T::outlives_lease);
TIDEMILL_FIELDS(message::Stop, &T::attempt, &T::why, &T::force);
TIDEMILL_FIELDS(message::Acknowledge, &T::attempts);
TIDEMILL_FIELDS(message::Started, &T::attempt, &T::pid, &T::at);
TIDEMILL_FIELDS(message::Ended, &T::attempt, &T::outcome);
TIDEMILL_FIELDS(message::Progress, &T::attempt, &T::fraction, &T::text);
TIDEMILL_FIELDS(message::Heartbeat, &T::sequence);
TIDEMILL_FIELDS(message::Renewed, &T::sequence);
TIDEMILL_FIELDS(message::Refused, &T::why);
TIDEMILL_FIELDS(message::Challenge, &T::version, &T::nonce);
TIDEMILL_FIELDS(message::Proof, &T::version, &T::worker, &T::nonce, &T::masked_key);
TIDEMILL_FIELDS(message::Piece, &T::attempt, &T::hash, &T::offset, &T::total, &T::bytes);
TIDEMILL_FIELDS(message::Received, &T::attempt, &T::hash, &T::size, &T::problem);
TIDEMILL_FIELDS(message::Fetch, &T::attempt, &T::hash, &T::offset);

template <>
struct Fields<message::Drain> {
  static constexpr std::tuple<> list{};
};
template <>
struct Fields<message::Shutdown> {
  static constexpr std::tuple<> list{};
};

// Agent and supervisor ---------------------------------------------------------------------------

TIDEMILL_FIELDS(message::Attach, &T::version, &T::slots);
TIDEMILL_FIELDS(message::Spawn, &T::attempt, &T::run, &T::priority, &T::slots, &T::argv, &T::env,
                &T::masks, &T::directory, &T::umask, &T::timeout, &T::grace, &T::memory_limit,
                &T::cpu_limit, &T::log_path, &T::log_patterns, &T::note, &T::outlives_lease);
TIDEMILL_FIELDS(message::Kill, &T::attempt, &T::why, &T::force);
TIDEMILL_FIELDS(message::Forget, &T::attempts);
TIDEMILL_FIELDS(message::Inventory, &T::boot_id, &T::attempts);
TIDEMILL_FIELDS(message::Spawned, &T::attempt, &T::pid, &T::at);
TIDEMILL_FIELDS(message::Lease, &T::stop_at, &T::kill_at);
TIDEMILL_FIELDS(message::Exited, &T::record);

template <>
struct Fields<message::Leave> {
  static constexpr std::tuple<> list{};
};

#undef TIDEMILL_FIELDS

}  // namespace tidemill
