// Files between a worker of another machine and our data folder. The loop only finds out who may
// say what; the depot's thread does the work.
#include "scheduler/loop.h"

namespace tidemill {

// False when the message was answered or its sender sent away.
bool Scheduler::Loop::may_carry(LinkId link, AttemptId attempt, const std::string& hash) {
  if (depot_ == nullptr || links_->proven_name(link).empty()) {
    links_->refuse(link, "a worker of this machine has no files to send");
    return false;
  }
  if (depot_->waiting(link) >= message::kMaxPiecesAhead) {
    note(fmt::format("worker {} was disconnected: it sends without waiting for answers",
                     links_->proven_name(link)));
    cut_off(link, "it sends without waiting for answers");
    return false;
  }
  if (engine_->holds(link, attempt)) return true;
  message::Received answer{attempt, hash, 0, "this attempt is not, or no longer, this worker's"};
  if (Channel* channel = links_->find(link)) channel->send(answer);
  return false;
}

void Scheduler::Loop::carry(LinkId link, const message::Piece& piece) {
  if (!may_carry(link, piece.attempt, piece.hash)) return;
  depot_->take(link, engine_->task_of(piece.attempt)->first, piece);
}

void Scheduler::Loop::carry(LinkId link, const message::Fetch& fetch) {
  if (!may_carry(link, fetch.attempt, fetch.hash)) return;
  depot_->give(link, engine_->inputs_of(fetch.attempt), fetch);
}

void Scheduler::Loop::hand_out_answers() {
  for (auto& [link, answer] : depot_->answers()) {
    if (Channel* channel = links_->find(link)) channel->send(answer);
  }
}

}  // namespace tidemill
