// The text of a configuration file, and where in it something stands. Everything that is said about a file says
// where: a byte offset inside this room, a line and a column for people.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace belfry::config {

// Both count from 1. Columns count characters, not bytes.
struct Position {
  std::size_t line = 0;
  std::size_t column = 0;
};

// A view: the text must outlive it. A byte order mark at the beginning is not part of what it shows.
class Source {
 public:
  Source(std::string name, std::string_view text);

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }

  // Offsets behind the end mean the end. Linear in the offset: for messages only.
  Position position(std::size_t offset) const;
  std::size_t line_begin(std::size_t offset) const;
  std::string_view line_around(std::size_t offset) const;  // without its line end

 private:
  std::string name_;
  std::string_view text_;
};

struct BadCharacter {
  std::size_t offset = 0;
  std::optional<char32_t> control;  // the control character; none: not UTF-8
};

// The first thing in the text that YAML does not allow: bytes that are not UTF-8, and control characters. These must
// be found before parsing, because yaml-cpp repairs the former and takes a 0x04 for the end of the file.
std::optional<BadCharacter> find_bad_character(std::string_view text);

}  // namespace belfry::config
