// A file that holds room on the ledger's disk for the day on which there is none (F04): given up, it lets the ledger
// record what has become of things while nothing new may start.
#pragma once

#include <cstdint>
#include <string>

namespace belfry {

class DiskReserve {
 public:
  // `bytes` 0: there is no reserve.
  DiskReserve(std::string path, std::int64_t bytes) : path_(std::move(path)), bytes_(bytes) {}

  // Takes the room, unless it is held already or too little would be left beside it. What does not succeed is tried
  // again the next time.
  void take();

  // Gives it to whoever writes next. False: there was none.
  bool give();

 private:
  const std::string path_;
  const std::int64_t bytes_;
  bool is_held_ = false;
};

}  // namespace belfry
