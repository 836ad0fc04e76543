// The outbox: what was decided and is not durable yet, and what may be done only when it is.
//
// Theory of operation. Decisions are recorded here as they are made, together with what they promise: starts, stops,
// answers, notices. offer() lends the records out as one batch when none is on its way, so everything that is decided
// while one commit runs shares the next. settle() takes the store's answer: after `ok` the batch's promises are let
// out; otherwise the same batch is offered again after a pause that doubles up to a bound. While it is failing, the
// core decides nothing new (fail closed): see failing(). Two batches take turns, so in the long run nothing is
// allocated.
#pragma once

#include <optional>
#include <vector>

#include <belfry/scheduler.h>

namespace belfry {

class Outbox {
 public:
  explicit Outbox(BatchId last) : last_(last) {}

  // What is promised with then_*() waits for the records of the same turn, if there are any.
  void record(Record record) { next_.batch.records.push_back(std::move(record)); }
  void see(JobSeen seen) {
    if (!next_.batch.records.empty()) return record(std::move(seen));  // they keep the order of what happened
    next_.batch.seen.push_back(std::move(seen));
  }
  void then_start(StartOrder order) { next_.starts.push_back(std::move(order)); }
  void then_stop(StopOrder order) { next_.stops.push_back(order); }
  void then_answer(Answer answer) { next_.answers.push_back(std::move(answer)); }
  void then_tell(Notice notice) { next_.notices.push_back(std::move(notice)); }

  // The store's answer to the batch on its way. An answer to any other batch is ignored.
  void settle(const CommitAnswer& answer, BootTime now, Actions& out);

  // Offers a batch if one is ready and none is on its way.
  void offer(BootTime now, Actions& out);

  bool failing() const { return failures_ > 0; }
  bool is_handed_over() const { return next_.is_empty(); }
  bool is_empty() const { return !is_on_its_way_ && is_handed_over(); }
  const std::string& trouble() const { return trouble_; }
  std::optional<BootTime> retry_at() const { return retry_at_; }

  static constexpr Millis pause_min{100};
  static constexpr Millis pause_max = std::chrono::seconds{10};

 private:
  struct Parcel {
    bool is_empty() const { return batch.records.empty() && batch.seen.empty(); }

    Batch batch;
    std::vector<StartOrder> starts;
    std::vector<StopOrder> stops;
    std::vector<Answer> answers;
    std::vector<Notice> notices;
  };

  static void let_out(Parcel& parcel, Actions& out);

  BatchId last_;
  Parcel next_;  // decided since the last offer
  Parcel lent_;  // on its way
  bool is_on_its_way_ = false;
  std::optional<BootTime> retry_at_;
  int failures_ = 0;  // in a row
  std::string trouble_;
};

}  // namespace belfry
