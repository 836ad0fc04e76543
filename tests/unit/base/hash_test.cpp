#include <doctest/doctest.h>

#include <base/hash.h>

using namespace belfry;

TEST_CASE("base/hash: the values are fixed for ever, because ledgers hold them") {
  CHECK(mix(0) == 0xe220a8397b1dcdafU);
  CHECK(mix(1) == 0x910a2dec89025cc1U);
  CHECK(hash_text("") != hash_text("a"));
  CHECK(hash_text("nightly-backup", 1) != hash_text("nightly-backup", 2));
}
