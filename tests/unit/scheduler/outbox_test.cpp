#include <doctest/doctest.h>

#include <scheduler/outbox.h>

using namespace belfry;
using namespace std::chrono_literals;

namespace {

BootTime boot(Millis t) { return BootTime{t}; }
Record some_record() { return JobRemoved{*JobName::parse("a")}; }
CommitAnswer answer(std::uint64_t batch, Verdict verdict) {
  return {.batch = BatchId{batch}, .verdict = verdict, .why = verdict == Verdict::ok ? "" : "disk full"};
}

}  // namespace

TEST_CASE("scheduler/outbox: S2 what is promised is let out only after the batch that holds it is durable") {
  Outbox outbox(BatchId{6});
  Actions out;
  outbox.record(some_record());
  outbox.then_answer({.id = RequestId{1}, .result = Refusal{}});
  outbox.offer(boot(0ms), out);
  REQUIRE(out.persist != nullptr);
  CHECK(out.persist->id == BatchId{7});
  CHECK(out.answers.empty());

  outbox.settle(answer(7, Verdict::ok), boot(1ms), out);
  CHECK(out.answers.size() == 1);
}

TEST_CASE("scheduler/outbox: what is decided while a batch is on its way shares the next one") {
  Outbox outbox(BatchId{0});
  Actions out;
  outbox.record(some_record());
  outbox.offer(boot(0ms), out);
  out.clear();
  outbox.record(some_record());
  outbox.offer(boot(1ms), out);
  outbox.record(some_record());
  outbox.offer(boot(2ms), out);
  CHECK(out.persist == nullptr);

  outbox.settle(answer(1, Verdict::ok), boot(3ms), out);
  outbox.offer(boot(3ms), out);
  REQUIRE(out.persist != nullptr);
  CHECK(out.persist->id == BatchId{2});
  CHECK(out.persist->records.size() == 2);
}

TEST_CASE(
    "scheduler/outbox: S2 a batch that failed or whose fate is unknown is offered again, after longer and longer "
    "pauses") {
  for (const Verdict verdict : {Verdict::failed, Verdict::unknown}) {
    Outbox outbox(BatchId{0});
    Actions out;
    outbox.record(some_record());
    outbox.then_answer({.id = RequestId{1}, .result = Refusal{}});
    outbox.offer(boot(0ms), out);
    const auto records = out.persist->records.size();

    Millis now = 0ms;
    Millis pause = Outbox::pause_min;
    for (int round = 0; round < 12; ++round) {
      out.clear();
      outbox.settle(answer(1, verdict), boot(now), out);
      CHECK(out.notices.size() == (round == 0 ? 1 : 0));  // said once, not at every try
      CHECK(outbox.failing());
      CHECK(outbox.trouble() == "disk full");
      REQUIRE(outbox.retry_at() == boot(now + pause));
      outbox.offer(boot(now + pause - 1ms), out);
      CHECK(out.persist == nullptr);
      outbox.offer(boot(now + pause), out);
      REQUIRE(out.persist != nullptr);
      CHECK(out.persist->id == BatchId{1});
      CHECK(out.persist->records.size() == records);
      now += pause;
      pause = std::min(pause * 2, Outbox::pause_max);
    }
    out.clear();
    outbox.settle(answer(1, Verdict::ok), boot(now), out);
    CHECK_FALSE(outbox.failing());
    CHECK(outbox.trouble().empty());
    CHECK(out.answers.size() == 1);
    CHECK(out.notices.size() == 1);  // it accepts again
  }
}

TEST_CASE("scheduler/outbox: an answer to another batch changes nothing") {
  Outbox outbox(BatchId{0});
  Actions out;
  outbox.settle(answer(1, Verdict::failed), boot(0ms), out);
  CHECK_FALSE(outbox.failing());
  outbox.record(some_record());
  outbox.then_answer({.id = RequestId{1}, .result = Refusal{}});
  outbox.offer(boot(0ms), out);
  outbox.settle(answer(9, Verdict::ok), boot(0ms), out);
  CHECK(out.answers.empty());
}
