// The contract of Launcher (include/belfry/launcher.h): what every launcher reports of what it starts, and of what an
// earlier one left behind.
//
// A Subject is a machine with a launcher on it:
//   Action exits(int code), runs_on(), cannot_start()    actions that do so
//   StartOrder order(Action)                             a new run of this boot
//   void start(order), stop(order)
//   Outcome const& started(id), over(id)                 waits until it has started, or is over
//   Outcome const& now(id)                               what has been reported so far
//   void end(order, int code)                            lets one that runs on end
//   void die(), live()                                   the daemon is gone; another one has come
//   void wait_for_end(order)                             while no daemon lives
//   void recover(runs)
#pragma once

#include <doctest/doctest.h>

#include <tests/support/reports.h>

namespace belfry::tests {

TEST_CASE_TEMPLATE_DEFINE("jobs/launcher: S3 an attempt is started once and ends once", Subject,
                          launcher_contract_end) {
  Subject subject;
  const StartOrder order = subject.order(subject.exits(3));
  subject.start(order);
  const Outcome& outcome = subject.over(order.id);
  REQUIRE(outcome.started);
  REQUIRE(outcome.ended);
  CHECK(outcome.reports == 2);
  CHECK(outcome.ended->end == ProcessEnd{.how = ProcessEnd::How::exited, .code = 3});
  CHECK(outcome.ended->started == outcome.started->at);
  CHECK(outcome.ended->finished >= outcome.ended->started);
  CHECK(outcome.ended->reason == Reason::none);
}

TEST_CASE_TEMPLATE_DEFINE("jobs/launcher: S29 what cannot start is not reported as started, and says why", Subject,
                          launcher_contract_start_failure) {
  Subject subject;
  const StartOrder order = subject.order(subject.cannot_start());
  subject.start(order);
  const Outcome& outcome = subject.over(order.id);
  REQUIRE(outcome.start_failed);
  CHECK(outcome.reports == 1);
  CHECK_FALSE(outcome.start_failed->detail.empty());
}

TEST_CASE_TEMPLATE_DEFINE("jobs/launcher: S3 attempts side by side are not mixed up", Subject, launcher_contract_many) {
  Subject subject;
  std::vector<StartOrder> orders;
  for (int code = 0; code < 8; ++code) orders.push_back(subject.order(subject.exits(code)));
  const StartOrder last = subject.order(subject.runs_on());
  subject.start(last);
  for (const StartOrder& order : orders) subject.start(order);
  for (int code = 0; code < 8; ++code)
    CHECK(subject.over(orders[static_cast<std::size_t>(code)].id).ended->end.code == code);
  CHECK(subject.started(last.id).started);
  CHECK_FALSE(subject.now(last.id).is_over());
  subject.end(last, 9);
  CHECK(subject.over(last.id).ended->end.code == 9);
}

TEST_CASE_TEMPLATE_DEFINE("jobs/launcher: S3 after a restart what runs on is watched as before", Subject,
                          launcher_contract_adopt) {
  Subject subject;
  const StartOrder order = subject.order(subject.runs_on());
  subject.start(order);
  const WallTime began = subject.started(order.id).started->at;
  for (int daemon = 0; daemon < 2; ++daemon) {
    subject.die();
    subject.live();
    subject.recover({order.run});
    REQUIRE(subject.now(order.id).started);  // before recover() returns
    CHECK(subject.now(order.id).started->at == began);
    CHECK_FALSE(subject.now(order.id).is_over());
  }
  subject.end(order, 4);
  const Outcome& outcome = subject.over(order.id);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end.code == 4);
  CHECK(outcome.ended->started == began);
}

TEST_CASE_TEMPLATE_DEFINE("jobs/launcher: S3 after a restart what ended meanwhile is reported before recover() returns",
                          Subject, launcher_contract_ended) {
  Subject subject;
  const StartOrder order = subject.order(subject.runs_on());
  const StartOrder failing = subject.order(subject.cannot_start());
  subject.start(order);
  subject.start(failing);
  subject.started(order.id);
  subject.over(failing.id);
  subject.die();
  subject.end(order, 5);
  subject.wait_for_end(order);
  for (int daemon = 0; daemon < 2; ++daemon) {  // the ledger may not have heard of it the first time
    subject.live();
    subject.recover({order.run, failing.run});
    REQUIRE(subject.now(order.id).ended);
    CHECK(subject.now(order.id).started);
    CHECK(subject.now(order.id).ended->end.code == 5);
    CHECK(subject.now(failing.id).start_failed);
    subject.die();
  }
  subject.live();
}

