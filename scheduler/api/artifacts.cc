#include "scheduler/api/artifacts.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/fd.h"
#include "base/text.h"
#include "scheduler/api/words.h"

namespace tidemill::api {
namespace {

using http::Request;
using http::Response;

// The listing of a folder, which is an object itself.
constexpr std::size_t kMaxListingBytes = 64u << 20;

struct Left {
  std::uint32_t number = 0;  // of the attempt; 0 = taken over from an earlier run
  std::vector<Artifact> artifacts;
};

// What the attempt that the query names left, or the last one.
Result<Left> find_left(Context& context, RunReader& reader, const Request& request) {
  const RunRow row = TRY(find_run(reader, request));
  const RunView view = TRY(load_run(context, reader, row.id));
  const TaskIndex task = TRY(find_task(*view.live.dag, request));
  const std::int64_t last = view.stored.tasks[task].result_number();
  const auto number = TRY(request.query.integer("attempt", last, 0, 1'000'000));
  Left left;
  left.number = static_cast<std::uint32_t>(number);
  const auto result = TRY(reader.result(row.id, task, left.number));
  if (result != nullptr) left.artifacts = result->artifacts;
  return left;
}

Result<Artifact> find_artifact(Context& context, RunReader& reader, const Request& request) {
  const Left left = TRY(find_left(context, reader, request));
  const std::string& name = request.capture("artifact");
  for (const Artifact& artifact : left.artifacts) {
    if (artifact.name == name) return artifact;
  }
  std::vector<std::string_view> names;
  for (const Artifact& artifact : left.artifacts) names.push_back(artifact.name);
  const auto near = nearest(name, names);
  return not_found(fmt::format("attempt {} left no artifact {}{}", left.number, printable(name, 80),
                               near ? fmt::format("; did you mean {}?", *near) : ""));
}

// Objects are found by hash alone; one that no build of ours wrote never becomes a path.
Result<std::string> object_path(const Context& context, const std::string& hash) {
  const bool is_hash = hash.size() == 64 && std::all_of(hash.begin(), hash.end(), [](char c) {
                         return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                       });
  if (!is_hash) return corrupt("an artifact has the hash " + printable(hash, 80));
  return fmt::format("{}/objects/{}/{}", context.data_dir, hash.substr(0, 2), hash);
}

class ObjectSource : public http::BodySource {
 public:
  static Result<std::shared_ptr<ObjectSource>> open(const std::string& path) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd && errno == ENOENT) return not_found("the artifact is no longer stored");
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) != 0) return errno_error("cannot open " + path);
    return std::make_shared<ObjectSource>(std::move(fd), static_cast<std::uint64_t>(info.st_size));
  }
  ObjectSource(Fd fd, std::uint64_t size) : fd_(std::move(fd)), size_(size) {}

  std::uint64_t size() const override { return size_; }
  Result<std::string> read(std::uint64_t offset, std::size_t most) override {
    std::string bytes(most, '\0');
    const ssize_t n = ::pread(fd_.get(), bytes.data(), most, static_cast<off_t>(offset));
    if (n < 0) return errno_error("cannot read an artifact");
    bytes.resize(static_cast<std::size_t>(n));
    return bytes;
  }

 private:
  Fd fd_;
  std::uint64_t size_;
};

struct StoredFile {
  std::string path;
  std::string hash;
  bool executable = false;
};

Error damaged_listing(const std::string& hash) {
  return corrupt("the listing of the folder " + hash + " is damaged");
}

Result<std::vector<StoredFile>> files_of(const Context& context, const std::string& hash) {
  const std::string path = TRY(object_path(context, hash));
  const auto text = read_file(path, kMaxListingBytes);
  if (!text.ok() && text.error().code == ErrorCode::not_found) {
    return not_found("the artifact is no longer stored");
  }
  if (!text.ok()) return text.error();
  const Json listing = TRY(parse_json(*text));
  if (!listing.is_array()) return damaged_listing(hash);
  std::vector<StoredFile> files;
  for (const Json& one : listing.as_array()) {
    const Json* name = one.find("path");
    const Json* content = one.find("hash");
    const Json* executable = one.find("executable");
    if (name == nullptr || !name->is_string() || content == nullptr || !content->is_string()) {
      return damaged_listing(hash);
    }
    const bool runs = executable != nullptr && executable->is_bool() && executable->as_bool();
    files.push_back({name->as_string(), content->as_string(), runs});
  }
  return files;
}

