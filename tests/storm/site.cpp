#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <doctest/doctest.h>

#include <api/unix_socket.h>
#include <base/file.h>
#include <base/text.h>
#include <jobs/records.h>
#include <store/sqlite_history.h>
#include <tests/storm/site.h>

namespace belfry::storm {
namespace {

using Clock = std::chrono::steady_clock;

const std::string schedule = "every " + format_duration(period);
constexpr std::size_t all_slots = 10'000'000;
constexpr std::chrono::seconds patience{120};  // the machine may be busy

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

bool is_long() { return std::getenv("BELFRY_LONG") != nullptr; }

Site::Site(Options options) : jobs_(std::move(options.jobs)) {
  std::string text = "daemon: { keep: { runs: 1000000, all_runs: 10000000 }, " + options.daemon + " }\n";
  if (!options.plugin.empty()) text += "plugins: [\"" + options.plugin + "\"]\n";
  text += "jobs:\n";
  for (const StormJob& job : jobs_) {
    text += "  " + job.name + ": { schedule: " + schedule + ", " + job.policies + ", " + job.action + " }\n";
  }
  const std::string mark = "echo \"$BELFRY_JOB $BELFRY_RUN_ID $BELFRY_ATTEMPT\" >> " + (directory_ / "marks");
  text = replace_all(replace_all(std::move(text), "%MARKS%", directory_ / "marks"), "%MARK%", mark);
  REQUIRE(replace_file(directory_ / "schedules.yaml", text));
}

// What a failed test leaves running writes into a directory that is being removed.
Site::~Site() {
  if (daemon_ > 0) kill_daemon();
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(runs_path(), error)) {
    const auto claim = read_claim(entry.path());
    if (!claim || !*claim) continue;
    if (const auto minder = hold_process((*claim)->minder)) signal_process(*minder, SIGKILL);
    if (const auto job = hold_process((*claim)->job)) signal_process(*job, SIGKILL);
  }
}

Tracer::Program Site::daemon_program() const {
  return {.argv = {BELFRY_PROGRAM, "daemon", "-c", directory_ / "schedules.yaml", "--state", directory_ / "state",
                   "--listen", "unix:" + (directory_ / "socket")},
          .log = directory_ / "daemon.log"};
}

void Site::start_daemon() {
  Tracer::Program program = daemon_program();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, program.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  std::vector<char*> argv;
  for (std::string& argument : program.argv) argv.push_back(argument.data());
  argv.push_back(nullptr);
  REQUIRE(::posix_spawn(&daemon_, BELFRY_PROGRAM, &actions, nullptr, argv.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
}

void Site::kill_daemon() {
  int status = 0;
  const bool had_ended = ::waitpid(daemon_, &status, WNOHANG) == daemon_;
  if (!had_ended) {
    ::kill(daemon_, SIGKILL);
    ::waitpid(daemon_, nullptr, 0);
  }
  daemon_ = 0;
  INFO(daemon_log());
  REQUIRE_FALSE(had_ended);
}

bool Site::settle(std::chrono::seconds limit) {
  const std::string path = directory_ / "schedules.yaml";
  const std::string text = read_file(path).value();
  REQUIRE(replace_file(path, replace_all(text, schedule, "manual")));
  start_daemon();
  wait_until_it_answers();
  const auto deadline = Clock::now() + limit;
  while (open_runs() > 0 && Clock::now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds{50});
  stop_daemon();
  return open_runs() == 0;
}

void Site::wait_until_it_answers() const {
  const auto deadline = Clock::now() + patience;
  while (!api::connect_unix(directory_ / "socket", Millis{1000})) {
    INFO(daemon_log());
    REQUIRE(Clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
}

void Site::stop_daemon() {
  ::kill(daemon_, SIGTERM);
  const auto deadline = Clock::now() + patience;
  int status = 0;
  while (::waitpid(daemon_, &status, WNOHANG) != daemon_) {
    INFO(daemon_log());
    REQUIRE(Clock::now() < deadline);
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  daemon_ = 0;
  INFO(daemon_log());
  REQUIRE(status == 0);
}

std::size_t Site::open_runs() const {
  const std::vector<Run> all = runs();
  return static_cast<std::size_t>(std::ranges::count_if(all, &Run::is_open));
}

std::vector<Run> Site::runs() const {
  const auto history = SqliteHistory::open(ledger());
  if (!history) return {};
  std::vector<Run> all;
  RunQuery query{.limit = RunQuery::limit_max};
  for (;;) {
    auto page = (*history)->runs(query);
    if (!page) FAIL(page.error().what);
    if (page->empty()) break;
    query.before = page->back().id;
    all.insert(all.end(), page->begin(), page->end());
  }
  std::ranges::reverse(all);
  return all;
}

std::vector<Run> Site::executing() const {
  std::vector<Run> all = runs();
  std::erase_if(all, [](const Run& run) {
    return !run.is_open() || (run.state != RunState::starting && run.state != RunState::running);
  });
  return all;
}

std::vector<SlotsDecided> Site::slots() const {
  const auto history = SqliteHistory::open(ledger());
  REQUIRE(history);
  return (*history)->slots({.limit = all_slots}).value();
}

std::vector<Mark> Site::marks() const {
  std::vector<Mark> marks;
  const std::string text = read_file(directory_ / "marks").value_or("");
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty()) continue;
    const auto words = split(line, ' ');
    REQUIRE(words.size() == 3);
    marks.push_back({.job = std::string(words[0]),
                     .run = std::string(words[1]),
                     .attempt = static_cast<std::uint32_t>(parse_unsigned(words[2]).value())});
  }
  return marks;
}

std::string Site::daemon_log() const { return read_file(directory_ / "daemon.log").value_or(""); }

}  // namespace belfry::storm
