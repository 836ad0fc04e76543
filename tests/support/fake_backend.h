// A daemon that is plain vectors: what the API reads is what the test put there, and a request for a run is answered
// when the test says so.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <belfry/scheduler.h>

#include <api/backend.h>
#include <base/text.h>

namespace belfry::tests {

inline JobName job_name(std::string_view text) { return JobName::parse(text).value(); }
inline WallTime at(std::string_view text) { return parse_rfc3339(text).value(); }

inline Run make_run(std::string_view job, std::uint64_t sequence) {
  Run run{.id = RunId::make(at("2026-11-20T08:00:00Z"), 7, sequence), .job = job_name(job)};
  run.sequence = sequence;
  run.revision = "r1";
  run.due = at("2026-11-20T08:00:00Z");
  return run;
}

class FakeHistory final : public History {
 public:
  std::vector<Run> kept;  // oldest first

  Result<std::vector<Run>> runs(const RunQuery& query) override {
    std::vector<Run> found;
    for (auto run = kept.rbegin(); run != kept.rend() && found.size() < query.limit; ++run) {
      if (query.job && run->job != *query.job) continue;
      if (query.outcome && run->outcome != query.outcome) continue;
      if (query.before && run->id >= *query.before) continue;
      found.push_back(*run);
    }
    return found;
  }

  Result<std::vector<Run>> runs_by_prefix(std::string_view prefix, std::size_t limit) override {
    std::vector<Run> found;
    for (const Run& run : kept) {
      if (run.id.text().starts_with(prefix) && found.size() < limit) found.push_back(run);
    }
    return found;
  }

  std::vector<Run> earlier;  // attempts

  Result<std::vector<Run>> attempts(const RunId& id) override {
    std::vector<Run> found;
    std::copy_if(earlier.begin(), earlier.end(), std::back_inserter(found),
                 [&](const Run& run) { return run.id == id; });
    return found;
  }

  std::vector<SlotsDecided> decided;  // oldest first

  Result<std::vector<SlotsDecided>> slots(const SlotQuery& query) override {
    std::vector<SlotsDecided> found;
    for (auto slots = decided.rbegin(); slots != decided.rend() && found.size() < query.limit; ++slots) {
      if (!query.job || slots->job == *query.job) found.push_back(*slots);
    }
    return found;
  }
  Result<std::vector<Run>> runs_of_slots(const SlotRange& range) override {
    std::vector<Run> found;
    for (auto run = kept.rbegin(); run != kept.rend() && found.size() < range.limit; ++run) {
      const bool is_there = run->slot && run->slot->at >= range.first && run->slot->at <= range.last;
      if (is_there && run->job == range.job) found.push_back(*run);
    }
    return found;
  }

  Result<std::vector<SlotsDecided>> slots_decided(const SlotRange& range) override {
    std::vector<SlotsDecided> found;
    for (auto slots = decided.rbegin(); slots != decided.rend() && found.size() < range.limit; ++slots) {
      const bool is_there = slots->slots.last >= range.first && slots->slots.first <= range.last;
      if (is_there && slots->job == range.job) found.push_back(*slots);
    }
    return found;
  }

  Result<SlotAccount> account(const SlotRange& range) override { return SlotAccount{.seen = {.job = range.job}}; }

  std::vector<Event> noted;  // oldest first

  Result<std::vector<Event>> events(const EventQuery& query) override {
    std::vector<Event> found;
    for (auto event = noted.rbegin(); event != noted.rend() && found.size() < query.limit; ++event) {
      const bool is_of_job = !query.job || !event->job || event->job == query.job;
      const bool is_in_time =
          (!query.since || event->at >= *query.since) && (!query.until || event->at <= *query.until);
      if (is_of_job && is_in_time && (!query.before || event->number < *query.before)) found.push_back(*event);
    }
    return found;
  }
};

class FakeBackend final : public api::Backend, private View {
 public:
  Now time{.wall = at("2026-11-20T09:00:00Z"), .boot = BootTime{Millis{1000}}, .awake = AwakeTime{Millis{1000}}};
  FakeHistory past;
  std::vector<Run> open;
  std::vector<UpcomingSlot> slots;
  std::map<JobName, WallTime> next;  // when a job is due next; none is at first
  std::string trouble;
  Result<api::AuditFacts> audited = api::AuditFacts{.jobs = 1, .slots = 2, .problems = {}};
  std::pair<std::size_t, std::size_t> gap{0, 0};  // these bytes of every output are not kept
  std::map<std::string, std::string> output;      // by stream: "both", "out", "err"

  struct Asked {
    api::Order order;
    std::function<void(const Answer&)> done;

    template <class Request>
    const Request& as() const {
      return std::get<Request>(order);
    }
  };
  std::deque<Asked> asked;

