#include <doctest/doctest.h>

#include <daemon/core_time.h>

using namespace belfry;

namespace {

constexpr WallTime noon{std::chrono::hours{12}};

Now clocks(Millis since_start, Millis clock_set_by = Millis{0}) {
  return {.wall = noon + since_start + clock_set_by,
          .boot = BootTime{std::chrono::hours{1}} + since_start,
          .awake = AwakeTime{std::chrono::minutes{50}} + since_start};
}

bool equal(const Now& a, const Now& b) { return a.wall == b.wall && a.boot == b.boot && a.awake == b.awake; }

}  // namespace

TEST_CASE("daemon/core_time: S5 an instant that is about to come stays the time until it has come") {
  CoreTime time;
  CHECK(equal(time.read(clocks(Millis{0})), clocks(Millis{0})));
  CHECK(equal(time.go_ahead(Millis{8}), clocks(Millis{8})));
  CHECK(*time.comes_at().wall == noon + Millis{8});
  for (const int ms : {1, 5, 7}) {
    CHECK(equal(time.read(clocks(Millis{ms})), clocks(Millis{8})));
    CHECK(time.is_ahead());
  }
  CHECK(equal(time.read(clocks(Millis{8})), clocks(Millis{8})));
  CHECK_FALSE(time.is_ahead());
  CHECK(equal(time.read(clocks(Millis{9})), clocks(Millis{9})));
}

TEST_CASE("daemon/core_time: S16 a clock that is set back meanwhile holds nothing up") {
  const Millis back = -std::chrono::hours{1};
  CoreTime time;
  time.read(clocks(Millis{0}));
  time.go_ahead(Millis{8});
  const Now now = time.read(clocks(Millis{3}, back));
  CHECK_FALSE(time.is_ahead());
  CHECK(now.wall == noon + Millis{3} + back);
}

TEST_CASE("daemon/core_time: S5 never early: what the boot clock says does not let it come before") {
  CoreTime time;
  time.read(clocks(Millis{0}));
  time.go_ahead(Millis{8});
  Now now = clocks(Millis{7});
  now.boot += Millis{500};  // whoever reads two clocks may be held up between them
  time.read(now);
  CHECK(time.is_ahead());
}

TEST_CASE("daemon/core_time: S5 S8 two clocks that are rounded each by itself keep their distance") {
  CoreTime time;
  const Millis distance = noon.time_since_epoch() - clocks(Millis{0}).boot.time_since_epoch();
  time.read(clocks(Millis{0}));
  for (int ms = 1; ms < 100; ++ms) {
    Now now = clocks(Millis{ms});
    const Millis off{ms % 3 - 1};
    now.boot += off;
    now.awake += off;
    const Now told = time.read(now);
    CHECK(told.wall == now.wall);
    CHECK(told.wall.time_since_epoch() - told.boot.time_since_epoch() == distance);
    CHECK(told.awake == clocks(Millis{ms}).awake);
  }
  const Now set = time.read(clocks(Millis{200}, Millis{50}));  // by somebody
  CHECK(set.boot == clocks(Millis{200}).boot);
  const Now on = time.read(clocks(Millis{210}, Millis{50}));
  CHECK(on.boot - set.boot == Millis{10});
}

TEST_CASE("daemon/core_time: the boot clock that the core is told never goes back") {
  CoreTime time;
  time.read(clocks(Millis{0}));
  const BootTime ahead = time.go_ahead(Millis{8}).boot;
  Now now = clocks(Millis{8});
  now.boot -= Millis{1};
  now.awake -= Millis{1};
  CHECK(time.read(now).boot == ahead);
  CHECK_FALSE(time.is_ahead());
}

TEST_CASE("daemon/core_time: S26 how late an instant comes is known, for deadlines that did not wait") {
  CoreTime time;
  time.read(clocks(Millis{0}));
  time.go_ahead(Millis{8});
  time.read(clocks(Millis{7}));
  CHECK(time.late() == Millis{0});
  time.read(clocks(Millis{3'600'008}));  // the machine slept
  CHECK(time.late() == std::chrono::hours{1});
  time.read(clocks(Millis{3'600'009}));
  CHECK(time.late() == Millis{0});
}
