#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <jobs/minder/capture.h>
#include <jobs/minder/time.h>

namespace belfry::minder {
namespace {

using run_directory::IndexHeader;
using run_directory::IndexRecord;

constexpr uint32_t record_length_max = 1U << 30U;

char buffer[32768];

int create(const char* name) { return open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600); }

// How much was written before an error, if there was one.
uint32_t write_most(int fd, const char* bytes, uint32_t length) {
  uint32_t written = 0;
  while (written < length) {
    const ssize_t n = write(fd, bytes + written, length - written);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    written += static_cast<uint32_t>(n);
  }
  return written;
}

}  // namespace

int Capture::open_files() {
  output_fd_ = create(run_directory::output_file);
  if (output_fd_ < 0) return errno;
  index_fd_ = create(run_directory::index_file);
  if (index_fd_ < 0) return errno;
  IndexHeader header{};
  memcpy(header.magic, run_directory::index_magic, sizeof header.magic);
  header.version = run_directory::index_version;
  header.record_size = sizeof(IndexRecord);
  index_size_ = sizeof header;
  if (pwrite(index_fd_, &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) truncated_ = true;
  return 0;
}

int Capture::open_pipes() {
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
  for (Stream& stream : streams_) close(stream.write_fd);
}

bool Capture::read_some(int index) {
  Stream& stream = streams_[index];
  const ssize_t n = read(stream.read_fd, buffer, sizeof buffer);
  if (n > 0) {
    keep(stream.name, buffer, static_cast<uint32_t>(n));
  } else if (n == 0) {
    close(stream.read_fd);
    stream.read_fd = -1;
  }
  return n > 0;
}

void Capture::drain() {
  for (int i = 0; i < 2; ++i) {
    int waiting = 0;
    if (streams_[i].read_fd < 0 || ioctl(streams_[i].read_fd, FIONREAD, &waiting) != 0) continue;
    const uint64_t goal = bytes_ + static_cast<uint64_t>(waiting);
    while (bytes_ < goal && read_some(i)) {
    }
  }
}

// Once something could not be written, nothing more is: what is kept stays a true beginning.
void Capture::keep(uint32_t stream, const char* bytes, uint32_t length) {
  if (!truncated_) {
    const uint32_t written = write_most(output_fd_, bytes, length);
    if (written > 0) note(stream, bytes, written);
    if (written < length) truncated_ = true;
  }
  bytes_ += length;
}

void Capture::note(uint32_t stream, const char* bytes, uint32_t length) {
  const auto now = static_cast<int64_t>(wall_ms());
  if (continues_last(stream, bytes, length, now)) {
    last_.length += length;
  } else {
    if (last_.length > 0) index_size_ += static_cast<int64_t>(sizeof last_);
    last_ = {now, bytes_, length, stream};
  }
  line_is_open_ = bytes[length - 1] != '\n';
  if (pwrite(index_fd_, &last_, sizeof last_, index_size_) != static_cast<ssize_t>(sizeof last_)) truncated_ = true;
}

// Whether the newest record may simply grow, which keeps the index of a job that writes byte by byte small: the time is
// the same, or it is the time of the line that goes on here and ends with these bytes at the latest.
bool Capture::continues_last(uint32_t stream, const char* bytes, uint32_t length, int64_t now) const {
  if (last_.length == 0 || last_.stream != stream || last_.length > record_length_max) return false;
  if (last_.time_ms == now) return true;
  return line_is_open_ && memchr(bytes, '\n', length - 1) == nullptr;
}

}  // namespace belfry::minder
