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

void KeptRequests::Memory::put(std::string text, const RunId& run) {
  Kept& kept = runs_[text];
  kept.run = run;
  ++kept.mentions;
  order_.push_back(std::move(text));
  if (order_.size() <= max_) return;
  const auto oldest = runs_.find(order_.front());
  if (--oldest->second.mentions == 0) runs_.erase(oldest);
  order_.pop_front();
}

void KeptRequests::keep_key(const std::string& key, const RunId& run) {
  if (!by_key_.find(key)) by_key_.put(key, run);
}

std::optional<RunId> KeptRequests::equal(const JobName& job, const Params& params) const {
  return by_wish_.find(wish(job, params));
}

void KeptRequests::keep(const KeptRequest& request) { by_wish_.put(wish(request.job, request.params), request.run); }

}  // namespace belfry
