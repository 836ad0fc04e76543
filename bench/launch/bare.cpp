// bench_bare COUNT DUE PROGRAM [ARG ...]: the limit that every scheduler runs into. At the instant DUE, in seconds
// since 1970, it starts COUNT processes by posix_spawn, as fast as it can, waits for their ends, and records nothing.
// Prints how many it started and reaped per second.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  constexpr int at_the_same_time = 64;
  const int count = std::atoi(argv[1]);
  const std::chrono::sys_seconds due{std::chrono::seconds{std::atoll(argv[2])}};
  std::this_thread::sleep_until(due);
  int running = 0;
  for (int started = 0; started < count; ++started) {
    pid_t pid = 0;
    if (::posix_spawn(&pid, argv[3], nullptr, nullptr, argv + 3, environ) != 0) return 1;
    ++running;
    while (running > 0 && ::waitpid(-1, nullptr, running < at_the_same_time ? WNOHANG : 0) > 0) --running;
  }
  while (running-- > 0) ::wait(nullptr);
  const std::chrono::duration<double> taken = std::chrono::system_clock::now() - due;
  std::printf("%.0f\n", count / taken.count());
  return 0;
}
