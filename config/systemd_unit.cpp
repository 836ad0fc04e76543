#include <algorithm>

#include <base/text.h>
#include <config/systemd_unit.h>

namespace belfry::config {

namespace {

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_unit_name(std::string_view name) { return name.ends_with(".timer") || name.ends_with(".service"); }

// The unit to which a file belongs: its own, or that of the directory of drop-ins in which it stands.
std::optional<std::string> unit_of_file(std::string_view path) {
  const std::string_view name = base_name(path);
  if (is_unit_name(name)) return std::string(name);
  if (!name.ends_with(".conf") || name.size() == path.size()) return std::nullopt;
  std::string_view directory = base_name(path.substr(0, path.size() - name.size() - 1));
  if (!directory.ends_with(".d")) return std::nullopt;
  directory.remove_suffix(2);
  return is_unit_name(directory) ? std::optional(std::string(directory)) : std::nullopt;
}

bool is_comment(std::string_view line) { return line.starts_with('#') || line.starts_with(';'); }

}  // namespace

void Unit::add(const std::string& file, std::string_view text) {
  std::string section;
  std::string logical;
  std::size_t number = 0;
  std::size_t begin = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    line = trim(line);
    if (is_comment(line)) continue;  // also between the lines of one value
    if (logical.empty()) begin = number;
    const bool goes_on = line.ends_with('\\');
    logical += goes_on ? std::string(line.substr(0, line.size() - 1)) + " " : std::string(line);
    if (goes_on) continue;
    const std::string whole = std::exchange(logical, {});
    const std::string_view words = trim(whole);
    if (words.starts_with('[') && words.ends_with(']')) {
      section = words.substr(1, words.size() - 2);
      continue;
    }
    const auto equals = words.find('=');
    if (equals == std::string_view::npos) continue;
    assignments_.push_back({.section = section,
                            .key = std::string(trim(words.substr(0, equals))),
                            .value = std::string(trim(words.substr(equals + 1))),
                            .file = file,
                            .line = begin});
  }
}

std::optional<std::string> Unit::value(std::string_view section, std::string_view key) const {
  std::optional<std::string> last;
  for (const UnitAssignment& assignment : assignments_) {
    if (assignment.section == section && assignment.key == key) last = assignment.value;
  }
  return last && !last->empty() ? last : std::nullopt;
}

std::vector<UnitAssignment> Unit::values(std::string_view section, std::string_view key) const {
  std::vector<UnitAssignment> values;
  for (const UnitAssignment& assignment : assignments_) {
    if (assignment.section != section || assignment.key != key) continue;
    if (assignment.value.empty()) {
      values.clear();
    } else {
      values.push_back(assignment);
    }
  }
  return values;
}

std::vector<Unit> read_units(std::string_view text) {
  std::vector<Unit> units;
  std::string file;
  std::string unit;
  std::string part;
  const auto finish = [&] {
    if (unit.empty()) return;
    auto known = std::ranges::find(units, unit, &Unit::name);
    if (known == units.end()) known = units.insert(units.end(), Unit(unit));
    known->add(file, part);
  };
  for (const std::string_view line : split(text, '\n')) {
    const bool may_be_head = line.starts_with("# /");
    const auto of = may_be_head ? unit_of_file(trim(line.substr(2))) : std::nullopt;
    if (of) {
      finish();
      file = trim(line.substr(2));
      unit = *of;
      part.clear();
    } else {
      part += std::string(line) + "\n";
    }
  }
  finish();
  return units;
}

}  // namespace belfry::config
