// The outbox: what was decided and is not durable yet, and what may be done only when it is.
//
// Theory of operation. Decisions are recorded here as they are made, together with what they promise: starts, answers,
// notices. offer() hands the records out as one batch when none is on its way, so everything that is decided while one
// commit runs shares the next. settle() takes the store's answer: after `ok` the batch's promises are let out;
// otherwise the same batch is offered again after a pause that doubles up to a bound. While it is failing, the core
// decides nothing new (fail closed): see failing().
#pragma once

#include <optional>
#include <vector>

#include <belfry/scheduler.h>

namespace belfry {

class Outbox {
 public:
  explicit Outbox(BatchId last) : last_(last) {}

  // What is promised with then_*() belongs to what was recorded in the same turn. REQUIRES: something was.
  void record(Record record) { records_.push_back(std::move(record)); }
  void then_start(StartOrder order) { promises_.starts.push_back(std::move(order)); }
  void then_answer(Answer answer) { promises_.answers.push_back(std::move(answer)); }
  void then_tell(Notice notice) { promises_.notices.push_back(std::move(notice)); }

  // The store's answer to the batch on its way. An answer to any other batch is ignored.
  void settle(const CommitAnswer& answer, BootTime now, Actions& out);

  // Offers a batch if one is ready and none is on its way.
  void offer(BootTime now, Actions& out);

  bool failing() const { return failures_ > 0; }
  const std::string& trouble() const { return trouble_; }
  std::optional<BootTime> retry_at() const { return retry_at_; }

  static constexpr Millis pause_min{100};
  static constexpr Millis pause_max = std::chrono::seconds{10};

 private:
  struct Promises {
    std::vector<StartOrder> starts;
    std::vector<Answer> answers;
    std::vector<Notice> notices;
  };

  static void let_out(Promises& promises, Actions& out);

  BatchId last_;
  std::vector<Record> records_;  // decided since the last offer
  Promises promises_;
  std::optional<Batch> on_its_way_;
  Promises owed_;  // by the batch on its way
  std::optional<BootTime> retry_at_;
  int failures_ = 0;  // in a row
  std::string trouble_;
};

}  // namespace belfry
