#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/placeholders.h>
#include <config/load.h>
#include <config/systemd_import.h>
#include <config/systemd_words.h>

using namespace belfry;
using namespace belfry::config;
using namespace std::chrono_literals;

namespace {

ZoneCache zones;

std::vector<Job> jobs_of(const ImportedUnits& imported) {
  const auto loaded = parse_config("schedules.yaml", imported.schedules, zones);
  REQUIRE_MESSAGE(loaded.has_value(), imported.schedules << render(loaded.error()));
  CHECK(loaded->set->jobs.size() == imported.job_count);
  return loaded->set->jobs;
}

ImportedUnits imported(const std::string& timer, const std::string& service) {
  return import_units(read_units("# /x/a.timer\n[Timer]\n" + timer + "\n# /x/a.service\n[Service]\n" + service), zones);
}

Job job_of(const std::string& timer, const std::string& service = "ExecStart=/bin/x") {
  const auto units = imported(timer, service);
  CHECK_MESSAGE(units.errors.empty(), render(units.errors));
  const auto jobs = jobs_of(units);
  REQUIRE(jobs.size() == 1);
  return jobs.front();
}

}  // namespace

TEST_CASE("config/systemd: each set of units becomes this schedules.yaml, and these remarks") {
  for (const std::string name : {"backup", "clean", "odd"}) {
    CAPTURE(name);
    const std::string path = "tests/unit/config/systemd/" + name;
    const auto units = import_units(read_units(read_file(path + ".units").value()), zones);
    CHECK(jobs_of(units).size() == units.job_count);
    const std::string remarks = render(units.errors) + render(units.warnings);
    if (std::getenv("UPDATE") != nullptr) {
      REQUIRE(replace_file(path + ".expected.yaml", units.schedules).has_value());
      REQUIRE(replace_file(path + ".remarks", remarks).has_value());
    }
    CHECK(units.schedules == read_file(path + ".expected.yaml").value_or(""));
    CHECK(remarks == read_file(path + ".remarks").value_or(""));
  }
}

TEST_CASE("config/systemd: S18 what a timer slept through is made up for if it is persistent") {
  CHECK(job_of("OnCalendar=daily\nPersistent=yes").policies->missed.action == MissedPolicy::Action::latest);
  CHECK(job_of("OnCalendar=daily").policies->missed.action == MissedPolicy::Action::skip);
}

TEST_CASE("config/systemd: spans count from the start or the end of the last run, or from the daemon's start") {
  const Job active = job_of("OnUnitActiveSec=1h 30min");
  CHECK(active.measured->period == 90min);
  CHECK(active.measured->from == MeasuredInterval::From::start);
  CHECK(job_of("OnUnitInactiveSec=90").measured->from == MeasuredInterval::From::finish);
  CHECK(job_of("OnBootSec=5min").startup->delay == 5min);
}

TEST_CASE("config/systemd: one plain command is an argument vector, more than that a script") {
  CHECK(std::get<Command>(job_of("OnCalendar=daily", "ExecStart=/bin/x 'a b' \"c\\td\"").action).argv ==
        std::vector<std::string>{"/bin/x", "a b", "c\td"});
  CHECK(std::get<Script>(job_of("OnCalendar=daily", "ExecStart=/bin/x\nExecStart=-/bin/y z").action).text ==
        "/bin/x\n/bin/y z || true\n");
  const auto argv = std::get<Command>(job_of("OnCalendar=daily", "ExecStart=/bin/x ${A}b $C \"$$D\"").action).argv;
  CHECK(argv == std::vector<std::string>{"/bin/sh", "-ec", "/bin/x \"${A}b\" $C \"\\$D\"\n"});
}

