#include <doctest/doctest.h>

#include <base/params.h>

using namespace belfry;

TEST_CASE("base/params: S38 values of any bytes read back from the ledger's text") {
  const Params params{{"date", "2026-11-19"},
                      {"note", "two\nlines \\n and a = sign"},
                      {"empty", ""},
                      {"end", "\\"},
                      {"evil", "; touch x $(touch y)"}};
  CHECK(decode_params(encode_params(params)) == params);
  CHECK(encode_params(Params{{"a", "1"}, {"b", "x\ny"}}) == "a=1\nb=x\\ny");
  CHECK(encode_params({}).empty());
  CHECK(decode_params("").empty());
}

TEST_CASE("base/params: S38 different values have different texts") {
  const Params one{{"a", "1\nb=2"}};
  const Params two{{"a", "1"}, {"b", "2"}};
  CHECK(encode_params(one) != encode_params(two));
  CHECK_FALSE(one == two);
}
