#include <base/params.h>
#include <base/text.h>

namespace belfry {

namespace {

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '\\' && i + 1 < text.size();
    if (is_escape) ++i;
    out += is_escape && text[i] == 'n' ? '\n' : text[i];
  }
  return out;
}

}  // namespace

std::string encode_params(const Params& params) {
  std::string text;
  for (const Param& param : params.list()) {
    text += (text.empty() ? "" : "\n") + param.name + "=" + escaped(param.value);
  }
  return text;
}

Params decode_params(std::string_view text) {
  std::vector<Param> list;
  if (text.empty()) return {};
  for (const std::string_view line : split(text, '\n')) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    list.push_back({.name = std::string(line.substr(0, equals)), .value = unescaped(line.substr(equals + 1))});
  }
  return Params(std::move(list));
}

}  // namespace belfry
