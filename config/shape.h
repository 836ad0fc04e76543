// What a value looks like, for programs: from it the JSON Schema is made. A type says what people should write in
// `words`, and in `shapes` the alternatives that a schema can check. What only the reading can find out, such as
// whether a time zone exists, is in neither.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace belfry::config {

struct Rules;

struct Shape {
  enum class Kind : std::uint8_t {
    text,     // any scalar: a number or true is the text that stands there
    pattern,  // a text that fits a regular expression
    word,     // one of a few
    boolean,
    integer,   // in the range of its field
    number,    // the same, with a fraction
    list,      // of values that look like `of`
    map_of,    // of names to values that look like `of`
    fields,    // a map with the keys of a table
    defaults,  // the same, with the keys that can be inherited
  };
  Kind kind = Kind::text;
  std::string_view pattern = {};
  std::span<const std::string_view> words = {};
  std::span<const Shape> of = {};
  const Rules* rules = nullptr;
};

namespace shapes {

inline constexpr std::array text{Shape{.kind = Shape::Kind::text}};
inline constexpr std::array boolean{Shape{.kind = Shape::Kind::boolean}};
inline constexpr std::array integer{Shape{.kind = Shape::Kind::integer}};
inline constexpr std::array number{Shape{.kind = Shape::Kind::number}};
inline constexpr std::array texts{Shape{.kind = Shape::Kind::list, .of = text}};
inline constexpr std::array text_map{Shape{.kind = Shape::Kind::map_of, .of = text}};
inline constexpr std::array path{Shape{.kind = Shape::Kind::pattern, .pattern = "^/"}};
inline constexpr std::array duration{Shape{
    .kind = Shape::Kind::pattern, .pattern = "^(?=.)([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"}};

}  // namespace shapes

}  // namespace belfry::config
