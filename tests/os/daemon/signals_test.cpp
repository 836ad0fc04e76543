#include <signal.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <daemon/signals.h>

using namespace belfry;

TEST_CASE("daemon/signals: TERM and INT ask to stop, HUP asks to reload, and none of them kills") {
  auto signals = Signals::open().value();
  const auto nothing = signals.take();
  CHECK_FALSE(nothing.stop);
  CHECK_FALSE(nothing.reload);
  CHECK(nothing.who.empty());
  ::kill(::getpid(), SIGHUP);
  const auto hup = signals.take();
  CHECK(hup.reload);
  CHECK(hup.who == "uid " + std::to_string(::getuid()));
  CHECK_FALSE(hup.stop);
  for (const int number : {SIGTERM, SIGINT}) {
    ::raise(number);
    const auto stop = signals.take();
    CHECK(stop.stop);
    CHECK_FALSE(stop.reload);
  }
  CHECK_FALSE(signals.take().stop);  // taken is taken
}

TEST_CASE("daemon/signals: S33 PWR says what a stop is for, and asks for none") {
  auto signals = Signals::open().value();
  ::raise(SIGPWR);
  const auto power = signals.take();
  CHECK(power.machine_goes_down);
  CHECK_FALSE(power.stop);
  CHECK_FALSE(power.reload);
}
