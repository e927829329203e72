#include "scheduler/people/change.h"

namespace tidemill {

Change change_of(std::string action, std::string object) {
  Change change;
  change.action = std::move(action);
  change.object = std::move(object);
  return change;
}

std::string via_of(const Principal& who) {
  switch (who.kind) {
    case Principal::Kind::anonymous:
      return "anonymous";
    case Principal::Kind::user:
      return "session";
    case Principal::Kind::token:
      return "token " + who.token;
    case Principal::Kind::local:
      return "local";
    case Principal::Kind::system:
      return "system";
  }
  UNREACHABLE();
}

AuditEntry audit_entry(const Change& change, const Principal& who, WallTime at) {
  AuditEntry entry;
  entry.at = at;
  entry.who = who.signed_in() ? who.name : "anonymous";
  entry.via = via_of(who);
  entry.action = change.action;
  entry.object = change.object;
  entry.dag = change.dag;
  entry.detail = change.detail.dump();
  return entry;
}

}  // namespace tidemill
