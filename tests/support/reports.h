// What a launcher has reported, by attempt. It checks the order on the way: at most one start, then exactly one end.
#pragma once

#include <map>
#include <optional>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include <belfry/launcher.h>

namespace belfry::tests {

struct Outcome {
  std::optional<AttemptStarted> started;
  std::vector<Progress> progress;  // not counted among the reports
  std::optional<AttemptEnded> ended;
  std::optional<AttemptStartFailed> start_failed;
  std::optional<AttemptLost> lost;
  std::optional<AttemptNeverExecuted> never_executed;
  int reports = 0;

  bool is_over() const { return ended || start_failed || lost || never_executed; }
};

class Reports {
 public:
  // The references stay good; forget() empties what they refer to.
  const Outcome& of(const AttemptId& id) { return outcomes_[id]; }

  // As a new daemon does.
  void forget() {
    for (auto& [id, outcome] : outcomes_) outcome = {};
  }

  void note(const Report& report) {
    std::visit([this](const auto& one) { add(one); }, report);
  }

  const std::map<AttemptId, Outcome>& all() const { return outcomes_; }

 private:
  template <class One>
  void add(const One& one) {
    Outcome& outcome = outcomes_[one.id];
    CHECK_FALSE(outcome.is_over());
    ++outcome.reports;
    set(outcome, one);
  }

  void add(const AttemptProgressed& one) {
    Outcome& outcome = outcomes_[one.id];
    CHECK(outcome.started);
    CHECK_FALSE(outcome.is_over());
    outcome.progress.push_back(one.progress);
  }

  static void set(Outcome& outcome, const AttemptStarted& one) {
    CHECK_FALSE(outcome.started);
    outcome.started = one;
  }
  static void set(Outcome& outcome, const AttemptEnded& one) { outcome.ended = one; }
  static void set(Outcome& outcome, const AttemptStartFailed& one) { outcome.start_failed = one; }
  static void set(Outcome& outcome, const AttemptLost& one) { outcome.lost = one; }
  static void set(Outcome& outcome, const AttemptNeverExecuted& one) { outcome.never_executed = one; }

  std::map<AttemptId, Outcome> outcomes_;
};

}  // namespace belfry::tests
