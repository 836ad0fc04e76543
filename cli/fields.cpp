#include <algorithm>

#include <base/text.h>
#include <cli/fields.h>
#include <cli/text_width.h>

namespace belfry::cli {

namespace {

constexpr std::size_t indent = 2;
constexpr std::size_t gap = 2;

}  // namespace

void Fields::add(std::string name, std::string value, Emphasis emphasis) {
  if (!value.empty()) fields_.push_back({std::move(name), std::move(value), emphasis});
}

void Fields::add_picture(std::string name, std::string value, Emphasis emphasis) {
  if (!value.empty()) fields_.push_back({std::move(name), std::move(value), emphasis, true});
}

std::string Fields::render(const Terminal& terminal) const {
  std::size_t name_width = 0;
  for (const Field& field : fields_) name_width = std::max(name_width, display_width(field.name));
  const std::size_t left = indent + name_width + gap;
  const std::size_t right = terminal.width > left + 1 ? terminal.width - left : Terminal::unlimited;
  std::string out;
  for (const Field& field : fields_) {
    out += std::string(indent, ' ') + terminal.paint(field.name, Emphasis::faint) +
           std::string(name_width - display_width(field.name) + gap, ' ');
    bool is_first = true;
    for (const std::string_view line : split(trim(field.value), '\n')) {
      if (!std::exchange(is_first, false)) out += std::string(left, ' ');
      const std::string shown = printable(line);
      const std::string block =
          field.is_picture ? shortened(shown, right) : wrapped(shown, {.width = right, .indent = 0});
      bool goes_on = false;
      for (const std::string_view part : split(block, '\n')) {
        out += std::string(std::exchange(goes_on, true) ? left : 0, ' ') + terminal.paint(part, field.emphasis) + "\n";
      }
    }
  }
  return out;
}

}  // namespace belfry::cli
