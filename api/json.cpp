#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include <api/json.h>
#include <base/event_words.h>
#include <base/param_values.h>
#include <base/text.h>
#include <base/version.h>
#include <triggers/job_words.h>
#include <triggers/local_text.h>

namespace belfry::api {

namespace {

using Json = nlohmann::ordered_json;  // keys in the order in which people read them

std::string write(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json or_null(std::string_view word) { return word.empty() ? Json() : Json(word); }
Json time_of(WallTime t) { return format_utc(t); }
Json time_of(const std::optional<WallTime>& t) { return t ? Json(format_utc(*t)) : Json(); }

Json exit_code_of(const Run& run) {
  return run.end && run.end->how == ProcessEnd::How::exited ? Json(run.end->code) : Json();
}

Json signal_of(const Run& run) {
  return run.end && run.end->how == ProcessEnd::How::signalled ? Json(run.end->code) : Json();
}

// What held its processes together, while it ran.
Json containment_of(const Usage& usage) {
  switch (usage.containment) {
    case Containment::cgroup:
      return "cgroup";
    case Containment::session:
      return "session";
    case Containment::unknown:
      break;
  }
  return {};
}

Json millis_of(std::optional<Millis> span) { return span ? Json(span->count()) : Json(); }

std::optional<Millis> duration_of(const Run& run) {
  if (!run.started || !run.finished) return std::nullopt;
  return std::max(Millis{0}, *run.finished - *run.started);
}

Json to_json(const Params& params) {
  Json object = Json::object();
  for (const Param& param : params.list()) object[param.name] = param.value;
  return object;
}

Json progress_of(const Run& run) {
  if (!run.progress) return {};
  return {{"percent", run.progress->percent},
          {"message", or_null(run.progress->message)},
          {"at", time_of(run.progress->at)}};
}

Json to_json(const Run& run) {
  return {
      {"id", run.id.text()},
      {"job", run.job.text()},
      {"slot", run.slot ? time_of(run.slot->at) : Json()},
      {"scheduled_time", time_of(run.nominal)},
      {"trigger", text(run.trigger)},
      {"params", to_json(run.params)},
      {"cause", run.cause ? Json(run.cause->text()) : Json()},
      {"attempt", run.attempt},
      {"state", run.is_open() ? Json(text(run.state)) : Json()},
      {"outcome", run.outcome ? Json(text(*run.outcome)) : Json()},
      {"reason", or_null(text(run.reason))},
      {"detail", or_null(run.detail)},
      {"stop", or_null(text(run.stop))},
      {"stop_by", or_null(run.stop_by)},
      {"exit_code", exit_code_of(run)},
      {"signal", signal_of(run)},
      {"due", time_of(run.due)},
      {"not_before", time_of(run.not_before)},
      {"started", time_of(run.started)},
      {"finished", time_of(run.finished)},
      {"late_ms", millis_of(run.lateness())},
      {"duration_ms", millis_of(duration_of(run))},
      {"cpu_ms", std::chrono::floor<Millis>(run.usage.cpu_user + run.usage.cpu_system).count()},
      {"memory_peak_bytes", run.usage.memory_peak_bytes},
      {"output_bytes", run.usage.output_bytes},
      {"containment", containment_of(run.usage)},
      {"progress", progress_of(run)},
      {"result", or_null(run.result)},
      {"stands_for", run.stands_for},
      {"queue", or_null(run.queue.str())},
      {"priority", run.priority},
      {"requested_by", or_null(run.requested_by)},
      {"revision", run.revision},
  };
}

Json to_json(const JobView& view);
Json to_json(const UpcomingSlot& slot);
Json to_json(const Event& event);
Json to_json(const FileProblem& problem);
Json to_json(const SlotRow& row);
Json to_json(const QueueView& queue);
Json to_json(const ParamDefinition& param);
Json to_json(const Warning& warning) { return {{"what", warning.what}, {"cure", warning.cure}}; }
Json to_json(const Value& value);
Json to_json(const Arguments& arguments);

template <class Items>
Json list_of(const Items& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(to_json(item));
  return list;
}

Json to_json(const std::optional<Pause>& pause) {
  if (!pause) return {};
  return {{"since", time_of(pause->since)},
          {"until", time_of(pause->until)},
          {"by", or_null(pause->by)},
          {"reason", or_null(pause->reason)}};
}

Json to_json(const std::optional<Backfill>& backfill) {
  if (!backfill) return {};
  return {{"reached", time_of(backfill->reached)},
          {"upto", time_of(backfill->upto)},
          {"requested_by", or_null(backfill->requested_by)}};
}

Json to_json(const JobView& view) {
  const Job& job = *view.job;
  return {
      {"name", job.name.text()},
      {"description", or_null(job.description)},
      {"tags", job.tags},
      {"schedule", job.schedule_text},
      {"schedule_in_words", describe_triggers(job)},
      {"timezone", job.zone_name},
      {"enabled", job.enabled},
      {"pause", to_json(view.pause)},
      {"skip_next", view.skip_next},
      {"backfill", to_json(view.backfill)},
      {"next", time_of(view.next)},
      {"last", view.last ? to_json(*view.last) : Json()},
      {"open", list_of(view.open)},
  };
}

Json to_json(const QueueView& queue) {
  return {{"name", queue.definition.name.str()},
          {"concurrency", queue.definition.concurrency ? Json(*queue.definition.concurrency) : Json()},
          {"running", queue.running},
          {"waiting", queue.waiting}};
}

Json to_json(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.held)) return *text;
  if (const auto* list = std::get_if<Value::List>(&value.held)) return list_of(*list);
  return to_json(std::get<Value::Map>(value.held));
}

Json to_json(const Arguments& arguments) {
  Json object = Json::object();
  for (const Member& argument : arguments) object[argument.name] = to_json(argument.value);
  return object;
}

Json action_of(const Job& job) {
  if (const auto* script = std::get_if<Script>(&job.action)) return {{"run", script->text}};
  if (const auto* command = std::get_if<Command>(&job.action)) return {{"command", command->argv}};
  if (const auto* call = std::get_if<belfry::Call>(&job.action)) {
    return {{"call", call->name}, {"with", to_json(call->with)}};
  }
  return {};
}

Json value_or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

Json to_json(const ParamDefinition& param) {
  return {{"name", param.name},
          {"type", belfry::word_of(param.type)},
          {"required", param.is_required},
          {"default", value_or_null(param.fallback)},
          {"options", param.options},
          {"min", value_or_null(param.min)},
          {"max", value_or_null(param.max)},
          {"pattern", or_null(param.pattern)},
          {"values", describe_values(param)},
          {"description", or_null(param.description)}};
}

std::string_view word_of(OverlapPolicy::Action action) {
  using Action = OverlapPolicy::Action;
  return action == Action::skip      ? "skip"
         : action == Action::queue   ? "queue"
         : action == Action::replace ? "replace"
                                     : "allow";
}

std::string_view word_of(MissedPolicy::Action action) {
  using Action = MissedPolicy::Action;
  return action == Action::skip ? "skip" : action == Action::latest ? "latest" : "all";
}

Json to_json(const Policies& policies) {
  return {{"overlap", word_of(policies.overlap.action)},
          {"missed", word_of(policies.missed.action)},
          {"queue", policies.queue.str()},
          {"priority", policies.priority},
          {"timeout_ms", millis_of(policies.timeout)},
          {"deadline_ms", millis_of(policies.deadline)},
          {"retries", policies.retry ? Json(policies.retry->max) : Json(0)},
          {"max_runs", policies.max_runs ? Json(*policies.max_runs) : Json(nullptr)}};
}

Json to_json(const SlotsDecided& decided) {
  return {{"slot", time_of(decided.slots.first)},
          {"last", time_of(decided.slots.last)},
          {"count", decided.slots.count},
          {"outcome", text(decided.outcome)},
          {"reason", or_null(text(decided.reason))},
          {"detail", or_null(decided.detail)},
          {"run", nullptr}};
}

Json slot_of(const Run& run) {
  const WallTime at = run.slot ? run.slot->at : run.due;
  return {{"slot", time_of(at)}, {"last", time_of(at)}, {"count", 1},         {"outcome", text(SlotOutcome::ran)},
          {"reason", nullptr},   {"detail", nullptr},   {"run", to_json(run)}};
}

Json to_json(const SlotRow& row) {
  const auto* run = std::get_if<Run>(&row.what);
  Json object = run != nullptr ? slot_of(*run) : to_json(std::get<SlotsDecided>(row.what));
  object["cause"] = row.cause ? to_json(*row.cause) : Json();
  return object;
}

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

Json to_json(const FileProblem& problem) {
  return {{"file", problem.file},          {"line", problem.line},
          {"column", problem.column},      {"severity", problem.is_error ? "error" : "warning"},
          {"name", or_null(problem.name)}, {"detail", problem.what},
          {"hint", problem.hint}};
}

Json to_json(const Problem::Flaw& flaw) {
  Json place = {{"pointer", flaw.pointer}};
  if (flaw.pointer.empty()) place = {{"file", flaw.file}, {"line", flaw.line}, {"column", flaw.column}};
  place["detail"] = flaw.detail;
  place["hint"] = or_null(flaw.hint);
  return place;
}

Json to_json(const Event& event) {
  return {{"number", event.number},
          {"at", time_of(event.at)},
          {"kind", text(event.kind)},
          {"job", event.job ? Json(event.job->text()) : Json()},
          {"run", event.run ? Json(event.run->text()) : Json()},
          {"who", or_null(event.who)},
          {"since", time_of(event.since)},
          {"until", time_of(event.until)},
          {"detail", or_null(event.detail)},
          {"text", sentence_of(event, format_utc)}};
}

Json to_json(const UpcomingSlot& slot) {
  return {{"job", slot.job->name.text()},
          {"slot", time_of(slot.at)},
          {"due", time_of(slot.due)},
          {"timezone", slot.job->zone_name}};
}

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
