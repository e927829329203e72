// Two ends of TLS without a socket between them, and proofs that are bound to their connection.
#include "protocol/tls.h"

#include <gtest/gtest.h>

#include "protocol/worker_proof.h"
#include "tests/support/certificate.h"
#include "tests/support/temporary_directory.h"

namespace tidemill {
namespace {

using testing::TemporaryDirectory;

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

std::string to_upper_with_colons(const std::string& hex) {
  std::string text;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    if (i > 0) text += ':';
    for (const char c : hex.substr(i, 2)) text += static_cast<char>(std::toupper(c));
  }
  return text;
}

class Tls : public ::testing::Test {
 protected:
  struct Pair {
    std::unique_ptr<TlsStream> server, client;
    std::string at_server, at_client;
    Status problem = Ok{};

    // Carries bytes to and fro until neither side has any, `piece` bytes at a time.
    void run(std::size_t piece = 1 << 20) {
      while (problem.ok()) {
        const std::string up = client->take_outgoing();
        const std::string down = server->take_outgoing();
        if (up.empty() && down.empty()) return;
        carry(*server, up, at_server, piece);
        carry(*client, down, at_client, piece);
      }
    }
    void carry(TlsStream& to, std::string_view bytes, std::string& plain, std::size_t piece) {
      for (; !bytes.empty() && problem.ok(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
        problem = to.receive(bytes.substr(0, piece), plain);
      }
    }
  };

  Tls() { testing::write_certificate(folder_ / "cert.pem", folder_ / "key.pem"); }

  Pair connect(const std::string& host = "localhost", const std::string& ca = "cert.pem") {
    Pair pair;
    const auto server = TlsContext::server(folder_ / "cert.pem", folder_ / "key.pem").value();
    const auto client = TlsContext::client(folder_ / ca).value();
    pair.server = TlsStream::accept(server).value();
    pair.client = TlsStream::connect(client, host).value();
    return pair;
  }

