// Puts together what messages about alerts need: the links in them, the story they tell, and the
// courier that brings them out.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scheduler/alerts/ack_links.h"
#include "scheduler/alerts/courier.h"
#include "scheduler/alerts/story_reader.h"

namespace tidemill {

class Messenger : public Observer {
 public:
  struct World {
    std::string data_dir;
    std::string base;  // of links, "https://tidemill.example.org"
    Readers& readers;
    StorySources stories;
    std::function<PoliciesPtr()> policies;
    std::function<Result<std::string>(const std::string& name)> secret;
    std::function<void(Mutation)> mutate;
    std::function<void(const std::string&)> complain;
    std::vector<AddressRange> private_networks;
  };
  // Reads or makes the key of links; once, before links() and start().
  Status open(World world);
  const AckLinks& links() const { return *links_; }
  void start();
  // Sends nothing any more when it returns; the object must outlive the scheduler.
  void stop();

  void on_commit(const Batch& batch) override;

 private:
  std::string story(const AlertRow& row) const;

  std::unique_ptr<World> world_;
  std::unique_ptr<AckLinks> links_;
  std::unique_ptr<Courier> courier_;
  std::atomic<Courier*> started_ = nullptr;
};

}  // namespace tidemill
