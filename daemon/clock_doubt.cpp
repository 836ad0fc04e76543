#include <sys/stat.h>

#include <algorithm>

#include <base/log.h>
#include <base/text.h>
#include <base/try.h>
#include <daemon/clock_doubt.h>
#include <daemon/loop.h>

namespace belfry {

namespace {

constexpr Millis look_again{1000};
constexpr std::chrono::days build_leeway{1};      // the day of a build is that of some time zone
constexpr std::chrono::minutes ledger_leeway{1};  // another machine's clock may have dated the file

}  // namespace

std::optional<WallTime> newest_change(const std::string& ledger_path) {
  std::optional<WallTime> newest;
  for (const char* suffix : {"", "-wal"}) {
    struct stat info{};
    if (::stat((ledger_path + suffix).c_str(), &info) != 0) continue;
    const WallTime changed{std::chrono::seconds{info.st_mtim.tv_sec}};
    newest = std::max(newest.value_or(changed), changed);
  }
  return newest;
}

std::string why_clock_is_wrong(WallTime now, const KnownPast& past) {
  if (now < past.built - build_leeway) return "before this program was built";
  if (past.written && now < *past.written - ledger_leeway)
    return "before the ledger was last written, " + format_utc(*past.written);
  return "";
}

Result<ClockWait> wait_for_clock(const Waiting& waiting, const KnownPast& past, Millis limit) {
  Loop loop = TRY(Loop::open());
  bool is_stopped = false;
  TRY(loop.add(waiting.alarm.wall_fd(), [&] { waiting.alarm.acknowledge(); }));
  TRY(loop.add(waiting.signals.fd(), [&] { is_stopped |= waiting.signals.take().stop; }));
  const BootTime begun = waiting.clock.read().boot;
  for (bool is_said = false;; is_said = true) {
    const Now now = waiting.clock.read();
    const std::string why = why_clock_is_wrong(now.wall, past);
    if (why.empty()) return ClockWait::settled;
    if (is_stopped) return ClockWait::stopped;
    const Millis left = begun + limit - now.boot;
    const std::string doubt = "the clock says " + format_utc(now.wall) + ", which is " + why;
    if (left <= Millis{0}) {
      log::error(doubt + "; going on with it nevertheless");
      return ClockWait::given_up;
    }
    if (!is_said) log::warning(doubt + "; waiting up to " + format_duration(limit) + " for somebody to set it");
    waiting.manager.show("waits for the clock: " + doubt);
    waiting.manager.ask_for_time(now.boot);
    waiting.manager.take_turn(now.boot);
    TRY(loop.wait(std::min(left, look_again)));
  }
}

}  // namespace belfry
