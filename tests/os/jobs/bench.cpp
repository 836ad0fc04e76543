#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include <doctest/doctest.h>

#include <base/file.h>
#include <base/text.h>
#include <tests/os/jobs/bench.h>

namespace belfry::tests {
bool eventually(const std::function<bool()>& happened) {
  for (int waited = 0; waited < patience.count(); waited += 5) {
    if (happened()) return true;
    ::poll(nullptr, 0, 5);
  }
  return happened();
}

bool is_alive(pid_t pid) {
  const auto facts = read_process_facts(pid);
  return facts && !facts->is_dead;
}

Stranger::Stranger(const std::string& script) {
  std::string shell = "sh";
  std::string option = "-c";
  std::string text = script;
  char* argv[] = {shell.data(), option.data(), text.data(), nullptr};
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  REQUIRE(::posix_spawnp(&pid_, "sh", nullptr, &attributes, argv, environ) == 0);
  ::posix_spawnattr_destroy(&attributes);
}

Stranger::~Stranger() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

ProcessName Stranger::name() const { return {.pid = pid_, .start = read_process_facts(pid_).value().start}; }

pid_t read_pid(const std::string& path) {
  std::string content;
  REQUIRE(eventually([&] {
    content = read_file(path).value_or("");
    return content.ends_with('\n');
  }));
  return static_cast<pid_t>(parse_unsigned(trim(content)).value());
}

Bench::Bench() : boot_(read_boot_id().value()) {
  clock_.now.wall = noon;
  REQUIRE(make_directories(runs_));
  create_launcher();
}

// Minders that are still at work would write into a directory that is being removed.
Bench::~Bench() {
  for (const auto& [id, outcome] : reports_.all()) {
    const auto claim = read_claim(directory(id));
    if (!claim || !*claim) continue;
    if (const auto minder = hold_process((*claim)->minder)) {
      signal_process(*minder, SIGKILL);
      (void)wait_for_end(*minder, patience);
    }
    if (const auto job = hold_process((*claim)->job)) ::kill(-(*claim)->job.pid, SIGKILL);
  }
}

void Bench::destroy_launcher() {
  launcher_.reset();
  reports_.forget();
}

void Bench::create_launcher(const std::string& minder, CgroupHome cgroups) {
  auto opened = CommandLauncher::open({.runs_path = runs(),
                                       .minder_path = minder,
                                       .boot = boot_,
                                       .cgroups = std::move(cgroups),
                                       .journal_socket = journal_,
                                       .clock = clock_,
                                       .report = [this](const Report& report) { reports_.note(report); }});
  if (!opened) FAIL(opened.error().what);
  launcher_ = *std::move(opened);
}

StartOrder Bench::order(Action action, ProcessSettings process) {
  Job job{.name = JobName::parse("test-job").value(), .action = std::move(action), .working_dir = std::string("/")};
  job.process = std::make_shared<const ProcessSettings>(std::move(process));
  const RunId run_id = RunId::make(noon, 1, ++sequence_);
  Run run{.id = run_id, .job = job.name, .sequence = sequence_, .boot = boot_, .due = noon};
  return {.id = run.attempt_id(), .job = std::make_shared<const Job>(std::move(job)), .run = run};
}

const Outcome& Bench::start(const StartOrder& order) {
  launcher_->start(order);
  return reports_.of(order.id);
}

const Outcome& Follower::follow_to_start(const AttemptId& id) {
  const Outcome& outcome = reports_.of(id);
  REQUIRE(follow([&] { return outcome.started || outcome.is_over(); }));
  return outcome;
}

const Outcome& Follower::follow_to_end(const AttemptId& id) {
  const Outcome& outcome = reports_.of(id);
  REQUIRE(follow([&] { return outcome.is_over(); }));
  return outcome;
}

const Outcome& Bench::run(const StartOrder& order) {
  start(order);
  return follow_to_end(order.id);
}

const Outcome& Bench::recover(const Run& run) {
  reports_.forget();
  recover(std::vector{run});
  return reports_.of(run.attempt_id());
}

bool Follower::follow_for(Millis limit, const std::function<bool()>& happened) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!happened()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    pollfd ready{.fd = launcher_fd(), .events = POLLIN, .revents = 0};
    ::poll(&ready, 1, 20);
    dispatch();
  }
  return true;
}

// A job that has written nothing has no such file.
std::string Bench::output(const AttemptId& id) const {
  return has_file(id, "output") ? read_file(directory(id) + "/output").value() : "";
}

Claim Bench::claim(const AttemptId& id) const { return read_claim(directory(id)).value().value(); }

bool Bench::has_file(const AttemptId& id, const std::string& name) const {
  return std::filesystem::exists(directory(id) + "/" + name);
}

}  // namespace belfry::tests
