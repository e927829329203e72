// Carries files between a worker's data folder and that of a scheduler on another machine, in
// pieces: logs while they grow, artifacts before an end is reported, inputs before a start. Each
// file waits for the answer to its last piece, so that whatever was lost with a connection is sent
// again from where the other side is.
//
// Main thread only; what is slow (hashing what came in) is a chore of `files`.
#pragma once

#include <functional>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/outcome.h"
#include "protocol/messages.h"
#include "worker/chores.h"
#include "worker/objects.h"

namespace tidemill {

class Ferry {
 public:
  using Send = std::function<void(const Message&)>;
  // `objects` is used by chores of `files` alone.
  Ferry(std::string data_directory, Objects& objects, Chores& files, Send send)
      : data_(std::move(data_directory)),
        objects_(objects),
        files_(files),
        send_(std::move(send)) {}

  // Its log is carried as it grows, until finish().
  void follow_log(AttemptId attempt, RunId run);
  // Carries what is missing of the log, which grows no more, and these artifacts; then calls `done`
  // with an error when the scheduler does not take one of them.
  void finish(AttemptId attempt, RunId run, const std::vector<Artifact>& artifacts,
              std::function<void(Status)> done);
  // The end is acknowledged: our copy of the log goes, unless the scheduler did not want it.
  void discard_log(AttemptId attempt, RunId run);
  // Brings the inputs that are not here; calls `done` at once when there are none.
  void fetch(AttemptId attempt, const std::vector<RenderedInput>& inputs,
             std::function<void(Status)> done);

  void on_received(const message::Received& received);
  void on_piece(const message::Piece& piece);
  // A new connection: nothing that was asked on the old one is answered.
  void reconnected();
  // Now and then, what is kept of artifacts is cut down to so many bytes.
  void trim(std::uint64_t limit);
  // Sends what may be sent now. True when there is more to do in a while.
  bool work();

 private:
  // One attempt's way in or out; when nothing of it is left, `done` is called.
  struct Trip {
    AttemptId attempt;
    std::set<std::string> open;  // hashes of what is under way; "" is the log
    bool ends = false;           // nothing more will be added
    Status outcome = Ok{};
    std::function<void(Status)> done;
  };
  struct Load {
    AttemptId attempt;
    std::string hash, path;
    std::uint64_t total = 0;             // of an object
    std::optional<std::uint64_t> there;  // how much the other side has
    bool asked = false;                  // a piece is not answered
    bool grows = false;                  // more may be written to it
    BootTime pause_until{};
  };
  struct Order {
    AttemptId attempt;
    std::string hash, path;  // where it is put together
    bool is_listing = false;
    bool asked = false;
    bool whole = false;  // it is here and being looked at
    std::uint64_t here = 0;
  };

  std::string log_path(RunId run, AttemptId attempt) const;
  std::string object_path(const std::string& hash) const;
  void add_object(Trip& trip, const std::string& hash);
  void add_order(Trip& trip, const std::string& hash, bool is_listing);
  void advance(Load& load);
  bool is_complete(const Load& load, std::uint64_t size) const;
  void close_load(AttemptId attempt, const std::string& hash, Status outcome);
  void close_order(AttemptId attempt, const std::string& hash, Status outcome);
  void keep(Order& order);
  void close(std::list<Trip>& trips, AttemptId attempt, const std::string& hash,
             const Status& outcome);
  Trip* find(std::list<Trip>& trips, AttemptId attempt);

  const std::string data_;
  Objects& objects_;
  BootTime next_trim_{};
  Chores& files_;
  const Send send_;
  std::list<Trip> out_, in_;
  std::list<Load> loads_;
  std::list<Order> orders_;
  std::set<AttemptId> unwanted_logs_;
  std::uint64_t next_file_ = 0;
};

}  // namespace tidemill
