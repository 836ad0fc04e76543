#include <errno.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <jobs/line.h>
#include <jobs/minder/line.h>

namespace belfry::minder {

Line::Word Line::listen() { return is_open() ? take(MSG_DONTWAIT) : Word::nothing; }

Line::Word Line::wait() { return is_open() ? take(0) : Word::gone; }

Line::Word Line::take(int flags) {
  ssize_t n;
  do n = recv(fd_, message_, sizeof message_ - 1, flags);
  while (n < 0 && errno == EINTR);
  if (n < 0 && errno == EAGAIN) return Word::nothing;
  if (n <= 0) {
    close(fd_);
    fd_ = -1;
    return Word::gone;
  }
  message_[n] = '\0';
  if (message_[0] == line::run) return Word::run;
  return message_[0] == line::stop ? Word::stop : Word::nothing;
}

bool Line::say_free() { return is_open() && send(fd_, &line::free, 1, MSG_NOSIGNAL) == 1; }

}  // namespace belfry::minder
