#include "protocol/channel.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/messages.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

struct Pair {
  Channel left, right;
};

Pair make_pair() {
  int fds[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
  return {Channel(Fd(fds[0])), Channel(Fd(fds[1]))};
}

TEST(Channel, MessagesArriveInOrder) {
  auto [left, right] = make_pair();
  const auto messages = testing::every_message();
  for (const Message& message : messages) left.send(message);
  ASSERT_TRUE(left.flush().ok());
  EXPECT_FALSE(left.wants_write());
  const auto received = right.receive().value();
  ASSERT_EQ(received.size(), messages.size());
  for (std::size_t i = 0; i < received.size(); ++i) EXPECT_EQ(received[i].index(), i);
}

TEST(Channel, NothingThereIsNoError) {
  auto [left, right] = make_pair();
  EXPECT_TRUE(right.receive().value().empty());
}

TEST(Channel, AFullSocketKeepsTheRestForLater) {
  auto [left, right] = make_pair();
  message::Progress big{AttemptId{1}, 0.5, std::string(100'000, 'x')};
  for (int i = 0; i < 50; ++i) left.send(big);
  ASSERT_TRUE(left.flush().ok());
  ASSERT_TRUE(left.wants_write()) << "5 MB do not fit into a socket";
  std::size_t count = 0;
  while (count < 50) {
    const auto received = right.receive();
    ASSERT_TRUE(received.ok());
    count += received->size();
    ASSERT_TRUE(left.flush().ok());
  }
  EXPECT_EQ(left.unsent_bytes(), 0u);
}

TEST(Channel, TheEndComesAfterTheLastMessage) {
  auto [left, right] = make_pair();
  left.send(message::Drain{});
  ASSERT_TRUE(left.flush().ok());
  left.close();
  const auto received = right.receive();
  ASSERT_TRUE(received.ok());
  EXPECT_EQ(received->size(), 1u);
  const auto end = right.receive();
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code, ErrorCode::unavailable);
}

TEST(Channel, GarbageIsAnError) {
  auto [left, right] = make_pair();
  ASSERT_EQ(::send(left.fd(), "GET / HTTP/1.1\r\n\r\n", 18, 0), 18);
  const auto received = right.receive();
  ASSERT_FALSE(received.ok());
  EXPECT_EQ(received.error().code, ErrorCode::corrupt);
}

TEST(Channel, SendingToADeadPeerIsAnErrorNotASignal) {
  auto [left, right] = make_pair();
  right.close();
  left.send(message::Drain{});
  EXPECT_FALSE(left.flush().ok());
}

void expect_talk(const std::string& path) {
  const Fd listener = listen_unix(path).value();
  Channel client(connect_unix(path).value());
  Channel server(accept_unix(listener.get()).value());
  client.send(message::Leave{});
  ASSERT_TRUE(client.flush().ok());
  EXPECT_EQ(server.receive().value().size(), 1u);
}

TEST(UnixSocket, ConnectsAndIsPrivate) {
  testing::TemporaryDirectory folder;
  expect_talk(folder / "s.sock");
  struct stat st {};
  ASSERT_EQ(::stat((folder / "s.sock").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
}

TEST(UnixSocket, WorksBelowALongPath) {
  testing::TemporaryDirectory folder;
  const std::string deep = folder / std::string(200, 'd');
  ASSERT_EQ(::mkdir(deep.c_str(), 0700), 0);
  expect_talk(deep + "/s.sock");
}

TEST(UnixSocket, AStaleFileIsReplacedButNothingElse) {
  testing::TemporaryDirectory folder;
  const std::string path = folder / "s.sock";
  { const Fd old = listen_unix(path).value(); }
  expect_talk(path);
  const std::string precious = folder / "precious";
  ASSERT_TRUE(write_file_atomic(precious, "data").ok());
  EXPECT_FALSE(listen_unix(precious).ok());
  EXPECT_EQ(read_file(precious, 100).value(), "data");
}

TEST(UnixSocket, NobodyListeningIsAnError) {
  testing::TemporaryDirectory folder;
  const auto missing = connect_unix(folder / "none");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace tidemill
