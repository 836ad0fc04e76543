// The checksum of a row: a sum over its columns, of which each contributes by its place and its value.
//
// What is NULL or an empty text contributes nothing, so a column that a later version adds changes no checksum as long
// as it is NULL or empty. A zero does: a bit is all that lies between it and NULL, and exit 0 is not no exit at all.
//
// Fixed for ever, like base/hash.h: it stands in ledgers. Against bits that flip, not against people.
#pragma once

#include <cstdint>
#include <string_view>

namespace belfry {

class RowChecksum {
 public:
  // The place of a column counts from 0. THREADS: none.
  void add(std::size_t place, std::int64_t value);
  void add(std::size_t place, std::string_view text);

  // Of 32 bits, because SQLite stores those in four bytes.
  std::int32_t value() const { return static_cast<std::int32_t>(static_cast<std::uint32_t>(sum_)); }

 private:
  std::uint64_t sum_ = 0;
};

}  // namespace belfry
