#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <base/file.h>
#include <config/command_name.h>
#include <config/crontab_format.h>
#include <config/crontab_import.h>
#include <config/crontab_line.h>
#include <config/load.h>
#include <config/yaml_text.h>

using namespace belfry;
using namespace belfry::config;

namespace {

ZoneCache zones;

ImportedCrontab imported(const std::string& text, CrontabFormat format = CrontabFormat::user) {
  auto result = import_crontab("crontab", text, format, zones);
  REQUIRE(result.has_value());
  return *std::move(result);
}

std::vector<Job> jobs_of(const ImportedCrontab& crontab) {
  const auto loaded = parse_config("schedules.yaml", crontab.schedules, zones);
  REQUIRE_MESSAGE(loaded.has_value(), crontab.schedules << render(loaded.error()));
  CHECK(loaded->set->jobs.size() == crontab.job_count);
  return loaded->set->jobs;
}

Job job_of(const std::string& line, CrontabFormat format = CrontabFormat::user) {
  const auto crontab = imported(line + "\n", format);
  CHECK_MESSAGE(crontab.errors.empty(), render(crontab.errors));
  const auto jobs = jobs_of(crontab);
  REQUIRE(jobs.size() == 1);
  return jobs.front();
}

// What the shell is given, whichever way it is written.
std::string shell_line(const Job& job) {
  if (const auto* script = std::get_if<Script>(&job.action)) return script->text;
  const auto& argv = std::get<Command>(job.action).argv;
  REQUIRE(argv.size() == 3);
  CHECK(argv[1] == "-c");
  return argv[2];
}

std::map<std::string, std::string> env_of(const Job& job) {
  std::map<std::string, std::string> env;
  for (const auto& [name, value] : job.env) env[name] = value;
  return env;
}

}  // namespace

TEST_CASE("config/crontab: each crontab becomes this schedules.yaml, and these remarks") {
  struct Row {
    std::string name;
    CrontabFormat format;
  };
  for (const auto& [name, format] :
       {Row{"debian", CrontabFormat::system}, Row{"user", CrontabFormat::user}, Row{"odd", CrontabFormat::user}}) {
    CAPTURE(name);
    const std::string path = "tests/unit/config/crontab/" + name;
    const auto crontab = import_crontab(name, read_file(path + ".crontab").value(), format, zones);
    REQUIRE(crontab.has_value());
    CHECK(jobs_of(*crontab).size() == crontab->job_count);
    const std::string remarks = render(crontab->errors) + render(crontab->warnings);
    if (std::getenv("UPDATE") != nullptr) {
      REQUIRE(replace_file(path + ".expected.yaml", crontab->schedules).has_value());
      REQUIRE(replace_file(path + ".remarks", remarks).has_value());
    }
    CHECK(crontab->schedules == read_file(path + ".expected.yaml").value_or(""));
    CHECK(remarks == read_file(path + ".remarks").value_or(""));
  }
}

TEST_CASE("config/crontab: S18 a job does as cron does: nothing later, beside itself, and what it leaves stays") {
  const Job job = job_of("5 4 * * * /bin/x");
  CHECK(job.policies->missed.action == MissedPolicy::Action::skip);
  CHECK(job.policies->overlap.action == OverlapPolicy::Action::allow);
  CHECK(job.process->leftovers == Leftovers::leave);
  CHECK(job.schedule_text == "5 4 * * *");
  CHECK(shell_line(job) == "/bin/x");
}

TEST_CASE("config/crontab: a line that `sh -eu` would read otherwise is given to the shell as it is") {
  const auto is_command = [](const std::string& command) {
    return std::holds_alternative<Command>(job_of("* * * * * " + command).action);
  };
  for (const char* alike : {"a", "a && b", "a || b", "a | b", "a > f 2>&1", "a 'b c'"}) CHECK_FALSE(is_command(alike));
  for (const char* other : {"a; b", "a $X", "(a)", "{ a; }", "echo `a`", "if a; then b; fi"}) CHECK(is_command(other));
  CHECK(std::get<Command>(job_of("SHELL=/bin/zsh\n* * * * * a").action).argv[0] == "/bin/zsh");
  CHECK(std::get<Script>(job_of("SHELL=/bin/bash\n* * * * * a").action).shell == Script::Shell::bash);
  CHECK(std::holds_alternative<Command>(job_of("SHELL=/bin/bash\n* * * * * a | b").action));  // pipefail
}

TEST_CASE("config/crontab: variables hold for the lines below them") {
  const auto jobs = jobs_of(imported("A=1\nB=x\n* * * * * one\nB = \"y z\"\nHOME=/srv\n* * * * * two\n"));
  REQUIRE(jobs.size() == 2);
  CHECK(env_of(jobs[0]) == std::map<std::string, std::string>{{"A", "1"}, {"B", "x"}});
  CHECK(env_of(jobs[1]) == std::map<std::string, std::string>{{"A", "1"}, {"B", "y z"}, {"HOME", "/srv"}});
  CHECK_FALSE(jobs[0].working_dir);
  CHECK(std::string(jobs[1].working_dir.value_or("")) == "/srv");
}

