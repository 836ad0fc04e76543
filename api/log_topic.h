// What a run writes, as events among others: `run.output`, from its beginning, over all its attempts.
//
// The events carry no number, because no ring keeps them: who comes back gets them again from the beginning, and knows
// by `from` what it has seen. The text is as UTF-8 as it can be; GET /v1/runs/{id}/log has the bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <belfry/run.h>
#include <belfry/time.h>

#include <api/backend.h>
#include <api/log_stream.h>

namespace belfry::api {

class LogTopic {
 public:
  static constexpr Millis between_attempts{1'000};

  // REQUIRES: `backend` outlives the topic.
  LogTopic(Backend& backend, Run run);

  Millis ready_in();

  // An event with what was written meanwhile, at most `max` bytes of it; empty: nothing at the moment.
  std::string take(std::size_t max);

 private:
  void go_on();
  std::string written(std::string bytes);

  Backend& backend_;
  Run run_;
  std::optional<LogStream> log_;  // none: nothing more will come, or the next attempt has not begun
  bool is_over_ = false;
  BootTime look_at_;
  std::uint64_t from_ = 0;
  std::string held_;  // the beginning of a character whose end is still to come
};

}  // namespace belfry::api
