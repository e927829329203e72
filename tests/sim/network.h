// Connections between workers and the scheduler: messages arrive late, in order per direction as on
// a stream socket, sometimes twice, and are lost with their connection. Reports on attempts may
// also pass each other, which no socket does but every handler must bear (I13).
#pragma once

#include <functional>
#include <map>

#include "protocol/messages.h"
#include "scheduler/shell_effect.h"
#include "tests/sim/random.h"
#include "tests/sim/timeline.h"

namespace tidemill::sim {

class Network {
 public:
  struct Handlers {
    std::function<void(LinkId, const Message&)> to_scheduler;
    std::function<void(LinkId)> scheduler_sees_end;
    std::function<void(std::size_t worker, LinkId, const Message&)> to_worker;
    std::function<void(std::size_t worker, LinkId)> worker_sees_end;
  };

  Network(Timeline& timeline, Random random, bool is_calm)
      : timeline_(timeline), random_(random), calm_(is_calm) {}
  void set_handlers(Handlers handlers) { handlers_ = std::move(handlers); }

  void be_calm() { calm_ = true; }  // from now on nothing is doubled, reordered or very late

  LinkId connect(std::size_t worker);
  void up(LinkId link, const Message& message);    // worker to scheduler
  void down(LinkId link, const Message& message);  // scheduler to worker
  // The connection is gone; both sides learn of it, unless they are gone themselves.
  void cut(LinkId link);
  void cut_all();
  // Until then nothing of this direction arrives, neither messages nor the end of a connection.
  void stall_up(std::size_t worker, std::int64_t until_us);
  void stall_down(std::size_t worker, std::int64_t until_us);
  bool is_open(LinkId link) const { return links_.contains(link); }
  std::vector<LinkId> open_links() const;

 private:
  struct Link {
    std::size_t worker = 0;
    std::int64_t last_up = 0, last_down = 0;
    std::int64_t hello = 0;  // when it arrives; nothing passes it
  };
  std::int64_t delay();

  Timeline& timeline_;
  Random random_;
  bool calm_;
  Handlers handlers_;
  std::map<LinkId, Link> links_;
  std::map<std::size_t, std::int64_t> up_again_, down_again_;  // by worker
  std::int64_t next_ = 1;
};

}  // namespace tidemill::sim
