// What is kept of what an attempt writes: raw bytes in `output`, and what came when on which stream in `output.index`.
// Both are bounded: a head that stays and a ring of the newest (jobs/run_directory.h). It never takes longer than a
// write to a file does: when the disk is full it goes on counting, and says what is not kept (S30).
//
// The minder's, for subprocesses, and the daemon's, for callables: no libstdc++ in it.
#pragma once

#include <stdint.h>

#include <jobs/run_directory.h>

namespace belfry::minder {

class KeptOutput {
 public:
  // The files are made in the working directory when there is something to keep: most jobs write nothing.
  void begin(uint64_t output_max) { header_ = run_directory::index_header(output_max); }

  // Creates the files in a directory: its descriptor, or AT_FDCWD. 0, or errno.
  int open_files(int directory, uint64_t output_max);
  void close_files();

  // `stream` is index_stdout or index_stderr.
  void keep(uint32_t stream, const char* bytes, uint32_t length, int64_t now_ms);

  uint64_t bytes() const { return bytes_; }
  uint64_t dropped() const;
  int write_error() const { return write_error_; }  // why nothing more is kept; 0: it is

 private:
  // Where the byte of this offset goes, and how many may follow it there.
  struct Place {
    uint64_t at;
    uint64_t room;
  };
  struct Part {
    uint32_t stream;
    const char* bytes;
    uint32_t length;
    int64_t now_ms;
  };

  void keep_in_one_place(const Part& part);
  Place place_of(uint64_t offset) const;
  uint64_t record_place(uint64_t number) const;
  void note(const Part& part);
  bool continues_last(const Part& part) const;
  void write_all(int fd, const void* bytes, uint64_t length, uint64_t at);
  uint64_t& bytes_of(uint32_t stream) { return stream_bytes_[stream == run_directory::index_stdout ? 0 : 1]; }

  int output_fd_ = -1;
  int index_fd_ = -1;
  run_directory::IndexHeader header_{};
  uint64_t stream_bytes_[2] = {};
  uint64_t records_ = 0;               // the newest one included
  run_directory::IndexRecord last_{};  // the newest record; length 0: none yet
  bool line_is_open_ = false;          // the newest record ends within a line
  uint64_t bytes_ = 0;
  uint64_t kept_ = 0;  // up to which offset bytes were written to the file
  int write_error_ = 0;
};

}  // namespace belfry::minder
