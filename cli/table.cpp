#include <algorithm>
#include <numeric>

#include <base/verify.h>
#include <cli/table.h>
#include <cli/text_width.h>

namespace belfry::cli {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t column_width_min = 4;

std::string render_row(const std::vector<Cell>& row, const std::vector<std::size_t>& widths, const Terminal& terminal) {
  std::string line;
  std::size_t blanks = 0;  // owed; nothing trails at the end of the line
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string text = shortened(row[i].text, widths[i]);
    if (!text.empty()) {
      line += std::string(blanks, ' ') + terminal.paint(text, row[i].emphasis);
      blanks = 0;
    }
    blanks += widths[i] - display_width(text) + gap;
  }
  return line + "\n";
}

}  // namespace

void Table::add(std::vector<Cell> row) {
  VERIFY(row.size() == names_.size());
  for (Cell& cell : row) cell.text = printable(cell.text);
  rows_.push_back(std::move(row));
}

std::vector<std::size_t> Table::widths(std::size_t width_max) const {
  std::vector<std::size_t> widths;
  for (const std::string& name : names_) widths.push_back(display_width(name));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i].text));
  }
  std::size_t total = std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
  while (total > width_max) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= column_width_min) break;
    --*widest;
    --total;
  }
  return widths;
}

std::string Table::render(const Terminal& terminal) const {
  const std::vector<std::size_t> widths = this->widths(terminal.width);
  std::vector<Cell> head;
  for (const std::string& name : names_) head.push_back({name, Emphasis::faint});
  std::string out = render_row(head, widths, terminal);
  for (const auto& row : rows_) out += render_row(row, widths, terminal);
  return out;
}

}  // namespace belfry::cli
