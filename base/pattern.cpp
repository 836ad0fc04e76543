#include <regex.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <base/ascii.h>
#include <base/pattern.h>

namespace belfry {

namespace {

// What stands between { and } of a repetition. It is not checked: that is the library's business.
struct Times {
  std::uint64_t count = 0;  // as often as it has to be written out
  std::size_t length = 0;   // of the text, with the } but without the {
};

Times times_in(std::string_view text) {
  const std::string_view inner = text.substr(0, text.find('}'));
  Times times{.length = std::min(inner.size() + 1, text.size())};
  std::uint64_t number = 0;
  for (const char c : inner) {
    number = is_digit(c) ? std::min<std::uint64_t>(number * 10 + static_cast<std::uint64_t>(c - '0'), 1U << 20U) : 0;
    times.count = std::max(times.count, number);
  }
  if (inner.ends_with(',')) ++times.count;
  return times;
}

// Where the bracket expression that begins at `at` ends: a ] right behind its beginning is one of its characters.
std::size_t end_of_set(std::string_view text, std::size_t at) {
  std::size_t first = at + 1;
  if (text.substr(first).starts_with('^')) ++first;
  if (text.substr(first).starts_with(']')) ++first;
  return std::min(text.find(']', first), text.size());
}

// Walks an expression and adds up what its repetitions unfold to.
class Sizes {
 public:
  // Why it is too large; nothing: it is not.
  std::optional<std::string> why_too_large(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      i += step(text, i);
      if (groups_.size() > Pattern::depth_max) return "its brackets are nested too deep";
      if (groups_.back() > Pattern::characters_max) {
        return "written out, its repetitions are more than " + std::to_string(Pattern::characters_max) + " characters";
      }
    }
    return std::nullopt;
  }

 private:
  // What follows the character at `i` and belongs to it.
  std::size_t step(std::string_view text, std::size_t i) {
    switch (text[i]) {
      case '\\':
        add(1);
        return 1;
      case '[':
        add(1);
        return end_of_set(text, i) - i;
      case '(':
        groups_.push_back(0);
        return 0;
      case ')':
        close();
        return 0;
      case '{': {
        const Times times = times_in(text.substr(i + 1));
        repeat(times.count);
        return times.length;
      }
      case '+':
        repeat(2);
        return 0;
      case '*':
      case '?':
        return 0;
      default:
        add(1);
        return 0;
    }
  }

  void add(std::uint64_t size) {
    last_ = size;
    groups_.back() += size;
  }

  void close() {
    if (groups_.size() == 1) return;
    const std::uint64_t size = std::exchange(groups_.back(), 0);
    groups_.pop_back();
    add(size);
  }

  // The newest atom stands there `times` times, instead of once.
  void repeat(std::uint64_t times) {
    const std::uint64_t more = last_ * (std::max<std::uint64_t>(times, 1) - 1);
    last_ += more;
    groups_.back() += more;
  }

  // What is in those that are open, the whole first; each is at most a little too large.
  std::vector<std::uint64_t> groups_ = {0};
  std::uint64_t last_ = 0;  // the newest atom
};

bool has_back_reference(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] != '\\') continue;
    ++i;
    if (text[i] >= '1' && text[i] <= '9') return true;
  }
  return false;
}

std::unexpected<Error> refuse(std::string why) { return std::unexpected(Error::bad_input(std::move(why))); }

}  // namespace

struct Pattern::Compiled {
  Compiled() = default;
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  ~Compiled() {
    if (error == 0) ::regfree(&regex);
  }

  regex_t regex{};
  int error = 1;
};

Result<Pattern> Pattern::compile(const std::string& expression, Anchors anchors) {
  if (expression.find('\0') != std::string::npos) return refuse("it contains a NUL");
  if (has_back_reference(expression)) return refuse("back references such as \\1 are not taken here");
  if (auto why = Sizes().why_too_large(expression)) return refuse(*std::move(why));
  auto compiled = std::make_unique<Compiled>();
  const int flags = REG_EXTENDED | REG_NOSUB | (anchors == Anchors::lines ? REG_NEWLINE : 0);
  compiled->error = ::regcomp(&compiled->regex, expression.c_str(), flags);
  if (compiled->error == 0) return Pattern(std::move(compiled));
  std::array<char, 200> words{};
  ::regerror(compiled->error, &compiled->regex, words.data(), words.size());
  return refuse(words.data());
}

Pattern::Pattern(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

bool Pattern::is_found_in(const std::string& text) const {
  return ::regexec(&compiled_->regex, text.c_str(), 0, nullptr, 0) == 0;
}

}  // namespace belfry
