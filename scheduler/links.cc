#include "scheduler/links.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>

namespace tidemill {
namespace {

// epoll data: links by their id, the listener as 0, the door as -2, other descriptors as -1.
constexpr std::int64_t kListener = 0;
constexpr std::int64_t kOther = -1;
constexpr std::int64_t kDoor = -2;

// Room for several of the largest messages; a peer that lets more wait has stopped reading.
constexpr std::size_t kMaxUnsent = 4 * kMaxFrameBytes;

Status control(int epoll, int operation, int fd, std::uint32_t events, std::int64_t data) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = static_cast<std::uint64_t>(data);
  if (::epoll_ctl(epoll, operation, fd, &event) == 0) return Ok{};
  return errno_error("cannot watch a descriptor");
}

}  // namespace

Result<Links> Links::listen(const std::string& socket_path) {
  Links links;
  links.epoll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!links.epoll_) return errno_error("cannot make an epoll");
  links.listener_ = TRY(listen_unix(socket_path));
  TRY(control(links.epoll_.get(), EPOLL_CTL_ADD, links.listener_.get(), EPOLLIN, kListener));
  return links;
}

Status Links::open_door(WorkerDoorConfig config) {
  door_ = TRY(WorkerDoor::open(std::move(config)));
  return control(epoll_.get(), EPOLL_CTL_ADD, door_->fd(), EPOLLIN, kDoor);
}

Status Links::watch(int fd) { return control(epoll_.get(), EPOLL_CTL_ADD, fd, EPOLLIN, kOther); }

