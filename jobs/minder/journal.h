// What the job writes, sent on to systemd's journal line by line (`output: { journal: true }`).
//
// Never at the job's cost: a line for which the journal has no room is dropped, and the next one that goes through says
// how many there were. What is kept in the run directory is complete in any case.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace belfry::minder {

class Journal {
 public:
  // `socket`: where it listens; null: nothing is sent. The texts are copied.
  void open(const char* socket, const char* job, const char* run);
  bool is_open() const { return fd_ >= 0; }

  // `stream` is 0 for stdout, 1 for stderr.
  void write(int stream, const char* bytes, size_t length);

  // No more comes: lines that were begun are lines.
  void finish();

 private:
  static constexpr size_t line_max = 2048;  // longer ones are cut into several
  static constexpr size_t header_max = 512;

  struct Line {
    char text[line_max];
    size_t length = 0;
  };

  void send(int stream);
  bool send_entry(const char* message, size_t length, const char* priority);
  void tell_dropped();

  int fd_ = -1;
  char address_[108] = {};
  char header_[header_max] = {};  // the fields that all entries share
  size_t header_length_ = 0;
  uint64_t dropped_ = 0;
  Line lines_[2];
};

}  // namespace belfry::minder
