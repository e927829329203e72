#include <array>

#include "base/time.h"
#include "cli/settings.h"
#include "scheduler/endpoint.h"
#include "scheduler/http/outgoing_url.h"
#include "scheduler/people/address.h"

namespace tidemill {
namespace {

Status check_endpoint(const std::string& text) {
  TRY(parse_endpoint(text));
  return Ok{};
}

Status check_range(const std::string& text) {
  TRY(parse_address_range(text));
  return Ok{};
}

Status check_public_url(const std::string& text) {
  const auto url = TRY(http::parse_outgoing_url(text));
  if (url.target != "/") return invalid(text + ": name no path behind the host");
  return Ok{};
}

Status check_lease(const std::string& text) {
  const Duration lease = TRY(parse_duration(text));
  if (lease >= std::chrono::seconds(5) && lease <= std::chrono::hours(1)) return Ok{};
  return invalid(text + ": a lease lasts 5s to 1h");
}

constexpr auto kOne = Count::one;
constexpr auto kMany = Count::many;
using enum SettingKind;

constexpr auto kAll = std::to_array<Setting>({
    {"data_dir", path, kOne, "", "DIR", 0, 0, nullptr,
     "Folder of the database, logs and artifacts (default: $STATE_DIRECTORY or "
     "~/.local/share/tidemill)"},
    {"dags", path, kOne, "dags", "DIR", 0, 0, nullptr, "Folder of DAG files"},
    {"alerts", path, kOne, "", "FILE", 0, 0, nullptr,
     "File of alerts: who is told of them, when and how; without it they are only shown"},
    {"listen", text, kMany, "127.0.0.1:8420", "ADDRESS:PORT", 0, 0, check_endpoint,
     "Where to serve HTTP; port 0 is any free one"},
    {"hosts", text, kMany, "", "NAME", 0, 0, nullptr,
     "Further names under which browsers may reach this server"},
    {"public_url", text, kOne, "", "URL", 0, 0, check_public_url,
     "How people reach this server, for links in messages (default: the first address of listen)"},
    {"tls.certificate", path, kOne, "", "FILE", 0, 0, nullptr, "Serve HTTPS with this PEM chain"},
    {"tls.key", path, kOne, "", "FILE", 0, 0, nullptr, "Its private key, PEM"},
    {"allow_plain_http", boolean, kOne, "false", "", 0, 0, nullptr,
     "Serve beyond this machine without TLS: behind a proxy that has it"},
    {"proxy.header", text, kOne, "", "NAME", 0, 0, nullptr,
     "Header in which a trusted proxy names the user it has signed in"},
    {"proxy.addresses", text, kMany, "", "RANGE", 0, 0, check_range,
     "Addresses of that proxy, such as 10.0.0.0/8"},
    {"allow_private_network", text, kMany, "", "RANGE", 0, 0, check_range,
     "Addresses that are not public, but that wait_for may ask and messages go to, such as "
     "10.1.0.0/16"},
    {"slots", integer, kOne, "0", "N", 0, 10'000, nullptr,
     "How many tasks the local worker runs at once; 0 = one per processor"},
    {"labels", text, kMany, "", "LABEL", 0, 0, nullptr, "Labels of the local worker, for runs_on"},
    {"workers.listen", text, kOne, "", "ADDRESS:PORT", 0, 0, check_endpoint,
     "Let workers of other machines come in here, always with TLS"},
    {"workers.certificate", path, kOne, "", "FILE", 0, 0, nullptr,
     "PEM chain that they are shown; when not given the one of tls, else one made in the data "
     "folder"},
    {"workers.key", path, kOne, "", "FILE", 0, 0, nullptr, "Its private key, PEM"},
    {"workers.lease", duration, kOne, "60s", "TIME", 0, 0, check_lease,
     "How long a task of such a worker goes on without a word from here, 5s to 1h"},
    {"durability", word, kOne, "power_loss", "power_loss|crash", 0, 0, nullptr,
     "What a commit survives; crash is faster and a power cut may take the last moments"},
    {"log.format", word, kOne, "text", "text|json", 0, 0, nullptr, "Form of the log on stderr"},
    {"log.level", word, kOne, "info", "debug|info|warning|error", 0, 0, nullptr,
     "The least that is logged; debug has every request"},
    {"stop.mode", word, kOne, "leave", "leave|drain", 0, 0, nullptr,
     "At a stop, leave running tasks to go on by themselves, or wait for them"},
    {"stop.limit", duration, kOne, "1h", "TIME", 0, 0, nullptr, "How long a drain waits"},
    {"retention.days", integer, kOne, "0", "N", 0, 36'500, nullptr,
     "Remove runs that ended so many days ago; 0 = never"},
    {"retention.runs", integer, kOne, "0", "N", 0, 1'000'000'000, nullptr,
     "Keep so many ended runs of each dag; 0 = all"},
    {"retention.log_bytes", size, kOne, "0", "SIZE", 0, 0, nullptr,
     "Remove the oldest logs of ended runs beyond so much; 0 = never"},
    {"disk.reserve", size, kOne, "1GiB", "SIZE", 0, 0, nullptr,
     "Start nothing new while less than this is free in the data folder"},
    {"disk.reserve_percent", integer, kOne, "5", "N", 0, 90, nullptr,
     "Likewise while less than so many percent are free, up to ten times disk.reserve"},
    {"disk.ballast", size, kOne, "64MiB", "SIZE", 0, 0, nullptr,
     "Set aside so much, and give it up to record what ends on a full disk"},
});

std::string spelled(std::string_view name, char separator, bool upper) {
  std::string text(name);
  for (char& c : text) {
    if (c == '.' || c == '_') c = separator;
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

}  // namespace

std::span<const Setting> all_settings() { return kAll; }

std::string Setting::flag() const { return "--" + spelled(name, '-', false); }

std::string Setting::environment() const { return "TIDEMILL_" + spelled(name, '_', true); }

}  // namespace tidemill
