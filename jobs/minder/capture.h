// Keeps what the job writes: raw bytes into ./output, and what came when on which stream into ./output.index. Both are
// bounded: a head that stays and a ring of the newest (jobs/run_directory.h). It never makes the job wait for longer
// than a write to a file takes: when the disk is full it goes on reading, and says what is not kept (S30). Secrets that
// the redactor knows become stars (S38).
#pragma once

#include <stdint.h>

#include <jobs/minder/journal.h>
#include <jobs/minder/redactor.h>
#include <jobs/run_directory.h>

namespace belfry::minder {

class Capture {
 public:
  // Creates the files and the two pipes. 0, or errno.
  int open_files(uint64_t output_max);
  int open_pipes();

  // From now on each line also goes there.
  void also_to(Journal& journal) { journal_ = &journal; }

  // The job's ends. Close them once the job has them.
  int job_output() const { return streams_[0].write_fd; }
  int job_errors() const { return streams_[1].write_fd; }
  void close_job_ends();

  // The minder's ends, for poll(); -1 once every writer is gone. Index 0 is stdout, 1 is stderr.
  int fd(int stream) const { return streams_[stream].read_fd; }

  // Takes one bufferful of what is there; false if there is nothing. Never waits.
  bool read_some(int stream);

  // Takes what is in the pipes at this moment and no more: a child that was left behind may write for ever. What may be
  // the beginning of a secret is kept as well then.
  void drain();

  Redactor& redactor() { return redactor_; }

  uint64_t bytes() const { return bytes_; }
  uint64_t dropped() const;
  int write_error() const { return write_error_; }  // why nothing more is kept; 0: it is

 private:
  struct Stream {
    int read_fd = -1;
    int write_fd = -1;
    uint32_t name = 0;
    uint64_t bytes = 0;
  };
  // Where the byte of this offset goes, and how many may follow it there.
  struct Place {
    uint64_t at;
    uint64_t room;
  };

  void keep(Stream& stream, const char* bytes, uint32_t length);
  void keep_in_one_place(Stream& stream, const char* bytes, uint32_t length);
  Place place_of(uint64_t offset) const;
  uint64_t record_place(uint64_t number) const;
  void note(const Stream& stream, const char* bytes, uint32_t length);
  bool continues_last(const Stream& stream, const char* bytes, uint32_t length, int64_t now) const;
  void write_all(int fd, const void* bytes, uint64_t length, uint64_t at);

  Redactor redactor_;
  Stream streams_[2];
  Journal* journal_ = nullptr;
  int output_fd_ = -1;
  int index_fd_ = -1;
  run_directory::IndexHeader header_{};
  uint64_t records_ = 0;               // the newest one included
  run_directory::IndexRecord last_{};  // the newest record; length 0: none yet
  bool line_is_open_ = false;          // the newest record ends within a line
  uint64_t bytes_ = 0;
  uint64_t kept_ = 0;  // up to which offset bytes were written to the file
  int write_error_ = 0;
};

}  // namespace belfry::minder
