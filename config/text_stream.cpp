#include <algorithm>
#include <utility>

#include <config/text_stream.h>

namespace belfry::config {

TextStream::int_type TextStream::underflow() {
  const std::string_view piece = rest_.substr(0, piece_size);
  if (piece.empty() || stopped_at_ || !count_brackets(piece)) return traits_type::eof();
  std::copy(piece.begin(), piece.end(), piece_.begin());
  setg(piece_.data(), piece_.data(), piece_.data() + piece.size());
  rest_.remove_prefix(piece.size());
  given_ += piece.size();
  return traits_type::to_int_type(piece_.front());
}

// Double quotes are honoured within a line, so that the texts of a JSON file do not count.
bool TextStream::count_brackets(std::string_view piece) {
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const char c = piece[i];
    const bool is_escaped = std::exchange(is_escaped_, c == '\\' && !is_escaped_);
    if (c == '"' && !is_escaped) is_quoted_ = !is_quoted_;
    if (c == '\n') is_quoted_ = false;
    if (is_quoted_ || is_escaped) continue;
    if (c == '[' || c == '{') ++open_;
    if (c == ']' || c == '}') open_ = std::max<std::ptrdiff_t>(0, open_ - 1);
    if (open_ > open_max) {
      stopped_at_ = given_ + i;
      return false;
    }
  }
  return true;
}

}  // namespace belfry::config