TEST_CASE_TEMPLATE_DEFINE("jobs/launcher: S3 a start that never executed is said to be so, each time, and starts anew",
                          Subject, launcher_contract_never_executed) {
  Subject subject;
  StartOrder order = subject.order(subject.exits(0));
  for (int daemon = 0; daemon < 2; ++daemon) {
    subject.die();
    subject.live();
    subject.recover({order.run});
    CHECK(subject.now(order.id).never_executed);
    CHECK(subject.now(order.id).reports == 1);
  }
  order.id.launch = order.run.launch = 2;
  subject.start(order);
  CHECK(subject.over(order.id).ended);
}

TEST_CASE_TEMPLATE_DEFINE("jobs/launcher: S3 what was started in another boot is lost, unless its end is on record",
                          Subject, launcher_contract_reboot) {
  Subject subject;
  StartOrder ended = subject.order(subject.exits(6));
  StartOrder unknown = subject.order(subject.exits(7));
  subject.start(ended);
  subject.over(ended.id);
  subject.die();
  subject.live();
  ended.run.boot = unknown.run.boot = BootId{"another"};
  subject.recover({ended.run, unknown.run});
  CHECK(subject.now(ended.id).ended->end.code == 6);
  REQUIRE(subject.now(unknown.id).lost);
  CHECK(subject.now(unknown.id).lost->reason == Reason::reboot);
}

TEST_CASE_TEMPLATE_DEFINE("jobs/launcher: S26 a stop ends the attempt, and its end carries the reason of the order",
                          Subject, launcher_contract_stop) {
  Subject subject;
  for (const Reason reason : {Reason::by_request, Reason::superseded, Reason::deadline, Reason::shutdown}) {
    CAPTURE(text(reason));
    const StartOrder order = subject.order(subject.runs_on());
    subject.start(order);
    subject.started(order.id);
    subject.stop({.id = order.id, .reason = reason});
    const Outcome& outcome = subject.over(order.id);
    REQUIRE(outcome.ended);
    CHECK(outcome.ended->reason == reason);
    subject.stop({.id = order.id, .reason = reason});  // it is over: passed over
    CHECK(outcome.reports == 2);
  }
  subject.stop({.id = subject.order(subject.exits(0)).id});  // unknown: passed over
}

TEST_CASE_TEMPLATE_DEFINE("jobs/launcher: S26 a stop that comes right after the start leaves nothing running", Subject,
                          launcher_contract_stop_at_once) {
  Subject subject;
  for (int i = 0; i < 20; ++i) {
    const StartOrder order = subject.order(subject.runs_on());
    subject.start(order);
    subject.stop({.id = order.id, .reason = Reason::superseded});
    const Outcome& outcome = subject.over(order.id);
    REQUIRE((outcome.ended || outcome.start_failed));
    CHECK((outcome.ended ? outcome.ended->reason : outcome.start_failed->reason) == Reason::superseded);
  }
}

TEST_CASE_TEMPLATE_DEFINE("jobs/launcher: S26 a stop that the ledger knows of is carried out by the next daemon too",
                          Subject, launcher_contract_stop_recovered) {
  Subject subject;
  StartOrder order = subject.order(subject.runs_on());
  subject.start(order);
  subject.started(order.id);
  subject.die();
  subject.live();
  order.run.stop = Reason::by_request;
  subject.recover({order.run});
  const Outcome& outcome = subject.over(order.id);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->reason == Reason::by_request);
}

// Every case of the contract, for these subjects.
#define LAUNCHER_CONTRACT_FOR(...)                                                     \
  TEST_CASE_TEMPLATE_APPLY(launcher_contract_end, std::tuple<__VA_ARGS__>);            \
  TEST_CASE_TEMPLATE_APPLY(launcher_contract_start_failure, std::tuple<__VA_ARGS__>);  \
  TEST_CASE_TEMPLATE_APPLY(launcher_contract_many, std::tuple<__VA_ARGS__>);           \
  TEST_CASE_TEMPLATE_APPLY(launcher_contract_adopt, std::tuple<__VA_ARGS__>);          \
  TEST_CASE_TEMPLATE_APPLY(launcher_contract_ended, std::tuple<__VA_ARGS__>);          \
  TEST_CASE_TEMPLATE_APPLY(launcher_contract_never_executed, std::tuple<__VA_ARGS__>); \
  TEST_CASE_TEMPLATE_APPLY(launcher_contract_reboot, std::tuple<__VA_ARGS__>);         \
  TEST_CASE_TEMPLATE_APPLY(launcher_contract_stop, std::tuple<__VA_ARGS__>);           \
  TEST_CASE_TEMPLATE_APPLY(launcher_contract_stop_at_once, std::tuple<__VA_ARGS__>);   \
  TEST_CASE_TEMPLATE_APPLY(launcher_contract_stop_recovered, std::tuple<__VA_ARGS__>)

}  // namespace belfry::tests
