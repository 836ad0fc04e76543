#include <sys/resource.h>

#include <algorithm>
#include <cstdio>

#include <api/metrics.h>
#include <base/version.h>

namespace belfry::api {

namespace {

double seconds(Millis span) { return static_cast<double>(span.count()) / 1000.0; }
double seconds(const timeval& span) {
  return static_cast<double>(span.tv_sec) + static_cast<double>(span.tv_usec) / 1e6;
}

// A label's value: backslash, quote and line end have a meaning there.
std::string quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + "\"";
}

class Page {
 public:
  struct Head {
    const char* name;
    const char* type;
    const char* help;
  };

  void begin(const Head& head) {
    text_ += std::string("# HELP ") + head.name + " " + head.help + "\n# TYPE " + head.name + " " + head.type + "\n";
    name_ = head.name;
  }

  // `labels`: `job="a"`, or nothing.
  void add(const std::string& labels, double value) { add("", labels, value); }
  void add(const char* suffix, const std::string& labels, double value) {
    char number[40];
    std::snprintf(number, sizeof number, "%.15g", value);
    text_ += name_ + suffix + (labels.empty() ? "" : "{" + labels + "}") + " " + number + "\n";
  }

  std::string take() { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

std::string job_label(const JobName& job) { return "job=" + quoted(job.text()); }

void add_standing(Page& page, const MetricsStanding& standing) {
  const StatusFacts& facts = standing.facts;
  page.begin({"belfry_running", "gauge", "Runs whose process executes."});
  page.add("", static_cast<double>(standing.running));
  page.begin({"belfry_queue_waiting", "gauge", "Runs that wait for a place in their queue."});
  for (const QueueView& queue : standing.queues)
    page.add("queue=" + quoted(queue.definition.name.str()), queue.waiting);
  page.begin({"belfry_ledger_available", "gauge", "1 while the ledger accepts; else nothing is started."});
  page.add("", standing.ledger_accepts ? 1 : 0);
  page.begin({"belfry_config_last_reload_successful", "gauge", "1 if the file as it is now is in force."});
  page.add("", facts.config_trouble.empty() ? 1 : 0);
  page.begin({"belfry_build_info", "gauge", "Always 1; the labels say which version this is."});
  page.add("version=" + quoted(version()) + ",tzdata=" + quoted(facts.tzdata), 1);
}

void add_next_runs(Page& page, const MetricsStanding& standing) {
  page.begin({"belfry_job_next_run_timestamp_seconds", "gauge", "When the job is due next."});
  for (const auto& [job, next] : standing.next) page.add(job_label(job), seconds(next.time_since_epoch()));
}

void add_process(Page& page) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  page.begin({"process_cpu_seconds_total", "counter", "Processor time of the daemon."});
  page.add("", seconds(usage.ru_utime) + seconds(usage.ru_stime));
  page.begin({"process_resident_memory_max_bytes", "gauge", "The most memory that the daemon had so far."});
  page.add("", static_cast<double>(usage.ru_maxrss) * 1024.0);
}

}  // namespace

MetricsStanding standing_of(const View& view, StatusFacts facts) {
  const auto open = view.open_runs();
  const auto running = std::ranges::count(open, RunState::running, &Run::state);
  return {.next = {},
          .running = static_cast<std::size_t>(running),
          .queues = view.queues(),
          .ledger_accepts = view.ledger_trouble().empty(),
          .facts = std::move(facts)};
}

void Metrics::count(const Notice& notice) {
  const std::lock_guard lock(mutex_);
  if (const auto* closed = std::get_if<RunClosedNotice>(&notice)) return count_closed(closed->run);
  if (const auto* decided = std::get_if<SlotsDecidedNotice>(&notice)) {
    const SlotsDecided& slots = decided->decided;
    jobs_[slots.job].slots[slots.outcome] += static_cast<std::uint64_t>(slots.slots.count);
  }
}

void Metrics::count_closed(const Run& run) {
  JobCounts& job = jobs_[run.job];
  ++job.runs[*run.outcome];
  if (run.slot) ++job.slots[SlotOutcome::ran];
  if (run.started && run.finished) {
    ++job.duration.count;
    job.duration.seconds += seconds(std::max(Millis{0}, *run.finished - *run.started));
  }
  if (const auto late = run.lateness()) {
    ++job.delay.count;
    job.delay.seconds += seconds(*late);
  }
  const bool is_success = run.outcome == RunOutcome::succeeded;
  if (is_success) job.last_success = run.finished;
  if (run.outcome != RunOutcome::skipped) job.failures_in_row = is_success ? 0 : job.failures_in_row + 1;
}

template <class Visit>
void Metrics::each_job(Visit visit) const {
  std::optional<JobName> reached;
  for (bool is_more = true; is_more;) {
    const std::lock_guard lock(mutex_);
    auto job = reached ? jobs_.upper_bound(*reached) : jobs_.begin();
    for (std::size_t n = 0; n < jobs_at_once && job != jobs_.end(); ++n, ++job) {
      visit(job->first, job->second);
      reached = job->first;
    }
    is_more = job != jobs_.end();
  }
}

std::string Metrics::text(const MetricsStanding& standing) const {
  Page page;
  page.begin({"belfry_runs_total", "counter", "Runs that are over, by outcome."});
  each_job([&](const JobName& name, const JobCounts& job) {
    for (const auto& [outcome, count] : job.runs) {
      page.add(job_label(name) + ",outcome=" + quoted(belfry::text(outcome)), static_cast<double>(count));
    }
  });
  page.begin({"belfry_slots_total", "counter", "Due times, by what became of them; those that ran when that is over."});
  each_job([&](const JobName& name, const JobCounts& job) {
    for (const auto& [outcome, count] : job.slots) {
      page.add(job_label(name) + ",outcome=" + quoted(belfry::text(outcome)), static_cast<double>(count));
    }
  });
  const auto add_sums = [&](const Page::Head& head, Sum JobCounts::* sum) {
    page.begin(head);
    each_job([&](const JobName& name, const JobCounts& job) {
      page.add("_sum", job_label(name), (job.*sum).seconds);
      page.add("_count", job_label(name), static_cast<double>((job.*sum).count));
    });
  };
  add_sums({"belfry_run_duration_seconds", "summary", "How long runs took, without their waiting."},
           &JobCounts::duration);
  add_sums({"belfry_start_delay_seconds", "summary", "How much later than due runs started."}, &JobCounts::delay);
  page.begin({"belfry_job_last_success_timestamp_seconds", "gauge", "When the job last succeeded."});
  each_job([&](const JobName& name, const JobCounts& job) {
    if (job.last_success) page.add(job_label(name), seconds(job.last_success->time_since_epoch()));
  });
  page.begin(
      {"belfry_job_consecutive_failures", "gauge", "Runs in a row that did not succeed, since the daemon started."});
  each_job([&](const JobName& name, const JobCounts& job) {
    page.add(job_label(name), static_cast<double>(job.failures_in_row));
  });
  add_next_runs(page, standing);
  add_standing(page, standing);
  add_process(page);
  return page.take();
}

}  // namespace belfry::api
