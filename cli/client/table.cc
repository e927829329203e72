#include "cli/client/table.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace tidemill::client {
namespace {

constexpr std::size_t kMaxCellColumns = 48, kMaxLastColumns = 160;

}  // namespace

Table::Table(std::vector<std::string> heads) {
  for (std::string& head : heads) {
    Column column;
    column.right = head.starts_with('>');
    column.head = column.right ? head.substr(1) : std::move(head);
    column.width = text_width(column.head);
    columns_.push_back(std::move(column));
  }
}

void Table::row(std::vector<Cell> cells) {
  CHECK(cells.size() == columns_.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool is_last = i + 1 == cells.size();
    cells[i].text = printable(cells[i].text, is_last ? 4 * kMaxLastColumns : 4 * kMaxCellColumns);
    const std::size_t most = is_last ? kMaxLastColumns : kMaxCellColumns;
    columns_[i].width = std::max(columns_[i].width, std::min(most, text_width(cells[i].text)));
  }
  rows_.push_back(std::move(cells));
}

std::string Table::line(const std::vector<Cell>& cells, const Terminal& terminal) const {
  std::string out;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Column& column = columns_[i];
    const bool is_last = i + 1 == cells.size();
    std::size_t width = column.width;
    if (is_last) {
      width = std::min(width, text_width(cells[i].text));
      const auto whole = static_cast<std::size_t>(terminal.width);
      if (terminal.interactive && taken + width > whole) width = whole - std::min(whole - 8, taken);
    }
    std::string cell = fitted(cells[i].text, width);
    const std::size_t wide = text_width(cells[i].text);
    if (column.right && wide < width) cell = std::string(width - wide, ' ') + cells[i].text;
    out += styled(terminal, cells[i].style, cell);
    if (!is_last) out += "  ";
    taken += width + 2;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out + "\n";
}

std::string Table::text(const Terminal& terminal) const {
  std::vector<Cell> heads;
  for (const Column& column : columns_) heads.emplace_back(column.head, Style::dim);
  std::string out = line(heads, terminal);
  for (const auto& row : rows_) out += line(row, terminal);
  return out;
}

Style style_of_state(const std::string& state) {
  if (state == "succeeded" || state == "good" || state == "active") return Style::green;
  if (state == "failed" || state == "upstream_failed" || state == "broken") return Style::red;
  if (state == "running" || state == "dispatched") return Style::blue;
  if (state == "partial" || state == "cancelled" || state == "retry_wait" || state == "paused")
    return Style::yellow;
  if (state == "skipped" || state == "waiting" || state == "queued" || state == "gone")
    return Style::dim;
  return Style::plain;
}

}  // namespace tidemill::client
