#include <algorithm>

#include <base/text.h>
#include <tests/sim/shrink.h>

namespace belfry::sim {

namespace {

using namespace std::chrono_literals;

// "I7" of "2026-01-01T00:00:00Z  VIOLATED I7: a second outcome".
std::string broken_in(const Verdicts& verdicts) {
  if (verdicts.violations.empty()) return "";
  const std::string& first = verdicts.violations.front();
  const auto begin = first.find("VIOLATED ");
  return first.substr(begin, first.find(':', begin) - begin);
}

class Shrinker {
 public:
  Shrinker(Plan plan, const Verdicts& verdicts, const std::function<Verdicts(const Plan&)>& play, int plays_max)
      : plan_(std::move(plan)),
        jobs_(verdicts.jobs),
        broken_(broken_in(verdicts)),
        play_(play),
        plays_left_(plays_max) {
    if (!plan_.faults) plan_.faults = Faults::draw(plan_.seed);
  }

  Plan run() {
    for (std::size_t at_once = std::max<std::size_t>(1, jobs_ / 2); at_once > 0; at_once /= 2) drop_jobs(at_once);
    for (std::size_t fault = 0; fault < fault_count; ++fault) drop_fault(static_cast<Fault>(fault));
    shorten();
    return plan_;
  }

 private:
  bool still_breaks(const Plan& plan) {
    if (plays_left_ == 0) return false;
    --plays_left_;
    return broken_in(play_(plan)) == broken_;
  }

  void drop_jobs(std::size_t at_once) {
    for (std::size_t first = 0; first < jobs_; first += at_once) {
      Plan smaller = plan_;
      for (std::size_t job = first; job < std::min(first + at_once, jobs_); ++job) smaller.dropped_jobs.insert(job);
      const bool is_empty = smaller.dropped_jobs.size() == jobs_;
      if (smaller.dropped_jobs.size() > plan_.dropped_jobs.size() && !is_empty && still_breaks(smaller))
        plan_ = smaller;
    }
  }

  void drop_fault(Fault fault) {
    if (!plan_.faults->has(fault)) return;
    Plan smaller = plan_;
    smaller.faults->drop(fault);
    if (still_breaks(smaller)) plan_ = smaller;
  }

  void shorten() {
    Millis least{}, most = plan_.ends_after.value_or(plan_.duration);
    while (most - least > 1min) {
      Plan shorter = plan_;
      shorter.ends_after = least + (most - least) / 2;
      if (still_breaks(shorter)) {
        plan_ = shorter;
        most = *shorter.ends_after;
      } else {
        least = *shorter.ends_after;
      }
    }
  }

  Plan plan_;
  std::size_t jobs_;
  std::string broken_;
  const std::function<Verdicts(const Plan&)>& play_;
  int plays_left_;
};

}  // namespace

std::string text_of(const Plan& plan) {
  std::string text = "seed " + std::to_string(plan.seed) + ", " + format_duration(plan.duration);
  if (plan.ends_after) text += ", cut off after " + format_duration(*plan.ends_after);
  if (plan.jobs) text += ", " + std::to_string(*plan.jobs) + " jobs";
  if (!plan.dropped_jobs.empty()) {
    text += ", without jobs";
    for (const std::size_t job : plan.dropped_jobs) text += " " + std::to_string(job);
  }
  return text + ", faults: " + (plan.faults ? *plan.faults : Faults::draw(plan.seed)).text();
}

Plan shrink(Plan plan, const Verdicts& verdicts, const std::function<Verdicts(const Plan&)>& play, int plays_max) {
  return Shrinker(std::move(plan), verdicts, play, plays_max).run();
}

}  // namespace belfry::sim
