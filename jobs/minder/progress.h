// Finds lines `::progress 80 uploading` in what a job writes to stdout, and puts the last of them where the daemon,
// this one or a later one, reads it: ./progress. Looking for them costs one search for line ends.
#pragma once

#include <stdint.h>

namespace belfry::minder {

class ProgressLines {
 public:
  void read(const char* bytes, uint32_t length);

  // When there is something to write. Boot time; 0: there is nothing. Not more than one is written in a second.
  uint64_t due_at() const { return due_at_; }

  // True if something was written.
  bool write_out();

 private:
  static constexpr uint32_t line_max = 256;  // what is longer is cut

  void end_line();

  char line_[line_max] = {};  // as far as it has come; its beginning is what the marker is
  uint32_t line_length_ = 0;
  bool is_other_line_ = false;  // it does not begin with the marker
  char last_[line_max] = {};    // without the marker; ends with a NUL
  uint64_t last_wall_ms_ = 0;
  uint64_t due_at_ = 0;
  uint64_t written_at_ = 0;
};

}  // namespace belfry::minder
