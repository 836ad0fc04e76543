// Any bytes as a schedules.yaml, behind a line `crontab` as a crontab, or behind the name of a unit as systemd's units:
// refused in words, or jobs; never a crash, a hang, or acceptance without a job. What comes of an import is a good
// file. A file that is edited means what it would mean by itself.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <base/hash.h>
#include <base/text.h>
#include <base/verify.h>
#include <base/zones.h>
#include <config/crontab_import.h>
#include <config/load.h>
#include <config/load_whole.h>
#include <config/systemd_import.h>
#include <tests/support/same_jobs.h>

namespace {

using namespace belfry::config;
using belfry::WallTime;

constexpr WallTime start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 28}};

// Zones are read once: an input is worth less than a file.
belfry::ZoneCache& zones() {
  static belfry::ZoneCache cache;
  return cache;
}

void check_problems(const std::vector<Problem>& problems, std::string_view text) {
  for (const Problem& problem : problems) VERIFY(!problem.what.empty() && problem.line <= text.size() + 1);
  VERIFY(render(problems).find('\0') == std::string::npos);
}

// Some line of it is replaced by another one, or goes.
std::string edited(const std::string& text) {
  std::vector<std::string_view> lines = belfry::split(text, '\n');
  const std::uint64_t choice = belfry::hash_text(text);
  const std::size_t at = choice % lines.size();
  lines[at] = lines[(choice >> 20U) % lines.size()];
  if ((choice >> 40U) % 3 == 0) lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
  std::string out;
  for (const std::string_view line : lines) out += std::string(line) + "\n";
  return out;
}

void check_edit(const std::string& text) {
  const auto first = load_whole({.name = "f.yaml", .text = text}, zones(), {});
  VERIFY(first.has_value());
  const std::string next = edited(text);
  const auto whole = load_whole({.name = "f.yaml", .text = next}, zones(), {});
  const Earlier before{.set = first->set, .pieces = first->pieces};
  const auto second = parse_config("f.yaml", next, zones(), {.before = before});
  VERIFY(whole.has_value() == second.has_value());
  VERIFY(!whole || belfry::test::is_same(*whole->set, *second->set));
}

void check_schedules(const std::string& text) {
  const auto loaded = parse_config("f.yaml", text, zones(), {.lint_at = start});
  if (!loaded) {
    VERIFY(!loaded.error().empty());
    return check_problems(loaded.error(), text);
  }
  VERIFY(!loaded->set->jobs.empty());
  check_problems(loaded->warnings, text);
  for (const belfry::Job& job : loaded->set->jobs) {
    const auto next = job.schedule.next_after(start);
    VERIFY(!next || *next > start);
  }
  check_edit(text);
}

void check_crontab(std::string_view text, CrontabFormat format) {
  const auto imported = import_crontab("crontab", text, format, zones());
  VERIFY(imported.has_value());
  check_problems(imported->errors, text);
  check_problems(imported->warnings, text);
  if (imported->job_count == 0) return;
  const auto loaded = parse_config("f.yaml", imported->schedules, zones());
  VERIFY(loaded.has_value() && loaded->set->jobs.size() == imported->job_count);
}

void check_units(std::string_view text) {
  const auto imported = import_units(read_units(text), zones());
  check_problems(imported.errors, text);
  check_problems(imported.warnings, text);
  if (imported.job_count == 0) return;
  const auto loaded = parse_config("f.yaml", imported.schedules, zones());
  VERIFY(loaded.has_value() && loaded->set->jobs.size() == imported.job_count);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const auto& [head, format] : {std::pair{std::string_view("crontab\n"), CrontabFormat::user},
                                     std::pair{std::string_view("system\n"), CrontabFormat::system}}) {
    if (!text.starts_with(head)) continue;
    check_crontab(std::string_view(text).substr(head.size()), format);
    return 0;
  }
  if (text.starts_with("# /")) {
    check_units(text);
  } else {
    check_schedules(text);
  }
  return 0;
}