TEST_CASE("config/systemd: what looks like a parameter or a secret stays the text that it is") {
  // systemd's own variables are none of ours.
  const Job own = job_of("OnCalendar=daily", "ExecStart=/bin/x ${FOO} $BAR\nEnvironment=FOO=${HOME}");
  CHECK(own.inputs->params.empty());
  CHECK(std::get<Command>(own.action).argv == std::vector<std::string>{"/bin/sh", "-ec", "/bin/x \"${FOO}\" $BAR\n"});
  CHECK(own.env.front().value == "${HOME}");

  for (const char* service :
       {"ExecStart=/bin/x $${param:a} ${secret:b}", "ExecStart=/bin/x $${param:a}", "ExecStart=-/bin/x $${secret:a}",
        "ExecStart=/bin/x $${param:a}\nExecStart=/bin/y", "ExecStart=/bin/x\nEnvironment=A=${param:a}"}) {
    CAPTURE(service);
    const Job job = job_of("OnCalendar=daily", service);  // it is accepted although nobody defines these
    CHECK(job.inputs->params.empty());
    CHECK(job.inputs->secrets.empty());
    for (const std::string& word : std::get<Command>(job.action).argv) {
      const auto found = find_placeholders(word);
      REQUIRE(found.has_value());
      CHECK(found->empty());
    }
  }
  const std::string argument =
      std::get<Command>(job_of("OnCalendar=daily", "ExecStart=/bin/x $${param:a}").action).argv[1];
  CHECK(fill_in(argument, [](const Placeholder&) { return Result<std::string>("?"); }) == "${param:a}");

  const auto condition = imported("OnCalendar=daily", "ExecStart=/bin/x\nExecCondition=/bin/test $${param:a}");
  CHECK(jobs_of(condition).front().process->only_if.empty());
  CHECK(render(condition.warnings).find("cannot stand in  only_if") != std::string::npos);
}

TEST_CASE("config/systemd: an empty assignment takes back those before it, and drop-ins come last") {
  CHECK(
      std::get<Command>(job_of("OnCalendar=daily", "ExecStart=/bin/a\nExecStart=\nExecStart=/bin/b").action).argv[0] ==
      "/bin/b");
  const auto units = read_units("# /x/a.service\n[Service]\nUser=one\n# /x/a.service.d/b.conf\n[Service]\nUser=two\n");
  REQUIRE(units.size() == 1);
  CHECK(units[0].value("Service", "User") == "two");
}

TEST_CASE("config/systemd: spans of time") {
  struct Row {
    const char* text;
    std::optional<Millis> span;
  };
  for (const Row& row : {Row{"5min", 5min}, Row{"1h 30min", 90min}, Row{"1h30m", 90min}, Row{"90", 90s},
                         Row{"2 weeks", 336h}, Row{"100ms", 100ms}, Row{"1d", 24h}, Row{"infinity", std::nullopt},
                         Row{"", std::nullopt}, Row{"5 parsecs", std::nullopt},
                         Row{"99999999999999999999", std::nullopt}, Row{"9999999999999999y", std::nullopt}}) {
    CAPTURE(std::string(row.text));
    CHECK(parse_systemd_span(row.text) == row.span);
  }
}

TEST_CASE("config/systemd: nothing invisible gets from a unit into a message") {
  const auto units =
      imported(std::string("OnCalendar=Mo\0n\nOnCalendar=daily", 34), "ExecStart=/bin/x\nProtectHome=\x1b[2J");
  CHECK(units.warnings.size() == 2);
  for (const char c : render(units.warnings)) CHECK((c == '\n' || c >= 0x20));
}

TEST_CASE("config/systemd: what is not carried over is told, and stands as a comment above the job") {
  const auto units = imported("OnCalendar=daily\nAccuracySec=1h", "ExecStart=/bin/x\nProtectHome=yes");
  CHECK(units.schedules.find("# Not carried over: ProtectHome=yes\n") != std::string::npos);
  REQUIRE(units.warnings.size() == 2);
  CHECK(units.warnings[0].what == "a job starts at its instant, to the millisecond");
  CHECK(units.warnings[1].what == "ProtectHome is not carried over");
  CHECK(units.warnings[1].line == 3);
}
