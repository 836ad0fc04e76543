#include <utility>

#include <base/params.h>
#include <scheduler/kept_requests.h>

namespace belfry {

namespace {

// No name of a job has a line end in it.
std::string wish(const JobName& job, const Params& params) { return job.text() + "\n" + encode_params(params); }

}  // namespace

std::optional<RunId> KeptRequests::Memory::find(const std::string& text) const {
  const auto kept = runs_.find(text);
  return kept == runs_.end() ? std::nullopt : std::optional(kept->second.run);
}

void KeptRequests::Memory::put(std::string text, const RunId& run, Known known) {
  const auto [entry, is_new] = runs_.try_emplace(std::move(text));
  if (!is_new && known == Known::stays) return;
  entry->second.run = run;
  ++entry->second.mentions;
  order_.push_back(&entry->first);
  if (order_.size() <= max_) return;
  const auto oldest = runs_.find(*order_.front());
  if (--oldest->second.mentions == 0) runs_.erase(oldest);
  order_.pop_front();
}

void KeptRequests::keep_key(const std::string& key, const RunId& run) { by_key_.put(key, run, Memory::Known::stays); }

std::optional<RunId> KeptRequests::equal(const JobName& job, const Params& params) const {
  return by_wish_.find(wish(job, params));
}

void KeptRequests::keep(const KeptRequest& request) {
  by_wish_.put(wish(request.job, request.params), request.run, Memory::Known::is_replaced);
}

}  // namespace belfry
