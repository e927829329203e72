#include "scheduler/messenger.h"

#include "scheduler/alerts/outbox_book.h"

namespace tidemill {

Status Messenger::open(World world) {
  links_ = std::make_unique<AckLinks>(TRY(AckLinks::open(world.data_dir, world.base)));
  world_ = std::make_unique<World>(std::move(world));
  return Ok{};
}

// Whoever names a channel may see every dag. A story that cannot be read is no reason to keep
// quiet.
std::string Messenger::story(const AlertRow& row) const {
  const WallTime now = system_now().wall;
  const auto all = [](const std::string&) { return true; };
  const auto told = read_alert_story(world_->stories, row, all, now);
  return told.ok() ? alert_summary(*told, now) : "";
}

void Messenger::start() {
  Courier::World world{world_->readers,  *links_, world_->policies, {}, world_->mutate,
                       world_->complain, {}};
  world.story = [this](const AlertRow& row) { return story(row); };
  world.tell = [policies = world_->policies](Database& database, const std::string& channel,
                                             const ChannelNews& news) {
    return tell_of_channel(database, channel, news, policies(), system_now().wall);
  };
  Carriers::World carriers;
  carriers.secret = world_->secret;
  carriers.private_networks = world_->private_networks;
  courier_ = std::make_unique<Courier>(std::move(world), std::move(carriers));
  started_ = courier_.get();
}

void Messenger::stop() {
  if (courier_) courier_->stop();
}

void Messenger::on_commit(const Batch& batch) {
  if (Courier* courier = started_) courier->on_commit(batch);
}

}  // namespace tidemill
