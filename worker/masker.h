// Replaces secrets in a stream of bytes by "***", also where a secret is cut by a chunk's end:
// bytes that may be the beginning of a secret are held back until more is known. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

// The spellings to hide; shared by the streams of one attempt.
class MaskSet {
 public:
  void add(std::string_view secret);
  bool empty() const { return patterns_.empty(); }
  const std::vector<std::string>& patterns() const { return patterns_; }
  // For text that is whole.
  std::string apply(std::string_view text) const;

 private:
  std::vector<std::string> patterns_;
};

class Masker {
 public:
  explicit Masker(const MaskSet& masks) : masks_(&masks) {}

  // Appends to `out` what is certain by now.
  void feed(std::string_view bytes, std::string& out);
  // The end of the stream: what was held back was no secret.
  void finish(std::string& out);
  bool holds_back() const { return !held_.empty(); }

 private:
  struct Range {
    std::size_t begin, end;
  };
  std::vector<Range> find_secrets() const;
  std::size_t find_possible_beginning() const;
  void emit(std::size_t end, const std::vector<Range>& secrets, std::string& out);

  const MaskSet* masks_;
  std::string held_;
  std::size_t already_masked_ = 0;  // of held_, bytes whose "***" was written
};

}  // namespace tidemill
