#include <algorithm>

#include <api/json.h>
#include <api/problem.h>
#include <api/run_routes.h>
#include <api/slot_route.h>
#include <base/try.h>

namespace belfry::api {

namespace {

constexpr std::size_t rows_default = 20;
constexpr std::size_t rows_max = 1'000;

WallTime end_of(const SlotRow& row) {
  const auto* run = std::get_if<Run>(&row.what);
  return run != nullptr ? run->slot->at : std::get<SlotsDecided>(row.what).slots.last;
}

std::optional<RunId> cause_of(const SlotRow& row) {
  const auto* decided = std::get_if<SlotsDecided>(&row.what);
  return decided != nullptr ? decided->cause : std::nullopt;
}

Result<std::vector<SlotRow>> read_rows(History& history, const SlotRange& range) {
  std::vector<SlotRow> rows;
  for (Run& run : TRY(history.runs_of_slots(range))) rows.push_back({.what = std::move(run), .cause = std::nullopt});
  for (SlotsDecided& stretch : TRY(history.slots_decided(range))) {
    rows.push_back({.what = std::move(stretch), .cause = std::nullopt});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return end_of(a) > end_of(b); });
  if (rows.size() > range.limit) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(range.limit), rows.end());
  for (SlotRow& row : rows) {
    const auto cause = cause_of(row);
    if (!cause) continue;
    const auto found = TRY(history.runs_by_prefix(cause->text(), 1));
    if (!found.empty()) row.cause = found.front();
  }
  return rows;
}

Result<SlotsTold> read_slots(History& history, const SlotRange& range) {
  SlotsTold told{.rows = TRY(read_rows(history, range))};
  // Of no stretch at all: what it says of the job is meant.
  const auto account = history.account({.job = range.job, .first = WallTime{}, .last = WallTime{}});
  if (!account && account.error().kind != ErrorKind::not_found) return std::unexpected(account.error());
  if (!account) return told;
  told.known_since = account->seen.first_seen;
  if (account->pruned_upto) told.pruned_upto = account->pruned_upto->at;
  return told;
}

SlotsTold with_open_runs(SlotsTold told, const std::vector<Run>& open) {
  for (SlotRow& row : told.rows) {
    if (auto* run = std::get_if<Run>(&row.what)) *run = as_it_is_now(std::move(*run), open);
    if (row.cause) row.cause = as_it_is_now(*std::move(row.cause), open);
  }
  return told;
}

}  // namespace

Result<void> get_slots(const Call& call) {
  // Also of jobs that are gone from the file: the ledger still knows them.
  SlotRange range{.job = TRY(JobName::parse(call.arguments[0])), .first = WallTime::min(), .last = WallTime::max()};
  range.first = TRY(call.query.instant("from")).value_or(range.first);
  range.last = TRY(call.query.instant("to")).value_or(range.last);
  range.limit = TRY(call.query.number("limit", {.min = 1, .max = rows_max})).value_or(rows_default);
  call.backend.read_history(
      [range, reply = call.reply, frame = call.frame(), &backend = call.backend](History& history) {
        return [reply, frame, &backend, told = read_slots(history, range)] {
          if (!told) return reply(respond(problem_from(told.error())));
          reply(json_response(slots_json(with_open_runs(*told, backend.view().open_runs()), frame)));
        };
      },
      call.no_memory());
  return {};
}

}  // namespace belfry::api
