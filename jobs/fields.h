// Files of `key=value NUL` fields, as jobs/run_directory.h describes them: the daemon's side.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace belfry {

// Begins with the kind and version, ends when whole() is called.
class FieldWriter {
 public:
  explicit FieldWriter(std::string_view kind);

  // REQUIRES: no NUL in the value.
  FieldWriter& add(std::string_view key, std::string_view value);

  std::string whole() &&;

 private:
  std::string content_;
};

// A file of fields that is whole and of a version that is known.
class FieldReader {
 public:
  static std::optional<FieldReader> parse(std::string content, std::string_view kind);

  // The first field with this key; empty, or 0, if there is none or it is not a number.
  std::string_view text(std::string_view key) const;
  std::int64_t number(std::string_view key) const;
  bool flag(std::string_view key) const { return number(key) != 0; }
  bool has(std::string_view key) const { return find(key).has_value(); }

 private:
  explicit FieldReader(std::string content) : content_(std::move(content)) {}
  std::optional<std::string_view> find(std::string_view key) const;

  std::string content_;
};

}  // namespace belfry
