#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <jobs/minder/fields.h>
#include <jobs/minder/process_facts.h>

namespace belfry::minder {

ProcessFacts read_process_facts(pid_t pid) {
  char path[48];
  stpcpy(stpcpy(stpcpy(path, "/proc/"), format_number(static_cast<uint64_t>(pid)).text), "/stat");
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  char text[1024];
  const ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return {};
  text[n] = '\0';
  ProcessFacts facts;
  const char* field = strrchr(text, ')');  // field 2 is a name, which may contain anything
  for (int number = 3; number <= 22 && field != nullptr; ++number) {
    field = strchr(field + 1, ' ');
    if (field != nullptr && number == 4) facts.parent = static_cast<pid_t>(parse_number(field + 1));
    if (field != nullptr && number == 22) facts.start = parse_number(field + 1);
  }
  return facts;
}

uint64_t start_of(pid_t pid, uint64_t not_before_ms, uint64_t not_after_ms) {
  constexpr uint64_t tick_ms = 10;  // as the kernel counts for programs, whatever its own clock does
  const uint64_t tick = not_after_ms / tick_ms;
  return not_before_ms / tick_ms == tick ? tick : read_process_facts(pid).start;
}

}  // namespace belfry::minder
