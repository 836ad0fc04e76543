// A trigger made of fields, a zone, and the rules for the days on which the clock is changed. Cron lines and systemd
// calendar lines both become one.
//
// Theory of operation. A zone is a row of periods, each with one offset; inside a period, readings and instants
// differ by a constant, so the next due reading gives the next due instant. Only where a period ends is there something
// to decide, and there the two classes of S13 part:
//
//   recurring (minute or hour begins with *)   due at each real instant whose reading matches: each period is
//                                              searched as it is
//   fixed                                      each matching reading is one intention of a person. Of readings that
//                                              two neighbouring periods share, one is left out (or none), and matches
//                                              in the gap between two periods are moved to where S14 says
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <belfry/schedule.h>
#include <belfry/zone.h>

#include <triggers/dst.h>
#include <triggers/fields.h>
#include <triggers/time_class.h>

namespace belfry {

class FieldsTrigger final : public Schedule::Rules {
 public:
  FieldsTrigger(Fields fields, TimeClass time_class, std::shared_ptr<const Zone> zone, DstPolicy dst);

  std::optional<WallTime> next_after(WallTime t) const override;
  std::optional<Stretch> slots_in(WallTime after, WallTime upto) const override;
  std::string normal_form() const override;
  std::string describe() const override;
  std::vector<LocalTime> readings(WallTime slot) const override;
  std::vector<std::string> notes(WallTime after, WallTime slot) const override;

 private:
  struct Span;
  using Match = std::optional<LocalSecond>;
  struct Start {
    LocalSecond reading;                            // the first one that may be due
    std::optional<std::chrono::sys_seconds> moved;  // the first slot that was moved out of a gap
  };
  struct Change {
    std::chrono::sys_seconds at;
  };

  Span span_at(std::chrono::sys_seconds t) const;
  // The readings of `span` that count as its own, where it shares some with a neighbour.
  LocalSecond counted_begin(const Span& span, const Span& before) const;
  LocalSecond counted_end(const Span& span, const Span& next) const;
  Start start_after_change(std::chrono::sys_seconds from, const Span& here) const;
  std::optional<std::chrono::sys_seconds> first_from(std::chrono::sys_seconds from) const;
  std::optional<std::chrono::sys_seconds> search(std::chrono::sys_seconds from, Span here, Start start,
                                                 Match match) const;
  std::int64_t count(std::chrono::sys_seconds from, std::chrono::sys_seconds until) const;
  std::int64_t count_moved(const Change& change, std::chrono::sys_seconds from, std::chrono::sys_seconds until) const;

  std::vector<LocalTime> in_gap_at(WallTime change) const;
  std::vector<LocalTime> moved_to(WallTime slot) const;
  std::string note_on_repetition(WallTime slot) const;
  void add_dropped(WallTime after, WallTime slot, std::vector<std::string>& notes) const;
  void add_short_months(WallTime after, WallTime slot, std::vector<std::string>& notes) const;

  [[no_unique_address]] Fields fields_;  // the two small ones below live in its padding
  DstPolicy dst_;
  TimeClass class_;
  std::shared_ptr<const Zone> zone_;
};

static_assert(sizeof(FieldsTrigger) <= 64, "a hundred thousand of them should fit a cache");

}  // namespace belfry
