// Values: what stands behind a parameter of a callable. A tree of texts, as a person wrote them: what a text means, a
// number or a duration, its parameter says (callable.h), so `0123` and `on` stay what they are until somebody asks.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace belfry {

struct Member;

struct Value {
  using List = std::vector<Value>;
  using Map = std::vector<Member>;  // in the order of the file; each name once

  std::variant<std::string, List, Map> held;

  friend bool operator==(const Value& a, const Value& b);

  // Calls `visit(std::string&)` for every text in it: how `${param:x}` and `${secret:x}` get what they stand for.
  template <class Visit>
  void for_each_text(const Visit& visit);
};

struct Member {
  std::string name;
  Value value;
  bool operator==(const Member&) const = default;
};

inline bool operator==(const Value& a, const Value& b) { return a.held == b.held; }

// The parameters of one call.
using Arguments = Value::Map;

inline const Value* find_argument(const Arguments& arguments, std::string_view name) {
  for (const Member& argument : arguments) {
    if (argument.name == name) return &argument.value;
  }
  return nullptr;
}

template <class Visit>
void Value::for_each_text(const Visit& visit) {
  if (auto* text = std::get_if<std::string>(&held)) return visit(*text);
  if (auto* list = std::get_if<List>(&held)) {
    for (Value& item : *list) item.for_each_text(visit);
    return;
  }
  for (Member& member : std::get<Map>(held)) member.value.for_each_text(visit);
}

}  // namespace belfry
