#include <nlohmann/json.hpp>

#include <base/text.h>
#include <base/try.h>
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

std::optional<int> number_in(const Json& object, const char* key) {
  const Json* value = find(object, key);
  return value != nullptr && value->is_number_integer() ? std::optional(value->get<int>()) : std::nullopt;
}

std::optional<WallTime> time_in(const Json& object, const char* key) {
  const auto text = text_in(object, key);
  if (!text) return std::nullopt;
  const auto time = parse_rfc3339(*text);
  return time ? std::optional(*time) : std::nullopt;
}

std::optional<ProcessEnd> end_in(const Json& run) {
  if (const auto code = number_in(run, "exit_code")) return ProcessEnd{ProcessEnd::How::exited, *code};
  if (const auto signal = number_in(run, "signal")) return ProcessEnd{ProcessEnd::How::signalled, *signal};
  return std::nullopt;
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
  run.state = text_in(object, "state") == text(RunState::running) ? RunState::running : RunState::starting;
  run.outcome = run_outcome_from(text_in(object, "outcome").value_or(""));
  run.reason = reason_from(text_in(object, "reason").value_or("")).value_or(Reason::none);
  run.detail = text_in(object, "detail").value_or("");
  run.started = time_in(object, "started");
  run.finished = time_in(object, "finished");
  run.end = end_in(object);
  if (!run.outcome && !find(object, "state")) return std::unexpected(unreadable("a run has no state and no outcome"));
  return run;
}

Result<JobRow> job_from(const Json& object) {
  if (!object.is_object()) return std::unexpected(unreadable("a job is no object"));
  JobRow row{.name = text_in(object, "name").value_or(""), .schedule = text_in(object, "schedule").value_or("")};
  const Json* enabled = find(object, "enabled");
  row.is_enabled = enabled == nullptr || !enabled->is_boolean() || enabled->get<bool>();
  row.next = time_in(object, "next");
  if (const Json* last = find(object, "last")) row.last = TRY(run_from(*last));
  if (const Json* open = find(object, "open")) {
    for (const Json& run : *open) row.open.push_back(TRY(run_from(run)));
  }
  return row;
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

}  // namespace

Result<Listing<JobRow>> decode_jobs(std::string_view document) { return listing_from(document, "jobs", job_from); }

Result<Listing<UpcomingRow>> decode_upcoming(std::string_view document) {
  return listing_from(document, "upcoming", upcoming_from);
}

Result<Listing<Run>> decode_runs(std::string_view document) { return listing_from(document, "runs", run_from); }

Result<Run> decode_run(std::string_view document) { return run_from(TRY(parse(document))); }

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
