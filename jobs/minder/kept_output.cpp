#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <jobs/minder/kept_output.h>

namespace belfry::minder {
namespace {

using run_directory::IndexHeader;
using run_directory::IndexRecord;

constexpr uint32_t record_length_max = 1U << 30U;

int create(int directory, const char* name) {
  return openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
}

}  // namespace

// A reader looks for the index first.
int KeptOutput::open_files(int directory, uint64_t output_max) {
  output_fd_ = create(directory, run_directory::output_file);
  if (output_fd_ < 0) return errno;
  index_fd_ = create(directory, run_directory::index_file);
  if (index_fd_ < 0) return errno;
  begin(output_max);
  write_all(index_fd_, &header_, sizeof header_, 0);
  return 0;
}

void KeptOutput::close_files() {
  if (output_fd_ >= 0) close(output_fd_);
  if (index_fd_ >= 0) close(index_fd_);
  output_fd_ = index_fd_ = -1;
}

uint64_t KeptOutput::dropped() const {
  const uint64_t unwritten = bytes_ - kept_;
  if (kept_ <= header_.head_bytes + header_.ring_bytes) return unwritten;
  return unwritten + kept_ - header_.head_bytes - header_.window_bytes;
}

void KeptOutput::keep(uint32_t stream, const char* bytes, uint32_t length, int64_t now_ms) {
  while (length > 0) {
    const uint64_t room = place_of(bytes_).room;
    const uint32_t part = length < room ? length : static_cast<uint32_t>(room);
    keep_in_one_place({stream, bytes, part, now_ms});
    bytes_ += part;
    bytes_of(stream) += part;
    bytes += part;
    length -= part;
  }
}

// Once something could not be written, nothing more is: what is kept stays a true beginning.
void KeptOutput::keep_in_one_place(const Part& part) {
  if (output_fd_ < 0 && write_error_ == 0) write_error_ = open_files(AT_FDCWD, header_.head_bytes + header_.ring_bytes);
  if (write_error_ != 0) return;
  write_all(output_fd_, part.bytes, part.length, place_of(bytes_).at);
  const auto written = static_cast<uint32_t>(kept_ - bytes_);
  if (written > 0) note({part.stream, part.bytes, written, part.now_ms});
}

KeptOutput::Place KeptOutput::place_of(uint64_t offset) const {
  if (offset < header_.head_bytes) return {offset, header_.head_bytes - offset};
  const uint64_t in_ring = (offset - header_.head_bytes) % header_.ring_bytes;
  return {header_.head_bytes + in_ring, header_.ring_bytes - in_ring};
}

uint64_t KeptOutput::record_place(uint64_t number) const {
  const uint64_t slot = number < header_.head_records
                            ? number
                            : header_.head_records + (number - header_.head_records) % header_.ring_records;
  return sizeof header_ + slot * sizeof last_;
}

void KeptOutput::note(const Part& part) {
  if (continues_last(part)) {
    last_.length += part.length;
  } else {
    ++records_;
    last_ = {part.now_ms, bytes_, bytes_of(part.stream), part.length, part.stream};
  }
  line_is_open_ = part.bytes[part.length - 1] != '\n';
  write_all(index_fd_, &last_, sizeof last_, record_place(records_ - 1));
}

// Whether the newest record may simply grow, which keeps the index of a job that writes byte by byte small: the time is
// the same, or it is the time of the line that goes on here and ends with these bytes at the latest.
bool KeptOutput::continues_last(const Part& part) const {
  if (last_.length == 0 || last_.stream != part.stream || last_.length > record_length_max) return false;
  if (last_.time_ms == part.now_ms) return true;
  return line_is_open_ && memchr(part.bytes, '\n', part.length - 1) == nullptr;
}

// Notes the error, and how far it came with the output.
void KeptOutput::write_all(int fd, const void* bytes, uint64_t length, uint64_t at) {
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
