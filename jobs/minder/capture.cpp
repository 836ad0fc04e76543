#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <jobs/minder/capture.h>
#include <jobs/minder/time.h>

namespace belfry::minder {
namespace {

constexpr size_t read_max = 32768;
char buffer[Redactor::longest + read_max];  // the first part of it only where there are secrets

}  // namespace

int Capture::open(uint64_t output_max) {
  kept_.begin(output_max);
  const uint32_t names[2] = {run_directory::index_stdout, run_directory::index_stderr};
  for (int i = 0; i < 2; ++i) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    // Only this end: the job's must block as any pipe does.
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) return errno;
    streams_[i] = {ends[0], ends[1], names[i]};
  }
  return 0;
}

void Capture::close_job_ends() {
  for (Stream& stream : streams_) {
    if (stream.write_fd >= 0) close(stream.write_fd);
  }
}

bool Capture::read_some(int index) {
  Stream& stream = streams_[index];
  const size_t waiting = redactor_.put_back(index, buffer);
  const ssize_t n = read(stream.read_fd, buffer + waiting, read_max);
  if (n > 0) {
    keep(index, redactor_.mask(index, buffer, waiting + static_cast<size_t>(n)));
  } else if (n == 0) {
    keep(index, redactor_.flush(index, buffer));
    close(stream.read_fd);
    stream.read_fd = -1;
  }
  return n > 0;
}

// Of what is in the buffer.
void Capture::keep(int index, size_t length) {
  if (journal_ != nullptr) journal_->write(index, buffer, static_cast<uint32_t>(length));
  kept_.keep(streams_[index].name, buffer, static_cast<uint32_t>(length), static_cast<int64_t>(wall_ms()));
  if (index == 0) progress_.read(buffer, static_cast<uint32_t>(length));
}

void Capture::drain() {
  for (int i = 0; i < 2; ++i) {
    int waiting = 0;
    if (streams_[i].read_fd < 0 || ioctl(streams_[i].read_fd, FIONREAD, &waiting) != 0) continue;
    const uint64_t goal = kept_.bytes() + static_cast<uint64_t>(waiting);
    while (kept_.bytes() < goal && read_some(i)) {
    }
    keep(i, redactor_.flush(i, buffer));
  }
}

}  // namespace belfry::minder
