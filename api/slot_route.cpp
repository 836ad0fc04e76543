#include <algorithm>

#include <api/json.h>
#include <api/problem.h>
#include <api/run_routes.h>
#include <api/slot_route.h>
#include <base/try.h>

namespace belfry::api {

namespace {

constexpr std::size_t rows_default = 20;

struct Wish {
  JobName job;
  std::optional<WallTime> from;
  std::optional<WallTime> to;
  std::size_t limit = rows_default;
};

WallTime end_of(const SlotRow& row) {
  const auto* run = std::get_if<Run>(&row.what);
  return run != nullptr ? run->slot->at : std::get<SlotsDecided>(row.what).slots.last;
}

WallTime begin_of(const SlotRow& row) {
  const auto* run = std::get_if<Run>(&row.what);
  return run != nullptr ? run->slot->at : std::get<SlotsDecided>(row.what).slots.first;
}

bool is_wished(const SlotRow& row, const Wish& wish) {
  return (!wish.from || end_of(row) >= *wish.from) && (!wish.to || begin_of(row) <= *wish.to);
}

std::optional<RunId> cause_of(const SlotRow& row) {
  const auto* decided = std::get_if<SlotsDecided>(&row.what);
  return decided != nullptr ? decided->cause : std::nullopt;
}

Result<std::vector<SlotRow>> read_slots(History& history, const Wish& wish) {
  const auto runs = TRY(history.runs({.job = wish.job, .limit = RunQuery::limit_max}));
  const auto decided = TRY(history.slots({.job = wish.job, .limit = RunQuery::limit_max}));
  std::vector<SlotRow> rows;
  for (const Run& run : runs) {
    if (run.slot) rows.push_back({.what = run, .cause = std::nullopt});
  }
  for (const SlotsDecided& stretch : decided) rows.push_back({.what = stretch, .cause = std::nullopt});
  std::erase_if(rows, [&](const SlotRow& row) { return !is_wished(row, wish); });
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return end_of(a) > end_of(b); });
  if (rows.size() > wish.limit) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(wish.limit), rows.end());
  for (SlotRow& row : rows) {
    const auto cause = cause_of(row);
    if (!cause) continue;
    const auto found = TRY(history.runs_by_prefix(cause->text(), 1));
    if (!found.empty()) row.cause = found.front();
  }
  return rows;
}

std::vector<SlotRow> as_they_are_now(std::vector<SlotRow> rows, const std::vector<Run>& open) {
  for (SlotRow& row : rows) {
    if (auto* run = std::get_if<Run>(&row.what)) *run = as_it_is_now(std::move(*run), open);
    if (row.cause) row.cause = as_it_is_now(*std::move(row.cause), open);
  }
  return rows;
}

}  // namespace

Result<void> get_slots(const Call& call) {
  // Also of jobs that are gone from the file: the ledger still knows them.
  Wish wish{.job = TRY(JobName::parse(call.arguments[0]))};
  wish.from = TRY(call.query.instant("from"));
  wish.to = TRY(call.query.instant("to"));
  wish.limit = TRY(call.query.number("limit", {.min = 1, .max = RunQuery::limit_max})).value_or(rows_default);
  call.backend.read_history(
      [wish, reply = call.reply, frame = call.frame(), &backend = call.backend](History& history) {
        return [reply, frame, &backend, rows = read_slots(history, wish)] {
          if (!rows) return reply(respond(problem_from(rows.error())));
          reply(json_response(slots_json(as_they_are_now(*rows, backend.view().open_runs()), frame)));
        };
      });
  return {};
}

}  // namespace belfry::api
