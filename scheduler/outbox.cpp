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
  if (!is_on_its_way_ || lent_.batch.id != answer.batch) return;
  if (answer.verdict != Verdict::ok) {
    if (failures_++ == 0) out.notices.push_back(LedgerNotice{answer.why});
    trouble_ = answer.why;
    retry_at_ = now + pause_after(failures_);
    return;
  }
  if (failures_ > 0) out.notices.push_back(LedgerNotice{});
  failures_ = 0;
  trouble_.clear();
  is_on_its_way_ = false;
  lent_.batch.seen = std::vector<JobSeen>();  // its room too: there will hardly be so many again
  lent_.batch.records.clear();
  let_out(lent_, out);
}

void Outbox::offer(BootTime now, Actions& out) {
  if (is_on_its_way_) {
    if (!retry_at_ || now < *retry_at_) return;
    retry_at_.reset();
    out.persist = &lent_.batch;
    return;
  }
  if (next_.is_empty()) return let_out(next_, out);
  std::swap(next_, lent_);
  last_ = BatchId{static_cast<std::uint64_t>(last_) + 1};
  lent_.batch.id = last_;
  is_on_its_way_ = true;
  out.persist = &lent_.batch;
}

void Outbox::let_out(Parcel& parcel, Actions& out) {
  move_all(parcel.starts, out.starts);
  move_all(parcel.stops, out.stops);
  move_all(parcel.answers, out.answers);
  move_all(parcel.notices, out.notices);
}

}  // namespace belfry
