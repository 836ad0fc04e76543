// What a minder has for its whole life, however many runs that is. What belongs to one run alone is closed behind it.
#pragma once

#include <jobs/minder/line.h>
#include <jobs/minder/start_failure.h>

namespace belfry::minder {

// What failed before there was a job, and on what.
struct Trouble {
  StartFailure failure;
  const char* path = "";
  explicit operator bool() const { return failure.call != StartFailure::none; }
};

// Beside a daemon, or in the foreground of somebody who wants to see what the job writes.
enum class Place { beside_daemon, foreground };

class Post {
 public:
  // `line` is a descriptor; -1: there is no line. `shown_name` is the part of the command line that tells whoever looks
  // at the machine's processes which run this one is at.
  Post(Place place, int line, char* shown_name);

  Place place() const { return place_; }

  // Leaves everything of the starter's but the line (jobs/minder/departure.h). Once; later there is nothing to leave.
  Trouble take_up();

  // SIGTERM and SIGCHLD as something to read.
  int signals() const { return signals_; }
  Line& line() { return line_; }

  // After a run that has left nothing behind: waits to be sent to the next one, whose directory is then the working
  // directory. Null: there is none, and `error` says whether something is wrong.
  const char* next_run(int& error);

 private:
  void forget_signals() const;
  void show_name() const;

  Place place_;
  Line line_;
  char* shown_name_;
  size_t shown_length_;
  int signals_ = -1;
  char name_[Line::name_max + 1] = {};
};

}  // namespace belfry::minder
