// What the file says about parameters and secrets (S38): `params:` of a job, `secrets:` of a file, and `unique:`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <belfry/params.h>

#include <config/types.h>

namespace belfry::config {

struct ParamKeys {
  ParamType type = ParamType::string;
  bool is_required = false;
  std::optional<MarkedText> fallback;
  std::vector<MarkedText> options;
  std::optional<MarkedText> min;
  std::optional<MarkedText> max;
  std::optional<MarkedText> pattern;
  std::string description;
};

struct ParamEntry {
  Node key;
  ParamDefinition definition;
};

struct SecretKeys {
  std::optional<Path> file;
  std::optional<MarkedText> credential;
};

struct SecretEntry {
  Node key;
  SecretSource source;
};

// `unique: true`, `false`, or for how long after its opening.
struct UniqueSetting {
  std::optional<Millis> young;
};

extern const Table<ParamKeys> param_table;
extern const Table<SecretKeys> secret_table;

template <>
struct Words<ParamType> {
  static constexpr std::string_view words = "string, integer, number, boolean, date or choice";
  static constexpr std::array known{
      Word<ParamType>{"string", ParamType::string}, Word<ParamType>{"integer", ParamType::integer},
      Word<ParamType>{"number", ParamType::number}, Word<ParamType>{"boolean", ParamType::boolean},
      Word<ParamType>{"date", ParamType::date},     Word<ParamType>{"choice", ParamType::choice}};
  static constexpr std::array foreign{
      ForeignWord{"text", "string", "HTML's"},         ForeignWord{"int", "integer", "C's"},
      ForeignWord{"float", "number", "C's"},           ForeignWord{"bool", "boolean", "C's"},
      ForeignWord{"array", "choice", "JSON Schema's"}, ForeignWord{"enum", "choice", "JSON Schema's"}};
};

template <>
struct Type<std::vector<ParamEntry>> {
  static constexpr std::string_view words = "a map of names to parameters";
  static constexpr std::array param{Shape{.kind = Shape::Kind::fields, .rules = &param_table.rules}};
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::map_of, .of = param}};
  static std::optional<std::vector<ParamEntry>> read(Reader& reader, Node node);
};

template <>
struct Type<std::vector<SecretEntry>> {
  static constexpr std::string_view words = "a map of names to where each secret is kept";
  static constexpr std::array secret{Shape{.kind = Shape::Kind::fields, .rules = &secret_table.rules}};
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::map_of, .of = secret}};
  static std::optional<std::vector<SecretEntry>> read(Reader& reader, Node node);
};

template <>
struct Type<UniqueSetting> {
  static constexpr std::string_view words = "true, false, or a duration such as 10m";
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::boolean}, shapes::duration[0]};
  static std::optional<UniqueSetting> read(Reader& reader, Node node);
};

}  // namespace belfry::config
