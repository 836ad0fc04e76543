// One timer with its service, on its way to a job: what of it was looked at, and what is told of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <base/zones.h>
#include <config/systemd_import.h>
#include <config/systemd_unit.h>

namespace belfry::config {

class Conversion {
 public:
  // REQUIRES: all of them outlive it.
  Conversion(const Unit& timer, const Unit& service, ZoneCache& zones, ImportedUnits& out)
      : timer_(timer), service_(service), zones_(zones), out_(out) {}

  const Unit& timer() const { return timer_; }
  const Unit& service() const { return service_; }
  ZoneCache& zones() { return zones_; }

  // Of the section [Timer].
  std::optional<std::string> timer_value(std::string_view key) const;
  std::vector<UnitAssignment> timer_values(std::string_view key) const;

  // Of the section [Service]; the key counts as carried over from now on.
  std::optional<std::string> service_value(std::string_view key);
  std::vector<UnitAssignment> service_values(std::string_view key);
  std::optional<UnitAssignment> last(std::string_view key);

  // There will be no job.
  void fail(std::string what, std::string hint);
  // It is another thing here.
  void warn(const UnitAssignment& at, std::string what, std::string hint);
  // It is not carried over.
  void drop(const UnitAssignment& at, std::string what, std::string hint = {});
  void drop_what_was_not_looked_at();

  // All that was dropped, in one line; may be empty.
  const std::string& dropped() const { return dropped_; }

 private:
  const Unit& timer_;
  const Unit& service_;
  ZoneCache& zones_;
  ImportedUnits& out_;
  std::vector<std::string> used_;
  std::string dropped_;
};

// systemd's words for true.
bool is_yes(const std::optional<std::string>& value);

// Whether it may stand in a schedules.yaml as it is.
bool is_plain_text(std::string_view text);

}  // namespace belfry::config
