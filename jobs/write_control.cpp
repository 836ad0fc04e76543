#include <fcntl.h>
#include <unistd.h>

#include <base/os.h>
#include <jobs/write_control.h>

namespace belfry {

Result<void> write_control(const std::string& path, std::string_view command) {
  const Fd file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!file) return std::unexpected(system_error("open", path));
  if (::write(file.get(), command.data(), command.size()) < 0) return std::unexpected(system_error("write", path));
  return {};
}

}  // namespace belfry