  Job& add_job(std::string_view name) {
    Job job{.name = job_name(name)};
    job.schedule_text = "every 30s";
    job.zone_name = "Europe/Berlin";
    set_.jobs.push_back(std::move(job));
    return set_.jobs.back();
  }

  void add_queue(const char* name) { set_.queues.push_back({.name = name}); }

  FakeBackend() {
    set_.revision = "r1";
    set_.zone_name = "Europe/Berlin";
  }

  Now now() override { return time; }
  const View& view() override { return *this; }
  std::shared_ptr<const JobSet> kept_jobs;  // what jobs_of_view() gives
  std::shared_ptr<const JobSet> jobs_of_view() override { return kept_jobs; }
  void keep_jobs() { kept_jobs = std::make_shared<JobSet>(set_); }
  int questions = 0;  // to the history's own thread
  History& history() override { return past; }
  void audit(std::function<void(const Result<api::AuditFacts>&)> done) override { done(audited); }
  bool has_memory = true;
  std::function<void()> before_answer;  // what happens while a question is asked
  void read_history(Question question, std::function<void()> no_memory) override {
    ++questions;
    if (!has_memory) return no_memory();
    if (before_answer) before_answer();
    question(past)();
  }
  void place(api::Order order, std::function<void(const Answer&)> done) override {
    asked.push_back({std::move(order), std::move(done)});
  }
  Result<OutputPart> read_log(const Run&, const OutputQuery& query) override {
    const char* name = !query.stream ? "both" : *query.stream == OutputStream::out ? "out" : "err";
    const std::string& all = output[name];
    const bool is_in_gap = query.offset >= gap.first && query.offset < gap.second;
    const auto from = is_in_gap ? gap.second : std::min<std::size_t>(query.offset, all.size());
    const std::size_t room = from < gap.first ? gap.first - from : std::string::npos;
    const std::uint64_t offset = is_in_gap ? gap.second : query.offset;
    return OutputPart{.bytes = all.substr(from, std::min(query.limit, room)), .offset = offset, .size = all.size()};
  }
  std::vector<std::pair<AttemptId, Progress>> progress;
  void tell_progress(const AttemptId& id, Progress said) override { progress.emplace_back(id, std::move(said)); }
  api::ReloadResult reloaded{};
  std::vector<api::ReloadHow> reloads;
  std::string reload_asked_by;
  void reload(api::ReloadHow how, std::string who, ReloadDone done) override {
    reloads.push_back(how);
    reload_asked_by = std::move(who);
    done(reloaded);
  }
  api::ConfigFacts config_facts;
  api::ConfigFacts config() override { return config_facts; }
  std::vector<std::optional<std::string>> validated;
  std::vector<api::FileProblem> problems;
  void validate(std::optional<std::string> text, ValidateDone done) override {
    validated.push_back(std::move(text));
    done(problems);
  }
  int status_asked = 0;
  api::StatusFacts status() override {
    ++status_asked;
    return {.uptime = Millis{1000},
            .config_path = "schedules.yaml",
            .config_trouble = "",
            .state_dir = "state",
            .tzdata = "2026b"};
  }

 private:
  std::size_t job_count() const override { return set_.jobs.size(); }
  std::size_t paused_count() const override {
    const auto views = jobs();
    return static_cast<std::size_t>(
        std::ranges::count_if(views, [](const JobView& job) { return job.pause.has_value(); }));
  }
  std::vector<JobView> jobs() const override {
    std::vector<JobView> views;
    for (const Job& job : set_.jobs) views.push_back(view_of(job));
    return views;
  }
  std::optional<JobView> job(const JobName& name) const override {
    for (const Job& candidate : set_.jobs) {
      if (candidate.name == name) return view_of(candidate);
    }
    return std::nullopt;
  }
  std::vector<UpcomingSlot> upcoming(std::size_t limit, std::optional<WallTime> until) const override {
    std::vector<UpcomingSlot> wanted;
    for (const UpcomingSlot& slot : slots) {
      if ((!until || slot.at <= *until) && wanted.size() < limit) wanted.push_back(slot);
    }
    return wanted;
  }
  std::vector<Run> open_runs() const override { return open; }
  const std::string& ledger_trouble() const override { return trouble; }
  const JobSet* job_set() const override { return &set_; }
  std::vector<QueueView> queues() const override { return {}; }
  bool is_handed_over() const override { return true; }
  bool is_quiet() const override { return open.empty(); }

  JobView view_of(const Job& job) const {
    JobView view{.job = &job};
    if (const auto when = next.find(job.name); when != next.end()) view.next = when->second;
    for (const Run& run : open) {
      if (run.job == job.name) view.open.push_back(run);
    }
    for (const Run& run : past.kept) {
      if (run.job == job.name && !run.is_open()) view.last = run;
    }
    return view;
  }

  JobSet set_;
};

}  // namespace belfry::tests
