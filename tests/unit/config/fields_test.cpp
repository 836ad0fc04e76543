#include <string>

#include <doctest/doctest.h>

#include <config/types.h>
#include <config/yaml.h>

using namespace belfry;
using namespace belfry::config;

namespace {

// A map of its own, to show what a table alone decides.
struct Bell {
  std::string tone = "C";
  bool is_cracked = false;
  std::optional<std::string> rope;
  std::optional<std::string> motor;
  std::optional<std::string> oil;
};

constexpr Fields bell_fields{
    field<&Bell::tone>("tone", "How it sounds."),
    field<&Bell::is_cracked>("cracked", "Whether it sounds."),
    field<&Bell::rope>("rope", "What it is pulled by."),
    field<&Bell::motor>("motor", "What turns it."),
    field<&Bell::oil>("oil", "What keeps the motor going.", {.needs = "motor"}),
};
constexpr std::array<std::string_view, 2> drives{"rope", "motor"};
constexpr std::array bell_choices{Choice{drives, "has nothing to move it", "write  rope: hemp"}};
constexpr std::array bell_translations{
    Translation{"pitch", "tone", {}},
    Translation{"engine", "motor", "write  motor: electric"},
    Translation{"tower", "", "a tower has bells, a bell has none"},
};
constexpr Table<Bell> bell_table{bell_fields, bell_choices, bell_translations, "one bell at a time"};

struct Outcome {
  Bell bell;
  std::string said;  // one line per problem, without the file's name
};

Outcome read(const char* text) {
  const Source source("", text);
  Problems problems(source);
  const auto tree = parse_yaml(source, {}, problems);
  REQUIRE(tree.has_value());
  ZoneCache zones;
  Reader reader(tree->root(), zones);
  const Reader::Scope scope(reader, "the bell", tree->root());
  Outcome out;
  read_fields(reader, tree->root(), bell_table, out.bell);
  for (const Problem& problem : problems.take()) out.said += one_line(problem) + "\n";
  return out;
}

}  // namespace

TEST_CASE("config/fields: a row and a member make a key") {
  const auto outcome = read("{tone: D, cracked: true, motor: old, oil: thick}");
  CHECK(outcome.said.empty());
  CHECK(outcome.bell.tone == "D");
  CHECK(outcome.bell.is_cracked);
  CHECK(outcome.bell.motor == "old");
  CHECK(outcome.bell.oil == "thick");
}

TEST_CASE("config/fields: a key that is not given leaves the default, and so does one that is wrong") {
  const auto outcome = read("{rope: hemp, cracked: yes, tone: [D]}");
  CHECK(outcome.bell.tone == "C");
  CHECK_FALSE(outcome.bell.is_cracked);
  CHECK_FALSE(outcome.bell.motor.has_value());
  CHECK(outcome.said ==
        ":1:23: 'cracked' must be true or false, not 'yes'; write  true\n"
        ":1:34: 'tone' must be a text, not a list\n");
}

TEST_CASE("config/fields: S36 keys of which one excludes the other, and of which one must be given") {
  CHECK(read("{motor: old, rope: hemp}").said ==
        ":1:14: 'motor' and 'rope' exclude each other in the bell; keep one of them; 'motor' is on line 1\n");
  CHECK(read("tone: D").said == ":1:1: the bell has nothing to move it; write  rope: hemp\n");
}

TEST_CASE("config/fields: S36 a key that needs another") {
  CHECK(read("{rope: hemp, oil: thin}").said ==
        ":1:14: 'oil' goes with 'motor', which the bell does not have; remove it, or use 'motor'\n");
}

TEST_CASE("config/fields: S36 an unknown key is explained, and counts as the one it was meant to be") {
  // None of these also complains that nothing moves the bell.
  CHECK(read("moter: old").said == ":1:1: unknown key 'moter' in the bell; did you mean 'motor'?\n");
  CHECK(read("{engine: old, oil: thin}").said == ":1:2: unknown key 'engine' in the bell; write  motor: electric\n");
  CHECK(read("{rope: r, pitch: D}").said == ":1:11: unknown key 'pitch' in the bell; here it is called 'tone'\n");
  CHECK(read("{rope: r, tower: old}").said ==
        ":1:11: unknown key 'tower' in the bell; a tower has bells, a bell has none\n");
  CHECK(read("{rope: r, second: {}}").said == ":1:11: unknown key 'second' in the bell; one bell at a time\n");
  CHECK(read("{rope: r, weight: 3t}").said ==
        ":1:11: unknown key 'weight' in the bell; the keys here are: tone, cracked, rope, motor, oil\n");
}

TEST_CASE("config/fields: S36 keys that begin with x- are the person's own") {
  CHECK(read("{rope: r, x-tone: [E], x-: ~}").said.empty());
}

TEST_CASE("config/fields: S36 what could not be read was reported already, and is not complained of again") {
  const auto outcome = read("rope: r\ntone: @D\n");
  CHECK(outcome.said == ":2:7: a value that begins with @ must be in quotes; write  tone: \"@D\"\n");
  CHECK(outcome.bell.tone == "C");
}

TEST_CASE("config/fields: rules that speak of a key that is not in the table are found out") {
  Rules rules = bell_table.rules;
  CHECK(rules.is_consistent());
  static constexpr std::array<std::string_view, 1> nobody{"nobody"};
  static constexpr std::array choices{Choice{nobody, {}, {}}};
  rules.choices = choices;
  CHECK_FALSE(rules.is_consistent());
  rules = bell_table.rules;
  static constexpr std::array shadowed{Translation{"tone", "motor", {}}};  // would never be said
  rules.translations = shadowed;
  CHECK_FALSE(rules.is_consistent());
  rules = bell_table.rules;
  static constexpr std::array pointless{Translation{"pitch", "", {}}};
  rules.translations = pointless;
  CHECK_FALSE(rules.is_consistent());
  const std::array twice{bell_fields.rows[0], bell_fields.rows[0]};
  CHECK_FALSE(Rules{.fields = twice}.is_consistent());
}