TEST_CASE("config/crontab: CRON_TZ is the zone of the schedule, TZ a variable of the job") {
  const auto jobs = jobs_of(imported("CRON_TZ=Asia/Tokyo\nTZ=America/Lima\n0 9 * * * one\nCRON_TZ=\n0 9 * * * two\n"));
  CHECK(jobs[0].zone_name == "Asia/Tokyo");
  CHECK(jobs[1].zone_name != "Asia/Tokyo");
  CHECK(env_of(jobs[1]) == std::map<std::string, std::string>{{"TZ", "America/Lima"}});
}

TEST_CASE("config/crontab: % begins the input and parts its lines, \\% is a %") {
  struct Row {
    const char* line;
    const char* command;
    std::optional<std::string> input;
  };
  for (const Row& row :
       {Row{"cat", "cat", {}}, Row{"cat%", "cat", ""}, Row{"cat%a", "cat", "a\n"}, Row{"cat%a%b%", "cat", "a\nb\n"},
        Row{"date +\\%F", "date +%F", {}}, Row{"x\\\\%a", "x\\\\", "a\n"}, Row{"cat%5\\% of%it", "cat", "5% of\nit\n"},
        Row{"a\\b", "a\\b", {}}}) {
    CAPTURE(std::string(row.line));
    const Job job = job_of("* * * * * " + std::string(row.line));
    CHECK(shell_line(job) == row.command);
    CHECK(job.process->stdin_text == row.input);
  }
}

TEST_CASE("config/crontab: @reboot and the other names") {
  CHECK(job_of("@reboot x").startup.has_value());
  CHECK(job_of("@midnight x").schedule_text == "@midnight");
  CHECK(job_of("@every_minute x").schedule_text == "* * * * *");
  CHECK(imported("@sometimes x\n* * * * * y").errors.size() == 1);
}

TEST_CASE("config/crontab: the system's crontabs have a user before each command") {
  CHECK(job_of("5 4 * * * root /bin/x --y", CrontabFormat::system).process->user == "root");
  CHECK(shell_line(job_of("5 4 * * * root /bin/x --y", CrontabFormat::system)) == "/bin/x --y");
  CHECK(job_of("@daily www:web /bin/x", CrontabFormat::system).process->group == "web");
  CHECK(imported("5 4 * * * root", CrontabFormat::system).errors.size() == 1);
  CHECK(imported("5 4 * * * /bin/x y", CrontabFormat::system).errors.size() == 1);
}

TEST_CASE("config/crontab: a line that never happens is run by hand only, and says so") {
  const auto crontab = imported("0 0 31 2 * x\n");
  CHECK(crontab.errors.empty());
  REQUIRE(crontab.warnings.size() == 1);
  CHECK(crontab.warnings[0].what.find("February has no 31st") != std::string::npos);
  CHECK(jobs_of(crontab)[0].schedule.is_manual());
  CHECK(crontab.schedules.find("# Not as in cron: ") != std::string::npos);
}

TEST_CASE("config/crontab: what is wrong is told by its line and column, and the rest is taken over") {
  const auto crontab = imported("* * * * * good\n5 25 * * * bad\nnonsense\n");
  REQUIRE(crontab.errors.size() == 2);
  CHECK(crontab.errors[0].line == 2);
  CHECK(crontab.errors[0].column == 3);
  CHECK(crontab.errors[1].line == 3);
  CHECK(jobs_of(crontab).size() == 1);
  CHECK(crontab.schedules.find("# Left out:\n  #   line 2: 5 25 * * * bad") != std::string::npos);
}

TEST_CASE("config/crontab: a byte that no file may have is found behind a control character that a command may have") {
  CHECK(shell_line(job_of("* * * * * a\x06z")) == "a\x06z");
  for (const std::string& bytes : {std::string("a\x06\xFFz"), std::string("a\x06\0z", 4)}) {
    const auto crontab = imported("* * * * * " + bytes + "\n* * * * * good\n");
    REQUIRE(crontab.errors.size() == 1);
    CHECK(crontab.errors[0].what == "this byte is not UTF-8");
    CHECK(jobs_of(crontab).size() == 1);
  }
}

TEST_CASE("config/crontab: what looks like a parameter or a secret stays the text that it is") {
  const Job job = job_of("V=${secret:x}\n* * * * * echo ${param:y}");
  CHECK(shell_line(job) == "echo $${param:y}");  // a placeholder that is none, until it starts
  CHECK(env_of(job).at("V") == "$${secret:x}");
}

