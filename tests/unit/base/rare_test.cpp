#include <string>

#include <doctest/doctest.h>

#include <belfry/rare.h>

using namespace belfry;

TEST_CASE("base/rare: without a value it takes no more than a pointer; with one it is an optional") {
  static_assert(sizeof(Rare<std::string>) == sizeof(void*));
  Rare<std::string> none;
  CHECK_FALSE(none);
  CHECK(none.value_or("else") == "else");
  CHECK(none == Rare<std::string>(std::nullopt));
  CHECK(none == Rare<std::string>(std::optional<std::string>()));

  Rare<std::string> one = std::string("one");
  CHECK(one.has_value());
  CHECK(*one == "one");
  CHECK(one->size() == 3);
  CHECK(one.value_or("else") == "one");
  CHECK_FALSE(one == none);
  CHECK(one == Rare<std::string>(std::optional<std::string>("one")));
}

TEST_CASE("base/rare: a copy is a value of its own") {
  Rare<std::string> one = std::string("one");
  Rare<std::string> copy = one;
  *copy += "!";
  CHECK(*one == "one");
  copy = one;
  CHECK(copy == one);
  const Rare<std::string> moved = std::move(copy);
  CHECK(*moved == "one");
  one.reset();
  CHECK_FALSE(one);
}
