#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include <base/file.h>
#include <base/try.h>

namespace belfry {

namespace {

Error too_large(const std::string& path, ReadFileOptions options) {
  return Error::bad_input(path + " is larger than " + std::to_string(options.size_max) + " bytes");
}

// A name lasts when its directory was synced.
Result<void> sync_directory_of(const std::string& path) {
  const std::string directory = path.substr(0, path.find_last_of('/') + 1) + ".";
  const Fd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd || ::fsync(fd.get()) != 0) return std::unexpected(system_error("fsync", directory));
  return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path, ReadFileOptions options) {
  const Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!fd) return std::unexpected(system_error("open", path));
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return std::unexpected(system_error("fstat", path));
  // A file that tells its size is refused at once; what grows meanwhile, or tells none, is caught below.
  if (info.st_size > 0 && static_cast<std::size_t>(info.st_size) > options.size_max) {
    return std::unexpected(too_large(path, options));
  }
  std::string content;
  std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(system_error("read", path));
    if (n == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(n));
    if (content.size() > options.size_max) return std::unexpected(too_large(path, options));
  }
}

Result<void> write_all(const Fd& fd, const std::string& path, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd.get(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(system_error("write", path));
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> replace_file(const std::string& path, std::string_view content, Sync sync) {
  const std::string temporary = path + ".new";
  const Fd fd{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
  if (!fd) return std::unexpected(system_error("open", temporary));
  TRY(write_all(fd, temporary, content));
  if (sync == Sync::yes && ::fsync(fd.get()) != 0) return std::unexpected(system_error("fsync", temporary));
  if (::rename(temporary.c_str(), path.c_str()) != 0) return std::unexpected(system_error("rename", temporary));
  return sync == Sync::yes ? sync_directory_of(path) : Result<void>{};
}

Result<void> make_directories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return std::unexpected(system_error("mkdir", path, error.value()));
  return {};
}

}  // namespace belfry
