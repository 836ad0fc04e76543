#include <doctest/doctest.h>

#include <belfry/callable.h>

using namespace belfry;

namespace {

Member text(std::string name, std::string value) { return {.name = std::move(name), .value = {std::move(value)}}; }

Callable callable() {
  using Type = Parameter::Type;
  return {.name = "demo",
          .parameters = {{.name = "count", .type = Type::integer, .min = -5, .max = 5},
                         {.name = "flag", .type = Type::boolean},
                         {.name = "age", .type = Type::duration, .min = 1'000},
                         {.name = "room", .type = Type::size, .max = 1024},
                         {.name = "names", .type = Type::texts},
                         {.name = "map", .type = Type::text_map},
                         {.name = "word", .options = {"a", "b"}}},
          .check = [](const Arguments& with) -> std::vector<Complaint> {
            if (find_argument(with, "flag") == nullptr) return {{.parameter = "", .what = "no flag"}};
            return {};
          }};
}

std::string complaint(Arguments with) {
  const auto complaints = check_arguments(callable(), with);
  return complaints.empty() ? "" : complaints.front().what;
}

}  // namespace

TEST_CASE("base/arguments: S38 each parameter is what its type says") {
  const Member flag = text("flag", "true");
  CHECK(complaint({flag}) == "");
  CHECK(complaint({flag, text("count", "-5")}) == "");
  CHECK(complaint({flag, text("count", "6")}) == "'count' must be at most 5, not '6'");
  CHECK(complaint({flag, text("count", "0x1")}) == "'count' must be a whole number");
  CHECK(complaint({text("flag", "yes")}) == "'flag' must be true or false");
  CHECK(complaint({flag, text("age", "500ms")}) == "'age' must be at least 1s, not '500ms'");
  CHECK(complaint({flag, text("room", "2K")}) == "'room' must be at most 1024 bytes, not '2K'");
  CHECK(complaint({flag, text("names", "one")}) == "");
  CHECK(complaint({flag, {.name = "names", .value = {Value::List{{"one"}, {"two"}}}}}) == "");
  CHECK(complaint({flag, {.name = "names", .value = {Value::Map{text("a", "b")}}}}) ==
        "'names' must be a text, or a list of texts");
  CHECK(complaint({flag, text("map", "a")}) == "'map' must be a map of names to texts");
  CHECK(complaint({flag, text("word", "c")}) == "'word' must be one of a, b, not 'c'");
  CHECK(complaint({flag, text("wrod", "a")}) == "'demo' has no parameter 'wrod'");
}

TEST_CASE("base/arguments: S38 a placeholder is anything until it is replaced") {
  CHECK(complaint({text("flag", "true"), text("count", "${param:n}")}) == "");
  CHECK(complaint({}) == "no flag");
  CHECK(complaint({text("flag", "${param:flag}")}) == "");  // what lacks may be what it will say
}

TEST_CASE("base/arguments: values as their types") {
  const Arguments with{text("n", "-7"),
                       text("t", "1h30m"),
                       text("s", "2K"),
                       text("b", "false"),
                       text("w", "x"),
                       {.name = "list", .value = {Value::List{{"a"}, {"b"}}}},
                       {.name = "map", .value = {Value::Map{text("k", "v")}}}};
  CHECK(argument::integer(with, "n") == -7);
  CHECK(argument::duration(with, "t") == std::chrono::minutes{90});
  CHECK(argument::size(with, "s") == 2048);
  CHECK(argument::boolean(with, "b") == false);
  CHECK(argument::texts(with, "w") == std::vector<std::string>{"x"});
  CHECK(argument::texts(with, "list") == std::vector<std::string>{"a", "b"});
  CHECK(argument::text_map(with, "map").at(0) == std::pair<std::string, std::string>("k", "v"));
  CHECK_FALSE(argument::integer(with, "w"));
  CHECK_FALSE(argument::text(with, "none"));
}

TEST_CASE("base/arguments: every text of a value is found") {
  Value value{Value::Map{text("a", "1"), {.name = "b", .value = {Value::List{{"2"}, {Value::Map{text("c", "3")}}}}}}};
  std::string all;
  value.for_each_text([&](std::string& one) {
    all += one;
    one = "x";
  });
  CHECK(all == "123");
  CHECK(value ==
        Value{Value::Map{text("a", "x"), {.name = "b", .value = {Value::List{{"x"}, {Value::Map{text("c", "x")}}}}}}});
}
