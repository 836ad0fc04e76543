// What must hold whenever everything decided is in the ledger.
#include <algorithm>

#include <base/text.h>
#include <tests/sim/witness.h>

namespace belfry::sim {

using namespace std::chrono_literals;

namespace {

// S18, `all`: its slots may wait until its runs are over.
bool may_be_held(const Job& job, const JobBook& known) {
  return job.policies->missed.action == MissedPolicy::Action::all && !known.open.empty();
}

}  // namespace

// ---- at rest

void Witness::check_at_rest(const View& view, const std::vector<Process>& processes) {
  has_rested_ = true;
  const JobSet& set = *sets_.back();
  if (view.job_set() != &set) violated("I13: another configuration than the one that was loaded");
  if (view.job_count() != set.jobs.size())
    violated("I13: " + std::to_string(view.job_count()) + " jobs of " + std::to_string(set.jobs.size()));
  for (const Job& job : set.jobs) {
    const auto found = jobs_.find(job.name);
    if (found == jobs_.end()) {
      violated("I1: the ledger does not know " + job.name.text());
      continue;
    }
    check_due(job, found->second);
    const Millis ahead = found->second.accounted - now_.wall;
    if (found->second.definition && !job.measured && ahead > 49h)
      violated("S16: " + job.name.text() + " is silent, for a clock that was wrong");
  }
  const PlacesTaken taken = places_taken();
  for (const auto& [name, job] : jobs_) {
    for (const RunId& id : job.open) {
      check_open_run(runs_.at(id));
      check_room(set, runs_.at(id), taken);
    }
  }
  if (std::exchange(owes_startups_, false) && sets_.size() == first_set_ + 1) check_startups(set);
  for (const Process& process : processes) {
    const KnownRun* known = find(process.id.run);
    if (!known || !process.minder_lives || !process.executes) continue;
    if (known->run.stop != Reason::none && !process.told_to_stop)
      violated("L2: nobody tells it to stop: " + who(known->run));
  }
}

std::optional<WallTime> Witness::next_due(const Job& job, const JobBook& known) {
  JobBook::Due& next = known.next;
  if (next.of == nullptr || next.of != job.schedule.rules() || next.after != known.accounted) {
    next = {.of = job.schedule.rules(), .after = known.accounted, .at = job.schedule.next_after(known.accounted)};
    if (next.at) *next.at += job.schedule.delay(*next.at);
  }
  return next.at;
}

// L2 and I1: what is due is decided, unless earlier slots of the job are caught up with first.
void Witness::check_due(const Job& job, const JobBook& known) {
  if (!known.definition || job.measured) return;
  const auto next = next_due(job, known);
  if (!next) return;
  const bool follows_elapsed = job.schedule.follows_elapsed_time() && went_back_ < 24h;
  const WallTime time = follows_elapsed ? elapsed_ : now_.wall;
  if (*next > time) return;
  if (!may_be_held(job, known))
    violated("L2: " + job.name.text() + " was due at " + format_utc(*next) + " (interval time " + format_utc(elapsed_) +
             "), and nothing became of it");
}

void Witness::check_open_run(const KnownRun& known) {
  const Run& run = known.run;
  if (is_under_way(run) || clock_was_set_) return;
  // A deadline that changes is another one for those that wait, too.
  const Job* job = job_now(run.job);
  if (!job || !job->policies->deadline || now_.wall < known.since()) return;
  const Millis slack = Millis{static_cast<std::int64_t>(faults_[Fault::late_timer])} + slewed_since(known);
  if (now_.wall - known.since() > *job->policies->deadline + slack)
    violated("I11: it waits on after its deadline: " + who(run));
}

// By how much a wall clock that runs too fast or too slow may be off.
Millis Witness::slewed_since(const KnownRun& known) const {
  return std::max(0ms, now_.wall - known.since()) / 500 + 2ms;
}

// S9: who is there for the start of the daemon has run, or is about to.
void Witness::check_startups(const JobSet& set) {
  for (const Job& job : set.jobs) {
    if (!job.startup || job.startup->when != StartupTrigger::When::each_start) continue;
    const JobBook& known = book(job.name);
    const bool is_open = std::any_of(known.open.begin(), known.open.end(),
                                     [&](const RunId& id) { return runs_.at(id).run.trigger == RunTrigger::startup; });
    if (!is_open && known.started_up_at <= began_after_)
      violated("S9: " + job.name.text() + " missed the daemon's start");
  }
}

Witness::PlacesTaken Witness::places_taken() const {
  PlacesTaken taken;
  for (const auto& [name, job] : jobs_) {
    for (const RunId& id : job.open) {
      const Run& open = runs_.at(id).run;
      if (!is_under_way(open)) continue;
      ++taken.all;
      ++taken.of_queue[open.queue];
    }
  }
  return taken;
}

// L2: nobody stands in line while there is room.
void Witness::check_room(const JobSet& set, const KnownRun& known, const PlacesTaken& taken) {
  const Run& run = known.run;
  const Job* job = written(run.revision, run.job);
  const bool is_in_line = run.state == RunState::queued && run.attempt == 1 && !known.was_delayed && job &&
                          job->policies->overlap.action == OverlapPolicy::Action::allow &&
                          !job->policies->overlap.max_running && run.revision == set.revision;
  if (!is_in_line || workload_.limits().start_rate) return;
  constexpr std::uint32_t unbounded = 0xffff'ffffU;
  const std::uint32_t places = workload_.limits().max_running.value_or(unbounded);
  std::uint32_t places_of_queue = unbounded;
  for (const QueueDefinition& queue : set.queues) {
    if (queue.name != run.queue) continue;
    if (queue.start_rate) return;
    places_of_queue = queue.concurrency.value_or(unbounded);
  }
  const auto of_queue = taken.of_queue.find(run.queue);
  const std::uint32_t taken_of_queue = of_queue == taken.of_queue.end() ? 0 : of_queue->second;
  if (taken.all < places && taken_of_queue < places_of_queue)
    violated("L2: it stands in line, and there is room: " + who(run));
}

// S8: a daemon to come must know that interval time is ahead of the clock.
void Witness::check_interval_time(const Now& now) {
  if (elapsed_ <= now.wall || went_back_ >= 24h) return;
  const auto& known = interval_time_;
  if (!known || known->boot_id != boot_ || known->at + (now.boot - known->boot) < elapsed_)
    violated("S8: the ledger does not know how late it is for intervals");
}

// L2: somebody will wake up for whatever comes next.
void Witness::check_wakeup(const Wakeup& wakeup, const Now& now) {
  check_interval_time(now);
  if (clock_was_set_ || faults_.has(Fault::drift)) return;
  Millis sleeps = Millis::max();
  if (wakeup.wall) sleeps = std::min(sleeps, *wakeup.wall - now.wall);
  if (wakeup.boot) sleeps = std::min(sleeps, *wakeup.boot - now.boot);
  const auto expect = [&](WallTime at, const std::string& whom) {
    const Millis left = at - now.wall;
    if (left > 0ms && sleeps > left) violated("L2: nobody wakes up for " + whom);
  };
  for (const Job& job : sets_.back()->jobs) {
    const JobBook& known = book(job.name);
    const bool has_grid = known.definition && !job.measured;
    const auto next = has_grid && !may_be_held(job, known) ? next_due(job, known) : std::nullopt;
    if (next) expect(*next, job.name.text());
    for (const RunId& id : known.open) {
      const KnownRun& open = runs_.at(id);
      if (is_under_way(open.run)) continue;
      if (open.run.not_before) expect(*open.run.not_before, "the time of " + who(open.run));
      const auto& deadline = job.policies->deadline;
      if (deadline && open.since() <= now.wall) expect(open.since() + *deadline, "the deadline of " + who(open.run));
    }
  }
}

// S33: what runs was told to stop, if the daemon was told to stop it.
void Witness::check_stopping(const std::vector<Process>& processes) {
  for (const Process& process : processes) {
    if (kills_ && process.minder_lives && !process.told_to_stop)
      violated("S33: the daemon stops, and leaves it running: " + process.job.text());
  }
}

void Witness::check_settled(Millis patience) {
  for (const auto& [id, backfill] : backfills_) {
    if (written(sets_.back()->revision, backfill.job) && book(backfill.job).open.empty())
      violated("L1: a backfill stands still: " + backfill.job.text());
  }
  for (const auto& [name, job] : jobs_) {
    for (const RunId& id : job.open) {
      const KnownRun& known = runs_.at(id);
      const bool is_for_later = clock_went_back_ && known.run.not_before > now_.wall;
      if (now_.real - known.opened.real > patience && !is_for_later) {
        violated("L1: still " + std::string(text(known.run.state)) + ": " + who(known.run));
      }
    }
  }
}

}  // namespace belfry::sim
