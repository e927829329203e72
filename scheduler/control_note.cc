#include "scheduler/control_note.h"

#include "base/json.h"

namespace tidemill {
namespace {

template <typename E>
Json who_and_why(const E& event) {
  Json body;
  body.set("by", event.by);
  body.set("reason", event.reason);
  return body;
}

template <typename E>
Json with_tasks(const Dag& dag, const E& event) {
  Json::Array ids;
  for (const TaskIndex task : event.tasks) ids.emplace_back(dag.tasks.at(task).id);
  Json body = who_and_why(event);
  body.set("tasks", Json(std::move(ids)));
  return body;
}

struct Visitor {
  using Note = std::optional<ControlNote>;
  const Dag& dag;

  Note operator()(const event::Pause& e) const {
    return ControlNote{"pause", who_and_why(e).dump()};
  }
  Note operator()(const event::Resume& e) const {
    return ControlNote{"resume", who_and_why(e).dump()};
  }
  Note operator()(const event::Hurry& e) const {
    return ControlNote{"hurry", with_tasks(dag, e).dump()};
  }
  Note operator()(const event::Clear& e) const {
    Json body = with_tasks(dag, e);
    body.set("reach", to_word(e.reach));
    return ControlNote{"clear", body.dump(), true};
  }
  Note operator()(const event::Mark& e) const {
    Json body = with_tasks(dag, e);
    body.set("to", to_word(e.to));
    return ControlNote{"mark", body.dump(), true};
  }
  Note operator()(const event::Decided& e) const {
    Json body;
    body.set("by", e.by);
    body.set("reason", e.comment);
    body.set("tasks", Json(Json::Array{Json(dag.tasks.at(e.task).id)}));
    body.set("answer", e.approved ? "approved" : "rejected");
    return ControlNote{"answer", body.dump()};
  }
  Note operator()(const event::Looked&) const { return std::nullopt; }
  Note operator()(const event::Start&) const { return std::nullopt; }
  Note operator()(const event::Grant&) const { return std::nullopt; }
  Note operator()(const event::Started&) const { return std::nullopt; }
  Note operator()(const event::Ended&) const { return std::nullopt; }
  Note operator()(const event::Refused&) const { return std::nullopt; }
  Note operator()(const event::Wake&) const { return std::nullopt; }
  Note operator()(const event::Cancel&) const { return std::nullopt; }
};

}  // namespace

std::optional<ControlNote> control_note(const Dag& dag, const Event& event) {
  return std::visit(Visitor{dag}, event);
}

}  // namespace tidemill
