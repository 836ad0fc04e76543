// What became due while no daemon was there, under a definition that the next daemon does not find any more.
#include <signal.h>

#include <chrono>
#include <thread>

#include <doctest/doctest.h>

#include <base/text.h>
#include <tests/e2e/installation.h>

using namespace belfry::e2e;

namespace {

using belfry::Millis;
using belfry::WallTime;

WallTime instant(const nlohmann::json& text) { return belfry::parse_rfc3339(text.get<std::string>()).value(); }

// Newest first.
nlohmann::json slots_of(const Installation& installation, const std::string& job) {
  return installation.belfry_json({"why", job, "-n", "1000"});
}

// From the first slot that is known to the newest one none is left out, none is told twice.
void check_unbroken(const nlohmann::json& slots, Millis period) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto& row = slots[i];
    CAPTURE(row.dump());
    CHECK(instant(row["slot"]) + period * (row["count"].get<int>() - 1) == instant(row["last"]));
    if (i > 0) CHECK(instant(row["last"]) + period == instant(slots[i - 1]["slot"]));
  }
}

void check_counted(const nlohmann::json& slots, const std::string& outcome, const std::string& reason, WallTime until) {
  REQUIRE(slots.size() >= 2);
  CAPTURE(slots.dump());
  const auto& newest = slots[0];
  CHECK(newest["outcome"] == outcome);
  CHECK(newest["reason"] == reason);
  CHECK(newest["count"].get<int>() >= 3);
  CHECK(instant(newest["last"]) <= until);
  CHECK(instant(newest["last"]) > until - std::chrono::seconds{20});
  check_unbroken(slots, std::chrono::seconds{1});
}

}  // namespace

TEST_CASE("e2e: S1 S19 slots of a definition that was edited while the daemon was down are counted under the old one") {
  Installation installation(
      "timezone: Europe/Berlin\n"
      "calendars: {never: [1999-01-01]}\n"
      "jobs:\n"
      "  interval: {schedule: every 1s, run: 'true'}\n"
      "  calendar: {schedule: {cron: '* * * * * *', exclude: [never], jitter: 100ms}, run: 'true'}\n"
      "  gone: {schedule: every 1s, run: 'true'}\n");
  installation.start_daemon();
  for (const char* job : {"interval", "calendar", "gone"}) installation.wait_for_closed_run(job);
  installation.stop_daemon(SIGKILL);
  installation.write_schedules(
      "jobs:\n"
      "  interval: {schedule: '0 3 1 1 *', run: 'true'}\n"
      "  calendar: {schedule: manual, run: 'true'}\n");
  std::this_thread::sleep_for(std::chrono::seconds{4});  // slots come, and nobody is there
  installation.start_daemon();
  const auto now = std::chrono::floor<Millis>(std::chrono::system_clock::now());

  check_counted(slots_of(installation, "interval"), "missed", "schedule changed", now);
  check_counted(slots_of(installation, "calendar"), "missed", "schedule changed", now);
  check_counted(slots_of(installation, "gone"), "skipped", "job removed", now);
  const auto findings = nlohmann::json::parse(installation.belfry({"doctor", "--json"}).out);
  for (const auto& finding : findings) {
    if (finding["about"] == "audit") CHECK(finding["verdict"] == "good");
  }
  const Finished told = installation.belfry({"why", "interval"});
  CHECK(told.out.find("missed: the schedule was edited before it could start") != std::string::npos);
}
