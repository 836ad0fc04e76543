// What becomes of slots.
#include <algorithm>

#include <base/text.h>
#include <tests/sim/witness.h>

namespace belfry::sim {

using namespace std::chrono_literals;

namespace {

constexpr Millis wavering = 1ms;    // of the boot clock that the core is told (daemon/core_time.h)
constexpr Millis late_from = 1min;  // from here on a start makes up for something (S18)

std::string span(const JobName& job, const Stretch& slots) {
  return job.text() + ": " + format_utc(slots.first) + " to " + format_utc(slots.last) + " (" +
         std::to_string(slots.count) + ")";
}

// How late still counts, by the words of S18; where the newest slot is not known, the longest it may be.
std::optional<Millis> counts_within(const MissedPolicy& policy, const Schedule& schedule, WallTime newest) {
  if (policy.within) return *policy.within;
  if (policy.action == MissedPolicy::Action::skip) return late_from - 1ms;
  if (policy.action == MissedPolicy::Action::all) return std::nullopt;
  const auto next = schedule.next_after(newest);
  return std::max<Millis>(24h, next ? *next - newest : 0ms);
}

std::int64_t days_between(const Zone& zone, WallTime a, WallTime b) {
  using std::chrono::floor;
  return (floor<std::chrono::days>(zone.local(b)) - floor<std::chrono::days>(zone.local(a))).count();
}

// The days that a zone left out: Apia had no 30 December 2011.
bool days_were_left_out(const Zone& zone, WallTime a, WallTime b) {
  const auto period = zone.period_at(a);
  return period.end < b && std::chrono::abs(zone.period_at(b).offset - period.offset) > std::chrono::hours{12};
}

}  // namespace

// I1: what a batch says of a job's slots goes on exactly where the account stands, under the definition that was in
// force; when a definition ends, everything that was due under it has its outcome.
void Witness::settle_account(const JobName& name, Gathered& gathered) {
  JobBook& job = book(name);
  if (gathered.terms.empty()) {
    if (gathered.parts.empty()) return;
    gathered.terms.push_back({job.definition, job.accounted, job.seen.era, job.removed});
  }
  std::sort(gathered.parts.begin(), gathered.parts.end(), [](const Part& a, const Part& b) {
    return std::pair(a.era, a.slots.first) < std::pair(b.era, b.slots.first);
  });
  auto part = gathered.parts.begin();
  for (auto term = gathered.terms.begin(); term != gathered.terms.end(); ++term) {
    const auto next = std::find_if(term + 1, gathered.terms.end(), [](const Term& t) { return !t.is_removal; });
    const bool is_followed = next != gathered.terms.end();
    const auto first = part;
    for (; part != gathered.parts.end() && !term->is_removal; ++part) {
      const bool is_later =
          is_followed && (part->era != term->era || (next->era == term->era && part->slots.first > next->from));
      if (is_later) break;
    }
    if (term->is_removal) continue;
    const std::vector<Part> parts(first, part);
    if (!term->definition) {
      job.accounted = parts.empty() ? std::max(term->from, job.accounted) : parts.back().slots.last;
      continue;
    }
    const bool goes_on =
        term != gathered.terms.begin() && (term - 1)->definition == term->definition && (term - 1)->era == term->era;
    job.accounted = goes_on ? std::max(job.accounted, term->from) : term->from;
    if (term != gathered.terms.begin()) job.last_slot.reset();
    std::optional<WallTime> upto;
    const bool ends_now = term + 1 != gathered.terms.end() && (term + 1)->era == term->era;
    if (ends_now) upto = is_followed ? std::min(window_.since.wall, next->from) : window_.since.wall;
    walk(name, job, *term, parts, upto);
  }
  if (part != gathered.parts.end()) violated("I1: a slot of no definition: " + span(name, part->slots));
}

void Witness::walk(const JobName& name, JobBook& job, const Term& term, const std::vector<Part>& parts,
                   std::optional<WallTime> upto) {
  const Schedule& schedule = term.definition->schedule;
  for (const Part& part : parts) {
    const Stretch& slots = part.slots;
    const auto due = schedule.slots_in(job.accounted, slots.last);
    if (part.era != term.era) violated("I1: an outcome in another era: " + span(name, slots));
    if (slots.first <= job.accounted) {
      violated("I1: a second outcome for " + span(name, slots) + ", accounted for up to " + format_utc(job.accounted));
    } else if (!due || due->first != slots.first || due->last != slots.last || due->count != slots.count) {
      violated("I1: an outcome for " + span(name, slots) + ", but due was " + (due ? span(name, *due) : "nothing"));
    }
    check_part(name, job, term, part);
    job.accounted = slots.last;
  }
  if (!upto || *upto <= job.accounted) return;
  if (const auto left = schedule.slots_in(job.accounted, *upto)) violated("I1: no outcome for " + span(name, *left));
}

void Witness::check_part(const JobName& name, JobBook& job, const Term& term, const Part& part) {
  reached_.count("slots accounted for", part.slots.count);
  if (part.run) check_run_of_slot(name, job, term, *part.run);
  if (part.decided) check_decided(name, job, term, part);
  check_nature(name, job, term, part.slots);
}

// I8, without asking the schedule: a fixed time of day comes once in each local day, and a quarter of an hour is one.
void Witness::check_nature(const JobName& name, JobBook& job, const Term& term, const Stretch& slots) {
  const auto expect = [&](std::int64_t count, std::int64_t is) {
    if (count != is) violated("I8: " + span(name, slots) + ", but there should be " + std::to_string(count));
  };
  const WallTime before = job.last_slot.value_or(slots.first);
  const std::int64_t count = slots.count - (job.last_slot ? 0 : 1);  // after `before`
  job.last_slot = slots.last;
  switch (term.definition->nature) {
    case Nature::daily:
      if (days_were_left_out(*term.definition->zone, before, slots.last)) return;
      return expect(days_between(*term.definition->zone, before, slots.last), count);
    case Nature::pulse:
      return expect((slots.last - before) / 15min, count);
    case Nature::none:
      return;
  }
}

// I7 and S11: a slot that runs is due when its schedule says, and not too late for its policy.
void Witness::check_run_of_slot(const JobName& name, const JobBook&, const Term& term, const Run& run) {
  const Job* job = written(run.revision, name);
  const Schedule& schedule = job ? job->schedule : term.definition->schedule;
  const WallTime slot = run.slot->at;
  if (job && run.due != slot + schedule.delay(slot))
    violated("S11: " + name.text() + " is due at another time than its schedule says");
  if (schedule.excluded(slot)) violated("S10: " + name.text() + " runs on a day that is excluded");
  const bool is_exact = !schedule.follows_elapsed_time() || !clock_went_back_;
  if (job == nullptr || !is_exact) return;
  const Millis late = run.opened - run.due;
  if (late < 0ms) violated("S5: " + name.text() + " starts early");
  const bool makes_up = late >= late_from;
  if (makes_up && run.trigger != RunTrigger::catch_up) violated("I7: " + name.text() + " is late, and does not say so");
  const auto limit = counts_within(job->policies->missed, schedule, slot);
  if (limit && late > *limit) violated("I7: " + name.text() + " runs " + format_duration(late) + " late");
  if (!makes_up) return;
  reached_.count("caught up");
  const auto period = workload_.zone().period_at(run.opened);
  const bool gap_in_between = period.begin > slot && period.begin <= run.opened &&
                              period.offset > workload_.zone().period_at(WallTime{period.begin} - 1ms).offset;
  if (gap_in_between) reached_.count("caught up over a gap in local time");
}

void Witness::check_decided(const JobName& name, const JobBook& job, const Term& term, const Part& part) {
  const SlotsDecided& decided = *part.decided;
  const auto jobs = candidates(name, window_);
  const auto any = [&](auto holds) { return jobs.empty() || std::any_of(jobs.begin(), jobs.end(), holds); };
  const KnownRun* cause = decided.cause ? find(*decided.cause) : nullptr;
  const std::string where = span(name, decided.slots);
  if (decided.outcome == SlotOutcome::ran) violated("I1: a slot ran, and has no run: " + where);
  if (decided.outcome == SlotOutcome::missed) return check_missed(name, term, part);
  if (decided.outcome == SlotOutcome::coalesced) {
    reached_.count("coalesced");
    if (!cause || cause->run.job != name || !cause->run.slot || cause->run.slot->at <= decided.slots.last) {
      violated("I7: coalesced into nothing: " + where);
    }
    if (!any([](const Job* j) { return j->policies->missed.action != MissedPolicy::Action::skip; }))
      violated("I7: coalesced, and the policy says skip: " + where);
    return;
  }
  switch (decided.reason) {
    case Reason::overlap: {
      reached_.count("skipped for overlap");
      const bool was_open = cause && cause->run.job == name && (cause->run.is_open() || cause->closed_in == batch_);
      if (!was_open) return violated("I6: skipped for a run that was not open: " + where);
      const Run& other = cause->run;
      const bool is_plan = other.is_open() && other.state == RunState::queued && other.not_before &&
                           *other.not_before > window_.upto.wall && other.trigger != RunTrigger::catch_up;
      if (is_plan && !clock_was_set_) violated("I6: skipped for a run that is for later: " + where);
      return;
    }
    case Reason::disabled:
      if (term.definition && !any([](const Job* j) { return !j->enabled; }) && window_.is_instant() &&
          window_.first_set == window_.last_set) {
        violated("I12: skipped as disabled: " + where);
      }
      return;
    case Reason::excluded:
      if (!any([&](const Job* j) {
            return j->schedule.is_manual() ||
                   (j->schedule.excluded(decided.slots.first) && j->schedule.excluded(decided.slots.last));
          })) {
        violated("S10: skipped as excluded: " + where);
      }
      return;
    case Reason::max_runs:
      if (!any([&](const Job* j) {
            return j->policies->max_runs && job.standing && job.standing->runs_started >= *j->policies->max_runs;
          })) {
        violated("S10: skipped for max_runs: " + where);
      }
      return;
    case Reason::paused:
      reached_.count("skipped in a pause");
      return;
    case Reason::queue_full:
      reached_.count("queue full");
      return;
    case Reason::circuit_breaker:
      return violated("F54: the circuit breaker: " + where);
    case Reason::on_request:
    case Reason::job_removed:
      return;
    default:
      return violated("I1: skipped for no reason: " + where);
  }
}

// I7: being late is not being missed (S17).
void Witness::check_missed(const JobName& name, const Term& term, const Part& part) {
  const SlotsDecided& decided = *part.decided;
  const Schedule& schedule = term.definition->schedule;
  reached_.count("missed");
  if (decided.reason == Reason::schedule_changed) {
    const auto jobs = candidates(name, {.first_set = 0, .last_set = window_.last_set});
    const bool may_be_held = std::any_of(jobs.begin(), jobs.end(), [](const Job* job) {
      return job->policies->missed.action == MissedPolicy::Action::all;
    });
    const WallTime slot = decided.slots.last;
    const bool was_due = std::all_of(jobs.begin(), jobs.end(), [&](const Job* job) {
      return slot + job->schedule.delay(slot) <= window_.upto.wall;
    });
    if (has_rested_ && window_.is_instant() && was_due && !may_be_held && !clock_was_set_)
      violated("I7: due in the instant of a reload, and passed over: " + span(name, decided.slots));
    if (window_.first_set == window_.last_set && sets_.size() < 2)
      violated("I7: nothing changed: " + span(name, decided.slots));
    return;
  }
  const bool is_exact = !schedule.follows_elapsed_time() || !clock_went_back_;
  if (!is_exact) return;
  Millis late{};
  bool is_right = false;
  for (const Job* job : candidates(name, window_)) {
    const MissedPolicy& policy = job->policies->missed;
    if (decided.reason == Reason::cap) {
      const auto newer = schedule.slots_in(decided.slots.last, window_.upto.wall);
      is_right = is_right || (policy.action == MissedPolicy::Action::all && newer && newer->count >= policy.max);
      continue;
    }
    const bool gives_way =
        policy.action == MissedPolicy::Action::skip && schedule.slots_in(decided.slots.last, window_.upto.wall);
    const Millis limit = counts_within(policy, schedule, decided.slots.last).value_or(24h);
    late = window_.upto.wall - (decided.slots.last + job->schedule.delay(decided.slots.last));
    is_right = is_right || gives_way || late > limit;
  }
  if (!is_right && !candidates(name, window_).empty())
    violated("I7: missed, " + format_duration(late) + " late: " + span(name, decided.slots));
}

// S8, `measured_from`: a period lies between what it is measured from and the next slot.
void Witness::check_measured(const Run& run, const Job& job, const JobBook& known) {
  if (clock_was_set_) return;
  const bool from_start = job.measured->from == MeasuredInterval::From::start;
  const auto anchor = from_start ? known.last_began : known.last_ended;
  if (!anchor || run.trigger == RunTrigger::manual) return;
  const Millis passed = window_.upto.real - *anchor;
  if (passed + passed / 1000 + 1ms + 2 * wavering < job.measured->period) {
    violated("S8: " + run.job.text() + " comes " + format_duration(passed) + " after what it is measured from, not " +
             format_duration(job.measured->period));
  }
}

// I12: a pause ends when its time has come, or when somebody ends it.
void Witness::check_end_of_pause(const JobBook& job, const JobStanding& next) {
  if (!job.standing || !job.standing->pause || next.pause) return;
  const auto& until = job.standing->pause->until;
  const bool is_over = clock_was_set_ || (until && *until <= window_.upto.wall);
  const auto wish = resumes_wished_.find(next.job);
  const bool was_ended = wish != resumes_wished_.end() && wish->second + wavering >= job.paused_at;
  if (!is_over && !was_ended) violated("I12: a pause that nobody ends is over: " + next.job.text());
}

// I12: a pause, or slots to leave out, that stood before and stands afterwards: no slot ran.
void Witness::check_pauses(const JobName& name, const std::optional<JobStanding>& before, const Gathered& gathered) {
  for (const Part& part : gathered.parts) {
    if (!part.decided || part.decided->reason != Reason::paused) continue;
    const auto covers = [&](const JobStanding& standing) {
      return standing.pause && (!standing.pause->until || part.slots.last <= *standing.pause->until);
    };
    const bool was_paused =
        (before && covers(*before)) || std::any_of(gathered.standings.begin(), gathered.standings.end(), covers);
    const Job* job = written(sets_[window_.last_set]->revision, name);
    if (!was_paused && job && !job->measured)
      violated("I12: skipped for a pause that was over: " + span(name, part.slots));
  }
}

void Witness::check_standing(const JobName& name, const std::optional<JobStanding>& before, const JobBook& after,
                             const Gathered& gathered) {
  const auto runs =
      std::count_if(gathered.parts.begin(), gathered.parts.end(), [](const Part& part) { return part.run; });
  if (before && after.standing && runs > 0) {
    const auto& pause = before->pause;
    const bool stays = pause && after.standing->pause && after.standing->pause->since == pause->since &&
                       std::all_of(gathered.standings.begin(), gathered.standings.end(),
                                   [](const JobStanding& s) { return s.pause.has_value(); });
    const bool holds = stays && !clock_was_set_ && (!pause->until || *pause->until > window_.upto.wall);
    const bool every_until =
        !after.standing->pause || !after.standing->pause->until || *after.standing->pause->until > window_.upto.wall;
    if (holds && every_until) violated("I12: " + name.text() + " is paused, and runs");
    const bool leaves_out = before->skip_next > 0 && after.standing->skip_next >= before->skip_next;
    if (leaves_out && gathered.standings.empty())
      violated("I12: " + name.text() + " was to leave its next slots out, and runs");
  }
  check_pauses(name, before, gathered);
  check_failures_in_row(name, before, after, gathered);
}

// S25: so many failures in a row, and the job is paused.
void Witness::check_failures_in_row(const JobName& name, const std::optional<JobStanding>& before, const JobBook& after,
                                    const Gathered& gathered) {
  if (window_.first_set != window_.last_set || gathered.closed.empty()) return;
  const Job* job = written(sets_[window_.last_set]->revision, name);
  if (job == nullptr || !job->policies->pause_after_failures || !after.standing) return;
  bool has_failed = false;
  std::uint32_t failures = before ? before->failures_in_row : 0;
  bool was_paused = before && before->pause;
  for (const JobStanding& standing : gathered.standings) {
    if (was_paused && !standing.pause) return;  // resumed in between
    was_paused = standing.pause.has_value();
  }
  for (const Run* run : gathered.closed) {
    if (run->outcome == RunOutcome::succeeded) failures = 0;
    if (!is_failure(*run->outcome)) continue;
    ++failures;
    has_failed = true;
  }
  if (after.standing->failures_in_row != failures)
    violated("S25: " + name.text() + " counts " + std::to_string(after.standing->failures_in_row) +
             " failures in a row, not " + std::to_string(failures));
  if (has_failed && failures >= *job->policies->pause_after_failures && !after.standing->pause)
    violated("S25: " + name.text() + " fails on and on, and is not paused");
}

}  // namespace belfry::sim
