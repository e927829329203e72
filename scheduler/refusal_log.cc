#include "scheduler/refusal_log.h"

#include "base/text.h"

namespace tidemill {
namespace {

// Of interest to whoever looks for break-ins: something was shown that is not good, or somebody
// tried what is not theirs. Who merely has not signed in yet is none.
bool is_noteworthy(const http::RequestRecord& record) {
  const bool tried_to_sign_in = record.method != "GET" &&
                                record.path.starts_with("/api/v1/session");
  return record.status == 403 ||
         (record.status == 401 && (record.showed_credentials || tried_to_sign_in));
}

AuditEntry entry_of(const http::RequestRecord& record, std::int64_t left_out) {
  AuditEntry entry;
  entry.at = system_now().wall;
  entry.who = record.who.empty() ? "anonymous" : record.who;
  entry.via = "http";
  entry.address = record.remote;
  entry.request = record.id;
  entry.action = "request.refused";
  entry.object = printable(record.method + " " + record.path, 200);
  entry.refused = record.status == 403 ? "forbidden" : "unauthenticated";
  Json detail;
  detail.set("status", record.status);
  detail.set("left_out_before", left_out);
  entry.detail = detail.dump();
  return entry;
}

// Each connection of an address has another port.
std::string address_of(const std::string& peer) { return peer.substr(0, peer.rfind(':')); }

AuditEntry entry_of(const TurnedAway& stranger, std::int64_t left_out) {
  AuditEntry entry;
  entry.at = system_now().wall;
  entry.who = stranger.proven ? "worker " + printable(stranger.worker, 64) : "anonymous";
  entry.via = "worker door";
  entry.address = address_of(stranger.peer);
  entry.action = "worker.refused";
  entry.object = stranger.worker.empty() ? "a stranger"
                                         : "worker " + printable(stranger.worker, 64);
  entry.refused = stranger.proven ? "forbidden" : "unauthenticated";
  Json detail;
  detail.set("reason", printable(stranger.why, 400));
  detail.set("left_out_before", left_out);
  entry.detail = detail.dump();
  return entry;
}

}  // namespace

void RefusalLog::refused(const http::RequestRecord& record) {
  if (!is_noteworthy(record)) return;
  const auto left_out = requests_.take(record.remote, system_now().boot);
  if (left_out) store_(entry_of(record, *left_out));
}

void RefusalLog::refused(const TurnedAway& stranger) {
  const auto left_out = strangers_.take(address_of(stranger.peer), system_now().boot);
  if (left_out) store_(entry_of(stranger, *left_out));
}

void RefusalLog::tell_left_out() {
  if (const std::int64_t left_out = requests_.take_left_out(); left_out > 0) {
    http::RequestRecord none;
    none.method = "further requests";
    none.status = 403;
    store_(entry_of(none, left_out));
  }
  if (const std::int64_t left_out = strangers_.take_left_out(); left_out > 0) {
    TurnedAway none;
    none.why = "further strangers";
    store_(entry_of(none, left_out));
  }
}

}  // namespace tidemill