void Links::unwatch(int fd) { ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

Status Links::wait(Duration patience) {
  // Who was dropped since the last look is news already.
  const auto us = failed_.empty() ? std::max<std::int64_t>(patience.count(), 0) : 0;
  const timespec timeout{us / 1'000'000, us % 1'000'000 * 1000};
  epoll_event events[64];
  const int count = ::epoll_pwait2(epoll_.get(), events, 64, &timeout, nullptr);
  if (count < 0 && errno != EINTR) return errno_error("cannot wait for events");
  for (int i = 0; i < count; ++i) {
    const auto data = static_cast<std::int64_t>(events[i].data.u64);
    if (data == kListener) can_accept_ = true;
    if (data == kDoor) somebody_at_door_ = true;
    if (data > 0 && (events[i].events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
      readable_.push_back(LinkId{data});
    }
  }
  return Ok{};
}

Links::Inbox Links::take(BootTime now) {
  Inbox inbox;
  inbox.gone = std::exchange(failed_, {});
  if (std::exchange(can_accept_, false)) accept_new();
  if (std::exchange(somebody_at_door_, false)) accept_at_door(now, inbox);
  for (const LinkId link : std::exchange(readable_, {})) read(link, inbox);
  if (door_) send_away_the_slow(now, inbox);
  for (auto& gone : std::exchange(failed_, {})) inbox.gone.push_back(std::move(gone));
  return inbox;
}

void Links::accept_new() {
  auto accepted = accept_unix(listener_.get());
  // The peer may have gone again; what matters shows up with the next one.
  if (!accepted.ok()) return;
  Link link;
  link.channel = Channel(std::move(*accepted));
  add(std::move(link));
}

LinkId Links::add(Link link) {
  const LinkId id{next_link_++};
  const int fd = link.channel.fd();
  channels_[id] = std::move(link);
  if (!control(epoll_.get(), EPOLL_CTL_ADD, fd, EPOLLIN, id.value).ok()) channels_.erase(id);
  return id;
}

// Of many who say nothing the one that came first makes room: a flood keeps nobody out for long.
void Links::accept_at_door(BootTime now, Inbox& inbox) {
  auto guest = door_->accept(now);
  if (!guest.ok()) return;
  std::size_t strangers = 0;
  LinkId first;
  for (const auto& [id, link] : channels_) {
    if (!link.stranger) continue;
    if (strangers++ == 0) first = id;
  }
  if (strangers >= WorkerDoor::kMaxStrangers) {
    send_away(first, "too many are at the door", inbox);
  }
  Link link;
  link.channel = std::move(guest->channel);
  link.peer = guest->stranger.peer;
  link.stranger = std::move(guest->stranger);
  add(std::move(link));
}

void Links::read(LinkId id, Inbox& inbox) {
  const auto found = channels_.find(id);
  if (found == channels_.end()) return;
  Link& link = found->second;
  auto messages = link.channel.receive();
  if (!messages.ok()) {
    const Error& error = messages.error();
    if (link.stranger) {
      // Whoever only looks whether somebody listens wants nothing that could be refused.
      if (error.code == ErrorCode::unavailable) return drop(id, error.message);
      return send_away(id, error.message, inbox);
    }
    if (!link.peer.empty() && error.code == ErrorCode::corrupt) {
      inbox.turned_away.push_back({link.peer, link.worker, true, error.message});
    }
    return drop(id, error.message);
  }
  for (Message& message : *messages) {
    if (!link.stranger) {
      inbox.messages.emplace_back(id, std::move(message));
    } else if (!admit(id, link, message, inbox)) {
      return;
    }
  }
}

bool Links::admit(LinkId id, Link& link, const Message& message, Inbox& inbox) {
  WorkerDoor::Found found;
  const Status known = door_->recognise(*link.stranger, link.channel, message, found);
  if (!known.ok()) {
    send_away(id, known.error().message, inbox, std::move(found));
    return false;
  }
  link.worker = std::move(found.worker);
  link.stranger.reset();
  link.channel.set_max_frame(kMaxFrameBytes);
  return true;
}

void Links::send_away(LinkId id, const std::string& why, Inbox& inbox, WorkerDoor::Found found) {
  inbox.turned_away.push_back({channels_.at(id).peer, std::move(found.worker), found.proven, why});
  refuse(id, why);
}

void Links::send_away_the_slow(BootTime now, Inbox& inbox) {
  std::vector<LinkId> slow;
  for (const auto& [id, link] : channels_) {
    if (link.stranger && now >= link.stranger->leave_by) slow.push_back(id);
  }
  for (const LinkId id : slow) send_away(id, "it proved nothing in time", inbox);
}

std::size_t Links::local_count() const {
  return static_cast<std::size_t>(std::count_if(
      channels_.begin(), channels_.end(),
      [](const auto& entry) { return entry.second.worker.empty() && !entry.second.stranger; }));
}

std::string Links::proven_name(LinkId link) const {
  const auto found = channels_.find(link);
  return found == channels_.end() ? "" : found->second.worker;
}

std::string Links::peer(LinkId link) const {
  const auto found = channels_.find(link);
  return found == channels_.end() ? "" : found->second.peer;
}

LinkId Links::find_proven(const std::string& worker) const {
  for (const auto& [id, link] : channels_) {
    if (!link.worker.empty() && link.worker == worker) return id;
  }
  return {};
}

Channel* Links::find(LinkId link) {
  const auto found = channels_.find(link);
  return found == channels_.end() ? nullptr : &found->second.channel;
}

void Links::refuse(LinkId link, const std::string& why) {
  Channel* channel = find(link);
  if (channel == nullptr) return;
  channel->send(message::Refused{why});
  (void)channel->flush();  // as much as fits; it is a courtesy
  close(link);
}

void Links::close(LinkId link) { drop(link, "closed by the scheduler"); }

void Links::drop(LinkId id, std::string why) {
  if (channels_.erase(id) == 0) return;
  failed_.emplace_back(id, std::move(why));
}

void Links::flush() {
  std::vector<std::pair<LinkId, std::string>> broken;
  for (auto& [id, link] : channels_) {
    const Status sent = link.channel.flush();
    if (!sent.ok()) {
      broken.emplace_back(id, sent.error().message);
      continue;
    }
    if (link.channel.unsent_bytes() > kMaxUnsent) {
      broken.emplace_back(id, "it does not read what it is sent");
      continue;
    }
    if (link.channel.wants_write() == link.waits_for_write) continue;
    link.waits_for_write = link.channel.wants_write();
    const std::uint32_t events = link.waits_for_write
                                     ? static_cast<std::uint32_t>(EPOLLIN | EPOLLOUT)
                                     : EPOLLIN;
    const Status changed = control(epoll_.get(), EPOLL_CTL_MOD, link.channel.fd(), events,
                                   id.value);
    if (!changed.ok()) broken.emplace_back(id, changed.error().message);
  }
  for (auto& [id, why] : broken) drop(id, std::move(why));
}

}  // namespace tidemill
