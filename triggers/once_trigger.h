// One instant, once (S9): `at:`.
#pragma once

#include <belfry/schedule.h>

namespace belfry {

class OnceTrigger final : public Schedule::Rules {
 public:
  OnceTrigger(WallTime at, std::shared_ptr<const Zone> zone) : at_(at), zone_(std::move(zone)) {}

  std::optional<WallTime> next_after(WallTime t) const override;
  std::optional<Stretch> slots_in(WallTime after, WallTime upto) const override;
  std::string normal_form() const override;  // "at 2026-12-01T21:00:00Z"
  std::string describe() const override;     // in the zone that it was given
  std::vector<LocalTime> readings(WallTime slot) const override;

 private:
  WallTime at_;
  std::shared_ptr<const Zone> zone_;
};

}  // namespace belfry
