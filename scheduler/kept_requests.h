// The requests that are remembered, so that their like makes no second run: by the key that somebody gave them (I15),
// and by job and parameters where they are unique. As many as Snapshot::keys_max of each; the oldest is forgotten.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include <belfry/record.h>

namespace belfry {

class KeptRequests {
 public:
  explicit KeptRequests(std::size_t max = Snapshot::keys_max) : by_key_(max), by_wish_(max) {}

  // A key stands for the first run that had it, for good.
  std::optional<RunId> with_key(const std::string& key) const { return by_key_.find(key); }
  void keep_key(const std::string& key, const RunId& run);

  // The newest run that was asked for like this.
  std::optional<RunId> equal(const JobName& job, const Params& params) const;
  void keep(const KeptRequest& request);

 private:
  class Memory {
   public:
    explicit Memory(std::size_t max) : max_(max) {}
    std::optional<RunId> find(const std::string& text) const;
    enum class Known { stays, is_replaced };
    void put(std::string text, const RunId& run, Known known);

   private:
    struct Kept {
      RunId run;
      std::size_t mentions = 0;  // in order_
    };
    std::size_t max_;
    std::map<std::string, Kept> runs_;
    std::deque<const std::string*> order_;  // keys of runs_
  };

  Memory by_key_;
  Memory by_wish_;
};

}  // namespace belfry
