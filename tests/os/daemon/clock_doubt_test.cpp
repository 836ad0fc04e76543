#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/text.h>
#include <base/version.h>
#include <daemon/clock_doubt.h>
#include <tests/support/temp_dir.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

WallTime at(const char* text) { return parse_rfc3339(text).value(); }

struct Bench {
  SystemClock clock;
  Alarm alarm = Alarm::open().value();
  Signals signals = Signals::open().value();
  ServiceManager manager = ServiceManager::find([](const char*) { return std::optional<std::string>{}; });

  Result<ClockWait> wait(const KnownPast& past, Millis limit) {
    return wait_for_clock({.clock = clock, .alarm = alarm, .signals = signals, .manager = manager}, past, limit);
  }
};

}  // namespace

TEST_CASE("daemon/clock_doubt: S16 F40 a clock is wrong before the program was built, or the ledger written") {
  const KnownPast past{.built = at("2026-11-26T00:00:00Z"), .written = at("2026-12-24T18:00:00Z")};
  CHECK(why_clock_is_wrong(at("1970-01-01T00:00:10Z"), past) == "before this program was built");
  CHECK(why_clock_is_wrong(at("2026-12-01T00:00:00Z"), past) ==
        "before the ledger was last written, 2026-12-24T18:00:00Z");
  CHECK(why_clock_is_wrong(at("2026-12-24T17:59:30Z"), past).empty());  // as far as two machines may differ
  CHECK(why_clock_is_wrong(at("2026-12-24T18:00:00Z"), past).empty());
  CHECK(why_clock_is_wrong(at("2026-11-25T01:00:00Z"), {.built = past.built, .written = {}}).empty());
  CHECK(why_clock_is_wrong(at("2098-01-01T00:00:00Z"), past).empty());  // S16 sees to that one when it is put right
}

TEST_CASE("daemon/clock_doubt: F40 the machine's own clock is later than this program's build") {
  SystemClock clock;
  CHECK(why_clock_is_wrong(clock.read().wall, {.built = built_on(), .written = {}}).empty());
  CHECK(clock.read().wall - built_on() < std::chrono::years{3});
}

TEST_CASE("daemon/clock_doubt: F40 the newest change of the ledger counts, wherever it was made") {
  const tests::TempDir directory;
  const std::string ledger = directory / "ledger.db";
  CHECK_FALSE(newest_change(ledger).has_value());
  const auto write = [](const std::string& path, std::time_t when) {
    REQUIRE(replace_file(path, ""));
    const timespec times[] = {{.tv_sec = when, .tv_nsec = 0}, {.tv_sec = when, .tv_nsec = 0}};
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
  };
  write(ledger, 1'000'000'000);
  CHECK(newest_change(ledger) == WallTime{1'000'000'000s});
  write(ledger + "-wal", 1'000'000'500);
  CHECK(newest_change(ledger) == WallTime{1'000'000'500s});
}

TEST_CASE(
    "daemon/clock_doubt: F40 a clock that may be right is not waited for, a wrong one for so long and no longer") {
  Bench bench;
  const BootTime begin = bench.clock.read().boot;
  CHECK(bench.wait({.built = built_on(), .written = {}}, 1h).value() == ClockWait::settled);
  const KnownPast future{.built = at("2400-01-01T00:00:00Z"), .written = {}};
  CHECK(bench.wait(future, 0ms).value() == ClockWait::given_up);
  CHECK(bench.clock.read().boot - begin < 30min);
  CHECK(bench.wait(future, 300ms).value() == ClockWait::given_up);
  CHECK(bench.clock.read().boot - begin >= 300ms);
}

TEST_CASE("daemon/clock_doubt: F40 who wants the daemon to stop does not wait for the clock") {
  Bench bench;
  ::raise(SIGTERM);
  CHECK(bench.wait({.built = at("2400-01-01T00:00:00Z"), .written = {}}, 1h).value() == ClockWait::stopped);
}
