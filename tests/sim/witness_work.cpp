// What executes.
#include <algorithm>

#include <base/text.h>
#include <tests/sim/witness.h>

namespace belfry::sim {

using namespace std::chrono_literals;

void Witness::began(const Process& process) {
  Evidence& truth = evidence(process.id.run, process.id.attempt);
  if (std::exchange(truth.executed, true)) violated("I3: an attempt executes twice: " + process.job.text());
}

// ---- starts

// I2: the ledger holds the run, open, with this very launch, before anything executes.
void Witness::ordered(const StartOrder& order, const std::vector<StopOrder>& stops,
                      const std::vector<Process>& processes) {
  const auto found = runs_.find(order.id.run);
  if (found == runs_.end() || !found->second.run.is_open() || found->second.run.attempt_id() != order.id) {
    return violated("I2: a start that the ledger does not hold: " + order.run.job.text());
  }
  const KnownRun& known = found->second;
  if (order.run.opened > now_.wall && !clock_was_set_) violated("S5: it starts before its instant: " + who(known.run));
  if (!ordered_.insert(order.id).second) violated("S3: a launch number is used twice: " + who(known.run));
  if (!is_under_way(known.run)) violated("I2: the ledger does not know that it starts: " + who(known.run));
  const bool is_told =
      std::any_of(stops.begin(), stops.end(), [&](const StopOrder& stop) { return stop.id == order.id; });
  const bool stopped_before = known.stopped_in != 0 && known.stopped_in <= known.started_in;
  if (stopped_before && !is_told) violated("I10: a start after its cancel: " + who(known.run));
  if (evidence(order.id.run, order.id.attempt).executed) violated("I3: an attempt is started again: " + who(known.run));
  if (order.id.launch > 1) reached_.count("relaunched");
  if (order.id.attempt > 1 && order.id.launch == 1 && !known.attempts.empty() && !clock_was_set_) {
    const KnownRun::Attempt& last = known.attempts.back();
    const Millis passed = now_.real - last.when.since.real;
    if (passed + passed / 500 + 2ms < last.least) violated("I10: a retry comes too soon: " + who(known.run));
  }
  if (order.id.launch == 1) check_places(order, processes);
  if (order.id.launch == 1) check_rate(order);
  check_limit(order, known);
  check_success(order, known);
}

// S31: a job is told of its newest success.
void Witness::check_success(const StartOrder& order, const KnownRun& known) {
  const std::set<WallTime>& successes = book(known.run.job).successes;
  if (order.previous_success && !successes.contains(*order.previous_success))
    violated("S31: told of a success that was none: " + who(known.run));
  if (!order.previous_success && !successes.empty() && order.id.launch == 1)
    violated("S31: not told of its newest success: " + who(known.run));
}

// I6: so many of one job, of one queue, and of the daemon; whatever was known when it was let in.
void Witness::check_places(const StartOrder& order, const std::vector<Process>& processes) {
  const KnownRun& known = runs_.at(order.id.run);
  std::int64_t of_job = 0, of_queue = 0;
  for (const Process& process : processes) {
    if (!process.minder_lives) continue;
    if (runs_.at(process.id.run).run.job == known.run.job && !process.ignores_overlap) ++of_job;
    if (process.queue == order.run.queue) ++of_queue;
  }
  // Whoever stood in line before a reload was let in by the file's version of then.
  Window window = known.admitted;
  if (const auto then = revisions_.find(known.run.revision.str()); then != revisions_.end())
    window.first_set = std::min(window.first_set, then->second);
  const auto jobs = candidates(known.run.job, window);
  if (!jobs.empty() && !order.run.ignores_overlap) {
    std::int64_t most = 0;
    for (const Job* job : jobs) {
      const OverlapPolicy& overlap = job->policies->overlap;
      const std::int64_t bound = overlap.max_running ? static_cast<std::int64_t>(*overlap.max_running) : 1'000'000;
      most = std::max(most, overlap.action == OverlapPolicy::Action::allow ? bound : 1);
    }
    if (of_job >= most) violated("I6: " + std::to_string(of_job + 1) + " processes of " + order.run.job.text());
  }
  std::int64_t places = 0;
  for (std::size_t set = known.admitted.first_set; set <= known.admitted.last_set; ++set) {
    std::int64_t here = 1'000'000;
    for (const QueueDefinition& queue : sets_[set]->queues) {
      if (queue.name == order.run.queue && queue.concurrency) here = *queue.concurrency;
    }
    places = std::max(places, here);
  }
  if (of_queue >= places)
    violated("I6: queue " + order.run.queue.str() + " has " + std::to_string(places) + " places: " + who(order.run));
  const auto& most = workload_.limits().max_running;
  if (most && processes.size() >= *most) violated("I6: more run than the daemon allows: " + who(order.run));
  // S24: a retry that is held has its job's place.
  for (const RunId& id : book(known.run.job).open) {
    const Run& other = runs_.at(id).run;
    if (id == order.id.run || other.state != RunState::waiting) continue;
    if (order.run.ignores_overlap || other.ignores_overlap) continue;
    const bool is_held = !jobs.empty() && std::all_of(jobs.begin(), jobs.end(), [](const Job* job) {
      return job->policies->retry && job->policies->retry->while_waiting == RetryPolicy::WhileWaiting::hold &&
             job->policies->overlap.action != OverlapPolicy::Action::allow;
    });
    const bool gives_way = !jobs.empty() && std::all_of(jobs.begin(), jobs.end(), [](const Job* job) {
      return (!job->policies->retry || job->policies->retry->while_waiting == RetryPolicy::WhileWaiting::give_way) &&
             job->policies->overlap.action != OverlapPolicy::Action::allow;
    });
    const bool came_first =
        other.sequence < order.run.sequence && runs_.at(id).attempts.back().when.upto.real < known.admitted.since.real;
    if (gives_way && came_first && order.id.attempt == 1)
      violated("S24: a retry waits on beside the next run: " + who(other));
    if (is_held && other.sequence < order.run.sequence && known.admitted.is_instant())
      violated("S24: a held retry is overtaken: " + who(order.run));
  }
}

// I9: no more starts in a second than the queue and the daemon say; the store may have kept some of them back.
void Witness::check_rate(const StartOrder& order) {
  if (faults_.has(Fault::slow_answer) || faults_.has(Fault::lost_answer) || faults_.has(Fault::ledger_trouble)) return;
  const auto look = [&](const std::string& name, std::optional<std::uint32_t> rate) {
    std::deque<BootTime>& starts = started_in_[name];
    starts.push_back(now_.real);
    while (now_.real - starts.front() >= 1s) starts.pop_front();
    if (rate && starts.size() > *rate + std::max(1U, *rate / 10))
      violated("I9: " + std::to_string(starts.size()) + " starts in a second: " + who(order.run));
  };
  look("", workload_.limits().start_rate);
  std::optional<std::uint32_t> rate;
  const bool is_stable = sets_.size() == 1;
  for (const QueueDefinition& queue : sets_.back()->queues) {
    if (queue.name == order.run.queue) rate = queue.start_rate;
  }
  if (is_stable) look(order.run.queue.str(), rate);
}

// I11: the limit that the minder enforces is what is left of the timeout or of the deadline.
void Witness::check_limit(const StartOrder& order, const KnownRun& known) {
  if (!order.job) return;
  const Policies& policies = *order.job->policies;
  if (policies.timeout && (!order.time_limit || *order.time_limit > *policies.timeout)) {
    violated("I11: a longer limit than its timeout: " + who(known.run));
  }
  if (policies.deadline && !order.time_limit) violated("I11: a deadline, and no limit: " + who(known.run));
  if (policies.deadline && !clock_was_set_) {
    const Millis age = std::max(0ms, now_.wall - known.since());
    const Millis left = *policies.deadline - age, slack = age / 500 + 1s;
    if (left + slack < 0ms) violated("I11: it starts after its deadline: " + who(known.run));
    if (order.time_limit.value_or(Millis::max()) > std::max(left, 0ms) + slack)
      violated("I11: more time than its deadline leaves: " + who(known.run));
    const Millis age_most = now_.wall - known.since_least();
    if (order.limit_reason == Reason::deadline && *order.time_limit < *policies.deadline - age_most - slack)
      violated("I11: less time than its deadline leaves: " + who(known.run));
  }
  if (!policies.timeout && !policies.deadline && order.time_limit)
    violated("I11: a limit that nobody set: " + who(known.run));
}

}  // namespace belfry::sim
