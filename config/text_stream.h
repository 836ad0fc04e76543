// Hands a text to the parser piece by piece, and stops when it would drown in it.
//
// yaml-cpp reads everything between an opening bracket and its closing one before it reports the bracket: a file of
// nothing but `[` costs 250 bytes per byte before the first event could be refused. So brackets that stay open are
// counted here, between two events, and far beyond any real file the text ends.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <streambuf>
#include <string_view>

namespace belfry::config {

class TextStream final : public std::streambuf {
 public:
  // Far above the depth of a tree that is accepted, because what looks like a bracket here may be part of a text.
  static constexpr std::ptrdiff_t open_max = 1000;

  // REQUIRES: the text outlives this.
  explicit TextStream(std::string_view text) : rest_(text) {}

  // The parser reports an event: whatever is open by now, it knows.
  void note_progress() { open_ = 0; }

  // Where the text was cut, if it was.
  std::optional<std::size_t> stopped_at() const { return stopped_at_; }

 protected:
  int_type underflow() override;

 private:
  // Small, because a bracket that opens in the same piece as an event counts against the next one.
  static constexpr std::size_t piece_size = 4096;

  bool count_brackets(std::string_view piece);

  std::string_view rest_;
  std::array<char, piece_size> piece_{};
  std::size_t given_ = 0;
  std::ptrdiff_t open_ = 0;
  bool is_quoted_ = false;
  bool is_escaped_ = false;  // the character before was a backslash
  std::optional<std::size_t> stopped_at_;
};

}  // namespace belfry::config
