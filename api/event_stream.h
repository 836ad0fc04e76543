// One listener's stream of server-sent events: what the ring holds and is still to come, from a position on.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <belfry/time.h>

#include <api/event_ring.h>
#include <api/log_topic.h>
#include <api/message.h>

namespace belfry::api {

struct Topics {
  bool jobs = true;
  bool runs = true;
};

class EventStream final : public BodyStream {
 public:
  struct Options {
    Topics topics;
    std::optional<std::uint64_t> last_seen;  // Last-Event-ID. None: only what is new
  };

  static constexpr Millis keep_alive{15'000};

  // REQUIRES: `ring` outlives the stream. `now` reads the boot clock.
  EventStream(const EventRing& ring, Options options, std::function<BootTime()> now);

  // What this run writes is told too.
  void follow(LogTopic log) { logs_.push_back(std::move(log)); }

  Millis ready_in() override;
  std::string read(std::size_t max) override;
  bool is_over() const override { return false; }

 private:
  void fill(std::size_t enough);
  void fill_with_output(std::size_t enough);
  void tell_gap(std::optional<std::uint64_t> missed);
  bool wants(Topic topic) const;

  const EventRing& ring_;
  Topics topics_;
  std::function<BootTime()> now_;
  std::uint64_t position_ = 0;  // the next event to look at
  std::string pending_;         // written, not read yet
  std::vector<LogTopic> logs_;
  BootTime speak_by_;  // when a keep-alive is due
};

}  // namespace belfry::api
