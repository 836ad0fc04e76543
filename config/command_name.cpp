#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include <base/ascii.h>
#include <config/command_name.h>
#include <config/shell_words.h>

namespace belfry::config {

namespace {

constexpr std::size_t name_max = 48;  // and some room for a number, far below what a job's name may have

template <std::size_t count>
bool is_one_of(std::string_view word, const std::array<std::string_view, count>& words) {
  return std::ranges::find(words, word) != words.end();
}

std::string_view base_name(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

std::string_view without_extension(std::string_view name) {
  constexpr std::array<std::string_view, 9> extensions{".sh", ".bash", ".py",  ".pl", ".php",
                                                       ".rb", ".js",   ".jar", ".R"};
  for (const std::string_view extension : extensions) {
    if (name.size() > extension.size() && name.ends_with(extension))
      return name.substr(0, name.size() - extension.size());
  }
  return name;
}

// FOO=bar before a command.
bool is_assignment(std::string_view word) {
  const auto equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 && (is_letter(word.front()) || word.front() == '_') &&
         std::ranges::all_of(word.substr(0, equals), [](char c) { return is_alphanumeric(c) || c == '_'; });
}

// Words that begin a command without being one.
constexpr std::array<std::string_view, 10> keywords{"if",    "then", "else", "elif", "while",
                                                    "until", "do",   "!",    "time", "exec"};

// Commands that look, wait or prepare: the next one is what the line is for.
constexpr std::array<std::string_view, 20> preparations{"test", "[",     "[[",     "cd",   ".",     "source", "export",
                                                        "set",  "umask", "ulimit", ":",    "true",  "sleep",  "for",
                                                        "case", "fi",    "done",   "exit", "mkdir", "command"};

// Programs that run another one.
struct Wrapper {
  std::string_view name;
  std::string_view options_with_value;  // letters
  std::size_t arguments = 0;            // of its own, before the other program
};
constexpr std::array wrappers{
    Wrapper{"nice", "n"},      Wrapper{"ionice", "cnp"}, Wrapper{"nohup", ""},   Wrapper{"env", "uS"},
    Wrapper{"setsid", ""},     Wrapper{"chronic", ""},   Wrapper{"cronic", ""},  Wrapper{"timeout", "ks", 1},
    Wrapper{"flock", "wE", 1}, Wrapper{"sudo", "ugp"},   Wrapper{"chrt", "", 1}, Wrapper{"systemd-cat", "tp"},
    Wrapper{"stdbuf", "ioe"},  Wrapper{"runuser", "ug"}, Wrapper{"su", "s"},     Wrapper{"softlimit", "m"},
};

constexpr std::array<std::string_view, 6> shells{"sh", "bash", "dash", "ksh", "zsh", "busybox"};

bool is_interpreter(std::string_view program) {
  constexpr std::array<std::string_view, 7> names{"python", "perl", "php", "ruby", "node", "java", "Rscript"};
  const std::string_view name = program.substr(0, program.find_first_of("0123456789."));
  return is_one_of(name, names) || is_one_of(program, shells);
}

std::optional<std::string> name_of_line(std::string_view line, int depth);

// The word behind the options, `of` those that have none of their own.
std::optional<std::string_view> first_argument(std::span<const std::string> words) {
  const auto argument = std::ranges::find_if(words, [](const std::string& word) { return !word.starts_with('-'); });
  return argument == words.end() ? std::nullopt : std::optional<std::string_view>(*argument);
}

// Behind `-c`, a line for another shell; behind `-m`, a module.
std::optional<std::string_view> argument_of(std::span<const std::string> words, std::string_view option) {
  const auto at = std::ranges::find(words, option);
  if (at == words.end() || at + 1 == words.end()) return std::nullopt;
  return *(at + 1);
}

// `renew` in `certbot -q renew`: a word that says which of its deeds a program does.
std::string deed(std::span<const std::string> words) {
  const auto word = first_argument(words);
  const auto is_plain = [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == ':'; };
  if (!word || word->size() > 24 || !is_letter(word->front()) || !std::ranges::all_of(*word, is_plain)) return "";
  return "-" + std::string(*word);
}

// example.com in `curl -fsS https://example.com/ping`
std::string host_in(std::span<const std::string> words) {
  for (const std::string_view word : words) {
    const auto scheme = word.find("://");
    if (scheme == std::string_view::npos) continue;
    const std::string_view rest = word.substr(scheme + 3);
    return "-" + std::string(rest.substr(0, rest.find_first_of("/:?$")));
  }
  return "";
}

std::string name_of_program(std::span<const std::string> words, int depth) {
  const std::string_view program = base_name(words.front());
  const auto arguments = words.subspan(1);
  if (program == "run-parts") {
    std::string directory(base_name(first_argument(arguments).value_or("run-parts")));
    std::ranges::replace(directory, '.', '-');
    return directory;
  }
  if (program == "curl" || program == "wget") return std::string(program) + host_in(arguments);
  if (!is_interpreter(program)) return std::string(without_extension(program)) + deed(arguments);
  if (const auto line = argument_of(arguments, "-c"); line && is_one_of(program, shells)) {
    return name_of_line(*line, depth + 1).value_or(std::string(program));
  }
  if (const auto module = argument_of(arguments, "-m")) return std::string(*module);
  const auto script = std::ranges::find_if(arguments, [](const std::string& word) { return !word.starts_with('-'); });
  if (script == arguments.end()) return std::string(program);
  const auto behind = static_cast<std::size_t>(script - arguments.begin()) + 1;
  return std::string(without_extension(base_name(*script))) + deed(arguments.subspan(behind));
}

// Past a wrapper, its options and its own arguments. What is left may be empty.
std::span<const std::string> skip_wrapper(const Wrapper& wrapper, std::span<const std::string> words) {
  words = words.subspan(1);
  std::size_t own = wrapper.arguments;
  while (!words.empty()) {
    const std::string& word = words.front();
    const bool is_option = word.starts_with('-');
    if (!is_option && !is_assignment(word) && own-- == 0) break;
    const bool takes_next =
        is_option && word.size() == 2 && wrapper.options_with_value.contains(word[1]) && words.size() > 1;
    words = words.subspan(takes_next ? 2 : 1);
  }
  return words;
}

std::optional<std::string> name_of_one(std::span<const std::string> words, int depth) {
  while (!words.empty()) {
    const std::string_view program = base_name(words.front());
    if (is_one_of(words.front(), keywords) || is_assignment(words.front())) {
      words = words.subspan(1);
      continue;
    }
    const auto wrapper = std::ranges::find(wrappers, program, &Wrapper::name);
    if (wrapper == wrappers.end()) break;
    if (const auto line = argument_of(words, "-c");
        line && (program == "su" || program == "runuser" || program == "flock")) {
      return name_of_line(*line, depth + 1);
    }
    words = skip_wrapper(*wrapper, words);
  }
  if (words.empty() || is_one_of(words.front(), preparations)) return std::nullopt;
  return name_of_program(words, depth);
}

std::optional<std::string> name_of_line(std::string_view line, int depth) {
  constexpr int depth_max = 3;
  if (depth > depth_max) return std::nullopt;
  const auto commands = shell_commands(line);
  for (const ShellWords& command : commands) {
    if (auto name = name_of_one(command, depth)) return name;
  }
  return commands.empty() ? std::nullopt : std::optional(std::string(base_name(commands.front().front())));
}

}  // namespace

std::string name_of_text(std::string_view text) {
  std::string name;
  for (const char c : text.substr(0, text.find('$'))) {
    const bool is_fit = is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
    if (is_fit) name += c;
    if (!is_fit && !name.empty() && name.back() != '-') name += '-';
  }
  const auto begin = std::ranges::find_if(name, is_alphanumeric);
  name.erase(name.begin(), begin);
  if (name.size() > name_max) name.resize(name_max);
  name.erase(name.find_last_not_of("-._") + 1);
  return name.empty() ? "job" : name;
}

std::string name_of_command(std::string_view shell_line) {
  return name_of_text(name_of_line(shell_line, 0).value_or(""));
}

std::string DistinctNames::distinct(const std::string& name) {
  std::string distinct = name;
  int& number = numbers_[name];
  while (number > 0 || !taken_.insert(distinct).second) {
    distinct = name + "-" + std::to_string(++number + 1);
    if (taken_.insert(distinct).second) return distinct;
  }
  return distinct;
}

}  // namespace belfry::config
