#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <base/file.h>
#include <base/os.h>
#include <base/text.h>
#include <base/try.h>

namespace belfry {

Error system_error(std::string_view call, std::string_view subject) { return system_error(call, subject, errno); }

Error system_error(std::string_view call, std::string_view subject, int error_number) {
  std::string what(call);
  if (!subject.empty()) what += " " + std::string(subject);
  what += ": " + std::generic_category().message(error_number);
  return {.kind = ErrorKind::failed, .what = std::move(what), .sys_errno = error_number};
}

void Fd::reset() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Result<BootId> read_boot_id() {
  const std::string content = TRY(read_file("/proc/sys/kernel/random/boot_id", {.size_max = 100}));
  return BootId{std::string(trim(content))};
}

}  // namespace belfry
