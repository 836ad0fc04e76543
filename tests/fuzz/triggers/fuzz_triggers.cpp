// Any bytes: they parse or fail, quickly and without a crash; what parses keeps its promises.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/posix_rule.h>
#include <base/verify.h>
#include <triggers/calendar.h>
#include <triggers/lint.h>
#include <triggers/normal_form.h>
#include <triggers/parse.h>

namespace {

using belfry::Schedule;
using belfry::WallTime;

constexpr WallTime start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 28}};

// Berlin's rule: with changes both ways, and no file to read.
std::shared_ptr<const belfry::Zone> make_zone() {
  const auto rule = belfry::PosixRule::parse("CET-1CEST,M3.5.0,M10.5.0/3");
  VERIFY(rule.has_value());
  belfry::Zone::Table table{.name = "Test",
                            .changes = {{.at = {}, .offset = std::chrono::hours{1}, .abbreviation = "CET"}}};
  for (std::chrono::year year{1970}; year < std::chrono::year{2100}; ++year) {
    for (auto& change : rule->changes_of(year)) table.changes.push_back(std::move(change));
  }
  return std::make_shared<const belfry::Zone>(std::move(table));
}

void use(const Schedule& schedule) {
  WallTime t = start;
  int count = 0;
  for (; count < 5; ++count) {
    const auto next = schedule.next_after(t);
    if (!next) break;
    VERIFY(*next > t);
    (void)schedule.notes(t, *next);
    (void)schedule.readings(*next);
    t = *next;
  }
  const auto stretch = schedule.slots_in(start, t);
  VERIFY(count == 0 ? !stretch : stretch->count == count && stretch->last == t);
  (void)schedule.describe();
}

// What is written down reads back as the same.
void use_normal_form(const Schedule& schedule, const std::shared_ptr<const belfry::Zone>& zone) {
  const std::string form = schedule.normal_form();
  const auto find = [&](std::string_view name) { return name == "UTC" ? belfry::Zone::utc() : zone; };
  VERIFY(belfry::read_normal_form(form, find).has_value());
}

template <class T>
void check(const belfry::Parsed<T>& parsed, std::string_view text) {
  if (!parsed) VERIFY(parsed.error().offset <= text.size() && !parsed.error().what.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto zone = make_zone();
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto choice = data[0];
  const belfry::ScheduleContext context{.zone = zone,
                                        .job = "job",
                                        .dst = {.skipped = static_cast<belfry::SkippedTime>(choice / 4 % 3),
                                                .repeated = static_cast<belfry::RepeatedTime>(choice / 12 % 3)}};
  switch (choice % 4) {
    case 0: {
      const auto schedule = belfry::parse_schedule(text, context);
      check(schedule, text);
      if (schedule) {
        use(*schedule);
        use_normal_form(*schedule, zone);
        (void)belfry::lint_schedule(text, context, start);
      }
      break;
    }
    case 1: {
      const auto schedule = belfry::parse_calendar(text, context);
      check(schedule, text);
      if (schedule) {
        use(*schedule);
        use_normal_form(*schedule, zone);
      }
      break;
    }
    case 2: {
      const auto schedule = belfry::parse_at(text, context);
      check(schedule, text);
      if (schedule) {
        use(*schedule);
        use_normal_form(*schedule, zone);
      }
      break;
    }
    default: {
      (void)belfry::read_normal_form(text, [&](std::string_view) { return zone; });
      check(belfry::Calendar("c").add(text), text);
      (void)belfry::PosixRule::parse(text);
    }
  }
  return 0;
}
