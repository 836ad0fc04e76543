// Takes what the job writes from two pipes, and hands it on to be kept. It never makes the job wait for longer than a
// write to a file takes. Secrets that the redactor knows become stars (S38). One that is not opened takes nothing: the
// job writes where the minder does.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <jobs/minder/journal.h>
#include <jobs/minder/kept_output.h>
#include <jobs/minder/progress.h>
#include <jobs/minder/redactor.h>

namespace belfry::minder {

class Capture {
 public:
  // Creates the two pipes. 0, or errno.
  int open(uint64_t output_max);

  // From now on each line also goes there.
  void also_to(Journal& journal) { journal_ = &journal; }

  // The job's ends. Close them once the job has them.
  int job_output() const { return streams_[0].write_fd >= 0 ? streams_[0].write_fd : 1; }
  int job_errors() const { return streams_[1].write_fd >= 0 ? streams_[1].write_fd : 2; }
  void close_job_ends();

  // The minder's ends, for poll(); -1 once every writer is gone. Index 0 is stdout, 1 is stderr.
  int fd(int stream) const { return streams_[stream].read_fd; }

  // Takes one bufferful of what is there; false if there is nothing. Never waits.
  bool read_some(int stream);

  // Takes what is in the pipes at this moment and no more: a child that was left behind may write for ever. What may be
  // the beginning of a secret is kept as well then.
  void drain();

  Redactor& redactor() { return redactor_; }

  const KeptOutput& kept() const { return kept_; }
  ProgressLines& progress() { return progress_; }
  const ProgressLines& progress() const { return progress_; }

 private:
  struct Stream {
    int read_fd = -1;
    int write_fd = -1;
    uint32_t name = 0;
  };

  void keep(int index, size_t length);

  Redactor redactor_;
  Stream streams_[2];
  Journal* journal_ = nullptr;
  KeptOutput kept_;
  ProgressLines progress_;
};

}  // namespace belfry::minder
