// Counts and lists, as they stand in messages. Pure.
#pragma once

#include <concepts>
#include <cstddef>
#include <ranges>
#include <string>
#include <string_view>

namespace belfry {

// "1 job", "2 jobs"; `many` is for nouns that take more than an s.
std::string counted(std::integral auto count, std::string_view one, std::string_view many = {}) {
  std::string text = std::to_string(count) + " ";
  if (count == 1) return text.append(one);
  return many.empty() ? text.append(one).append("s") : text.append(many);
}

// "a, b, c"
template <class Words>
std::string joined(const Words& words, std::string_view between = ", ") {
  std::string text;
  for (const std::string_view word : words) text.append(text.empty() ? "" : between).append(word);
  return text;
}

// "a, b, c and 4 more": the first ones, where there are more than `most`.
template <class Words>
std::string some_of(const Words& words, std::size_t most) {
  if (words.size() <= most) return joined(words);
  return joined(words | std::views::take(most)) + " and " + std::to_string(words.size() - most) + " more";
}

}  // namespace belfry
