// Unit files of systemd: sections with keys and values, from the unit's own file and from the drop-ins beside it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::config {

struct UnitAssignment {
  std::string section;
  std::string key;
  std::string value;
  std::string file;      // where it stands
  std::size_t line = 0;  // from 1
};

class Unit {
 public:
  Unit() = default;
  explicit Unit(std::string name) : name_(std::move(name)) {}

  // backup.timer; of an instance, its own name: backup@home.timer.
  const std::string& name() const { return name_; }

  // More text of the unit: its file first, then its drop-ins.
  void add(const std::string& file, std::string_view text);

  const std::vector<UnitAssignment>& assignments() const { return assignments_; }

  // The last value of a key; nothing where there is none, or it is empty.
  std::optional<std::string> value(std::string_view section, std::string_view key) const;
  // All values of a key that may be given more than once. An empty one takes back those before it.
  std::vector<UnitAssignment> values(std::string_view section, std::string_view key) const;

 private:
  std::string name_;
  std::vector<UnitAssignment> assignments_;
};

// By name, in the order of the text: what `systemctl cat` prints, several units and their drop-ins, each behind a line
// `# /etc/systemd/system/backup.timer`.
std::vector<Unit> read_units(std::string_view text);

}  // namespace belfry::config
