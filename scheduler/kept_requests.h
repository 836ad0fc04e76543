// The requests that are remembered, so that their like makes no second run: by the key that somebody gave them (I15),
// and by job and parameters where they are unique. As many as Snapshot::keys_max of each; the oldest is forgotten.
//
// A daemon that begins is told thousands of them, and mostly nobody asks: they stand in a row, and are read into an
// index when somebody does. What is forgotten leaves the row only; the index is made anew when much of it is stale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include <belfry/record.h>

namespace belfry {

class KeptRequests {
 public:
  explicit KeptRequests(std::size_t max = Snapshot::keys_max)
      : by_key_(max, Memory::Counts::first), by_wish_(max, Memory::Counts::newest) {}

  // A key stands for the first run that had it, for good.
  std::optional<RunId> with_key(const std::string& key);
  void keep_key(std::string key, const RunId& run);

  // The newest run that was asked for like this.
  std::optional<RunId> equal(const JobName& job, const Params& params);
  void keep(const KeptRequest& request);

 private:
  class Memory {
   public:
    enum class Counts { first, newest };  // of several runs for one text
    Memory(std::size_t max, Counts counts) : max_(max), counts_(counts) {}
    std::optional<RunId> find(const std::string& text);
    void put(std::string text, const RunId& run);

   private:
    struct Kept {
      std::string text;
      RunId run;
    };
    void read_all();
    void make_index();
    void read(std::uint64_t number);
    std::size_t place_of(const std::string& text) const;
    const Kept& at(std::uint64_t number) const { return row_[number - forgotten_]; }
    std::uint64_t end() const { return forgotten_ + row_.size(); }

    std::size_t max_;
    Counts counts_;
    std::deque<Kept> row_;         // oldest first; numbered from the first there was
    std::uint64_t forgotten_ = 0;  // so many are not there any more
    std::uint64_t read_ = 0;       // so many have been read into the index
    // Open addressing by text: numbers. A power of two, at most half of it in use.
    std::vector<std::uint64_t> index_;
    std::size_t used_ = 0;
  };

  Memory by_key_;
  Memory by_wish_;
};

}  // namespace belfry
