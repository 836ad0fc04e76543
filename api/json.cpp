#include <algorithm>
#include <utility>

#include <api/json.h>
#include <api/json_nouns.h>
#include <base/text.h>
#include <base/version.h>
#include <triggers/local_text.h>

namespace belfry::api {

namespace {

// What an event tells beyond its name.
Json data_of(const RunQueuedNotice& notice) { return to_json(notice.run); }
Json data_of(const RunStartedNotice& notice) { return to_json(notice.run); }
Json data_of(const RunProgressNotice& notice) { return to_json(notice.run); }
Json data_of(const RunWaitingNotice& notice) { return to_json(notice.run); }
Json data_of(const RunClosedNotice& notice) { return to_json(notice.run); }
Json data_of(const SlotsDecidedNotice& notice) {
  Json data = to_json(notice.decided);
  data["job"] = notice.decided.job.text();
  data["cause"] = notice.decided.cause ? Json(notice.decided.cause->text()) : Json();
  return data;
}
Json data_of(const JobPausedNotice& notice) {
  return {{"job", notice.job.text()}, {"pause", to_json(std::optional(notice.pause))}};
}
Json data_of(const JobResumedNotice& notice) {
  return {{"job", notice.job.text()}, {"pause", nullptr}, {"by", or_null(notice.by)}};
}
Json data_of(const JobTroubleNotice& notice) { return {{"job", notice.job.text()}, {"trouble", notice.what}}; }
Json data_of(const ClockNotice& notice) { return {{"clock_moved_ms", notice.by.count()}}; }
Json data_of(const LedgerNotice& notice) { return {{"ledger_trouble", or_null(notice.why)}}; }

// A list as a document, written item by item: as one tree, ten thousand jobs would be a million small pieces of memory.
template <class Items>
std::string list_document(const ListFrame& frame, const char* name, const Items& items) {
  std::string out =
      "{\"now\":" + time_of(frame.now).dump() + ",\"timezone\":" + Json(frame.timezone).dump() + ",\"" + name + "\":[";
  bool is_first = true;
  for (const auto& item : items) {
    if (!std::exchange(is_first, false)) out += ',';
    out += to_json(item).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return out + "]";
}

Json process_of(const ProcessFacts& facts) {
  return {{"pid", facts.pid}, {"user", facts.user}, {"uid", facts.uid}, {"group", facts.group}, {"gid", facts.gid}};
}

}  // namespace

std::string output_json(const OutputPiece& piece) {
  return write({{"run", piece.run.id.text()},
                {"job", piece.run.job.text()},
                {"attempt", piece.run.attempt},
                {"from", piece.from},
                {"output", piece.bytes}});
}

std::string run_json(const Run& run) { return write(to_json(run)); }

std::string runs_json(const std::vector<Run>& runs, std::optional<RunId> before, const ListFrame& frame) {
  return list_document(frame, "runs", runs) + ",\"before\":" + (before ? Json(before->text()) : Json()).dump() + "}\n";
}

std::string job_json(const JobView& job, const std::vector<Run>& newest_runs) {
  Json object = to_json(job);
  object["action"] = action_of(*job.job);
  object["policies"] = to_json(*job.job->policies);
  object["params"] = list_of(job.job->inputs->params);
  Json outcomes = Json::array();
  for (const Run& run : newest_runs) {
    if (run.outcome) outcomes.push_back(text(*run.outcome));
  }
  object["outcomes"] = std::move(outcomes);
  return write(object);
}

std::string names_json(const JobSet* set) {
  Json names = Json::array();
  if (set != nullptr) {
    for (const Job& job : set->jobs) names.push_back(job.name.text());
  }
  return write({{"names", std::move(names)}});
}

std::string count_json(std::int64_t count) { return write({{"count", count}}); }

std::string stretch_json(const Stretch& stretch) {
  return write({{"count", stretch.count}, {"first", time_of(stretch.first)}, {"last", time_of(stretch.last)}});
}

std::string rehearsal_json(const Rehearsal& rehearsal) {
  return write({{"job", rehearsal.job.text()},
                {"would_start", rehearsal.reason == Reason::none},
                {"reason", or_null(text(rehearsal.reason))},
                {"run", rehearsal.in_the_way ? Json(rehearsal.in_the_way->text()) : Json()}});
}

std::string slots_json(const SlotsTold& told, const ListFrame& frame) {
  return list_document(frame, "slots", told.rows) + ",\"known_since\":" + time_of(told.known_since).dump() +
         ",\"pruned_upto\":" + time_of(told.pruned_upto).dump() + "}\n";
}

std::string history_json(const std::vector<Event>& events, std::optional<std::uint64_t> before,
                         const ListFrame& frame) {
  return list_document(frame, "events", events) + ",\"before\":" + (before ? Json(*before) : Json()).dump() + "}\n";
}

std::string notice_json(const Notice& notice) {
  return write(std::visit([](const auto& one) { return data_of(one); }, notice));
}

std::string jobs_json(const std::vector<JobView>& jobs, const ListFrame& frame) {
  return list_document(frame, "jobs", jobs) + "}\n";
}

std::string upcoming_json(const std::vector<UpcomingSlot>& slots, const ListFrame& frame) {
  return list_document(frame, "upcoming", slots) + "}\n";
}

std::string reloaded_json(const Reloaded& reloaded, const ListFrame& frame) {
  const auto kind = [](JobChange::Kind k) {
    return k == JobChange::Kind::added ? "added" : k == JobChange::Kind::changed ? "changed" : "removed";
  };
  Json changes = Json::array();
  for (const JobChange& change : reloaded.changes) {
    Json keys = Json::array();
    for (const auto& key : change.keys) {
      keys.push_back({{"key", key.key}, {"before", or_null(key.before)}, {"after", or_null(key.after)}});
    }
    changes.push_back({{"job", change.job.text()},
                       {"kind", kind(change.kind)},
                       {"schedule", change.schedule},
                       {"keys", std::move(keys)},
                       {"next", time_of(change.next)},
                       {"next_before", time_of(change.next_before)}});
  }
  return write({{"now", time_of(frame.now)},
                {"timezone", frame.timezone},
                {"needs_restart", reloaded.needs_restart},
                {"changes", std::move(changes)}});
}

std::string explanation_json(const ExplanationTold& told) {
  Json next = Json::array();
  for (const DueTime& due : told.next) {
    next.push_back(
        {{"utc", format_utc(due.at)}, {"local", format_local(due.at, told.zone)}, {"note", or_null(due.note)}});
  }
  return write({{"expression", told.expression},
                {"description", told.words},
                {"normal_form", told.schedule.normal_form()},
                {"next", std::move(next)}});
}

std::string config_json(const ConfigFacts& facts, const JobSet* set) {
  return write({{"path", facts.path},
                {"revision", set != nullptr ? Json(set->revision) : Json()},
                {"jobs", set != nullptr ? set->jobs.size() : 0},
                {"timezone", set != nullptr ? set->zone_name : "UTC"},
                {"trouble", or_null(facts.trouble)},
                {"problems", list_of(facts.problems)},
                {"files", facts.files},
                {"daemon",
                 {{"state", facts.state_dir},
                  {"on_stop", facts.on_stop},
                  {"max_running", facts.limits.max_running ? Json(*facts.limits.max_running) : Json()},
                  {"start_rate", facts.limits.start_rate ? Json(*facts.limits.start_rate) : Json()},
                  {"catch_up_spacing_ms", facts.limits.catch_up_spacing.count()},
                  {"keep",
                   {{"runs", facts.keep.runs},
                    {"for_ms", facts.keep.age.count()},
                    {"output_bytes", facts.keep.output_bytes}}}}}});
}

std::string problems_json(const std::vector<FileProblem>& problems) {
  const bool is_valid = std::ranges::none_of(problems, &FileProblem::is_error);
  return write({{"is_valid", is_valid}, {"problems", list_of(problems)}});
}

std::string status_json(const StatusFacts& facts, const View& view) {
  const JobSet* set = view.job_set();
  const bool degraded = !facts.config_trouble.empty() || !view.ledger_trouble().empty();
  const std::vector<Run> open = view.open_runs();
  const auto running =
      std::count_if(open.begin(), open.end(), [](const Run& run) { return run.state == RunState::running; });
  return write({
      {"version", version()},
      {"state", degraded ? "degraded" : "ready"},
      {"uptime_ms", facts.uptime.count()},
      {"jobs", view.job_count()},
      {"paused_jobs", view.paused_count()},
      {"open_runs", open.size()},
      {"running", running},
      {"queues", list_of(view.queues())},
      {"stuck_calls", facts.stuck_calls},
      {"process", facts.process ? process_of(*facts.process) : Json()},
      {"tzdata", or_null(facts.tzdata)},
      {"warnings", list_of(facts.warnings)},
      {"config",
       {{"path", facts.config_path},
        {"revision", set != nullptr ? Json(set->revision) : Json()},
        {"trouble", or_null(facts.config_trouble)}}},
      {"ledger", {{"path", facts.state_dir}, {"trouble", or_null(view.ledger_trouble())}}},
  });
}

std::string audit_json(const AuditFacts& facts) {
  return write({{"jobs", facts.jobs}, {"slots", facts.slots}, {"problems", facts.problems}});
}

std::string problem_json(const Problem& problem) {
  Json document = {{"title", status_title(problem.status)}, {"status", problem.status}, {"detail", problem.detail}};
  if (problem.reason != Reason::none) document["reason"] = text(problem.reason);
  if (problem.run) document["run"] = problem.run->text();
  for (const Problem::Flaw& flaw : problem.errors) {
    document["errors"].push_back(to_json(flaw));
  }
  return write(document);
}

}  // namespace belfry::api
