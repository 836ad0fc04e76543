// Tables of fields. For each kind of map in the file there is one struct, a member per key, and one table, a row per
// key; the table alone drives decoding, defaults and messages. Adding a key is a row and a member:
//
//   struct JobEntry {
//     std::vector<std::string> tags;
//   };
//   constexpr Fields rows{
//       field<&JobEntry::tags>("tags", "Words to select jobs by."),
//   };
//
// What may stand behind a key follows from the type of its member: Type<T> (types.h) reads a T and says in words what
// a T is. A key that is not given leaves its member as it was, so the member's initializer is the default.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <base/verify.h>
#include <config/reader.h>
#include <config/shape.h>
#include <config/tree.h>

namespace belfry::config {

// What a number, or a duration in milliseconds, may be.
struct Range {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

// Specialised in types.h and its like, for each T that a member may have:
//   static constexpr std::string_view words;             what to write, "true or false"
//   static constexpr std::array shapes{Shape...};        the same for a schema (shape.h)
// and one of
//   static std::optional<T> read(Reader& reader, Node);         empty: it is no T, which has been reported
//   static std::optional<T> read(Reader& reader, Node, Range);
//   static void merge(Reader& reader, Node, T& value);          for maps: what is not said stays as it was
template <class T>
struct Type;

// Whether the word `none` takes an optional member back to nothing, where `defaults:` may have given it a value.
enum class None { unknown, known };

// Whether the key may also stand where others inherit from: in `defaults:`, or in a file that is included.
enum class Inherit { yes, no };

struct Field {
  std::string_view key;
  std::string_view summary;  // what it is for, in one sentence
  std::string_view needs;    // a key without which this one means nothing; may be empty
  Range range;
  None none = None::unknown;
  Inherit inherit = Inherit::yes;
  std::string_view usual;         // what holds where nothing is said, as one would write it; may be empty
  std::string_view words;         // what to write
  std::span<const Shape> shapes;  // the same for programs
  void (*read)(Reader& reader, Node value, void* owner, const Field& field);
};

// A Field that remembers whose member it sets, so that rows of two owners do not mix.
template <class Owner>
struct FieldOf : Field {};

struct FieldOptions {
  std::string_view needs;
  Range range;
  None none = None::unknown;
  Inherit inherit = Inherit::yes;
  std::string_view usual;
};

template <class Owner, class Value>
Owner owner_of(Value Owner::*);
template <class Owner, class Value>
Value value_of(Value Owner::*);

// A member that may be absent is an std::optional.
template <class T>
struct Present {
  using type = T;
};
template <class T>
struct Present<std::optional<T>> {
  using type = T;
};

bool is_none(Node value);

template <class T>
void read_member(Reader& reader, Node node, T& member, const Field& field) {
  using Value = typename Present<T>::type;
  const auto keep = [&member](std::optional<Value> value) {
    if (value) member = *std::move(value);
  };
  if constexpr (!std::same_as<T, Value>) {
    if (field.none == None::known && is_none(node)) return member.reset();
  }
  if constexpr (requires(Value& value) { Type<Value>::merge(reader, node, value); }) {
    if constexpr (!std::same_as<T, Value>) {
      if (!member) member.emplace();
      Type<Value>::merge(reader, node, *member);
    } else {
      Type<Value>::merge(reader, node, member);
    }
  } else if constexpr (requires { Type<Value>::read(reader, node, field.range); }) {
    keep(Type<Value>::read(reader, node, field.range));
  } else {
    keep(Type<Value>::read(reader, node));
  }
}

// A row for a member, or for a member of a member: field<&JobEntry::policies, &Policies::timeout>.
template <auto member, auto... inner>
constexpr auto field(std::string_view key, std::string_view summary, FieldOptions options = {}) {
  using Owner = decltype(owner_of(member));
  using Member = std::remove_cvref_t<decltype(((std::declval<Owner&>().*member).*....*inner))>;
  const auto read = [](Reader& reader, Node node, void* owner, const Field& row) {
    read_member(reader, node, ((static_cast<Owner*>(owner)->*member).*....*inner), row);
  };
  return FieldOf<Owner>{{.key = key,
                         .summary = summary,
                         .needs = options.needs,
                         .range = options.range,
                         .none = options.none,
                         .inherit = options.inherit,
                         .usual = options.usual.empty() && options.none == None::known ? "none" : options.usual,
                         .words = Type<typename Present<Member>::type>::words,
                         .shapes = Type<typename Present<Member>::type>::shapes,
                         .read = read}};
}

template <class Owner, std::size_t count>
struct Fields {
  template <std::same_as<FieldOf<Owner>>... Rows>
  constexpr explicit Fields(Rows... fields) : rows{fields...} {}
  std::array<Field, count> rows;
};
template <class Owner, class... Rest>
Fields(FieldOf<Owner>, Rest...) -> Fields<Owner, 1 + sizeof...(Rest)>;

// Keys of which one excludes the others. One of them must be given if `missing` is not empty: it says what lacks.
struct Choice {
  std::span<const std::string_view> keys;
  std::string_view missing;
  std::string_view hint;
};

// A key that another system has for the same thing, or that belongs elsewhere (S36).
struct Translation {
  std::string_view key;
  std::string_view means;  // our key for it; empty: none in this map
  std::string_view hint;   // what to write; empty: our key in its place
};

struct Rules {
  std::span<const Field> fields;
  std::span<const Choice> choices;
  std::span<const Translation> translations;
  std::string_view stray_map;  // what an unknown key with a map behind it may be; empty: nothing comes to mind

