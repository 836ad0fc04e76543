#include <algorithm>
#include <iterator>

#include <scheduler/outbox.h>

namespace belfry {

namespace {

template <class T>
void move_all(std::vector<T>& from, std::vector<T>& to) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
  from.clear();
}

Millis pause_after(int failures) {
  const int doublings = std::min(failures - 1, 10);
  return std::min(Outbox::pause_max, Outbox::pause_min * (1 << doublings));
}

}  // namespace

void Outbox::settle(const CommitAnswer& answer, BootTime now, Actions& out) {
  if (!on_its_way_ || on_its_way_->id != answer.batch) return;
  if (answer.verdict != Verdict::ok) {
    if (failures_++ == 0) out.notices.push_back(LedgerNotice{answer.why});
    trouble_ = answer.why;
    retry_at_ = now + pause_after(failures_);
    return;
  }
  if (failures_ > 0) out.notices.push_back(LedgerNotice{});
  failures_ = 0;
  trouble_.clear();
  on_its_way_.reset();
  let_out(owed_, out);
}

void Outbox::offer(BootTime now, Actions& out) {
  if (on_its_way_) {
    if (!retry_at_ || now < *retry_at_) return;
    retry_at_.reset();
    out.persist = *on_its_way_;
    return;
  }
  if (records_.empty()) return;
  last_ = BatchId{static_cast<std::uint64_t>(last_) + 1};
  on_its_way_ = Batch{.id = last_, .records = std::move(records_)};
  records_.clear();
  std::swap(owed_, promises_);
  out.persist = *on_its_way_;
}

void Outbox::let_out(Promises& promises, Actions& out) {
  move_all(promises.starts, out.starts);
  move_all(promises.answers, out.answers);
  move_all(promises.notices, out.notices);
}

}  // namespace belfry
