// An attempt's output as it grows, to the attempt's end.
//
// The daemon never sees a job's output; the minder writes it to a file. So the file is looked at again and again, ten
// times a second, for as long as somebody follows it.
#pragma once

#include <cstdint>
#include <optional>

#include <belfry/output.h>
#include <belfry/run.h>

#include <api/backend.h>
#include <api/message.h>

namespace belfry::api {

class LogStream final : public BodyStream {
 public:
  struct Options {
    Run run;                             // as of the attempt
    std::optional<OutputStream> stream;  // none: both
    std::uint64_t offset = 0;
  };

  static constexpr Millis look_every{100};

  // REQUIRES: `backend` outlives the stream.
  LogStream(Backend& backend, Options options);

  Millis ready_in() override;
  std::string read(std::size_t max) override;
  bool is_over() const override { return is_over_; }

  std::uint64_t offset() const { return offset_; }  // of what comes next

 private:
  bool is_attempt_open() const;
  std::string take(std::size_t max);

  Backend& backend_;
  Run run_;
  std::optional<OutputStream> stream_;
  std::uint64_t offset_;
  BootTime look_at_;
  bool is_over_ = false;
};

}  // namespace belfry::api
