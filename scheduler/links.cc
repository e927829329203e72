#include "scheduler/links.h"

#include <sys/epoll.h>

#include <cerrno>

namespace tidemill {
namespace {

// epoll data: links by their id, the listener as 0, other descriptors as -1.
constexpr std::int64_t kListener = 0;
constexpr std::int64_t kOther = -1;

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

Status Links::watch(int fd) { return control(epoll_.get(), EPOLL_CTL_ADD, fd, EPOLLIN, kOther); }

void Links::unwatch(int fd) { ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

Status Links::wait(Duration patience) {
  const auto us = std::max<std::int64_t>(patience.count(), 0);
  const timespec timeout{us / 1'000'000, us % 1'000'000 * 1000};
  epoll_event events[64];
  const int count = ::epoll_pwait2(epoll_.get(), events, 64, &timeout, nullptr);
  if (count < 0 && errno != EINTR) return errno_error("cannot wait for events");
  for (int i = 0; i < count; ++i) {
    const auto data = static_cast<std::int64_t>(events[i].data.u64);
    if (data == kListener) can_accept_ = true;
    if (data > 0 && (events[i].events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
      readable_.push_back(LinkId{data});
    }
  }
  return Ok{};
}

Links::Inbox Links::take() {
  Inbox inbox;
  inbox.gone = std::exchange(failed_, {});
  if (std::exchange(can_accept_, false)) accept_new();
  for (const LinkId link : std::exchange(readable_, {})) read(link, inbox);
  for (auto& gone : std::exchange(failed_, {})) inbox.gone.push_back(std::move(gone));
  return inbox;
}

void Links::accept_new() {
  auto accepted = accept_unix(listener_.get());
  // The peer may have gone again; what matters shows up with the next one.
  if (!accepted.ok()) return;
  const LinkId id{next_link_++};
  Link& link = channels_[id];
  link.channel = Channel(std::move(*accepted));
  if (!control(epoll_.get(), EPOLL_CTL_ADD, link.channel.fd(), EPOLLIN, id.value).ok()) {
    channels_.erase(id);
  }
}

void Links::read(LinkId id, Inbox& inbox) {
  Channel* channel = find(id);
  if (channel == nullptr) return;
  auto messages = channel->receive();
  if (!messages.ok()) return drop(id, messages.error().message);
  for (Message& message : *messages) inbox.messages.emplace_back(id, std::move(message));
}

Channel* Links::find(LinkId link) {
  const auto found = channels_.find(link);
  return found == channels_.end() ? nullptr : &found->second.channel;
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