Json artifact_json(const Artifact& artifact) {
  Json json;
  json.set("name", artifact.name);
  json.set("hash", artifact.hash);
  json.set("bytes", static_cast<std::int64_t>(artifact.bytes));
  json.set("is_directory", artifact.is_directory);
  return json;
}

Result<Response> list_artifacts(Context& context, const Request& request) {
  auto reader = TRY(context.readers.lease());
  const Left left = TRY(find_left(context, *reader, request));
  Json::Array artifacts;
  for (const Artifact& artifact : left.artifacts) artifacts.push_back(artifact_json(artifact));
  Json json;
  json.set("attempt", left.number);
  json.set("artifacts", std::move(artifacts));
  return Response::json(json);
}

Result<Response> list_files(Context& context, const Request& request) {
  auto reader = TRY(context.readers.lease());
  const Artifact artifact = TRY(find_artifact(context, *reader, request));
  Json json = artifact_json(artifact);
  Json::Array files;
  if (artifact.is_directory) {
    for (const StoredFile& file : TRY(files_of(context, artifact.hash))) {
      Json one;
      one.set("path", file.path);
      one.set("hash", file.hash);
      one.set("executable", file.executable);
      files.push_back(std::move(one));
    }
  }
  json.set("files", std::move(files));
  return Response::json(json);
}

// The name under which a browser keeps it: the last part of a path, without anything that a header
// or a shell could take for something else.
std::string safe_name(std::string_view path) {
  std::string name(path.substr(path.rfind('/') + 1));
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    if (!plain) c = '_';
  }
  if (name.empty() || name.front() == '.' || name.front() == '-') name.insert(0, "_");
  return name.substr(0, 100);
}

Result<StoredFile> wanted_file(const Context& context, const Artifact& artifact,
                               const std::string* path) {
  if (!artifact.is_directory) {
    if (path != nullptr) return invalid("file: the artifact is no folder");
    return StoredFile{artifact.name, artifact.hash, false};
  }
  if (path == nullptr) return invalid("file: the artifact is a folder; name one of its files");
  for (StoredFile& file : TRY(files_of(context, artifact.hash))) {
    if (file.path == *path) return std::move(file);
  }
  return not_found(fmt::format("{} has no file {}", artifact.name, printable(*path, 200)));
}

// Always a download, never shown: what a task wrote must not become a page of ours.
Result<Response> download(Context& context, const Request& request) {
  auto reader = TRY(context.readers.lease());
  const Artifact artifact = TRY(find_artifact(context, *reader, request));
  const StoredFile file = TRY(wanted_file(context, artifact, request.query.find("file")));
  Response response;
  response.content_type = "application/octet-stream";
  const std::string path = TRY(object_path(context, file.hash));
  response.source = TRY(ObjectSource::open(path));
  response.with("Content-Disposition",
                fmt::format("attachment; filename=\"{}\"", safe_name(file.path)));
  response.with("ETag", fmt::format("\"{}\"", file.hash));
  return response;
}

}  // namespace

std::vector<http::Route> artifact_routes(Context& context) {
  const auto route = [&](std::string_view path, http::RouteDoc doc, Body body) {
    return make_route(context, http::Method::get, path, Permission::read, std::move(doc),
                      std::move(body));
  };
  const http::ParameterDoc attempt{"attempt", "integer", "Which attempt; the last when not given"};
  return {
      route("/api/v1/runs/{run}/tasks/{task}/artifacts",
            {"Artifacts that an attempt left", "Tasks", {attempt}, "", "ArtifactList"},
            list_artifacts),
      route("/api/v1/runs/{run}/tasks/{task}/artifacts/{artifact}",
            {"An artifact as a download, with ranges",
             "Tasks",
             {attempt, {"file", "string", "Of a folder: the path of one of its files"}},
             "",
             ""},
            download),
      route("/api/v1/runs/{run}/tasks/{task}/artifacts/{artifact}/files",
            {"The files of an artifact that is a folder", "Tasks", {attempt}, "", "ArtifactFiles"},
            list_files),
  };
}

}  // namespace tidemill::api
