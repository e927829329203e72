#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "scheduler/depot.h"

namespace tidemill {
namespace {

constexpr std::size_t kMaxListingBytes = 256u << 20;
constexpr std::size_t kMaxFolders = 16;
// Of the disk is left to what ends meanwhile.
constexpr std::uint64_t kLeaveFree = 64u << 20;

// Errors of which it makes no sense to try again.
bool is_final(const Error& error) { return error.code != ErrorCode::unavailable; }

message::Received received(const message::Piece& piece, const Result<std::uint64_t>& size) {
  message::Received answer;
  answer.attempt = piece.attempt;
  answer.hash = piece.hash;
  if (size.ok()) {
    answer.size = *size;
  } else if (is_final(size.error())) {
    answer.problem = size.error().message;
  } else {
    answer.size = piece.offset;  // nothing was taken; the sender tries again after a while
  }
  return answer;
}

Result<std::uint64_t> size_of(const Fd& file, const std::string& path) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return errno_error("cannot stat " + path);
  return static_cast<std::uint64_t>(info.st_size);
}

Result<std::string> hash_of(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return errno_error("cannot read " + path);
  Sha256 hash;
  std::vector<char> buffer(1u << 20);
  ssize_t n = 0;
  while ((n = ::read(file.get(), buffer.data(), buffer.size())) > 0) {
    hash.update({buffer.data(), static_cast<std::size_t>(n)});
  }
  if (n < 0 || ::fsync(file.get()) != 0) return errno_error("cannot read " + path);
  return hash.finish_hex();
}

}  // namespace

std::string DepotShelf::object_path(const std::string& hash) const {
  return fmt::format("{}/objects/{}/{}", data_dir_, hash.substr(0, 2), hash);
}

// Takes the piece when it begins where the file ends; otherwise only says where that is.
Result<std::uint64_t> DepotShelf::append(const std::string& path, const message::Piece& piece) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
  TRY(make_directories(path.substr(0, path.rfind('/')), true));
  const Fd file(::open(path.c_str(), kFlags, 0600));
  if (!file) return errno_error("cannot open " + path);
  const std::uint64_t size = TRY(size_of(file, path));
  if (piece.offset != size || piece.bytes.empty()) return size;
  const Status written = write_all(file.get(), piece.bytes);
  // Whatever part of it is there: the sender goes on behind it.
  if (!written.ok()) return size_of(file, path);
  return size + piece.bytes.size();
}

message::Received DepotShelf::take_log(RunId run, const message::Piece& piece) {
  if (piece.offset + piece.bytes.size() > kMaxLogBytes) {
    return received(piece, invalid("the log is larger than " + format_bytes(kMaxLogBytes)));
  }
  const std::string path = fmt::format("{}/logs/{}/{}.log", data_dir_, run.value,
                                       piece.attempt.value);
  return received(piece, append(path, piece));
}

message::Received DepotShelf::take_object(const message::Piece& piece) {
  return received(piece, add_to_object(piece));
}

Result<std::uint64_t> DepotShelf::add_to_object(const message::Piece& piece) {
  struct stat info {};
  if (::lstat(object_path(piece.hash).c_str(), &info) == 0 && S_ISREG(info.st_mode)) {
    return static_cast<std::uint64_t>(info.st_size);
  }
  if (piece.offset == 0) TRY(check_room(piece.total));
  const std::string incoming = fmt::format("{}/objects/incoming/{}-{}", data_dir_,
                                           piece.attempt.value, piece.hash);
  const std::uint64_t size = TRY(append(incoming, piece));
  if (size < piece.total) return size;
  const Status done = complete(incoming, piece.hash);
  if (!done.ok()) {
    ::unlink(incoming.c_str());
    return done.error();
  }
  return piece.total;
}

Status DepotShelf::check_room(std::uint64_t bytes) const {
  struct statvfs disk {};
  if (::statvfs(data_dir_.c_str(), &disk) != 0) return errno_error("cannot look at the disk");
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free >= bytes + kLeaveFree) return Ok{};
  return invalid(fmt::format("the scheduler has no room for {}: {} are free", format_bytes(bytes),
                             format_bytes(free)));
}

Status DepotShelf::complete(const std::string& incoming, const std::string& hash) {
  const std::string actual = TRY(hash_of(incoming));
  if (actual != hash) return invalid("its content has the hash " + actual + ", not " + hash);
  if (::chmod(incoming.c_str(), 0444) != 0) return errno_error("cannot protect " + incoming);
  const std::string target = object_path(hash);
  const std::string folder = target.substr(0, target.rfind('/'));
  TRY(make_directories(folder, true));
  if (::rename(incoming.c_str(), target.c_str()) != 0) return errno_error("cannot store " + target);
  const Fd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) return errno_error("cannot sync " + folder);
  return Ok{};
}

Message DepotShelf::give(const std::vector<RenderedInput>& inputs, const message::Fetch& fetch) {
  auto piece = may_have(inputs, fetch)
                   ? read_piece(fetch)
                   : Result<message::Piece>(invalid("it is no input of this attempt"));
  if (piece.ok()) return std::move(*piece);
  return message::Received{fetch.attempt, fetch.hash, 0, piece.error().message};
}

Result<message::Piece> DepotShelf::read_piece(const message::Fetch& fetch) {
  const std::string path = object_path(fetch.hash);
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return errno_error("cannot open the artifact " + path);
  message::Piece piece{fetch.attempt, fetch.hash, fetch.offset, TRY(size_of(file, path)), {}};
  if (piece.offset > piece.total) return invalid("it asks for what is behind the end");
  piece.bytes.resize(std::min<std::uint64_t>(message::kMaxPieceBytes, piece.total - piece.offset));
  const ssize_t n = ::pread(file.get(), piece.bytes.data(), piece.bytes.size(),
                            static_cast<off_t>(piece.offset));
  if (n < 0) return errno_error("cannot read the artifact " + path);
  piece.bytes.resize(static_cast<std::size_t>(n));
  return piece;
}

bool DepotShelf::may_have(const std::vector<RenderedInput>& inputs, const message::Fetch& fetch) {
  return std::any_of(inputs.begin(), inputs.end(), [&](const RenderedInput& input) {
    if (input.hash == fetch.hash) return true;
    if (!input.is_directory) return false;
    if (folders_.size() >= kMaxFolders && !folders_.contains(input.hash)) folders_.clear();
    const auto [entry, is_new] = folders_.try_emplace(input.hash);
    if (is_new) entry->second = files_of(input.hash);
    return entry->second.contains(fetch.hash);
  });
}

std::set<std::string> DepotShelf::files_of(const std::string& listing) const {
  std::set<std::string> hashes;
  const auto text = read_file(object_path(listing), kMaxListingBytes);
  const auto json = text.ok() ? parse_json(*text) : Result<Json>(text.error());
  // Without a listing nothing of it is given out, which the worker is told.
  if (!json.ok() || !json->is_array()) return hashes;
  for (const Json& file : json->as_array()) {
    const Json* hash = file.find("hash");
    if (hash != nullptr && hash->is_string()) hashes.insert(hash->as_string());
  }
  return hashes;
}

void DepotShelf::clean() {
  std::error_code ignored;
  std::filesystem::remove_all(data_dir_ + "/objects/incoming", ignored);
}

}  // namespace tidemill
