#include "scheduler/alerts/mailer.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <mutex>

#include "base/check.h"

namespace tidemill {
namespace {

constexpr std::size_t kThreads = 2;
constexpr long kConnectLimitMs = 10'000;
constexpr long kWholeLimitMs = 30'000;

struct EndTransfer {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Transfer = std::unique_ptr<CURL, EndTransfer>;
using List = std::unique_ptr<curl_slist, FreeList>;

// What the callbacks of one transfer share.
struct Sending {
  const Mailer::Refuse& refuse;
  std::string refusal;  // of an address
  std::string_view left;
};

std::string address_text(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (address.sa_family == AF_INET) {
    bytes = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  } else if (address.sa_family == AF_INET6) {
    bytes = &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  } else {
    return "an address of an unknown kind";
  }
  CHECK(::inet_ntop(address.sa_family, bytes, text.data(), text.size()) != nullptr);
  return text.data();
}

// libcurl connects to exactly the address that is looked at here.
curl_socket_t open_socket(void* data, curlsocktype, curl_sockaddr* address) {
  auto& sending = *static_cast<Sending*>(data);
  sending.refusal = sending.refuse(address_text(address->addr));
  if (!sending.refusal.empty()) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t read_mail(char* to, std::size_t size, std::size_t count, void* data) {
  auto& sending = *static_cast<Sending*>(data);
  const std::size_t bytes = std::min(size * count, sending.left.size());
  std::memcpy(to, sending.left.data(), bytes);
  sending.left.remove_prefix(bytes);
  return bytes;
}

bool is_host(const std::string& host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':';
  });
}

std::string url_of(const SmtpChannel& channel) {
  const bool v6 = channel.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", channel.tls == SmtpChannel::Tls::tls ? "smtps" : "smtp",
                     v6 ? "[" : "", channel.host, v6 ? "]" : "", channel.port);
}

// Whatever the environment says about proxies, files of passwords and the like does not count.
void set_address(CURL* handle, const SmtpChannel& channel, Sending& sending) {
  curl_easy_setopt(handle, CURLOPT_URL, url_of(channel).c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, kConnectLimitMs);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, kWholeLimitMs);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &sending);
  if (channel.tls == SmtpChannel::Tls::starttls) {
    curl_easy_setopt(handle, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  }
  if (!channel.ca_file.empty()) {
    curl_easy_setopt(handle, CURLOPT_CAINFO, channel.ca_file.c_str());
    curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
  }
}

List recipients_of(const SmtpChannel& channel) {
  List list;
  for (const std::string& to : channel.to) {
    curl_slist* longer = curl_slist_append(list.get(), to.c_str());
    CHECK(longer != nullptr);
    (void)list.release();
    list.reset(longer);
  }
  return list;
}

// What keeps a connection from being safe, in words; empty = it is something else.
std::string trouble_of_tls(CURL* handle, CURLcode code, const SmtpChannel& channel) {
  if (code == CURLE_USE_SSL_FAILED)
    return "it offers no STARTTLS, and nothing is sent in the clear";
  if (code == CURLE_SSL_CACERT_BADFILE) {
    return fmt::format("the file of signers {} cannot be used", channel.ca_file);
  }
  if (code != CURLE_PEER_FAILED_VERIFICATION) return "";
  long verdict = X509_V_OK;
  curl_easy_getinfo(handle, CURLINFO_SSL_VERIFYRESULT, &verdict);
  // libcurl looks at the name before it asks for the verdict, which is then still unspecified.
  if (verdict == X509_V_OK || verdict == X509_V_ERR_UNSPECIFIED) {
    return "its certificate is for another name";
  }
  return fmt::format("its certificate is not trusted: {}; name who signed it in ca_file",
                     X509_verify_cert_error_string(verdict));
}

// For the life of the process: taking libcurl and what it brings along down again is not safe
// beside the threads that serve HTTP.
void set_up_once() {
  static std::once_flag once;
  std::call_once(once, [] { CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); });
}

}  // namespace

Mailer::Mailer(Refuse refuse) : refuse_(std::move(refuse)) {
  set_up_once();
  for (std::size_t i = 0; i < kThreads; ++i) threads_.emplace_back([this] { work(); });
}

Mailer::~Mailer() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Mailer::send(Mail mail, Answer answer) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.emplace_back(std::move(mail), std::move(answer));
  }
  changed_.notify_one();
}

void Mailer::work() {
  while (true) {
    std::pair<Mail, Answer> next;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (ending_) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    next.second(deliver(next.first));
  }
}

DeliveryOutcome Mailer::deliver(const Mail& mail) const {
  using Kind = DeliveryOutcome::Kind;
  const SmtpChannel& channel = mail.channel;
  if (!is_host(channel.host)) {
    return {Kind::refused, "the host of the mail server is no name", {}};
  }
  if (!mail.password.empty() && channel.tls == SmtpChannel::Tls::none) {
    return {Kind::refused, "a password is not sent without TLS", {}};
  }
  Sending sending{refuse_, "", mail.text};
  const Transfer transfer(curl_easy_init());
  CHECK(transfer != nullptr);
  CURL* handle = transfer.get();
  set_address(handle, channel, sending);
  const List to = recipients_of(channel);
  const std::string from = "<" + channel.from + ">";
  curl_easy_setopt(handle, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, to.get());
  // One address that is wrong does not keep the mail from the others.
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
  if (!mail.password.empty()) {
    curl_easy_setopt(handle, CURLOPT_USERNAME, channel.user.c_str());
    curl_easy_setopt(handle, CURLOPT_PASSWORD, mail.password.c_str());
  }
  curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, read_mail);
  curl_easy_setopt(handle, CURLOPT_READDATA, &sending);
  const CURLcode code = curl_easy_perform(handle);
  if (code == CURLE_OK) return {};
  if (!sending.refusal.empty()) {
    return {Kind::refused, fmt::format("{} is not asked: {}", channel.host, sending.refusal), {}};
  }
  if (const std::string tls = trouble_of_tls(handle, code, channel); !tls.empty()) {
    return {Kind::retry, fmt::format("{}: {}", channel.host, tls), {}};
  }
  long said = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &said);
  const std::string trouble = fmt::format("{}: {}", channel.host, curl_easy_strerror(code));
  return judge_smtp(static_cast<int>(said), trouble);
}

}  // namespace tidemill
