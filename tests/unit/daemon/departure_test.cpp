#include <doctest/doctest.h>

#include <daemon/departure.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

using Occasion = Departure::Occasion;

constexpr BootTime start{Millis{5'000}};

}  // namespace

TEST_CASE("daemon/departure: S33 `leave` goes with the turn that told the core, whatever runs") {
  Departure departure({.what = OnStop::leave});
  CHECK_FALSE(departure.may_leave(start, true));
  const auto told = departure.ask(start, Occasion::service);
  REQUIRE(told.has_value());
  CHECK(told->what == OnStop::leave);
  CHECK(departure.may_leave(start, false));
}

TEST_CASE("daemon/departure: S33 `wait` goes when it is quiet, or when its patience is over") {
  Departure departure({.what = OnStop::wait, .patience = 90s});
  CHECK_FALSE(departure.patience_left(start).has_value());
  CHECK(departure.ask(start, Occasion::service).value().what == OnStop::wait);
  CHECK_FALSE(departure.may_leave(start + 1s, false));
  CHECK(departure.may_leave(start + 1s, true));
  CHECK(departure.patience_left(start + 1s) == Millis{89s});
  CHECK_FALSE(departure.may_leave(start + 89'999ms, false));
  CHECK(departure.may_leave(start + 90s, false));
  CHECK(departure.patience_left(start + 91s) == Millis{0});
}

TEST_CASE("daemon/departure: S33 `kill` goes when everything is stopped") {
  Departure departure({.what = OnStop::kill});
  CHECK(departure.ask(start, Occasion::service).value().what == OnStop::kill);
  CHECK_FALSE(departure.may_leave(start + 1h, false));
  CHECK(departure.may_leave(start + 1h, true));
}

TEST_CASE("daemon/departure: S33 a second request tells the core nothing new and waits for nobody") {
  Departure departure({.what = OnStop::kill});
  CHECK(departure.ask(start, Occasion::service).has_value());
  CHECK_FALSE(departure.ask(start + 1s, Occasion::service).has_value());
  CHECK(departure.may_leave(start + 1s, false));
}

TEST_CASE("daemon/departure: S33 when the machine goes down the jobs are taken along, whatever on_stop says") {
  Departure departure({.what = OnStop::leave});
  const auto told = departure.ask(start, Occasion::machine);
  REQUIRE(told.has_value());
  CHECK(told->what == OnStop::kill);
  CHECK(told->reason == Reason::shutdown);
  CHECK_FALSE(departure.may_leave(start + 1h, false));
  CHECK(departure.may_leave(start + 1h, true));
}

TEST_CASE("daemon/departure: S33 the machine goes down while the daemon waits for its jobs") {
  Departure departure({.what = OnStop::wait, .patience = 90s});
  CHECK(departure.ask(start, Occasion::service).has_value());
  const auto told = departure.ask(start + 1s, Occasion::machine);
  REQUIRE(told.has_value());
  CHECK(told->what == OnStop::kill);
  CHECK_FALSE(departure.may_leave(start + 91s, false));
  CHECK_FALSE(departure.ask(start + 92s, Occasion::machine).has_value());
  CHECK(departure.may_leave(start + 92s, false));
}