  TemporaryDirectory folder_;
};

TEST_F(Tls, CarriesBytesBothWaysHoweverTheyAreCut) {
  for (const std::size_t piece : {1u, 7u, 1u << 20}) {
    Pair pair = connect();
    EXPECT_EQ(pair.client->send("too early").value(), 0u);
    pair.run(piece);
    ASSERT_TRUE(pair.problem.ok()) << pair.problem.error().message;
    ASSERT_TRUE(pair.server->established() && pair.client->established());
    const std::string large(100'000, 'x');
    EXPECT_EQ(pair.client->send(large).value(), large.size());
    EXPECT_EQ(pair.server->send("answer").value(), 6u);
    pair.run(piece);
    EXPECT_EQ(pair.at_server, large);
    EXPECT_EQ(pair.at_client, "answer");
  }
}

TEST_F(Tls, AnIpAddressOfTheCertificateIsAccepted) {
  Pair pair = connect("127.0.0.1");
  pair.run();
  EXPECT_TRUE(pair.problem.ok());
  EXPECT_TRUE(pair.client->established());
}

TEST_F(Tls, ACertificateOfAnotherNameIsRefused) {
  Pair pair = connect("example.org");
  pair.run();
  ASSERT_FALSE(pair.problem.ok());
  EXPECT_SAYS(pair.problem.error().message, "certificate is not accepted");
  EXPECT_FALSE(pair.client->established());
}

TEST_F(Tls, ACertificateOfAnotherAuthorityIsRefused) {
  testing::write_certificate(folder_ / "other.pem", folder_ / "other.key");
  Pair pair = connect("localhost", "other.pem");
  pair.run();
  ASSERT_FALSE(pair.problem.ok());
  EXPECT_SAYS(pair.problem.error().message, "certificate is not accepted");
}

TEST_F(Tls, PlainBytesAndChangedRecordsAreRefused) {
  Pair pair = connect();
  EXPECT_FALSE(pair.server->receive("GET / HTTP/1.1\r\n\r\n", pair.at_server).ok());
  Pair other = connect();
  other.run();
  ASSERT_EQ(other.client->send("hello").value(), 5u);
  std::string record = other.client->take_outgoing();
  record.back() = static_cast<char>(record.back() ^ 1);
  EXPECT_FALSE(other.server->receive(record, other.at_server).ok());
  EXPECT_EQ(other.at_server, "");
}

TEST_F(Tls, FilesThatAreNoneAreNamed) {
  EXPECT_SAYS(TlsContext::client(folder_ / "none.pem").error().message, "none.pem");
  EXPECT_SAYS(TlsContext::server(folder_ / "none.pem", folder_ / "key.pem").error().message,
              "none.pem");
  EXPECT_SAYS(TlsContext::server(folder_ / "cert.pem", folder_ / "cert.pem").error().message,
              "cannot use the key");
}

TEST_F(Tls, BothEndsHaveOneBindingAndEveryConnectionAnother) {
  Pair one = connect();
  Pair two = connect();
  one.run();
  two.run();
  EXPECT_EQ(one.server->binding().value(), one.client->binding().value());
  EXPECT_NE(one.server->binding().value(), two.server->binding().value());
}

TEST_F(Tls, APinnedCertificateIsTheOnlyOneThatIsTrusted) {
  const std::string pin = certificate_fingerprint(folder_ / "cert.pem").value();
  testing::write_certificate(folder_ / "other.pem", folder_ / "other.key");
  const auto client = TlsContext::pinned(to_upper_with_colons(pin)).value();
  for (const bool right : {true, false}) {
    Pair pair;
    const auto server = TlsContext::server(folder_ / (right ? "cert.pem" : "other.pem"),
                                           folder_ / (right ? "key.pem" : "other.key"))
                            .value();
    pair.server = TlsStream::accept(server).value();
    pair.client = TlsStream::connect(client, "any.name").value();
    pair.run();
    EXPECT_EQ(pair.problem.ok(), right);
    if (right) continue;
    EXPECT_SAYS(pair.problem.error().message, "its fingerprint is");
  }
  EXPECT_FALSE(TlsContext::pinned(pin.substr(1)).ok());
  EXPECT_FALSE(TlsContext::pinned(std::string(64, 'g')).ok());
}

TEST(WorkerProof, IsGoodForItsTokenNonceConnectionAndWorkerOnly) {
  const std::string nonce = make_nonce();
  const ProofContext context{nonce, "binding"};
  const std::string stored = stored_worker_key("token");
  const message::Proof proof = make_proof("token", context, "w1");
  EXPECT_TRUE(proves(proof, context, stored));
  EXPECT_FALSE(proves(proof, context, stored_worker_key("tokem"))) << "another token";
  EXPECT_FALSE(proves(proof, {make_nonce(), "binding"}, stored)) << "replayed";
  EXPECT_FALSE(proves(proof, {nonce, "bindinh"}, stored)) << "passed on";
  message::Proof other = proof;
  other.worker = "w2";
  EXPECT_FALSE(proves(other, context, stored)) << "another worker's";
  other = proof;
  other.version += 1;
  EXPECT_FALSE(proves(other, context, stored)) << "a version that was changed on the way";
  other = proof;
  other.masked_key.clear();
  EXPECT_FALSE(proves(other, context, stored));
  EXPECT_NE(make_proof("token", context, "w1").masked_key, proof.masked_key);
}

TEST(WorkerProof, CannotBeMadeOfWhatTheSchedulerKeeps) {
  const std::string nonce = make_nonce();
  const ProofContext context{nonce, "binding"};
  const std::string stored = stored_worker_key("token");
  EXPECT_FALSE(proves(make_proof(stored, context, "w1"), context, stored));
  message::Proof forged = make_proof("token", context, "w1");
  forged.masked_key = std::string(32, '\0');
  EXPECT_FALSE(proves(forged, context, stored));
  EXPECT_FALSE(proves(forged, context, ""));
}

}  // namespace
}  // namespace tidemill
