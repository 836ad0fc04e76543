// Makes stars of secrets in a text (S38): what the minder's redactor does for a process, for those who say whole texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace belfry {

class SecretWords {
 public:
  static constexpr std::size_t shortest = 8;  // a shorter one would be found in anything

  void add(std::string_view value);

  // The text with each exact appearance of a value as stars, as many as it has bytes.
  std::string hidden_in(std::string_view text) const;

 private:
  std::vector<std::string> values_;
};

}  // namespace belfry
