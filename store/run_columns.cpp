#include <string>

#include <base/params.h>
#include <base/text.h>
#include <base/verify.h>
#include <store/row_checksum.h>
#include <store/run_columns.h>
#include <store/sqlite_checksums.h>
#include <store/sqlite_rows.h>

namespace belfry::sqlite {

namespace {

// Adds columns of `runs` by name. Where a column stands is looked up once, at the start of the program.
class Column {
 public:
  explicit Column(std::string_view name) {
    for (const auto column : split(runs_table.columns, ',')) {
      if (trim(column) == name) return;
      ++place_;
    }
    VERIFY(false);
  }
  std::size_t place() const { return place_; }

 private:
  std::size_t place_ = 0;
};

class Sum {
 public:
  template <class Value>
  Sum& add(const Column& column, const Value& value) {
    if constexpr (std::is_convertible_v<const Value&, std::string_view>) {
      sum_.add(column.place(), std::string_view(value));
    } else {
      sum_.add(column.place(), static_cast<std::int64_t>(value));
    }
    return *this;
  }
  template <class Value>
  Sum& add(const Column& column, const std::optional<Value>& value) {
    return value ? add(column, *value) : *this;
  }
  std::int32_t value() const { return sum_.value(); }

 private:
  RowChecksum sum_;
};

struct Columns {
  Column sequence{"sequence"}, id{"id"}, job{"job"}, era{"era"}, slot{"slot"}, nominal{"nominal"}, due{"due"},
      opened{"opened"}, trigger{"trigger"}, cause{"cause"}, cause_job{"cause_job"}, requested_by{"requested_by"},
      key{"key"}, revision{"revision"}, stands_for{"stands_for"}, attempt{"attempt"}, launch{"launch"},
      uncounted{"uncounted"}, boot{"boot"}, queue{"queue"}, priority{"priority"}, ignores_overlap{"ignores_overlap"},
      not_before{"not_before"}, stop{"stop"}, stop_by{"stop_by"}, state{"state"}, outcome{"outcome"}, reason{"reason"},
      detail{"detail"}, started{"started"}, finished{"finished"}, exit_code{"exit_code"}, signal{"signal"},
      cpu_user{"cpu_user_us"}, cpu_system{"cpu_system_us"}, memory_peak{"memory_peak_bytes"}, output{"output_bytes"},
      is_unique{"is_unique"}, params{"params"}, output_dropped{"output_dropped_bytes"}, leftovers{"leftovers"},
      containment{"containment"}, progress_percent{"progress_percent"}, progress_message{"progress_message"},
      progress_at{"progress_at"}, result{"result"};
};

void add_decision(Sum& sum, const Columns& at, const Run& run, std::string_view id) {
  sum.add(at.sequence, run.sequence).add(at.id, id).add(at.job, run.job.text());
  if (run.slot) sum.add(at.era, std::to_underlying(run.slot->era)).add(at.slot, stored(run.slot->at));
  sum.add(at.nominal, stored(run.nominal)).add(at.due, stored(run.due)).add(at.opened, stored(run.opened));
  sum.add(at.trigger, text(run.trigger)).add(at.cause, stored(run.cause));
  sum.add(at.cause_job, std::string_view(run.cause_job)).add(at.requested_by, run.requested_by).add(at.key, run.key);
  sum.add(at.revision, std::string_view(run.revision)).add(at.stands_for, run.stands_for);
  sum.add(at.queue, std::string_view(run.queue)).add(at.priority, run.priority);
  sum.add(at.ignores_overlap, run.ignores_overlap).add(at.not_before, stored(run.not_before));
  sum.add(at.is_unique, run.is_unique);
  if (!run.params.empty()) sum.add(at.params, encode_params(run.params));
}

void add_attempt(Sum& sum, const Columns& at, const Run& run) {
  sum.add(at.attempt, run.attempt).add(at.launch, run.launch).add(at.uncounted, run.uncounted);
  sum.add(at.boot, std::string_view(run.boot.text)).add(at.stop, text(run.stop)).add(at.stop_by, run.stop_by);
  sum.add(at.state, state_of(run)).add(at.outcome, outcome_of(run));
  sum.add(at.reason, text(run.reason)).add(at.detail, run.detail);
  sum.add(at.started, stored(run.started)).add(at.finished, stored(run.finished));
  sum.add(at.exit_code, code_of(run, ProcessEnd::How::exited)).add(at.signal, code_of(run, ProcessEnd::How::signalled));
  const Usage& usage = run.usage;
  sum.add(at.cpu_user, usage.cpu_user.count()).add(at.cpu_system, usage.cpu_system.count());
  sum.add(at.memory_peak, usage.memory_peak_bytes).add(at.output, usage.output_bytes);
  sum.add(at.output_dropped, usage.output_dropped_bytes).add(at.leftovers, usage.leftovers);
  sum.add(at.containment, text(usage.containment)).add(at.result, run.result);
  if (!run.progress) return;
  sum.add(at.progress_percent, run.progress->percent).add(at.progress_message, run.progress->message);
  sum.add(at.progress_at, stored(run.progress->at));
}

}  // namespace

std::optional<int> code_of(const Run& run, ProcessEnd::How how) {
  return run.end && run.end->how == how ? std::optional(run.end->code) : std::nullopt;
}

std::optional<std::string_view> state_of(const Run& run) {
  return run.is_open() ? std::optional(text(run.state)) : std::nullopt;
}

std::optional<std::string_view> outcome_of(const Run& run) {
  return run.outcome ? std::optional(text(*run.outcome)) : std::nullopt;
}

std::int32_t checksum_of(const Run& run, std::string_view id) {
  static const Columns at;
  Sum sum;
  add_decision(sum, at, run, id);
  add_attempt(sum, at, run);
  return sum.value();
}

}  // namespace belfry::sqlite
