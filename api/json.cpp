#include <algorithm>

#include <nlohmann/json.hpp>

#include <api/json.h>
#include <base/text.h>
#include <base/version.h>

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

Json millis_of(std::optional<Millis> span) { return span ? Json(span->count()) : Json(); }

std::optional<Millis> duration_of(const Run& run) {
  if (!run.started || !run.finished) return std::nullopt;
  return std::max(Millis{0}, *run.finished - *run.started);
}

Json to_json(const Run& run) {
  return {
      {"id", run.id.text()},
      {"job", run.job.text()},
      {"slot", run.slot ? time_of(run.slot->at) : Json()},
      {"trigger", text(run.trigger)},
      {"attempt", run.attempt},
      {"state", run.is_open() ? Json(text(run.state)) : Json()},
      {"outcome", run.outcome ? Json(text(*run.outcome)) : Json()},
      {"reason", or_null(text(run.reason))},
      {"detail", or_null(run.detail)},
      {"exit_code", exit_code_of(run)},
      {"signal", signal_of(run)},
      {"due", time_of(run.due)},
      {"started", time_of(run.started)},
      {"finished", time_of(run.finished)},
      {"late_ms", millis_of(run.lateness())},
      {"duration_ms", millis_of(duration_of(run))},
      {"cpu_ms", std::chrono::floor<Millis>(run.usage.cpu_user + run.usage.cpu_system).count()},
      {"memory_peak_bytes", run.usage.memory_peak_bytes},
      {"output_bytes", run.usage.output_bytes},
      {"stands_for", run.stands_for},
      {"requested_by", or_null(run.requested_by)},
      {"revision", run.revision},
  };
}

Json to_json(const JobView& view);
Json to_json(const UpcomingSlot& slot);

template <class Items>
Json list_of(const Items& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(to_json(item));
  return list;
}

Json to_json(const JobView& view) {
  const Job& job = *view.job;
  return {
      {"name", job.name.text()},    {"description", or_null(job.description)},
      {"tags", job.tags},           {"schedule", job.schedule_text},
      {"timezone", job.zone_name},  {"enabled", job.enabled},
      {"next", time_of(view.next)}, {"last", view.last ? to_json(*view.last) : Json()},
      {"open", list_of(view.open)},
  };
}

Json to_json(const UpcomingSlot& slot) {
  return {{"job", slot.job->name.text()},
          {"slot", time_of(slot.at)},
          {"due", time_of(slot.due)},
          {"timezone", slot.job->zone_name}};
}

}  // namespace

std::string run_json(const Run& run) { return write(to_json(run)); }

std::string runs_json(const std::vector<Run>& runs, std::optional<RunId> before, const ListFrame& frame) {
  return write({{"now", time_of(frame.now)},
                {"timezone", frame.timezone},
                {"runs", list_of(runs)},
                {"before", before ? Json(before->text()) : Json()}});
}

std::string job_json(const JobView& job) { return write(to_json(job)); }

std::string jobs_json(const std::vector<JobView>& jobs, const ListFrame& frame) {
  return write({{"now", time_of(frame.now)}, {"timezone", frame.timezone}, {"jobs", list_of(jobs)}});
}

std::string upcoming_json(const std::vector<UpcomingSlot>& slots, const ListFrame& frame) {
  return write({{"now", time_of(frame.now)}, {"timezone", frame.timezone}, {"upcoming", list_of(slots)}});
}

std::string status_json(const StatusFacts& facts, const View& view) {
  const JobSet* set = view.job_set();
  const bool degraded = !facts.config_trouble.empty() || !view.ledger_trouble().empty();
  return write({
      {"version", version()},
      {"state", degraded ? "degraded" : "ready"},
      {"uptime_ms", facts.uptime.count()},
      {"jobs", view.job_count()},
      {"open_runs", view.open_runs().size()},
      {"config",
       {{"path", facts.config_path},
        {"revision", set != nullptr ? Json(set->revision) : Json()},
        {"trouble", or_null(facts.config_trouble)}}},
      {"ledger", {{"path", facts.state_dir}, {"trouble", or_null(view.ledger_trouble())}}},
  });
}

std::string problem_json(const Problem& problem) {
  Json document = {{"title", status_title(problem.status)}, {"status", problem.status}, {"detail", problem.detail}};
  if (problem.reason != Reason::none) document["reason"] = text(problem.reason);
  if (problem.run) document["run"] = problem.run->text();
  return write(document);
}

Result<void> check_run_order(std::string_view body) {
  if (trim(body).empty()) return {};
  const Json order = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!order.is_object()) return std::unexpected(Error::bad_input("the body must be empty or a JSON object"));
  if (order.empty()) return {};
  return std::unexpected(Error::bad_input("unknown key '" + order.begin().key() + "' in the body; a run takes none"));
}

}  // namespace belfry::api
