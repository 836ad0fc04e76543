// `call:` and `with:`: a callable of the daemon's own process and its parameters, checked against what the callable
// says of them. A mistake in a parameter is reported where its value stands.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <belfry/callable.h>
#include <belfry/job.h>

#include <config/types.h>

namespace belfry::config {

// `with:` as it stands.
struct WithEntry {
  Node node;
  Arguments arguments;
};

// What a job may call.
struct CallableScope {
  const Callables* callables = nullptr;  // null: nobody knows, and any name will do
  std::set<std::string> plugins;         // those that the file names
  bool has_unseen = false;               // some of them were not loaded, and may bring whatever nobody else does
};

struct CallEntry {
  const std::optional<MarkedText>& name;
  const std::optional<WithEntry>& with;
  Node job;  // the map of its keys
};

// REQUIRES: a name. Empty: something was wrong, and has been reported.
std::optional<Call> call_of(Reader& reader, const CallEntry& entry, const CallableScope& scope);

template <>
struct Type<WithEntry> {
  static constexpr std::string_view words = "a map of the callable's parameters to their values";
  static constexpr std::array value{Shape{.kind = Shape::Kind::text},
                                    Shape{.kind = Shape::Kind::list, .of = shapes::text},
                                    Shape{.kind = Shape::Kind::map_of, .of = shapes::text}};
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::map_of, .of = value}};
  static std::optional<WithEntry> read(Reader& reader, Node node);
};

}  // namespace belfry::config
