#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <base/os.h>
#include <cli/editor.h>

namespace belfry::cli {

namespace {

// As system() does it: the terminal sends Ctrl-C to everybody, and it is meant for the editor.
class DeafToKeys {
 public:
  DeafToKeys() : before_{take(SIGINT), take(SIGQUIT)} {}
  DeafToKeys(const DeafToKeys&) = delete;
  DeafToKeys& operator=(const DeafToKeys&) = delete;
  ~DeafToKeys() {
    ::signal(SIGINT, before_[0]);
    ::signal(SIGQUIT, before_[1]);
  }

 private:
  static sighandler_t take(int number) { return ::signal(number, SIG_IGN); }

  std::array<sighandler_t, 2> before_;
};

Result<int> wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return std::unexpected(system_error("waitpid", ""));
  }
  return status;
}

}  // namespace

std::string find_editor(const Surroundings& around) {
  for (const char* name : {"VISUAL", "EDITOR"}) {
    if (const auto editor = around.variable(name)) return *editor;
  }
  for (const char* program : {"/usr/bin/sensible-editor", "/usr/bin/editor", "/usr/bin/nano"}) {
    if (around.exists(program)) return program;
  }
  return "vi";
}

// A shell splits the command, as people expect of $EDITOR.
Result<void> run_editor(const std::string& command, const std::string& path) {
  const std::string line = command + " \"$1\"";
  std::array<std::string, 5> words{"sh", "-c", line, "sh", path};
  std::array<char*, 6> argv{};
  for (std::size_t i = 0; i < words.size(); ++i) argv[i] = words[i].data();

  posix_spawnattr_t attributes{};
  ::posix_spawnattr_init(&attributes);
  sigset_t keys;
  ::sigemptyset(&keys);
  ::sigaddset(&keys, SIGINT);
  ::sigaddset(&keys, SIGQUIT);
  ::posix_spawnattr_setsigdefault(&attributes, &keys);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  const DeafToKeys deaf;
  pid_t child = -1;
  const int error = ::posix_spawn(&child, "/bin/sh", nullptr, &attributes, argv.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) return std::unexpected(system_error("posix_spawn", "/bin/sh", error));
  const auto status = wait_for(child);
  if (!status) return std::unexpected(status.error());
  if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return {};
  const std::string how = WIFEXITED(*status) ? "ended with " + std::to_string(WEXITSTATUS(*status))
                                             : "was killed by signal " + std::to_string(WTERMSIG(*status));
  return std::unexpected(Error::failed("the editor (" + command + ") " + how + ": nothing is changed"));
}

}  // namespace belfry::cli
