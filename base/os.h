// System calls, wrapped: descriptors that close themselves, errors that carry the name of the call and errno.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>

#include <belfry/error.h>
#include <belfry/names.h>

namespace belfry {

// An error of the system call `call` on `subject`, with the current errno: "open /x: No such file or directory".
Error system_error(std::string_view call, std::string_view subject);
Error system_error(std::string_view call, std::string_view subject, int error_number);

// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_ = -1;
};

// This boot of the machine. Fails where /proc is not mounted.
Result<BootId> read_boot_id();

}  // namespace belfry
