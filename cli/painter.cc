#include "cli/painter.h"

#include <fmt/format.h>

#include "base/fd.h"

namespace tidemill {
namespace {

std::string clipped(const std::string& line, int width) {
  return text_width(line) <= static_cast<std::size_t>(width)
             ? line
             : fitted(line, static_cast<std::size_t>(width)) + "\033[0m";
}

}  // namespace

void Painter::write(const std::string& text) {
  // A terminal that went away (EIO, EPIPE) costs the picture, not the run.
  if (!write_all(fd_, text).ok()) terminal_.interactive = false;
}

std::string Painter::erase_block() const {
  return painted_ == 0 ? "" : fmt::format("\r\033[{}A\033[J", painted_);
}

void Painter::permanent(const std::string& line) {
  if (!terminal_.interactive) {
    write(line + "\n");
    return;
  }
  std::string text = erase_block() + line + "\n";
  for (const auto& block_line : block_) text += clipped(block_line, terminal_.width) + "\n";
  write(text);
}

void Painter::paint(const std::vector<std::string>& lines) {
  if (!terminal_.interactive) return;
  terminal_.width = probe_terminal(fd_).width;
  std::string text = erase_block();
  for (const auto& line : lines) text += clipped(line, terminal_.width) + "\n";
  block_ = lines;
  painted_ = lines.size();
  write(text);
}

void Painter::clear() {
  if (painted_ > 0) write(erase_block());
  painted_ = 0;
  block_.clear();
}

}  // namespace tidemill
