// What people ask for, and what they are told.
#include <algorithm>

#include <base/text.h>
#include <tests/sim/witness.h>

namespace belfry::sim {

using namespace std::chrono_literals;

void Witness::asked_to_fill(const std::string& by, WallTime from, WallTime to) {
  asked_to_fill(by);
  fills_[by] = {from, to};
}

// Nobody else goes by that name, so what comes of the wish can be told.
void Witness::asked(const RunRequested& wish) { wishes_.emplace(wish.requested_by, wish); }

void Witness::asked(const PauseRequested& wish) { pauses_wished_.emplace(wish.id, wish); }

void Witness::asked(const ResumeRequested& wish) {
  for (const JobName& job : wish.jobs) resumes_wished_[job] = now_.real;
}

void Witness::asked(const SkipRequested& wish) { skips_wished_[wish.job] += wish.count; }

void Witness::told_to_stop(OnStop what) {
  disturbed();
  has_rested_ = false;
  kills_ = what == OnStop::kill;
}

// ---- what is told

// I2: what was acknowledged is in the ledger. I15: a key is one run.
void Witness::answered(const Answer& answer) {
  if (const Run* run = std::get_if<Run>(&answer.result)) {
    const KnownRun* known = find(run->id);
    if (!known) return violated("I2: acknowledged, and not in the ledger: " + who(*run));
    const bool is_durable =
        run->is_open() ? run->stop == Reason::none || known->run.stop != Reason::none : !known->run.is_open();
    if (!is_durable) violated("I2: a wish to stop is acknowledged, and not in the ledger: " + who(*run));
    if (!run->key.empty() && keys_.at(run->key) != run->id)
      violated("I15: a key that stands for another run: " + who(*run));
  }
  const auto pause = pauses_wished_.find(answer.id);
  if (pause != pauses_wished_.end() && std::holds_alternative<Done>(answer.result)) {
    // By whom, and not for which jobs: one of them may have another name by now.
    const bool is_recorded = std::any_of(pauses_.begin(), pauses_.end(),
                                         [&](const auto& known) { return known.second == pause->second.by; });
    if (!is_recorded) violated("I2: a pause is acknowledged, and not in the ledger: " + pause->second.by);
  }
  if (const SameAs* same = std::get_if<SameAs>(&answer.result)) {
    reached_.count("a key used again");
    if (!find(same->run)) violated("I2: acknowledged, and not in the ledger: " + same->run.text());
  }
}

void Witness::told(const Notice& notice) {
  if (const auto* closed = std::get_if<RunClosedNotice>(&notice)) {
    const KnownRun* known = find(closed->run.id);
    if (!known || known->run.outcome != closed->run.outcome)
      violated("I2: an end is told that the ledger does not hold: " + who(closed->run));
  }
  if (const auto* trouble = std::get_if<JobTroubleNotice>(&notice)) violated("F54: " + trouble->what);
}

}  // namespace belfry::sim
