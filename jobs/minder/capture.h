// Keeps what the job writes: raw bytes into ./output, and what came when on which stream into ./output.index. It never
// makes the job wait for longer than a write to a file takes: when the disk is full it goes on reading, and says that
// the output is truncated (S30).
#pragma once

#include <stdint.h>

#include <jobs/run_directory.h>

namespace belfry::minder {

class Capture {
 public:
  // Creates the files and the two pipes. 0, or errno.
  int open_files();
  int open_pipes();

  // The job's ends. Close them once the job has them.
  int job_output() const { return streams_[0].write_fd; }
  int job_errors() const { return streams_[1].write_fd; }
  void close_job_ends();

  // The minder's ends, for poll(); -1 once every writer is gone. Index 0 is stdout, 1 is stderr.
  int fd(int stream) const { return streams_[stream].read_fd; }

  // Takes one bufferful of what is there; false if there is nothing. Never waits.
  bool read_some(int stream);

  // Takes what is in the pipes at this moment and no more: a child that was left behind may write for ever.
  void drain();

  uint64_t bytes() const { return bytes_; }
  bool truncated() const { return truncated_; }

 private:
  struct Stream {
    int read_fd = -1;
    int write_fd = -1;
    uint32_t name = 0;
  };

  void keep(uint32_t stream, const char* bytes, uint32_t length);
  void note(uint32_t stream, const char* bytes, uint32_t length);
  bool continues_last(uint32_t stream, const char* bytes, uint32_t length, int64_t now) const;

  Stream streams_[2];
  int output_fd_ = -1;
  int index_fd_ = -1;
  int64_t index_size_ = 0;
  run_directory::IndexRecord last_{};  // the newest record; length 0: none yet
  bool line_is_open_ = false;          // the newest record ends within a line
  uint64_t bytes_ = 0;
  bool truncated_ = false;
};

}  // namespace belfry::minder
