#include "cli/painter.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/fd.h"

namespace tidemill {
namespace {

// Clears to the end of the line, and to the end of the screen: what was there before is overwritten
// in place and never erased first, so nothing flickers.
constexpr char kEraseLine[] = "\033[K";
constexpr char kEraseBelow[] = "\033[J";

// One column stays free: a cursor that waits behind the last one is treated differently everywhere.
std::string clipped(const std::string& line, int width) {
  const auto columns = static_cast<std::size_t>(width - 1);
  return text_width(line) <= columns ? line : fitted(line, columns) + "\033[0m";
}

}  // namespace

void Painter::write(const std::string& text) {
  // A terminal that went away (EIO, EPIPE) costs the picture, not the run.
  if (!write_all(fd_, text).ok()) terminal_.interactive = false;
}

void Painter::probe() {
  const Terminal now = probe_terminal(fd_);
  terminal_.width = now.width;
  terminal_.height = now.height;
}

// A window that became narrower has wrapped the lines of the block; they take more rows now.
std::string Painter::to_block_begin() const {
  const auto width = static_cast<std::size_t>(terminal_.width);
  std::size_t rows = 0;
  for (const auto& line : block_)
    rows += std::max<std::size_t>(1, (text_width(line) + width - 1) / width);
  return rows == 0 ? "\r" : fmt::format("\r\033[{}A", rows);
}

std::string Painter::block_text() const {
  std::string text;
  for (const auto& line : block_) text += line + kEraseLine + "\n";
  return text + kEraseBelow;
}

void Painter::permanent(const std::string& line) {
  if (!terminal_.interactive) {
    write(line + "\n");
    return;
  }
  probe();
  write(to_block_begin() + kEraseLine + line + kEraseLine + "\n" + block_text());
}

void Painter::paint(const std::vector<std::string>& lines) {
  if (!terminal_.interactive) return;
  const std::string begin = to_block_begin();
  std::vector<std::string> block;
  for (const auto& line : lines) block.push_back(clipped(line, terminal_.width));
  if (block == block_) return;
  block_ = std::move(block);
  write(begin + block_text());
}

void Painter::clear() {
  if (block_.empty()) return;
  probe();
  write(to_block_begin() + kEraseBelow);
  block_.clear();
}

}  // namespace tidemill
