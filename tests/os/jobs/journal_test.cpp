// A job's output on its way to the journal.
#include <unistd.h>

#include <doctest/doctest.h>

#include <base/file.h>
#include <tests/os/jobs/bench.h>
#include <tests/support/datagrams.h>

namespace belfry::tests {
namespace {

struct JournalBench {
  Bench bench;
  DatagramReceiver journal{bench.scratch("journal")};

  JournalBench() {
    bench.destroy_launcher();
    bench.listen_as_journal(journal.path());
    bench.create_launcher();
  }
};

constexpr ProcessSettings loud{.output_to_journal = true};

TEST_CASE("jobs/minder: S30 each line of a job's output is an entry of the journal that can be found by job and run") {
  JournalBench at;
  const StartOrder order = at.bench.script("echo one; echo two; echo bad >&2; printf unfinished", loud);
  at.bench.run(order);
  REQUIRE(eventually([&] { return at.journal.received().size() >= 4; }));
  const std::string fields =
      "SYSLOG_IDENTIFIER=test-job\nBELFRY_JOB=test-job\nBELFRY_RUN_ID=" + order.id.run.text() + "\n";
  CHECK(at.journal.received().size() == 4);
  CHECK(at.journal.received().front() == fields + "PRIORITY=6\nMESSAGE=one\n");
  CHECK(at.journal.has(fields + "PRIORITY=6\nMESSAGE=two\n"));
  CHECK(at.journal.has(fields + "PRIORITY=4\nMESSAGE=bad\n"));
  CHECK(at.journal.has(fields + "PRIORITY=6\nMESSAGE=unfinished\n"));
  CHECK(at.bench.output(order.id).find("unfinished") != std::string::npos);  // and it is kept as well
}

TEST_CASE("jobs/minder: S30 a job that did not ask for it sends nothing to the journal") {
  JournalBench at;
  at.bench.run(at.bench.script("echo one"));
  CHECK(at.journal.received().empty());
}

TEST_CASE("jobs/minder: S30 a journal without room, or none at all, costs the job nothing and is told what it missed") {
  JournalBench at;
  const StartOrder order = at.bench.script("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done", loud);
  const Outcome& outcome = at.bench.run(order);
  REQUIRE(outcome.ended);
  CHECK(outcome.ended->end == ProcessEnd{});
  CHECK(outcome.ended->usage.output_dropped_bytes == 0);
  CHECK(at.journal.received().size() < 20000);  // nobody has read there

  ::unlink(at.journal.path().c_str());
  const Outcome& alone = at.bench.run(at.bench.script("echo one", loud));
  REQUIRE(alone.ended);
  CHECK(alone.ended->end == ProcessEnd{});
}

TEST_CASE("jobs/minder: S30 what the journal had no room for is counted in an entry of its own") {
  JournalBench at;
  const std::string go = at.bench.scratch("go");
  const StartOrder order =
      at.bench.script("i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done; while ! [ -e " + go +
                          " ]; do sleep 0.05; done; echo end",
                      loud);
  at.bench.start(order);
  at.bench.follow_to_start(order.id);
  REQUIRE(eventually([&] { return at.bench.output(order.id).find("line 4999") != std::string::npos; }));
  const auto before = at.journal.received().size();
  REQUIRE(before < 5000);  // and now there is room
  REQUIRE(replace_file(go, ""));
  at.bench.follow_to_end(order.id);
  CHECK(eventually([&] { return at.journal.has("MESSAGE=end\n"); }));
  // Each line is in the journal, or counted. A minder that was at its last lines while room was made tells twice.
  const int kept = at.journal.count("MESSAGE=line ");
  int counted = 0;
  for (const std::string& entry : at.journal.received()) {
    const auto message = entry.find("\nMESSAGE=");
    if (entry.ends_with(" lines of output found no room in the journal\n"))
      counted += std::stoi(entry.substr(message + 9));
  }
  CHECK(counted > 0);
  CHECK(kept + counted == 5000);
}

TEST_CASE("jobs/minder: S30 a line that is too long for an entry becomes several") {
  JournalBench at;
  at.bench.run(at.bench.script("head -c 5000 /dev/zero | tr '\\0' x; echo", loud));
  CHECK(eventually([&] { return at.journal.received().size() == 3; }));
}

}  // namespace
}  // namespace belfry::tests
