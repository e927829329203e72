// Artifacts by content: <root>/ab/<sha256>, mode 0444, made by hard link, so that storing and
// handing on a file costs one read and no copy. Tasks that run as root get copies: the mode does
// not keep them from writing into the object itself. A folder is stored as its files plus one
// object that lists them: JSON [{"path","hash","executable"}], sorted by path.
//
// Only regular files and folders are stored: links, devices and sockets are refused by name. Used
// by one thread at a time.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/fd.h"
#include "core/outcome.h"
#include "core/render.h"

namespace tidemill {

class Objects {
 public:
  enum class Sharing { links, copies };

  explicit Objects(std::string root)
      : Objects(std::move(root), ::geteuid() == 0 ? Sharing::copies : Sharing::links) {}
  Objects(std::string root, Sharing sharing) : root_(std::move(root)), sharing_(sharing) {}

  // Stores the file or folder at `base`/`path`, durably. `path` is relative and was checked; no
  // part of it may be a symbolic link.
  Result<Artifact> store(const std::string& name, const std::string& base, const std::string& path);

  // Takes over a file that came from elsewhere when its content has this hash; it is moved.
  Status adopt(const std::string& temporary, const std::string& hash);
  // The hashes of the files of a stored folder. Any thread.
  Result<std::vector<std::string>> files_of(const std::string& listing) const;

  // Puts an artifact at `target`, read-only, after verifying that its content still has its hash.
  Status materialise(const RenderedInput& input, const std::string& target);

 private:
  struct Stored {
    std::string hash;
    std::uint64_t bytes = 0;
  };
  // What is known of an object's content as long as its size and times are these.
  struct Verified {
    std::int64_t bytes = 0, seconds = 0, nanoseconds = 0;
    bool operator==(const Verified&) const = default;
  };

  std::string path_of(const std::string& hash) const;
  Result<Stored> store_file(const std::string& path);
  Result<Stored> store_folder(const std::string& path);
  Result<Stored> store_text(const std::string& text);
  Status keep(const std::string& temporary, const std::string& hash);
  Status verify(const std::string& hash);
  Status hand_out(const std::string& hash, const std::string& target, bool executable);
  Status materialise_folder(const std::string& hash, const std::string& target);
  Result<std::string> temporary_name();

  const std::string root_;
  const Sharing sharing_;
  std::map<std::string, Verified> verified_;
  std::uint64_t next_temporary_ = 0;
};

}  // namespace tidemill
