#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>

#include <base/file.h>
#include <tests/e2e/installation.h>

namespace belfry::e2e {

namespace {

pid_t spawn(const std::vector<std::string>& argv, const std::string& out_path, const std::string& err_path) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  constexpr int flags = O_WRONLY | O_CREAT | O_APPEND;
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out_path.c_str(), flags, 0644);
  posix_spawn_file_actions_addopen(&actions, 2, err_path.c_str(), flags, 0644);
  std::vector<char*> pointers;
  for (const std::string& arg : argv) pointers.push_back(const_cast<char*>(arg.c_str()));
  pointers.push_back(nullptr);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, argv[0].c_str(), &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  REQUIRE_MESSAGE(error == 0, argv[0]);
  return pid;
}

int code_of(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

std::string make_temporary_directory() {
  std::string path = (std::filesystem::temp_directory_path() / "belfry-e2e-XXXXXX").string();
  REQUIRE(::mkdtemp(path.data()) != nullptr);
  return path;
}

}  // namespace

bool eventually(const std::function<bool()>& condition, int deadline_seconds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(deadline_seconds);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

Finished run_program(const std::vector<std::string>& argv, int deadline_seconds) {
  const std::string directory = make_temporary_directory();
  const pid_t pid = spawn(argv, directory + "/out", directory + "/err");
  int status = 0;
  const bool ended = eventually([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }, deadline_seconds);
  if (!ended) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
  }
  Finished finished{.exit_code = code_of(status),
                    .out = read_file(directory + "/out").value_or(""),
                    .err = read_file(directory + "/err").value_or("")};
  std::filesystem::remove_all(directory);
  INFO(finished.out, finished.err);
  REQUIRE_MESSAGE(ended, "the program did not end in time");
  return finished;
}

Installation::Installation(const std::string& schedules) : directory_(make_temporary_directory()) {
  write_schedules(schedules);
}

Installation::~Installation() {
  if (daemon_ > 0) stop_daemon(SIGKILL);
  // Minders and jobs carry the directory's name in their command line or working directory.
  run_program({"/usr/bin/pkill", "-KILL", "-f", directory_});
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void Installation::write_schedules(const std::string& text) const {
  REQUIRE(replace_file(path("schedules.yaml"), text).has_value());
}

std::vector<std::string> Installation::daemon_command() const {
  return {BELFRY_PROGRAM, "daemon",      file_option_, path("schedules.yaml"),
          "--state",      path("state"), "--listen",   socket()};
}

void Installation::start_daemon(std::vector<std::string> through) {
  const auto command = daemon_command();
  through.insert(through.end(), command.begin(), command.end());
  daemon_ = spawn(through, path("daemon.log"), path("daemon.log"));
  bool answers = false;
  bool gone = false;
  eventually([&] {
    gone = ::waitpid(daemon_, nullptr, WNOHANG) == daemon_;
    answers = !gone && belfry({"list"}).exit_code == 0;
    return gone || answers;
  });
  if (gone) daemon_ = -1;
  INFO(daemon_log());
  REQUIRE(answers);
}

void Installation::stop_daemon(int signal) {
  REQUIRE(daemon_ > 0);
  ::kill(daemon_, signal);
  int status = 0;
  const bool gone = eventually([&] { return ::waitpid(daemon_, &status, WNOHANG) == daemon_; });
  daemon_ = -1;
  REQUIRE(gone);
  if (signal == SIGTERM) CHECK(status == 0);
}

std::string Installation::daemon_log() const { return read_file(path("daemon.log")).value_or(""); }

Finished Installation::belfry(std::vector<std::string> args) const {
  args.insert(args.begin(), BELFRY_PROGRAM);
  args.insert(args.end(), {"--host", socket()});
  return run_program(args);
}

nlohmann::json Installation::belfry_json(std::vector<std::string> args) const {
  args.push_back("--json");
  const Finished finished = belfry(args);
  INFO(finished.err);
  REQUIRE(finished.exit_code == 0);
  return nlohmann::json::parse(finished.out);
}

nlohmann::json Installation::wait_for_closed_run(const std::string& job) const {
  nlohmann::json run;
  const bool closed = eventually([&] {
    const auto runs = belfry_json({"runs", job});
    for (const auto& candidate : runs) {
      if (candidate.value("outcome", nlohmann::json()).is_string()) {
        run = candidate;
        return true;
      }
    }
    return false;
  });
  INFO(daemon_log());
  REQUIRE(closed);
  return run;
}

}  // namespace belfry::e2e