TEST_CASE("config/crontab: whose it is, by its path and by what stands in it") {
  const CrontabSurroundings around{
      .is_account = [](const std::string& name) { return name == "root" || name == "mail"; },
      .is_program = [](const std::string& name) { return name == "mail"; }};
  struct Row {
    const char* path;
    const char* text;
    std::optional<CrontabFormat> format;
  };
  for (const Row& row : {
           Row{"/etc/crontab", "* * * * * x y", CrontabFormat::system},
           Row{"/etc/cron.d/php", "* * * * * x y", CrontabFormat::system},
           Row{"/var/spool/cron/crontabs/bob", "* * * * * root y", CrontabFormat::user},
           Row{"f", "* * * * * root y\n@daily root z\n", CrontabFormat::system},
           Row{"f", "A=b\n# c\n* * * * * /bin/x y\n", CrontabFormat::user},
           Row{"f", "* * * * * mail bob\n* * * * * /bin/x\n", CrontabFormat::user},
           Row{"f", "* * * * * mail bob\n", std::nullopt},
           Row{"f", "* * * * * root x\n* * * * * app y\n", std::nullopt},
           Row{"f", "* * * * * mail bob\n* * * * * root x\n", CrontabFormat::system},
           Row{"f", "", CrontabFormat::user},
       }) {
    CAPTURE(std::string(row.text));
    CHECK(guess_crontab_format(row.path, row.text, around) == row.format);
  }
}

TEST_CASE("config/crontab: a job is called by what it does, and no two by the same name") {
  struct Row {
    const char* command;
    const char* name;
  };
  for (const Row& row : {
           Row{"/usr/local/bin/backup.sh --all", "backup"},
           Row{"cd / && run-parts --report /etc/cron.hourly", "cron-hourly"},
           Row{"test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }", "cron-daily"},
           Row{"cd /srv && nice -n 10 php artisan schedule:run >> /dev/null 2>&1", "artisan-schedule-run"},
           Row{"timeout 10m flock -n /tmp/l rsync -a /x /y", "rsync"},
           Row{"flock -n /tmp/l -c 'certbot renew -q'", "certbot-renew"},
           Row{"sudo -u www-data /usr/bin/php8.2 /var/www/cron.php", "cron"},
           Row{"bash -c \"cd x; ./deploy.sh now\"", "deploy-now"},
           Row{"curl -fsS https://hc.example.com/ping", "curl-hc.example.com"},
           Row{"python3 -m backup.nightly", "backup.nightly"},
           Row{"FOO=1 BAR=2 env X=y node /srv/app.js", "app"},
           Row{"[ -f x ] && if test y; then /opt/z; fi", "z"},
           Row{"for i in a b; do echo $i; done", "echo"},
           Row{"sleep 5", "sleep"},
           Row{"> /var/log/x", "job"},
           Row{"'/opt/my tool/run it'", "run-it"},
           Row{"$HOME/bin/x", "x"},
           Row{"", "job"},
       }) {
    CAPTURE(std::string(row.command));
    CHECK(name_of_command(row.command) == row.name);
    CHECK(JobName::parse(name_of_command(row.command)).has_value());
  }
  DistinctNames names;
  std::vector<std::string> given;
  for (const char* name : {"a", "a", "a-2", "a", "b", "a-2"}) given.push_back(names.distinct(name));
  CHECK(given == std::vector<std::string>{"a", "a-2", "a-2-2", "a-3", "b", "a-2-3"});
}

TEST_CASE("config/crontab: whatever stands in a line comes back from the YAML as it was") {
  const std::vector<std::string> pieces{
      " ",    "'",    "\"",  "\\", ": ", " #", "#",  "-",  "[", "]",  "{",    "}", ",",        "&",
      "*",    "!",    "|",   ">",  "\t", "~",  "`",  "@",  "$", "${", "\x01", "ü", "\xC2\x85", "\xEF\xBB\xBF",
      "null", "true", "0x1", "=",  ":",  "?",  "- ", "<<", "e"};
  std::uint64_t state = 1;
  const auto dice = [&](std::size_t sides) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::size_t>(state >> 33U) % sides;
  };
  for (int round = 0; round < 2000; ++round) {
    std::string command = "x";
    if (dice(4) == 0) command = pieces[4 + dice(pieces.size() - 4)];
    if (command[0] == ' ' || command[0] == '\t') command = "y";
    for (std::size_t i = dice(8); i > 0; --i) command += pieces[dice(pieces.size())];
    command += "e";
    const std::string value = command + " " + pieces[dice(pieces.size())] + ".";
    CAPTURE(command);
    const auto crontab = imported("V=" + value + "\n# " + command + "\n* * * * * " + command + "%" + command + "\n");
    const auto jobs = jobs_of(crontab);
    REQUIRE(jobs.size() == 1);
    CHECK(shell_line(jobs[0]) == command);
    CHECK(jobs[0].process->stdin_text == command + "\n");
    CHECK(env_of(jobs[0]).at("V") == value);
  }
}
