// Words of other systems. Each row of each table is driven through the reader: it must say our word, and where it says
// what to write, that must be accepted.
#include <array>
#include <functional>
#include <string>

#include <doctest/doctest.h>

#include <config/file_entry.h>
#include <config/job_entry.h>
#include <config/load.h>
#include <config/param_entry.h>
#include <config/policy_entry.h>
#include <config/process_entry.h>
#include <config/schedule_entry.h>

using namespace belfry;
using namespace belfry::config;

namespace {

ZoneCache zones;

// A kind of map, and a file with one, in which an entry stands beside what must be there.
struct Place {
  const char* name;
  const Rules& rules;
  std::string before;
  std::string after = {};

  std::string file(const std::string& entry) const { return before + entry + after; }
};

const std::string a_job = "jobs: { a: { schedule: manual, run: x } }\n";

std::vector<Place> places() {
  return {
      {"the file", file_table.rules, "x-mine: 1\n", "\n" + a_job},
      {"a job", job_table.rules, "jobs:\n  a:\n    ", "\n"},
      {"a schedule", schedule_table.rules, "jobs: { a: { run: x, schedule: { ",
       " } }, b: { schedule: manual, run: x } }"},
      {"a queue", queue_table.rules, "queues: { q: { ", " } }\n" + a_job},
      {"daemon.keep", keep_table.rules, "daemon: { keep: { ", " } }\n" + a_job},
      {"missed", missed_table.rules, "jobs: { a: { schedule: every 5m, run: x, missed: { ", " } } }"},
      {"overlap", overlap_table.rules, "jobs: { a: { schedule: every 5m, run: x, overlap: { policy: allow, ", " } } }"},
      {"retry", retry_table.rules, "jobs: { a: { schedule: every 5m, run: x, retry: { ", " } } }"},
      {"limits", limits_table.rules, "jobs: { a: { schedule: every 5m, run: x, limits: { ", " } } }"},
      {"a parameter", param_table.rules, "jobs: { a: { schedule: manual, run: x, params: { p: { ", " } } } }"},
      {"a secret", secret_table.rules, "secrets: { s: { ", " } }\n" + a_job},
  };
}

Loaded read(const std::string& text) { return parse_config("f.yaml", text, zones, {.empty = EmptyFile::allowed}); }

std::string said(const std::string& text) {
  const auto loaded = read(text);
  return loaded ? "(accepted)" : render(loaded.error());
}

// What stands between "write  " and the next two blanks, or the end: from each place of the hint that says so.
std::vector<std::string> cures_in(std::string_view hint) {
  std::vector<std::string> cures;
  for (auto at = hint.find("write  "); at != std::string_view::npos; at = hint.find("write  ", at + 1)) {
    const std::string_view cure = hint.substr(at + 7);
    cures.emplace_back(cure.substr(0, cure.find("  ")));
  }
  return cures;
}

// With what must stand beside it, and the job and the queue that some of them name.
std::string file_with_cure(const Place& place, const std::string& cure) {
  const std::string key = cure.substr(0, cure.find(':'));
  if (std::string_view(place.name) == "a schedule" && key == "jitter") return place.file("every: 5m, " + cure);
  if (std::string_view(place.name) == "the file") return key == "jobs" ? cure + "\n" : place.file(cure);
  if (std::string_view(place.name) != "a job") return place.file(cure);
  std::string entries = cure;
  if (key != "schedule") entries += "\n    schedule: every 5m";
  if (key != "run" && key != "command") entries += "\n    run: x";
  return place.file(entries) + "  other-job: { schedule: manual, run: x }\nqueues: { name: { concurrency: 1 } }\n";
}

}  // namespace

TEST_CASE("config/translation: S36 each foreign key is answered with ours, in each kind of map") {
  std::size_t driven = 0;
  for (const Place& place : places()) {
    CAPTURE(place.name);
    CHECK_FALSE(place.rules.translations.empty());
    for (const Translation& row : place.rules.translations) {
      CAPTURE(row.key);
      const std::string message = said(place.file("\"" + std::string(row.key) + "\": 1"));
      const std::string hint =
          row.hint.empty() ? "here it is called '" + std::string(row.means) + "'" : std::string(row.hint);
      CHECK_MESSAGE(message.find("unknown key '" + std::string(row.key) + "'") != std::string::npos, message);
      CHECK_MESSAGE(message.find("^ " + hint + "\n") != std::string::npos, message);
      ++driven;
    }
  }
  CHECK(driven > 150);
}

