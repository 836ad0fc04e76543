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

constexpr size_t read_max = 32768;
char buffer[Redactor::longest + read_max];  // the first part of it only where there are secrets

int create(const char* name) { return open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600); }

}  // namespace

int Capture::open_files(uint64_t output_max) {
  output_fd_ = create(run_directory::output_file);
  if (output_fd_ < 0) return errno;
  index_fd_ = create(run_directory::index_file);
  if (index_fd_ < 0) return errno;
  header_ = run_directory::index_header(output_max);
  write_all(index_fd_, &header_, sizeof header_, 0);
  return 0;
}

int Capture::open_pipes() {
  const uint32_t names[2] = {run_directory::index_stdout, run_directory::index_stderr};
  for (int i = 0; i < 2; ++i) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    // Only this end: the job's must block as any pipe does.
    if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) return errno;
    streams_[i] = {ends[0], ends[1], names[i], 0};
  }
  return 0;
}

void Capture::close_job_ends() {
  for (Stream& stream : streams_) close(stream.write_fd);
}

bool Capture::read_some(int index) {
  Stream& stream = streams_[index];
  const size_t waiting = redactor_.put_back(index, buffer);
  const ssize_t n = read(stream.read_fd, buffer + waiting, read_max);
  if (n > 0) {
    keep(stream, buffer, static_cast<uint32_t>(redactor_.mask(index, buffer, waiting + static_cast<size_t>(n))));
  } else if (n == 0) {
    keep(stream, buffer, static_cast<uint32_t>(redactor_.flush(index, buffer)));
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
    keep(streams_[i], buffer, static_cast<uint32_t>(redactor_.flush(i, buffer)));
  }
}

uint64_t Capture::dropped() const {
  const uint64_t unwritten = bytes_ - kept_;
  if (kept_ <= header_.head_bytes + header_.ring_bytes) return unwritten;
  return unwritten + kept_ - header_.head_bytes - header_.window_bytes;
}

void Capture::keep(Stream& stream, const char* bytes, uint32_t length) {
  if (journal_ != nullptr) journal_->write(static_cast<int>(&stream - streams_), bytes, length);
  while (length > 0) {
    const uint64_t room = place_of(bytes_).room;
    const uint32_t part = length < room ? length : static_cast<uint32_t>(room);
    keep_in_one_place(stream, bytes, part);
    bytes_ += part;
    stream.bytes += part;
    bytes += part;
    length -= part;
  }
}

// Once something could not be written, nothing more is: what is kept stays a true beginning.
void Capture::keep_in_one_place(Stream& stream, const char* bytes, uint32_t length) {
  if (write_error_ != 0) return;
  write_all(output_fd_, bytes, length, place_of(bytes_).at);
  const auto written = static_cast<uint32_t>(kept_ - bytes_);
  if (written > 0) note(stream, bytes, written);
}

Capture::Place Capture::place_of(uint64_t offset) const {
  if (offset < header_.head_bytes) return {offset, header_.head_bytes - offset};
  const uint64_t in_ring = (offset - header_.head_bytes) % header_.ring_bytes;
  return {header_.head_bytes + in_ring, header_.ring_bytes - in_ring};
}

uint64_t Capture::record_place(uint64_t number) const {
  const uint64_t slot = number < header_.head_records
                            ? number
                            : header_.head_records + (number - header_.head_records) % header_.ring_records;
  return sizeof header_ + slot * sizeof last_;
}

void Capture::note(const Stream& stream, const char* bytes, uint32_t length) {
  const auto now = static_cast<int64_t>(wall_ms());
  if (continues_last(stream, bytes, length, now)) {
    last_.length += length;
  } else {
    ++records_;
    last_ = {now, bytes_, stream.bytes, length, stream.name};
  }
  line_is_open_ = bytes[length - 1] != '\n';
  write_all(index_fd_, &last_, sizeof last_, record_place(records_ - 1));
}

// Whether the newest record may simply grow, which keeps the index of a job that writes byte by byte small: the time is
// the same, or it is the time of the line that goes on here and ends with these bytes at the latest.
bool Capture::continues_last(const Stream& stream, const char* bytes, uint32_t length, int64_t now) const {
  if (last_.length == 0 || last_.stream != stream.name || last_.length > record_length_max) return false;
  if (last_.time_ms == now) return true;
  return line_is_open_ && memchr(bytes, '\n', length - 1) == nullptr;
}

// Notes the error, and how far it came with the output.
void Capture::write_all(int fd, const void* bytes, uint64_t length, uint64_t at) {
  uint64_t written = 0;
  while (written < length) {
    const ssize_t n =
        pwrite(fd, static_cast<const char*>(bytes) + written, length - written, static_cast<off_t>(at + written));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      write_error_ = n < 0 ? errno : ENOSPC;
      break;
    }
    written += static_cast<uint64_t>(n);
  }
  if (fd == output_fd_) kept_ = bytes_ + written;
}

}  // namespace belfry::minder
