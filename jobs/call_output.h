// Where a call's words go: into the files of its run, or, in the foreground, to the terminal.
//
// THREADS: one, the one that runs the callable.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <belfry/output.h>
#include <belfry/run.h>

namespace belfry {

class CallOutput {
 public:
  virtual ~CallOutput() = default;

  // What cannot be written is counted.
  virtual void write(OutputStream stream, std::string_view bytes, WallTime now) = 0;

  virtual Result<void> write_result(std::string_view bytes) = 0;
  virtual std::optional<std::string> read_checkpoint() = 0;
  virtual Result<void> write_checkpoint(std::string_view bytes) = 0;

  virtual void note(Usage& usage) const = 0;
  virtual int write_error() const = 0;  // an errno; 0: all could be written
};

}  // namespace belfry
