#include "tests/sim/network.h"

namespace tidemill::sim {
namespace {

bool is_report(const Message& message) {
  return std::holds_alternative<message::Started>(message) ||
         std::holds_alternative<message::Ended>(message);
}

}  // namespace

std::int64_t Network::delay() {
  if (calm_) return random_.between(20, 200);
  if (random_.per_mille(3)) return random_.between(1'000'000, 8'000'000);
  if (random_.percent(5)) return random_.between(1000, 100'000);
  return random_.between(20, 500);
}

LinkId Network::connect(std::size_t worker) {
  const LinkId id{next_++};
  links_[id].worker = worker;
  return id;
}

void Network::up(LinkId id, const Message& message) {
  const auto found = links_.find(id);
  if (found == links_.end()) return;
  const bool is_hello = std::holds_alternative<message::Hello>(message);
  const bool passes_others = !calm_ && is_report(message) && random_.percent(2);
  std::int64_t at = timeline_.now_us() + delay();
  if (!passes_others) {
    at = std::max(at, found->second.last_up);
    found->second.last_up = at;
  }
  at = std::max(at, up_again_[found->second.worker]);
  if (!passes_others) found->second.last_up = at;
  if (is_hello) found->second.hello = at;
  at = std::max(at, found->second.hello);
  const auto deliver = [this, id, message] {
    if (links_.contains(id)) handlers_.to_scheduler(id, message);
  };
  timeline_.at(at, deliver);
  if (!calm_ && is_report(message) && random_.percent(3)) {
    timeline_.at(at + random_.between(0, 2000), deliver);
  }
}

void Network::down(LinkId id, const Message& message) {
  const auto found = links_.find(id);
  if (found == links_.end()) return;
  const std::int64_t at = std::max(
      {timeline_.now_us() + delay(), found->second.last_down, down_again_[found->second.worker]});
  found->second.last_down = at;
  const auto deliver = [this, id, message] {
    const auto link = links_.find(id);
    if (link != links_.end()) handlers_.to_worker(link->second.worker, id, message);
  };
  timeline_.at(at, deliver);
  const bool is_start = std::holds_alternative<message::Start>(message);
  if (!calm_ && is_start && random_.percent(3)) timeline_.at(at, deliver);
}

void Network::cut(LinkId id) {
  const auto found = links_.find(id);
  if (found == links_.end()) return;
  const std::size_t worker = found->second.worker;
  links_.erase(found);
  const std::int64_t now = timeline_.now_us();
  timeline_.at(std::max(now + random_.between(10, 300), up_again_[worker]),
               [this, id] { handlers_.scheduler_sees_end(id); });
  timeline_.at(std::max(now + random_.between(10, 300), down_again_[worker]),
               [this, worker, id] { handlers_.worker_sees_end(worker, id); });
}

void Network::stall_up(std::size_t worker, std::int64_t until_us) {
  up_again_[worker] = std::max(up_again_[worker], until_us);
}

void Network::stall_down(std::size_t worker, std::int64_t until_us) {
  down_again_[worker] = std::max(down_again_[worker], until_us);
}

void Network::cut_all() {
  for (const LinkId link : open_links()) cut(link);
}

std::vector<LinkId> Network::open_links() const {
  std::vector<LinkId> links;
  for (const auto& [id, link] : links_) links.push_back(id);
  return links;
}

}  // namespace tidemill::sim
