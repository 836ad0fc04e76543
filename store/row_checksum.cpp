#include <algorithm>
#include <cstring>

#include <base/hash.h>
#include <store/row_checksum.h>

namespace belfry {

namespace {

constexpr std::uint64_t salt_of_integers = 0x9e37'79b9'7f4a'7c15U;
constexpr std::uint64_t salt_of_texts = 0xd1b5'4a32'd192'ed03U;

std::uint64_t spread(std::size_t place) { return (place + 1) * 0xff51'afd7'ed55'8ccdU; }

// Eight bytes at a time: a start has some hundred. FNV takes them one by one.
std::uint64_t hash_words(std::string_view text) {
  std::uint64_t hash = text.size();
  for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(8, text.size()))) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), std::min<std::size_t>(8, text.size()));
    hash = (hash ^ word) * 0xbf58'476d'1ce4'e5b9U;
    hash ^= hash >> 29U;
  }
  return hash;
}

}  // namespace

void RowChecksum::add(std::size_t place, std::int64_t value) {
  sum_ += mix((static_cast<std::uint64_t>(value) + spread(place)) ^ salt_of_integers);
}

void RowChecksum::add(std::size_t place, std::string_view text) {
  if (!text.empty()) sum_ += mix((hash_words(text) + spread(place)) ^ salt_of_texts);
}

}  // namespace belfry
