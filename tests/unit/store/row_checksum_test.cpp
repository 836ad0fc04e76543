#include <set>
#include <string>

#include <doctest/doctest.h>

#include <store/row_checksum.h>

using namespace belfry;

namespace {

template <class... Values>
std::int32_t sum_of(const Values&... values) {
  RowChecksum sum;
  std::size_t place = 0;
  (sum.add(place++, values), ...);
  return sum.value();
}

constexpr std::int64_t none = 0;
const std::string_view empty;

}  // namespace

TEST_CASE("store/row_checksum: what it gives is fixed for ever, because it stands in ledgers") {
  CHECK(sum_of(std::int64_t{1}) == 1972133601);
  CHECK(sum_of(std::string_view("nightly-backup")) == -1967613781);
  CHECK(sum_of(std::int64_t{-5}, std::string_view("x"), std::int64_t{1'700'000'000'000}) == -1719488358);
}

TEST_CASE("store/row_checksum: an empty text changes nothing, wherever it stands, and a zero is not nothing") {
  const std::int64_t five = 5;
  CHECK(sum_of(five, empty) == sum_of(five));
  CHECK(sum_of(empty, empty) == 0);
  CHECK(sum_of(none) != 0);
  CHECK(sum_of(none, five) != sum_of(five, none));
}

TEST_CASE("store/row_checksum: F07 every single flipped bit of a value changes it") {
  const std::int64_t number = 1'763'600'000'000;
  std::set<std::int32_t> sums{sum_of(number)};
  for (unsigned bit = 0; bit < 64; ++bit) sums.insert(sum_of(std::int64_t(std::uint64_t(number) ^ (1ULL << bit))));
  CHECK(sums.size() == 65);

  const std::string text = "nightly-backup of all the databases";
  sums = {sum_of(std::string_view(text))};
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string flipped = text;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    sums.insert(sum_of(std::string_view(flipped)));
  }
  for (std::size_t size = 0; size < text.size(); ++size) sums.insert(sum_of(std::string_view(text).substr(0, size)));
  CHECK(sums.size() == 1 + text.size() * 9);
}