TEST_CASE("config/translation: S36 what a translation says to write is accepted") {
  std::size_t tried = 0;
  for (const Place& place : places()) {
    for (const Translation& row : place.rules.translations) {
      for (const std::string& cure : cures_in(row.hint)) {
        CAPTURE(place.name);
        CAPTURE(cure);
        const std::string text = file_with_cure(place, cure);
        const auto loaded = read(text);
        CHECK_MESSAGE(loaded.has_value(), text << (loaded ? "" : render(loaded.error())));
        ++tried;
      }
    }
  }
  CHECK(tried > 50);
}

TEST_CASE("config/translation: S36 each foreign word is answered with ours, which is accepted") {
  std::size_t driven = 0;
  const auto drive = [&](std::span<const ForeignWord> words, const std::string& before, const std::string& rest) {
    for (const ForeignWord& row : words) {
      CAPTURE(row.text);
      const std::string after = (row.means == "choice" ? ", options: [a], default: a" : "") + rest;
      const std::string message = said(before + std::string(row.text) + after);
      const std::string hint =
          std::string(row.whose) + " " + std::string(row.text) + " is '" + std::string(row.means) + "'";
      CHECK_MESSAGE(message.find("^ " + hint + "\n") != std::string::npos, message);
      CHECK(read(before + std::string(row.means) + after).has_value());
      ++driven;
    }
  };
  const std::string job = "jobs: { b: { schedule: manual, run: x }, a: { run: x, schedule: ";
  drive(Words<MissedPolicy::Action>::foreign, job + "every 5m, missed: ", " } }");
  drive(Words<OverlapPolicy::Action>::foreign, job + "every 5m, overlap: ", " } }");
  drive(Words<Leftovers>::foreign, job + "every 5m, leftovers: ", " } }");
  drive(Words<Script::Shell>::foreign, job + "every 5m, shell: ", " } }");
  drive(Words<AfterTrigger::When>::foreign, job + "{ after: b, when: ", " } } }");
  drive(foreign_words<ParamType>(), job + "manual, params: { p: { type: ", " } } } }");
  CHECK(driven > 25);
}

