// Files of workers of other machines in our data folder: their logs and artifacts come in, the
// inputs of their attempts go out, in pieces. One thread of its own does all the disk work; every
// call is made by the owner's thread, which has found out before that the attempt is live and the
// sender's.
//
//   logs/<run>/<attempt>.log          grows with each piece that begins where it ends
//   objects/incoming/<attempt>-<hash> until it is complete and its content has that hash
//   objects/ab/<hash>                 then
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "core/render.h"
#include "protocol/messages.h"
#include "scheduler/shell_effect.h"

namespace tidemill {

// The work itself, for the thread. Answers what the sender is to be told.
class DepotShelf {
 public:
  explicit DepotShelf(std::string data_dir) : data_dir_(std::move(data_dir)) {}

  message::Received take_log(RunId run, const message::Piece& piece);
  message::Received take_object(const message::Piece& piece);
  // A Piece, or a Received that says why there is none: only inputs of the attempt are given out,
  // and the files of those that are folders.
  Message give(const std::vector<RenderedInput>& inputs, const message::Fetch& fetch);
  void clean();  // what an earlier scheduler did not finish

  static constexpr std::uint64_t kMaxLogBytes = 1u << 30;

 private:
  std::string object_path(const std::string& hash) const;
  Result<std::uint64_t> append(const std::string& path, const message::Piece& piece);
  Result<std::uint64_t> add_to_object(const message::Piece& piece);
  Status check_room(std::uint64_t bytes) const;
  Status complete(const std::string& incoming, const std::string& hash);
  Result<message::Piece> read_piece(const message::Fetch& fetch);
  bool may_have(const std::vector<RenderedInput>& inputs, const message::Fetch& fetch);
  std::set<std::string> files_of(const std::string& listing) const;

  const std::string data_dir_;
  std::map<std::string, std::set<std::string>> folders_;  // by the hash of their listing; a cache
};

class Depot {
 public:
  explicit Depot(std::string data_dir);
  ~Depot();  // what is at work is finished, the rest is dropped: it is sent again
  Depot(const Depot&) = delete;
  Depot& operator=(const Depot&) = delete;

  void take(LinkId from, RunId run, message::Piece piece);
  void give(LinkId to, std::vector<RenderedInput> inputs, message::Fetch fetch);
  // How much of a link's is not answered yet.
  std::size_t waiting(LinkId link) const;

  int fd() const { return event_.get(); }  // readable when there are answers
  std::vector<std::pair<LinkId, Message>> answers();

 private:
  using Work = std::function<Message(DepotShelf&)>;
  void post(LinkId link, Work work);
  void run();

  DepotShelf shelf_;  // the thread's
  std::map<LinkId, std::size_t> waiting_;
  Fd event_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;                            // guarded by mutex_
  std::deque<std::pair<LinkId, Work>> work_;         // guarded by mutex_
  std::vector<std::pair<LinkId, Message>> answers_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace tidemill
