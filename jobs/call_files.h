// The run directory of a call: made when the call first writes something, because most write nothing.
//
// THREADS: one, the one that runs the callable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <jobs/call_output.h>
#include <jobs/minder/kept_output.h>

namespace belfry {

class CallFiles final : public CallOutput {
 public:
  CallFiles(std::shared_ptr<const std::string> runs_path, const AttemptId& id, std::int64_t output_max);
  CallFiles(const CallFiles&) = delete;
  CallFiles& operator=(const CallFiles&) = delete;
  ~CallFiles() override;

  // What cannot be written is counted.
  void write(OutputStream stream, std::string_view bytes, WallTime now) override;

  Result<void> write_result(std::string_view bytes) override;
  std::optional<std::string> read_checkpoint() override;
  Result<void> write_checkpoint(std::string_view bytes) override;

  void note(Usage& usage) const override;
  int write_error() const override { return error_ != 0 ? error_ : output_.write_error(); }

 private:
  std::string directory() const;
  Result<void> make_directory();
  std::string job_file(const char* name) const;

  const std::shared_ptr<const std::string> runs_path_;
  const AttemptId id_;
  const std::int64_t output_max_;
  bool is_made_ = false;
  bool has_output_ = false;
  int error_ = 0;          // why there are no files for the output
  std::int64_t lost_ = 0;  // bytes that came after that
  minder::KeptOutput output_;
};

}  // namespace belfry
