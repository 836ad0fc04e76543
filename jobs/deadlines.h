// What is to happen to attempts at some moment: one timer for all of them.
#pragma once

#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include <belfry/names.h>
#include <belfry/time.h>

#include <base/os.h>

namespace belfry {

class Deadlines {
 public:
  enum class What {
    limit,     // its time is over
    grace,     // it was told to stop, and should have
    progress,  // what it said meanwhile is to be told
  };
  struct Due {
    AttemptId id;
    What what = What::limit;
  };

  static Result<Deadlines> open();

  // Readable when one has come.
  int fd() const { return timer_.get(); }

  // In the place of an earlier one for the same.
  void set(const Due& due, BootTime at);
  void forget(const AttemptId& id);

  // Those that have come, which are forgotten.
  std::vector<Due> take(BootTime now);

 private:
  using Key = std::pair<AttemptId, What>;

  explicit Deadlines(Fd timer) : timer_(std::move(timer)) {}
  void forget(const AttemptId& id, What what);
  void arm();

  Fd timer_;
  std::set<std::tuple<BootTime, AttemptId, What>> by_time_;
  std::map<Key, BootTime> times_;
  BootTime armed_for_{};  // 0: not
};

}  // namespace belfry