  constexpr const Field* find(std::string_view key) const {
    const auto row = std::ranges::find(fields, key, &Field::key);
    return row == fields.end() ? nullptr : &*row;
  }

  // Whether all the keys that the rules speak of are keys of the table, and each stands there once.
  constexpr bool is_consistent() const {
    const auto is_known = [this](std::string_view key) { return find(key) != nullptr; };
    const auto is_known_or_none = [&](std::string_view key) { return key.empty() || is_known(key); };
    const auto field_is_sound = [&](const Field& f) {
      return find(f.key) == &f && !f.summary.empty() && is_known_or_none(f.needs);
    };
    const auto choice_is_sound = [&](const Choice& c) { return std::ranges::all_of(c.keys, is_known); };
    const auto translation_is_sound = [&](const Translation& t) {
      return !is_known(t.key) && is_known_or_none(t.means) && !(t.means.empty() && t.hint.empty());
    };
    return std::ranges::all_of(fields, field_is_sound) && std::ranges::all_of(choices, choice_is_sound) &&
           std::ranges::all_of(translations, translation_is_sound);
  }
};

// The rules for one struct. Inconsistent ones do not compile.
template <class Owner>
struct Table {
  template <std::size_t count>
  consteval Table(const Fields<Owner, count>& fields, std::span<const Choice> choices,
                  std::span<const Translation> translations, std::string_view stray_map = {})
      : rules{fields.rows, choices, translations, stray_map} {
    VERIFY(rules.is_consistent());
  }
  Rules rules;
};

// What the map stands for: the whole of a thing, or a part of it, from which nothing is missing.
enum class MapOf { one_thing, part, defaults, included_file };

// Reads a map by its rules into `owner`. Keys that begin with `x-` are the person's own and are ignored. Every problem
// is reported; what is wrong, or not given, leaves its member as it was.
// REQUIRES: map is a map, owner of the type that the rules are for.
void read_fields(Reader& reader, Node map, const Rules& rules, void* owner, MapOf map_of);

template <class Owner>
void read_fields(Reader& reader, Node map, const Table<Owner>& table, Owner& owner, MapOf map_of = MapOf::one_thing) {
  read_fields(reader, map, table.rules, &owner, map_of);
}

}  // namespace belfry::config
