#include "worker/masker.h"

#include <algorithm>
#include <cstring>

#include "worker/mask_forms.h"

namespace tidemill {
namespace {

constexpr std::string_view kMask = "***";

}  // namespace

void MaskSet::add(std::string_view secret) {
  for (std::string& form : mask_forms(secret)) patterns_.push_back(std::move(form));
}

std::string MaskSet::apply(std::string_view text) const {
  std::string out;
  Masker masker(*this);
  masker.feed(text, out);
  masker.finish(out);
  return out;
}

// memmem is linear, whatever the secret.
std::vector<Masker::Range> Masker::find_secrets() const {
  std::vector<Range> found;
  if (already_masked_ > 0) found.push_back({0, already_masked_});
  for (const std::string& pattern : masks_->patterns()) {
    std::size_t at = 0;
    while (const void* hit = ::memmem(held_.data() + at, held_.size() - at, pattern.data(),
                                      pattern.size())) {
      const auto begin = static_cast<std::size_t>(static_cast<const char*>(hit) - held_.data());
      found.push_back({begin, begin + pattern.size()});
      at = begin + 1;
    }
  }
  std::sort(found.begin(), found.end(), [](Range a, Range b) { return a.begin < b.begin; });
  std::vector<Range> merged;
  for (const Range range : found) {
    if (!merged.empty() && range.begin < merged.back().end) {
      merged.back().end = std::max(merged.back().end, range.end);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

std::size_t Masker::find_possible_beginning() const {
  std::size_t hold = 0;
  for (const std::string& pattern : masks_->patterns()) {
    for (std::size_t size = std::min(pattern.size() - 1, held_.size()); size > hold; --size) {
      if (held_.compare(held_.size() - size, size, pattern, 0, size) == 0) {
        hold = size;
        break;
      }
    }
  }
  return held_.size() - hold;
}

void Masker::emit(std::size_t end, const std::vector<Range>& secrets, std::string& out) {
  std::size_t at = 0;
  std::size_t masked_until = 0;
  for (const Range secret : secrets) {
    if (secret.begin >= end && secret.begin > 0) break;
    out.append(held_, at, secret.begin - at);
    const bool continues = secret.begin == 0 && already_masked_ > 0;
    if (!continues) out.append(kMask);
    at = std::min(secret.end, std::max(end, secret.begin));
    masked_until = secret.end;
    if (secret.end >= end) break;
  }
  if (at < end) out.append(held_, at, end - at);
  held_.erase(0, end);
  already_masked_ = masked_until > end ? masked_until - end : 0;
}

void Masker::feed(std::string_view bytes, std::string& out) {
  if (masks_->empty() && held_.empty()) {
    out.append(bytes);
    return;
  }
  held_.append(bytes);
  emit(find_possible_beginning(), find_secrets(), out);
}

void Masker::finish(std::string& out) {
  emit(held_.size(), find_secrets(), out);
  held_.clear();
  already_masked_ = 0;
}

}  // namespace tidemill
