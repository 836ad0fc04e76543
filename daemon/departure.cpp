#include <algorithm>

#include <daemon/departure.h>

namespace belfry {

std::optional<StopAsked> Departure::ask(BootTime now, Occasion occasion) {
  const bool takes_jobs_along = is_asked() && policy_.what == OnStop::kill;
  if (is_asked() && (occasion == Occasion::service || takes_jobs_along)) {
    is_urgent_ = true;
    return std::nullopt;
  }
  asked_at_ = now;
  if (occasion == Occasion::machine) {
    policy_.what = OnStop::kill;
    return StopAsked{.what = OnStop::kill, .reason = Reason::shutdown};
  }
  return StopAsked{.what = policy_.what, .reason = Reason::by_request};
}

bool Departure::may_leave(BootTime now, bool is_quiet) const {
  if (!is_asked()) return false;
  if (is_quiet || is_urgent_ || policy_.what == OnStop::leave) return true;
  return policy_.what == OnStop::wait && now - *asked_at_ >= policy_.patience;
}

std::optional<Millis> Departure::patience_left(BootTime now) const {
  if (!is_asked() || policy_.what != OnStop::wait) return std::nullopt;
  return std::max(Millis{0}, *asked_at_ + policy_.patience - now);
}

}  // namespace belfry