// The words that whoever comes from there types first. A table of its own: the others would not miss a row that is
// gone.
TEST_CASE(
    "config/translation: S36 who comes from cron, Kubernetes, systemd, APScheduler, Celery, supercronic or Compose") {
  struct Row {
    const char* from;
    const char* key;   // of a job, or of the file where it begins with a slash
    const char* says;  // part of the hint
  };
  for (const Row& row : std::array{
           Row{"cron", "MAILTO", "belfry logs JOB"},
           Row{"cron", "/MAILTO", "belfry logs JOB"},
           Row{"cron", "/SHELL", "defaults: { shell: bash }"},
           Row{"cron", "/PATH", "defaults: { env: { PATH:"},
           Row{"cron", "/CRON_TZ", "'timezone'"},
           Row{"cron", "CRON_TZ", "timezone: Europe/Berlin"},
           Row{"cron", "minute", "minute, hour, day, month, weekday"},
           Row{"Kubernetes", "/apiVersion", "jobs: {"},
           Row{"Kubernetes", "/kind", "jobs: {"},
           Row{"Kubernetes", "/spec", "jobs: {"},
           Row{"Kubernetes", "/metadata", "a job's name is the key above it"},
           Row{"Kubernetes", "/successfulJobsHistoryLimit", "keep: { runs: 3 }"},
           Row{"Kubernetes", "timeZone", "timezone: Europe/Berlin"},
           Row{"Kubernetes", "concurrencyPolicy", "overlap: skip"},
           Row{"Kubernetes", "startingDeadlineSeconds", "missed: {"},
           Row{"Kubernetes", "activeDeadlineSeconds", "deadline: 2h"},
           Row{"Kubernetes", "terminationGracePeriodSeconds", "stop_grace_period: 10s"},
           Row{"Kubernetes", "backoffLimit", "retry: {"},
           Row{"Kubernetes", "restartPolicy", "retry: {"},
           Row{"Kubernetes", "suspend", "enabled: false"},
           Row{"Kubernetes", "resources", "limits: {"},
           Row{"Kubernetes", "args", "command: ["},
           Row{"systemd", "OnCalendar", "on_calendar: Mon"},
           Row{"systemd", "OnBootSec", "on_startup: 10s"},
           Row{"systemd", "OnUnitActiveSec", "measured_from: start"},
           Row{"systemd", "RandomizedDelaySec", "jitter: 20s"},
           Row{"systemd", "Persistent", "missed: latest"},
           Row{"systemd", "ExecStart", "command: ["},
           Row{"systemd", "ExecCondition", "'only_if'"},
           Row{"systemd", "User", "'user'"},
           Row{"systemd", "Environment", "env: {"},
           Row{"systemd", "EnvironmentFile", "'env_file'"},
           Row{"systemd", "WorkingDirectory", "'working_dir'"},
           Row{"systemd", "TimeoutStartSec", "timeout: 1h"},
           Row{"systemd", "TimeoutStopSec", "stop_grace_period: 10s"},
           Row{"systemd", "RuntimeMaxSec", "timeout: 1h"},
           Row{"systemd", "KillMode", "'leftovers'"},
           Row{"systemd", "KillSignal", "'stop_signal'"},
           Row{"systemd", "SuccessExitStatus", "success_exit_codes: ["},
           Row{"systemd", "Restart", "retry: {"},
           Row{"systemd", "MemoryMax", "memory: 512M"},
           Row{"systemd", "CPUQuota", "cpus: 1.5"},
           Row{"systemd", "Nice", "nice: 10"},
           Row{"APScheduler", "trigger", "'schedule'"},
           Row{"APScheduler", "func", "'run'"},
           Row{"APScheduler", "hour", "30 2"},
           Row{"APScheduler", "day_of_week", "weekday"},
           Row{"APScheduler", "seconds", "every 30s"},
           Row{"APScheduler", "misfire_grace_time", "missed: {"},
           Row{"APScheduler", "coalesce", "missed: latest"},
           Row{"APScheduler", "max_instances", "max_running: 3"},
           Row{"APScheduler", "jitter", "jitter: 20s"},
           Row{"Celery", "/beat_schedule", "'jobs'"},
           Row{"Celery", "task", "'run'"},
           Row{"Celery", "kwargs", "'with'"},
           Row{"Celery", "crontab", "schedule:"},
           Row{"Celery", "expires", "missed: {"},
           Row{"Celery", "time_limit", "timeout: 1h"},
           Row{"Celery", "soft_time_limit", "timeout: 1h"},
           Row{"Celery", "max_retries", "retry: {"},
           Row{"Celery", "default_retry_delay", "retry: {"},
           Row{"supercronic", "overlapping", "overlap: allow"},
           Row{"supercronic", "/TZ", "'timezone'"},
           Row{"Compose", "/services", "'jobs'"},
           Row{"Compose", "image", "docker, run"},
           Row{"Compose", "entrypoint", "command: ["},
           Row{"Compose", "environment", "'env'"},
           Row{"Compose", "restart", "retry: {"},
           Row{"Compose", "depends_on", "after: other-job"},
           Row{"Compose", "labels", "'tags'"},
           Row{"Compose", "mem_limit", "memory: 512M"},
           Row{"Compose", "cpus", "cpus: 1.5"},
           Row{"Compose", "deploy", "limits: {"},
       }) {
    CAPTURE(row.from);
    CAPTURE(row.key);
    const bool is_of_file = *row.key == '/';
    const std::string message = is_of_file ? said(std::string(row.key + 1) + ": 1\n" + a_job)
                                           : said("jobs:\n  a:\n    " + std::string(row.key) + ": 1\n");
    const auto about = message.find("unknown key");
    REQUIRE_MESSAGE(about != std::string::npos, message);
    const std::string hint = message.substr(message.find('^', about));
    CHECK_MESSAGE(hint.substr(0, hint.find('\n')).find(row.says) != std::string::npos, message);
  }
}
