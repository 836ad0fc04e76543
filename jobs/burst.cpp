#include <algorithm>

#include <jobs/burst.h>

namespace belfry {
namespace {

constexpr std::uint32_t pause_first = 8;
constexpr std::uint32_t pause_max = 1024;

}  // namespace

bool Burst::is_worth_a_wait() {
  if (++new_minders_ <= few_) return false;
  if (left_ == 0) return true;
  --left_;
  return false;
}

void Burst::note(bool has_come_free) {
  pause_ = has_come_free ? 0 : std::clamp(pause_ * 2, pause_first, pause_max);
  left_ = pause_;
}

}  // namespace belfry
