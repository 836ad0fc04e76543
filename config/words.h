// Keys behind which one of a few words stands, and what other systems call them.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include <config/fields.h>

namespace belfry::config {

template <class T>
struct Word {
  std::string_view text;
  T value;
};

// Somebody else's word for one of ours (S36): "Kubernetes' Forbid is 'skip'".
struct ForeignWord {
  std::string_view text;
  std::string_view means;
  std::string_view whose;  // in the genitive: "Kubernetes'"
};

// Specialised for each such type:
//   static constexpr std::string_view words;        "first, last or both"
//   static constexpr std::array known{Word<T>...};
//   static constexpr std::array foreign{...};       may be left out
template <class T>
struct Words;

template <class T>
constexpr auto word_texts() {
  std::array<std::string_view, Words<T>::known.size()> texts;
  for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = Words<T>::known[i].text;
  return texts;
}

template <class T>
inline constexpr auto word_texts_of = word_texts<T>();

template <class T>
constexpr std::span<const ForeignWord> foreign_words() {
  if constexpr (requires { Words<T>::foreign; }) return Words<T>::foreign;
  return {};
}

// The index of the word that stands there. Empty: it is none of them, which has been reported.
std::optional<std::size_t> read_word(Reader& reader, Node node, std::span<const std::string_view> known,
                                     std::string_view expected, std::span<const ForeignWord> foreign = {});

template <class T>
  requires requires { Words<T>::known; }
struct Type<T> {
  static constexpr std::string_view words = Words<T>::words;
  static constexpr std::array shapes{Shape{.kind = Shape::Kind::word, .words = word_texts_of<T>}};

  static std::optional<T> read(Reader& reader, Node node) {
    const auto index = read_word(reader, node, word_texts_of<T>, words, foreign_words<T>());
    return index ? std::optional(Words<T>::known[*index].value) : std::nullopt;
  }
};

}  // namespace belfry::config
