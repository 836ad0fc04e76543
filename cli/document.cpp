#include <nlohmann/json.hpp>

#include <base/text.h>
#include <base/try.h>
#include <base/words.h>
#include <cli/document.h>

namespace belfry::cli {

namespace {

using Json = nlohmann::ordered_json;

Error unreadable(const char* what) {
  return Error::failed(std::string("the daemon's answer is not understood: ") + what + "; is it another version?");
}

Result<Json> parse(std::string_view document) {
  Json parsed = Json::parse(document, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return std::unexpected(unreadable("it is no JSON object"));
  return parsed;
}

std::string write(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

const Json* find(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it == object.end() || it->is_null() ? nullptr : &*it;
}

std::optional<std::string> text_in(const Json& object, const char* key) {
  const Json* value = find(object, key);
  return value != nullptr && value->is_string() ? std::optional(*value->get_ptr<const std::string*>()) : std::nullopt;
}

template <class Integer = std::int64_t>
std::optional<Integer> number_in(const Json& object, const char* key) {
  const Json* value = find(object, key);
  return value != nullptr && value->is_number_integer() ? std::optional(value->get<Integer>()) : std::nullopt;
}

std::optional<Millis> millis_in(const Json& object, const char* key) {
  const auto count = number_in(object, key);
  return count ? std::optional(Millis{*count}) : std::nullopt;
}

std::vector<std::string> texts_in(const Json& object, const char* key) {
  std::vector<std::string> texts;
  const Json* value = find(object, key);
  if (value == nullptr || !value->is_array()) return texts;
  for (const Json& item : *value) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

const Json& object_in(const Json& object, const char* key) {
  static const Json nothing = Json::object();
  const Json* value = find(object, key);
  return value != nullptr && value->is_object() ? *value : nothing;
}

std::optional<WallTime> time_in(const Json& object, const char* key) {
  const auto text = text_in(object, key);
  if (!text) return std::nullopt;
  const auto time = parse_rfc3339(*text);
  return time ? std::optional(*time) : std::nullopt;
}

std::optional<ProcessEnd> end_in(const Json& run) {
  if (const auto code = number_in<int>(run, "exit_code")) return ProcessEnd{ProcessEnd::How::exited, *code};
  if (const auto signal = number_in<int>(run, "signal")) return ProcessEnd{ProcessEnd::How::signalled, *signal};
  return std::nullopt;
}

std::optional<Progress> progress_in(const Json& run) {
  const Json& progress = object_in(run, "progress");
  const auto percent = number_in<int>(progress, "percent");
  const auto at = time_in(progress, "at");
  if (!percent || *percent < 0 || *percent > 100 || !at) return std::nullopt;
  return Progress{.percent = *percent, .message = text_in(progress, "message").value_or(""), .at = *at};
}

RunState state_in(const Json& object) {
  const std::string word = text_in(object, "state").value_or("");
  for (const RunState state : {RunState::queued, RunState::starting, RunState::running, RunState::waiting}) {
    if (word == text(state)) return state;
  }
  return RunState::starting;
}

Params params_in(const Json& run) {
  std::vector<Param> list;
  for (const auto& item : object_in(run, "params").items()) {
    if (item.value().is_string()) list.push_back({.name = item.key(), .value = item.value().get<std::string>()});
  }
  return Params(std::move(list));
}

Result<Run> run_from(const Json& object) {
  if (!object.is_object()) return std::unexpected(unreadable("a run is no object"));
  const auto id = RunId::parse(text_in(object, "id").value_or(""));
  auto job = JobName::parse(text_in(object, "job").value_or(""));
  const auto due = time_in(object, "due");
  if (!id || !job || !due) return std::unexpected(unreadable("a run has no id, job or due time"));
  Run run{.id = *id, .job = std::move(*job)};
  run.due = *due;
  run.trigger = run_trigger_from(text_in(object, "trigger").value_or("")).value_or(RunTrigger::schedule);
  run.params = params_in(object);
  run.state = state_in(object);
  if (const auto slot = time_in(object, "slot")) run.slot = Slot{.era = {}, .at = *slot};
  run.nominal = time_in(object, "scheduled_time");
  run.cause = RunId::parse(text_in(object, "cause").value_or(""));
  run.attempt = number_in<std::uint32_t>(object, "attempt").value_or(1);
  run.stop = reason_from(text_in(object, "stop").value_or("")).value_or(Reason::none);
  run.stop_by = text_in(object, "stop_by").value_or("");
  run.not_before = time_in(object, "not_before");
  run.usage.cpu_user = millis_in(object, "cpu_ms").value_or(Millis{0});
  run.usage.memory_peak_bytes = number_in(object, "memory_peak_bytes").value_or(0);
  const auto containment = text_in(object, "containment");
  if (containment == "cgroup") run.usage.containment = Containment::cgroup;
  if (containment == "session") run.usage.containment = Containment::session;
  run.usage.output_bytes = number_in(object, "output_bytes").value_or(0);
  run.stands_for = number_in(object, "stands_for").value_or(1);
  run.queue = text_in(object, "queue").value_or("");
  run.requested_by = text_in(object, "requested_by").value_or("");
  run.revision = text_in(object, "revision").value_or("");
  run.outcome = run_outcome_from(text_in(object, "outcome").value_or(""));
  run.reason = reason_from(text_in(object, "reason").value_or("")).value_or(Reason::none);
  run.detail = text_in(object, "detail").value_or("");
  run.started = time_in(object, "started");
  run.finished = time_in(object, "finished");
  run.end = end_in(object);
  run.progress = progress_in(object);
  run.result = text_in(object, "result").value_or("");
  if (!run.outcome && !find(object, "state")) return std::unexpected(unreadable("a run has no state and no outcome"));
  return run;
}

std::optional<Pause> pause_in(const Json& object) {
  const auto since = time_in(object_in(object, "pause"), "since");
  if (!since) return std::nullopt;
  const Json& pause = object_in(object, "pause");
  return Pause{.since = *since,
               .until = time_in(pause, "until"),
               .by = text_in(pause, "by").value_or(""),
               .reason = text_in(pause, "reason").value_or("")};
}

std::optional<JobRow::BackfillRow> backfill_in(const Json& object) {
  const Json& backfill = object_in(object, "backfill");
  const auto reached = time_in(backfill, "reached");
  const auto upto = time_in(backfill, "upto");
  if (!reached || !upto) return std::nullopt;
  return JobRow::BackfillRow{.reached = *reached, .upto = *upto};
}

// As it stands in the file: the script, or the words of the command.
// "http.request, url: https://..., expect_status: 200"
std::string call_in(const Json& action, const std::string& callable) {
  std::string words = "call " + callable;
  for (const auto& [name, value] : object_in(action, "with").items()) {
    words += ", " + name + ": " + (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return words;
}

std::string action_in(const Json& object) {
  const Json& action = object_in(object, "action");
  if (const auto script = text_in(action, "run")) return *script;
  if (const auto callable = text_in(action, "call")) return call_in(action, *callable);
  return joined(texts_in(action, "command"), " ");
}

PolicyWords policies_in(const Json& object) {
  const Json& policies = object_in(object, "policies");
  return {.overlap = text_in(policies, "overlap").value_or(""),
          .missed = text_in(policies, "missed").value_or(""),
          .queue = text_in(policies, "queue").value_or(""),
          .priority = number_in(policies, "priority").value_or(0),
          .timeout = millis_in(policies, "timeout_ms"),
          .deadline = millis_in(policies, "deadline_ms"),
          .retries = number_in(policies, "retries").value_or(0),
          .max_runs = number_in(policies, "max_runs")};
}

std::vector<JobRow::ParamRow> param_rows_in(const Json& object) {
  std::vector<JobRow::ParamRow> rows;
  const Json* params = find(object, "params");
  if (params == nullptr) return rows;
  for (const Json& param : *params) {
    if (!param.is_object()) continue;
    const Json* required = find(param, "required");
    rows.push_back({.name = text_in(param, "name").value_or(""),
                    .values = text_in(param, "values").value_or(""),
                    .fallback = text_in(param, "default"),
                    .is_required = required != nullptr && *required == true,
                    .description = text_in(param, "description").value_or("")});
  }
  return rows;
}

Result<JobRow> job_from(const Json& object) {
  if (!object.is_object()) return std::unexpected(unreadable("a job is no object"));
  JobRow row{.name = text_in(object, "name").value_or("")};
  row.description = text_in(object, "description").value_or("");
  row.tags = texts_in(object, "tags");
  row.schedule = text_in(object, "schedule").value_or("");
  row.schedule_in_words = text_in(object, "schedule_in_words").value_or("");
  row.zone = text_in(object, "timezone").value_or("");
  const Json* enabled = find(object, "enabled");
  row.is_enabled = enabled == nullptr || !enabled->is_boolean() || enabled->get<bool>();
  row.pause = pause_in(object);
  row.skip_next = number_in(object, "skip_next").value_or(0);
  row.backfill = backfill_in(object);
  row.next = time_in(object, "next");
  if (const Json* last = find(object, "last")) row.last = TRY(run_from(*last));
  if (const Json* open = find(object, "open")) {
    for (const Json& run : *open) row.open.push_back(TRY(run_from(run)));
  }
  row.action = action_in(object);
  row.policies = policies_in(object);
  row.params = param_rows_in(object);
  for (const std::string& word : texts_in(object, "outcomes")) {
    if (const auto outcome = run_outcome_from(word)) row.outcomes.push_back(*outcome);
  }
  return row;
}

Result<SlotRow> slot_from(const Json& object) {
  const auto first = object.is_object() ? time_in(object, "slot") : std::nullopt;
  const auto outcome = object.is_object() ? slot_outcome_from(text_in(object, "outcome").value_or("")) : std::nullopt;
  if (!first || !outcome) return std::unexpected(unreadable("a slot has no time or outcome"));
  SlotRow row{.first = *first, .last = time_in(object, "last").value_or(*first)};
  row.count = number_in(object, "count").value_or(1);
  row.outcome = *outcome;
  row.reason = reason_from(text_in(object, "reason").value_or("")).value_or(Reason::none);
  row.detail = text_in(object, "detail").value_or("");
  if (const Json* run = find(object, "run")) row.run = TRY(run_from(*run));
  if (const Json* cause = find(object, "cause")) row.cause = TRY(run_from(*cause));
  return row;
}

Result<Event> event_from(const Json& object) {
  const auto at = object.is_object() ? time_in(object, "at") : std::nullopt;
  const auto kind = object.is_object() ? event_kind_from(text_in(object, "kind").value_or("")) : std::nullopt;
  if (!at || !kind) return std::unexpected(unreadable("an event has no time or kind"));
  Event event{.number = number_in<std::uint64_t>(object, "number").value_or(0), .at = *at, .kind = *kind};
  event.since = time_in(object, "since");
  event.until = time_in(object, "until");
  if (auto job = JobName::parse(text_in(object, "job").value_or(""))) event.job = *std::move(job);
  event.run = RunId::parse(text_in(object, "run").value_or(""));
  event.who = text_in(object, "who").value_or("");
  event.detail = text_in(object, "detail").value_or("");
  return event;
}

Result<UpcomingRow> upcoming_from(const Json& object) {
  const auto job = object.is_object() ? text_in(object, "job") : std::nullopt;
  const auto due = object.is_object() ? time_in(object, "due") : std::nullopt;
  if (!job || !due) return std::unexpected(unreadable("a slot has no job or time"));
  return UpcomingRow{.job = *job, .due = *due};
}

template <class Row>
Result<Listing<Row>> listing_from(std::string_view document, const char* name, Result<Row> (*row_from)(const Json&)) {
  const Json object = TRY(parse(document));
  const auto now = time_in(object, "now");
  const Json* rows = find(object, name);
  if (!now || rows == nullptr || !rows->is_array()) return std::unexpected(unreadable("a list is missing"));
  Listing<Row> listing{.now = *now, .timezone = text_in(object, "timezone").value_or("UTC"), .rows = {}};
  for (const Json& row : *rows) listing.rows.push_back(TRY(row_from(row)));
  return listing;
}

std::optional<api::ProcessFacts> process_from(const Json& process) {
  const auto pid = number_in<pid_t>(process, "pid");
  const auto uid = number_in<uid_t>(process, "uid");
  const auto gid = number_in<gid_t>(process, "gid");
  if (!pid || !uid || !gid) return std::nullopt;
  return api::ProcessFacts{.pid = *pid,
                           .uid = *uid,
                           .gid = *gid,
                           .user = text_in(process, "user").value_or(""),
                           .group = text_in(process, "group").value_or("")};
}

}  // namespace

Result<Listing<JobRow>> decode_jobs(std::string_view document) { return listing_from(document, "jobs", job_from); }

Result<Listing<UpcomingRow>> decode_upcoming(std::string_view document) {
  return listing_from(document, "upcoming", upcoming_from);
}

Result<Listing<Run>> decode_runs(std::string_view document) { return listing_from(document, "runs", run_from); }

Result<Listing<Event>> decode_history(std::string_view document) {
  return listing_from(document, "events", event_from);
}

Result<SlotListing> decode_slots(std::string_view document) {
  SlotListing listing;
  static_cast<Listing<SlotRow>&>(listing) = TRY(listing_from(document, "slots", slot_from));
  const Json object = TRY(parse(document));
  listing.known_since = time_in(object, "known_since");
  listing.pruned_upto = time_in(object, "pruned_upto");
  return listing;
}

Result<std::vector<std::string>> decode_names(std::string_view document) {
  return texts_in(TRY(parse(document)), "names");
}

Result<JobRow> decode_job(std::string_view document) { return job_from(TRY(parse(document))); }

Result<StatusRow> decode_status(std::string_view document) {
  const Json object = TRY(parse(document));
  const Json& config = object_in(object, "config");
  const Json& ledger = object_in(object, "ledger");
  StatusRow status{.version = text_in(object, "version").value_or(""),
                   .state = text_in(object, "state").value_or(""),
                   .uptime = millis_in(object, "uptime_ms").value_or(Millis{0}),
                   .jobs = number_in(object, "jobs").value_or(0),
                   .paused = number_in(object, "paused_jobs").value_or(0),
                   .open = number_in(object, "open_runs").value_or(0),
                   .running = number_in(object, "running").value_or(0),
                   .queues = {},
                   .tzdata = text_in(object, "tzdata").value_or(""),
                   .stuck_calls = number_in(object, "stuck_calls").value_or(0),
                   .process = process_from(object_in(object, "process")),
                   .config_path = text_in(config, "path").value_or(""),
                   .revision = text_in(config, "revision").value_or(""),
                   .config_trouble = text_in(config, "trouble").value_or(""),
                   .state_dir = text_in(ledger, "path").value_or(""),
                   .ledger_trouble = text_in(ledger, "trouble").value_or(""),
                   .warnings = {}};
  if (const Json* warnings = find(object, "warnings"); warnings != nullptr && warnings->is_array()) {
    for (const Json& warning : *warnings) {
      status.warnings.push_back(
          {.what = text_in(warning, "what").value_or(""), .cure = text_in(warning, "cure").value_or("")});
    }
  }
  const Json* queues = find(object, "queues");
  if (queues == nullptr || !queues->is_array()) return status;
  for (const Json& queue : *queues) {
    status.queues.push_back({.name = text_in(queue, "name").value_or(""),
                             .concurrency = number_in(queue, "concurrency"),
                             .running = number_in(queue, "running").value_or(0),
                             .waiting = number_in(queue, "waiting").value_or(0)});
  }
  return status;
}

Result<std::int64_t> decode_count(std::string_view document) {
  const auto count = number_in(TRY(parse(document)), "count");
  if (!count) return std::unexpected(unreadable("a count is missing"));
  return *count;
}

Result<AuditRow> decode_audit(std::string_view document) {
  const Json object = TRY(parse(document));
  return AuditRow{.jobs = number_in(object, "jobs").value_or(0),
                  .slots = number_in(object, "slots").value_or(0),
                  .problems = texts_in(object, "problems")};
}

Result<RehearsalRow> decode_rehearsal(std::string_view document) {
  const Json object = TRY(parse(document));
  const Json* would_start = find(object, "would_start");
  if (would_start == nullptr || !would_start->is_boolean()) return std::unexpected(unreadable("a verdict is missing"));
  return RehearsalRow{.would_start = would_start->get<bool>(),
                      .reason = text_in(object, "reason").value_or(""),
                      .run = text_in(object, "run").value_or("")};
}

Result<Stretch> decode_stretch(std::string_view document) {
  const Json object = TRY(parse(document));
  const auto count = number_in(object, "count");
  const auto first = time_in(object, "first");
  const auto last = time_in(object, "last");
  if (!count || !first || !last) return std::unexpected(unreadable("a count or its ends are missing"));
  return Stretch{.first = *first, .last = *last, .count = *count};
}

Result<Run> decode_run(std::string_view document) { return run_from(TRY(parse(document))); }

std::vector<std::string> decode_hints(std::string_view document) {
  std::vector<std::string> hints;
  const auto problem = parse(document);
  const Json* errors = problem ? find(*problem, "errors") : nullptr;
  if (errors == nullptr) return hints;
  for (const Json& flaw : *errors) {
    if (auto hint = flaw.is_object() ? text_in(flaw, "hint") : std::nullopt) hints.push_back(*std::move(hint));
  }
  return hints;
}

std::string decode_problem(std::string_view document) {
  const Json parsed = Json::parse(document, nullptr, /*allow_exceptions=*/false);
  return parsed.is_object() ? text_in(parsed, "detail").value_or("") : "";
}

Result<std::string> member(std::string_view document, const char* name) {
  const Json object = TRY(parse(document));
  const Json* value = find(object, name);
  if (value == nullptr) return std::unexpected(unreadable("a member is missing"));
  return write(*value);
}

std::string encode_log(const LogExcerpt& log) {
  return write({{"run", Json::parse(log.run, nullptr, false)},
                {"from", parse_unsigned(log.from).value_or(0)},
                {"size", parse_unsigned(log.size).value_or(0)},
                {"output", log.output}});
}

std::string encode_output(std::string_view bytes) { return write({{"output", bytes}}); }

Result<ReloadDocument> decode_reload(std::string_view document) {
  const Json object = TRY(parse(document));
  const auto now = time_in(object, "now");
  const Json* changes = find(object, "changes");
  if (!now || changes == nullptr || !changes->is_array()) return std::unexpected(unreadable("the changes are missing"));
  const Json* restart = find(object, "needs_restart");
  ReloadDocument reloaded{.now = *now,
                          .timezone = text_in(object, "timezone").value_or("UTC"),
                          .needs_restart = restart != nullptr && restart->is_boolean() && restart->get<bool>(),
                          .changes = {}};
  for (const Json& change : *changes) {
    ChangeRow row{.job = text_in(change, "job").value_or(""),
                  .kind = text_in(change, "kind").value_or(""),
                  .schedule = text_in(change, "schedule").value_or(""),
                  .keys = {},
                  .next = time_in(change, "next"),
                  .next_before = time_in(change, "next_before")};
    if (const Json* keys = find(change, "keys")) {
      for (const Json& key : *keys) {
        row.keys.push_back({.key = text_in(key, "key").value_or(""),
                            .before = text_in(key, "before").value_or(""),
                            .after = text_in(key, "after").value_or("")});
      }
    }
    reloaded.changes.push_back(std::move(row));
  }
  return reloaded;
}

std::string encode_problems(std::span<const config::Problem> problems) {
  Json list = Json::array();
  for (const config::Problem& problem : problems) {
    list.push_back({{"file", problem.file},
                    {"line", problem.line},
                    {"column", problem.column},
                    {"severity", problem.severity == config::Severity::error ? "error" : "warning"},
                    {"name", problem.name.empty() ? Json() : Json(problem.name)},
                    {"detail", problem.what},
                    {"hint", problem.hint}});
  }
  return write(list);
}

std::string encode_findings(const Findings& findings) {
  Json list = Json::array();
  for (const Finding& found : findings) {
    using Verdict = Finding::Verdict;
    const char* verdict = found.verdict == Verdict::good ? "good" : found.verdict == Verdict::note ? "note" : "bad";
    list.push_back({{"about", found.about},
                    {"verdict", verdict},
                    {"what", found.what},
                    {"cure", found.cure.empty() ? Json() : Json(found.cure)}});
  }
  return write(list);
}

std::string encode_version(std::string_view version) { return write({{"version", version}}); }

std::string encode_explanation(const ExplanationDocument& told) {
  Json next = Json::array();
  for (const ExplainedTime& time : told.next) {
    next.push_back({{"utc", time.utc}, {"local", time.local}, {"note", time.note.empty() ? Json() : Json(time.note)}});
  }
  return write({{"expression", told.expression},
                {"description", told.description},
                {"normal_form", told.normal_form},
                {"next", std::move(next)}});
}

}  // namespace belfry::cli
