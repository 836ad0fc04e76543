#include <algorithm>
#include <utility>

#include <config/shell_words.h>

namespace belfry::config {

namespace {

class Cutter {
 public:
  explicit Cutter(std::string_view line) : rest_(line) {}

  std::vector<ShellWords> cut() {
    while (!rest_.empty()) step(take());
    end_command();
    return std::move(commands_);
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  void step(char c) {
    if (c == '\'' || c == '"') return quoted(c);
    if (c == '\\' && !rest_.empty()) return add(take());
    if (c == ' ' || c == '\t') return end_word();
    if (c == '<' || c == '>') return redirection();
    if (std::string_view("&|;\n(){}`").contains(c)) return end_command();
    if (c == '#' && !has_word_) return rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    add(c);
  }

  void add(char c) {
    word_ += c;
    has_word_ = true;
  }

  void quoted(char quote) {
    has_word_ = true;
    while (!rest_.empty()) {
      char c = take();
      if (c == quote) return;
      if (c == '\\' && quote == '"' && !rest_.empty()) c = take();
      word_ += c;
    }
  }

  // `2>&1`, `>> file`: neither the number before it nor the file behind it is a word of the command.
  void redirection() {
    if (word_.find_first_not_of("0123456789") == std::string::npos) {
      word_.clear();
      has_word_ = false;
    }
    end_word();
    while (!rest_.empty() && std::string_view("<>&").contains(rest_.front())) (void)take();
    is_target_ = true;
  }

  void end_word() {
    if (!has_word_) return;
    if (!std::exchange(is_target_, false)) words_.push_back(std::move(word_));
    word_.clear();
    has_word_ = false;
  }

  void end_command() {
    end_word();
    is_target_ = false;
    if (!words_.empty()) commands_.push_back(std::exchange(words_, {}));
  }

  std::string_view rest_;
  std::string word_;
  bool has_word_ = false;   // also an empty one: ''
  bool is_target_ = false;  // the next word is where the output goes
  ShellWords words_;
  std::vector<ShellWords> commands_;
};

}  // namespace

std::vector<ShellWords> shell_commands(std::string_view line) { return Cutter(line).cut(); }

}  // namespace belfry::config
