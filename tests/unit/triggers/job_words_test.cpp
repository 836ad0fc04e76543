#include <tests/unit/triggers/support.h>
#include <triggers/job_words.h>

using namespace belfry;
using namespace belfry::tests;
using namespace std::chrono_literals;

namespace {

Job job() { return {.name = *JobName::parse("report"), .action = Script{"true"}}; }

JobName named(const char* name) { return *JobName::parse(name); }

}  // namespace

TEST_CASE("triggers/job_words: S8 S9 what starts a job besides its schedule is said too") {
  using After = AfterTrigger::When;
  using From = MeasuredInterval::From;
  using Startup = StartupTrigger::When;
  CHECK(describe_triggers(job()) == "Only when somebody asks for it");

  Job measured = job();
  measured.measured = MeasuredInterval{.period = 5min, .from = From::finish};
  CHECK(describe_triggers(measured) == "5 minutes after its last run finishes");
  measured.measured = MeasuredInterval{.period = 90s, .from = From::start};
  CHECK(describe_triggers(measured) == "1 minute 30 seconds after its last run starts");

  Job startup = job();
  startup.startup = StartupTrigger{.when = Startup::each_boot};
  CHECK(describe_triggers(startup) == "At each start of the machine");
  startup.startup = StartupTrigger{.delay = 10s};
  CHECK(describe_triggers(startup) == "10 seconds after each start of the daemon");

  Job after = job();
  after.after = AfterTrigger{.jobs = {named("a")}};
  CHECK(describe_triggers(after) == "After a succeeds");
  after.after = AfterTrigger{.jobs = {named("a"), named("b")}};
  CHECK(describe_triggers(after) == "After a and b succeed");
  after.after = AfterTrigger{.jobs = {named("a"), named("b")}, .when = After::failure};
  CHECK(describe_triggers(after) == "After a or b fails");
  after.after = AfterTrigger{.jobs = {named("a"), named("b")}, .when = After::always, .delay = 5min};
  CHECK(describe_triggers(after) == "5 minutes after a and b end");

  after.schedule = schedule(parse_cron("30 2 * * *", in("UTC")));
  CHECK(describe_triggers(after) == "At 02:30 every day; and: 5 minutes after a and b end");
}
