#include <algorithm>
#include <array>
#include <utility>

#include <base/utf8.h>
#include <config/source.h>
#include <config/systemd_conversion.h>
#include <config/yaml_text.h>

namespace belfry::config {

namespace {

constexpr std::string_view timer_section = "Timer";
constexpr std::string_view service_section = "Service";

// Keys that say nothing that a job would lack.
constexpr std::array<std::string_view, 14> harmless{
    "Type",          "RemainAfterExit",  "RemainAfterElapse",   "Unit",          "Description",
    "Documentation", "SyslogIdentifier", "StandardOutput",      "StandardError", "SourcePath",
    "GuessMainPID",  "FixedRandomDelay", "DefaultDependencies", "StandardInput"};

}  // namespace

std::optional<std::string> Conversion::timer_value(std::string_view key) const {
  return timer_.value(timer_section, key);
}

std::vector<UnitAssignment> Conversion::timer_values(std::string_view key) const {
  return timer_.values(timer_section, key);
}

std::optional<std::string> Conversion::service_value(std::string_view key) {
  used_.emplace_back(key);
  return service_.value(service_section, key);
}

std::vector<UnitAssignment> Conversion::service_values(std::string_view key) {
  used_.emplace_back(key);
  return service_.values(service_section, key);
}

std::optional<UnitAssignment> Conversion::last(std::string_view key) {
  const auto values = service_values(key);
  return values.empty() ? std::nullopt : std::optional(values.back());
}

void Conversion::fail(std::string what, std::string hint) {
  out_.errors.push_back({.file = timer_.name(), .what = std::move(what), .hint = std::move(hint)});
}

void Conversion::warn(const UnitAssignment& at, std::string what, std::string hint) {
  out_.warnings.push_back({.file = at.file,
                           .line = at.line,
                           .column = 1,
                           .severity = Severity::warning,
                           .name = {},
                           .what = std::move(what),
                           .hint = std::move(hint),
                           .excerpt = yaml_comment(at.key + "=" + at.value, 0).substr(2)});
  out_.warnings.back().excerpt.pop_back();
}

void Conversion::drop(const UnitAssignment& at, std::string what, std::string hint) {
  dropped_ += (dropped_.empty() ? "" : ", ") + at.key + "=" + at.value;
  warn(at, std::move(what), std::move(hint));
}

void Conversion::drop_what_was_not_looked_at() {
  for (const UnitAssignment& line : service_.assignments()) {
    const bool says_something = line.section == service_section || line.section == "Unit";
    if (!says_something || line.value.empty() || std::ranges::find(harmless, line.key) != harmless.end()) continue;
    if (std::ranges::find(used_, line.key) != used_.end()) continue;
    const bool is_restart = line.key.starts_with("Restart") || line.key.starts_with("StartLimit");
    drop(line, line.key + " is not carried over", is_restart ? "write  retry: { max: 3, delay: 1m }" : "");
  }
}

bool is_yes(const std::optional<std::string>& value) {
  constexpr std::array<std::string_view, 5> yes{"yes", "true", "on", "1", "y"};
  return value && std::ranges::find(yes, *value) != yes.end();
}

bool is_plain_text(std::string_view text) { return is_utf8(text) && !find_bad_character(text); }

}  // namespace belfry::config
