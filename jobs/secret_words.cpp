#include <jobs/secret_words.h>

namespace belfry {

void SecretWords::add(std::string_view value) {
  if (value.size() >= shortest) values_.emplace_back(value);
}

// Looked for in the text as it was, so that secrets that overlap are all found.
std::string SecretWords::hidden_in(std::string_view text) const {
  std::string out(text);
  for (const std::string& value : values_) {
    for (auto at = text.find(value); at != std::string_view::npos; at = text.find(value, at + 1)) {
      out.replace(at, value.size(), value.size(), '*');
    }
  }
  return out;
}

}  // namespace belfry
