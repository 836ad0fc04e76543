#include <algorithm>
#include <bit>
#include <utility>

#include <base/hash.h>
#include <base/params.h>
#include <scheduler/kept_requests.h>

namespace belfry {

namespace {

constexpr std::uint64_t nobody = ~std::uint64_t{0};

// No name of a job has a line end in it.
std::string wish(const JobName& job, const Params& params) { return job.text() + "\n" + encode_params(params); }

}  // namespace

std::optional<RunId> KeptRequests::Memory::find(const std::string& text) {
  read_all();
  if (index_.empty()) return std::nullopt;
  const std::uint64_t number = index_[place_of(text)];
  return number == nobody ? std::nullopt : std::optional(at(number).run);
}

void KeptRequests::Memory::put(std::string text, const RunId& run) {
  row_.push_back({.text = std::move(text), .run = run});
  if (row_.size() <= max_) return;
  row_.pop_front();
  ++forgotten_;
}

void KeptRequests::Memory::read_all() {
  read_ = std::max(read_, forgotten_);
  if (2 * (used_ + (end() - read_)) > index_.size()) make_index();
  for (; read_ < end(); ++read_) read(read_);
}

void KeptRequests::Memory::make_index() {
  index_.assign(std::bit_ceil(4 * row_.size()), nobody);
  used_ = 0;
  read_ = forgotten_;
}

void KeptRequests::Memory::read(std::uint64_t number) {
  std::uint64_t& known = index_[place_of(at(number).text)];
  if (known == nobody) ++used_;
  if (known == nobody || counts_ == Counts::newest) known = number;
}

// Where its number stands, or would.
std::size_t KeptRequests::Memory::place_of(const std::string& text) const {
  const std::size_t last = index_.size() - 1;
  for (std::size_t place = hash_text(text) & last;; place = (place + 1) & last) {
    const std::uint64_t number = index_[place];
    if (number == nobody || (number >= forgotten_ && at(number).text == text)) return place;
  }
}

std::optional<RunId> KeptRequests::with_key(const std::string& key) {
  return key.empty() ? std::nullopt : by_key_.find(key);
}

void KeptRequests::keep_key(std::string key, const RunId& run) { by_key_.put(std::move(key), run); }

std::optional<RunId> KeptRequests::equal(const JobName& job, const Params& params) {
  return by_wish_.find(wish(job, params));
}

void KeptRequests::keep(const KeptRequest& request) { by_wish_.put(wish(request.job, request.params), request.run); }

}  // namespace belfry
