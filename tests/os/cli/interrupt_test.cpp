#include <signal.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include <cli/interrupt.h>

using namespace belfry;
using namespace belfry::cli;
using namespace std::chrono_literals;

TEST_CASE("cli/interrupt: Ctrl-C is noticed, not died of; afterwards signals are as before") {
  sigset_t before;
  ::sigprocmask(SIG_SETMASK, nullptr, &before);
  {
    const auto interrupt = Interrupt::watch();
    REQUIRE(interrupt.has_value());
    CHECK_FALSE(interrupt->arrives_within(1ms));
    ::kill(::getpid(), SIGINT);
    CHECK(interrupt->arrives_within(5s));
  }  // the signal that arrived is gone, else it would end this test now
  sigset_t after;
  ::sigprocmask(SIG_SETMASK, nullptr, &after);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    CHECK(::sigismember(&after, signal) == ::sigismember(&before, signal));
}
