#include <algorithm>
#include <utility>

#include <api/job_walk.h>

namespace belfry::api {

namespace {

class Walker : public std::enable_shared_from_this<Walker> {
 public:
  Walker(const Call& call, JobWalk walk)
      : backend_(call.backend), no_memory_(call.no_memory()), walk_(std::move(walk)) {}

  void go_on() {
    auto set = backend_.jobs_of_view();
    if (set == nullptr) return all_at_once();
    if (set != set_) {  // pointers into the old one say nothing of the new one
      set_ = std::move(set);
      reached_ = 0;
      walk_.begin();
    }
    const std::size_t upto = std::min(set_->jobs.size(), reached_ + JobWalk::jobs_at_once);
    for (; reached_ < upto; ++reached_) {
      if (auto view = backend_.view().job(set_->jobs[reached_].name)) walk_.visit(*std::move(view));
    }
    if (reached_ == set_->jobs.size()) return walk_.end(set_);
    // By way of the reader's thread, because what comes back from there waits for its turn.
    backend_.read_history([self = shared_from_this()](History&) { return [self] { self->go_on(); }; }, no_memory_);
  }

 private:
  // Nobody can hold on to the jobs: they are about to be replaced, or there is no daemon behind this.
  void all_at_once() {
    walk_.begin();
    for (JobView& view : backend_.view().jobs()) walk_.visit(std::move(view));
    walk_.end(nullptr);
  }

  Backend& backend_;
  std::function<void()> no_memory_;
  JobWalk walk_;
  std::shared_ptr<const JobSet> set_;
  std::size_t reached_ = 0;
};

}  // namespace

void walk_jobs(const Call& call, JobWalk walk) { std::make_shared<Walker>(call, std::move(walk))->go_on(); }

}  // namespace belfry::api
