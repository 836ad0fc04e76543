#include <algorithm>
#include <string>

#include <base/text.h>
#include <config/types.h>
#include <config/words.h>

namespace belfry::config {

namespace {

std::string hint_for(std::string_view word, std::span<const std::string_view> known,
                     std::span<const ForeignWord> foreign) {
  const auto theirs = std::ranges::find(foreign, word, &ForeignWord::text);
  if (theirs != foreign.end()) {
    return std::string(theirs->whose) + " " + std::string(theirs->text) + " is " + quote(theirs->means);
  }
  const auto near = nearest(word, known);
  return near ? "did you mean " + quote(*near) + "?" : "";
}

}  // namespace

std::optional<std::size_t> read_word(Reader& reader, Node node, std::span<const std::string_view> known,
                                     std::string_view expected, std::span<const ForeignWord> foreign) {
  const auto text = read_text(reader, node, expected);
  if (!text) return std::nullopt;
  const auto word = std::ranges::find(known, *text);
  if (word != known.end()) return static_cast<std::size_t>(word - known.begin());
  reader.wrong_type(node, expected, hint_for(*text, known, foreign));
  return std::nullopt;
}

}  // namespace belfry::config
