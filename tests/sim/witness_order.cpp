// Whose turn it is, within one batch.
#include <algorithm>

#include <base/text.h>
#include <tests/sim/witness.h>

namespace belfry::sim {

using namespace std::chrono_literals;

// S23: whoever is let in has the highest priority in line, and is the oldest of those.
void Witness::check_turn(const KnownRun& admitted) {
  const Run& run = admitted.run;
  if (!is_under_way(run) || admitted.started_in != batch_ || !window_.is_instant() || run.launch > 1) return;
  check_followers_turn(admitted);
  for (const auto& [name, known] : jobs_) {
    for (const RunId& id : known.open) {
      const KnownRun& waiting = runs_.at(id);
      const Run& other = waiting.run;
      const Job* then = written(other.revision, other.job);
      const bool was_in_line = other.queue == run.queue && other.state == RunState::queued && other.attempt == 1 &&
                               !waiting.was_delayed && waiting.opened.real < window_.since.real && then &&
                               then->policies->overlap.action == OverlapPolicy::Action::allow &&
                               !then->policies->overlap.max_running;
      if (!was_in_line || sets_.size() > 1) continue;
      if (std::pair(-other.priority, other.sequence) < std::pair(-run.priority, run.sequence)) {
        violated("S23: " + who(run) + " overtakes " + who(other));
      }
    }
  }
}

// S21: those that wait behind a run of their job go in the order in which they came.
void Witness::check_followers_turn(const KnownRun& admitted) {
  const Run& run = admitted.run;
  const auto waits = [&](const KnownRun& known) {
    return known.run.attempt == 1 && known.run.launch == 1 && !known.was_delayed && !known.run.ignores_overlap;
  };
  const Job* job = written(run.revision, run.job);
  if (!job || job->policies->overlap.action != OverlapPolicy::Action::queue || !waits(admitted)) return;
  for (const RunId& id : book(run.job).open) {
    const KnownRun& other = runs_.at(id);
    const bool came_first = other.run.sequence < run.sequence && other.run.revision == run.revision;
    if (came_first && other.run.state == RunState::queued && waits(other))
      violated("S21: " + who(run) + " overtakes " + who(other.run));
  }
}

// S5: equal times, in file order.
void Witness::check_file_order(const Batch& batch) {
  if (!window_.is_instant() || window_.first_set != window_.last_set) return;
  std::vector<const Run*> on_time;
  for (const Record& record : batch.records) {
    const auto* opened = std::get_if<RunOpened>(&record);
    if (opened && opened->run.trigger == RunTrigger::schedule) on_time.push_back(&opened->run);
  }
  if (on_time.size() < 2) return;
  std::sort(on_time.begin(), on_time.end(), [](const Run* a, const Run* b) { return a->sequence < b->sequence; });
  std::map<JobName, std::size_t> lines;
  for (const Job& job : sets_[window_.last_set]->jobs) {
    if (!job.measured) lines.emplace(job.name, lines.size());
  }
  for (std::size_t i = 1; i < on_time.size(); ++i) {
    const Run &before = *on_time[i - 1], &after = *on_time[i];
    if (before.due != after.due || !lines.contains(before.job) || !lines.contains(after.job)) continue;
    if (lines.at(before.job) > lines.at(after.job)) violated("S5: " + who(after) + " should go before " + who(before));
  }
}

// Somebody executes in the job's queue, and may end.
bool Witness::may_get_room(const JobName& name) {
  const Job* job = job_now(name);
  return job && std::ranges::any_of(jobs_, [&](const auto& entry) {
           return std::ranges::any_of(entry.second.open, [&](const RunId& id) {
             const Run& run = runs_.at(id).run;
             return is_under_way(run) && run.queue == job->policies->queue;
           });
         });
}

// S5: what is decided before its instant comes out the same whatever happens until then. A run may end: nothing of a
// job that has one open is decided, and nothing for want of room.
void Witness::check_ahead(const Batch& batch) {
  for (const Record& record : batch.records) {
    if (const auto* opened = std::get_if<RunOpened>(&record)) {
      if (!opened->run.slot || !book(opened->run.job).open.empty())
        violated("S5: opened ahead, and it might come otherwise: " + who(opened->run));
    }
    const auto* decided = std::get_if<SlotsDecided>(&record);
    const bool wants_room = decided && (decided->reason == Reason::overlap ||
                                        (decided->reason == Reason::queue_full && may_get_room(decided->job)));
    if (wants_room) violated("S5: skipped ahead, and it might run: " + decided->job.text());
    const auto* changed = std::get_if<RunChanged>(&record);
    const auto* closed = std::get_if<RunClosed>(&record);
    if (changed || closed) violated("S5: moved on ahead: " + who(changed ? changed->run : closed->run));
  }
}

void Witness::count_herd() {
  constexpr std::size_t herd = 100;
  if (gathered_.size() < herd) return;
  std::map<WallTime, std::size_t> due;
  for (const auto& [name, gathered] : gathered_) {
    if (!gathered.parts.empty() && ++due[gathered.parts.back().slots.last] == herd)
      reached_.count("a hundred due at once");
  }
}

// S21, `replace`: what runs is told to stop at once.
void Witness::check_replaced(const Run& opened) {
  const Job* job = written(opened.revision, opened.job);
  const KnownRun& newcomer = runs_.at(opened.id);
  const bool replaces = job && job->policies->overlap.action == OverlapPolicy::Action::replace &&
                        newcomer.run.is_open() && !newcomer.was_delayed && !opened.ignores_overlap &&
                        opened.trigger != RunTrigger::backfill;
  if (!replaces) return;
  for (const RunId& id : book_of(opened).open) {
    const KnownRun& known = runs_.at(id);
    const Run& other = known.run;
    // One that goes beside all others, and whose time came in the very turn: what happens is decided before that is
    // seen.
    const bool came_after_it = other.ignores_overlap && known.was_delayed && known.released == window_.upto.wall;
    if (other.sequence < opened.sequence && is_under_way(other) && other.stop == Reason::none && !came_after_it)
      violated("S21: " + who(opened) + " replaces " + who(other) + ", and nobody stops that");
  }
}

// S20: the first catch-ups of different jobs are let out one after the other.
void Witness::check_spacing(const Batch& batch) {
  if (!window_.is_instant()) return;
  std::vector<WallTime> let_out;
  for (const Record& record : batch.records) {
    const auto* opened = std::get_if<RunOpened>(&record);
    if (!opened || opened->run.trigger != RunTrigger::catch_up || !opened->run.slot) continue;
    const Run& run = opened->run;
    const Job* job = written(run.revision, run.job);
    const bool is_first = job && job->policies->missed.action != MissedPolicy::Action::all &&
                          book_of(run).open.size() == 1 && gathered_[runs_.at(run.id).run.job].closed.empty();
    if (is_first) let_out.push_back(run.not_before.value_or(run.opened));
  }
  std::sort(let_out.begin(), let_out.end());
  for (std::size_t i = 1; i < let_out.size(); ++i) {
    if (let_out[i] - let_out[i - 1] < workload_.limits().catch_up_spacing)
      return violated("S20: catch-ups come all at once");
  }
}

// S18: a run that speaks for others is told how many, itself included.
void Witness::check_spoken_for(const Batch& batch) {
  std::map<RunId, std::int64_t> spoken_for;
  for (const Record& record : batch.records) {
    const auto* decided = std::get_if<SlotsDecided>(&record);
    if (decided && decided->outcome == SlotOutcome::coalesced && decided->cause)
      spoken_for[*decided->cause] += decided->slots.count;
  }
  for (const Record& record : batch.records) {
    const auto* opened = std::get_if<RunOpened>(&record);
    if (!opened || !opened->run.slot) continue;
    const auto found = spoken_for.find(opened->run.id);
    const std::int64_t count = 1 + (found == spoken_for.end() ? 0 : found->second);
    if (opened->run.stands_for != count) {
      violated("I7: " + who(opened->run) + " speaks for " + std::to_string(opened->run.stands_for) + ", not " +
               std::to_string(count));
    }
  }
}

// S18, `all`: catch-ups of one job come one at a time.
void Witness::check_one_at_a_time(const Batch& batch) {
  for (const Record& record : batch.records) {
    const auto* opened = std::get_if<RunOpened>(&record);
    if (!opened || opened->run.trigger != RunTrigger::catch_up || !opened->run.slot) continue;
    const Job* job = written(opened->run.revision, opened->run.job);
    if (!job || job->measured || job->policies->missed.action != MissedPolicy::Action::all) continue;
    reached_.count("caught up one by one");
    for (const RunId& id : book_of(opened->run).open) {
      const KnownRun& known = runs_.at(id);
      const Run& other = known.run;
      const bool is_older = other.sequence < opened->run.sequence;
      const bool came_now = known.was_delayed && known.released == window_.upto.wall;  // its time did, and maybe later
      if (is_older && !came_now && !other.not_before && other.state != RunState::waiting) {
        violated("I7: a catch-up beside another run: " + who(opened->run));
      }
    }
  }
}

}  // namespace belfry::sim
