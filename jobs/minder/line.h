// The minder's end of the line to the daemon that started it (jobs/line.h).
#pragma once

#include <stddef.h>

namespace belfry::minder {

class Line {
 public:
  enum class Word { nothing, run, stop, gone };

  static constexpr size_t name_max = 126;

  // -1: there is none.
  explicit Line(int fd) : fd_(fd) {}

  // For poll(). -1: there is no line, or no longer.
  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  void move_to(int fd) { fd_ = fd; }

  // What was said; nothing: not yet. After `gone` the line is not open.
  Word listen();
  Word wait();

  // What the `run` just heard named.
  const char* name() const { return message_ + 1; }

  // False: nobody is there any more.
  bool say_free();

 private:
  Word take(int flags);

  int fd_;
  char message_[1 + name_max + 1] = {};
};

}  // namespace belfry::minder
