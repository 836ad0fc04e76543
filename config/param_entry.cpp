#include <base/param_values.h>
#include <base/placeholders.h>
#include <base/text.h>
#include <config/param_entry.h>

namespace belfry::config {

namespace {

constexpr std::size_t params_max = 100;

constexpr Fields param_fields{
    field<&ParamKeys::type>("type", "What its values are.", {.usual = "string"}),
    field<&ParamKeys::is_required>("required", "true: nobody starts the job without saying it.", {.usual = "false"}),
    field<&ParamKeys::fallback>("default", "The value where none is given; else the empty text."),
    field<&ParamKeys::options>("options", "The values of a choice."),
    field<&ParamKeys::min>("min", "The lowest value of an integer, a number or a date."),
    field<&ParamKeys::max>("max", "The highest value of an integer, a number or a date."),
    field<&ParamKeys::pattern>("pattern", "An extended regular expression that all of a string must fit."),
    field<&ParamKeys::description>("description", "What it is for, in one line."),
};
constexpr std::array param_translations{
    Translation{"minimum", "min", {}},
    Translation{"maximum", "max", {}},
    Translation{"enum", "options", {}},
    Translation{"values", "options", {}},
    Translation{"choices", "options", {}},
    Translation{"regex", "pattern", {}},
    Translation{"help", "description", {}},
    Translation{"title", "description", {}},
    Translation{"value", "default", {}},
    Translation{"optional", "required", "write  required: true  where it is not"},
};

constexpr Fields secret_fields{
    field<&SecretKeys::file>("file", "A file that holds it; a line end behind it does not count."),
    field<&SecretKeys::credential>("credential", "A name among the credentials of the service (LoadCredential=)."),
};
constexpr std::array<std::string_view, 2> secret_places{"file", "credential"};
constexpr std::array secret_choices{Choice{secret_places, "does not say where it is kept",
                                           "write  { file: /etc/belfry/secrets/NAME }  or  { credential: NAME }"}};
constexpr std::array secret_translations{
    Translation{"path", "file", {}},
    Translation{"value", "file",
                "a secret never stands in this file: write it into one of its own, and  { file: PATH }"},
    Translation{"env", "file", "a secret is kept in a file:  { file: PATH }"},
    Translation{"environment", "file", "a secret is kept in a file:  { file: PATH }"},
    Translation{"LoadCredential", "credential", {}},
};

bool has_range(ParamType type) {
  return type == ParamType::integer || type == ParamType::number || type == ParamType::date;
}

// A value that the file itself gives: a default, a bound.
void take_value(Reader& reader, const std::optional<MarkedText>& given, const ParamDefinition& definition,
                std::optional<std::string>& value) {
  if (!given) return;
  if (const auto why = why_no_value(definition, given->text)) {
    reader.error(given->node, *why);
  } else {
    value = std::string(given->text);
  }
}

void take_options(Reader& reader, const ParamKeys& keys, ParamDefinition& definition) {
  for (const MarkedText& option : keys.options) definition.options.emplace_back(option.text);
  if (keys.type == ParamType::choice && keys.options.empty()) {
    reader.error(reader.subject_at(), reader.subject() + " is a choice without options",
                 "write  { type: choice, options: [staging, production] }");
  }
  if (keys.type != ParamType::choice && !keys.options.empty()) {
    reader.error(keys.options.front().node, "'options' goes with the type 'choice'", "write  type: choice");
  }
}

void take_range(Reader& reader, const ParamKeys& keys, ParamDefinition& definition) {
  const auto& bound = keys.min ? keys.min : keys.max;
  if (bound && !has_range(keys.type)) {
    return reader.error(bound->node, "'min' and 'max' go with the types integer, number and date",
                        keys.type == ParamType::string ? "for the form of a text write  pattern: \"[a-z]{1,20}\"" : "");
  }
  std::optional<std::string> min;
  std::optional<std::string> max;
  take_value(reader, keys.min, definition, min);
  take_value(reader, keys.max, definition, max);
  if (min && max && is_below(keys.type, *max, *min)) {
    return reader.error(keys.max->node, "'max' is below 'min', so there is no value", "exchange them");
  }
  definition.min = std::move(min);
  definition.max = std::move(max);
}

void take_pattern(Reader& reader, const ParamKeys& keys, ParamDefinition& definition) {
  if (!keys.pattern) return;
  if (keys.type != ParamType::string) {
    return reader.error(keys.pattern->node, "'pattern' goes with the type 'string'", "remove it");
  }
  std::string pattern(keys.pattern->text);
  if (const auto why = why_no_pattern(pattern)) {
    return reader.error(keys.pattern->node, "this is no extended regular expression: " + *why,
                        "write one as for  grep -E");
  }
  definition.pattern = std::move(pattern);
}

ParamDefinition definition_of(Reader& reader, std::string_view name, ParamKeys& keys) {
  ParamDefinition definition{.name = std::string(name), .type = keys.type, .is_required = keys.is_required};
  definition.description = std::move(keys.description);
  take_options(reader, keys, definition);
  take_range(reader, keys, definition);
  take_pattern(reader, keys, definition);
  take_value(reader, keys.fallback, definition, definition.fallback);
  if (keys.fallback && keys.is_required) {
    reader.error(keys.fallback->node, "a parameter that has a default is never missing",
                 "remove 'required', or the default");
  }
  return definition;
}

bool check_name(Reader& reader, Node key, std::string_view what) {
  if (is_placeholder_name(key.text())) return true;
  reader.error(key, quote(key.text()) + " cannot be the name of a " + std::string(what),
               "begin with a letter, and go on with letters, digits, '_' and '-': 64 characters at most");
  return false;
}

// Two parameters would be one variable for the job.
void check_variable(Reader& reader, const std::vector<ParamEntry>& earlier, Node key) {
  for (const ParamEntry& other : earlier) {
    if (param_variable(other.key.text()) != param_variable(key.text())) continue;
    reader.error(key,
                 "parameters " + quote(other.key.text()) + " and " + quote(key.text()) + " would both be " +
                     param_variable(key.text()) + " for the job",
                 "rename one of them");
    return;
  }
}

}  // namespace

constinit const Table<ParamKeys> param_table{param_fields, {}, param_translations};
constinit const Table<SecretKeys> secret_table{secret_fields, secret_choices, secret_translations};

std::optional<std::vector<ParamEntry>> Type<std::vector<ParamEntry>>::read(Reader& reader, Node node) {
  if (node.kind() != Kind::map) {
    reader.wrong_type(node, words, "write  { date: { type: date, required: true } }");
    return std::nullopt;
  }
  std::vector<ParamEntry> params;
  for (const Entry& entry : node.entries()) {
    if (!check_name(reader, entry.key, "parameter")) continue;
    check_variable(reader, params, entry.key);
    const Reader::Scope scope(reader, "parameter " + quote(entry.key.text()), entry.key);
    reader.set_key(entry.key.text(), "the parameter");
    ParamKeys keys;
    if (entry.value.kind() == Kind::map) {
      read_fields(reader, entry.value, param_table, keys);
    } else {
      reader.wrong_type(entry.value, "a map such as { type: date }");
    }
    params.push_back({entry.key, definition_of(reader, entry.key.text(), keys)});
  }
  if (params.size() > params_max) {
    reader.error(node, "a job has at most " + std::to_string(params_max) + " parameters", "hand on a file instead");
  }
  return params;
}

std::optional<std::vector<SecretEntry>> Type<std::vector<SecretEntry>>::read(Reader& reader, Node node) {
  if (node.kind() != Kind::map) {
    reader.wrong_type(node, words, "write  { db_pass: { file: /etc/belfry/secrets/db_pass } }");
    return std::nullopt;
  }
  std::vector<SecretEntry> secrets;
  for (const Entry& entry : node.entries()) {
    if (!check_name(reader, entry.key, "secret")) continue;
    const Reader::Scope scope(reader, "secret " + quote(entry.key.text()), entry.key);
    reader.set_key(entry.key.text(), "the secret");
    SecretKeys keys;
    if (entry.value.kind() != Kind::map) {
      reader.wrong_type(entry.value, "a map such as { file: /etc/belfry/secrets/NAME }",
                        "a secret never stands in this file");
      continue;
    }
    read_fields(reader, entry.value, secret_table, keys);
    SecretSource source{.name = std::string(entry.key.text())};
    if (keys.credential) {
      source.from = SecretSource::From::credential;
      source.where = std::string(keys.credential->text);
      if (source.where.empty() || source.where.front() == '.' || source.where.find('/') != std::string::npos) {
        reader.error(keys.credential->node, quote(source.where) + " cannot be the name of a credential",
                     "write its name alone, as behind LoadCredential=");
      }
    } else if (keys.file) {
      source.where = keys.file->text;
    }
    secrets.push_back({entry.key, std::move(source)});
  }
  return secrets;
}

std::optional<UniqueSetting> Type<UniqueSetting>::read(Reader& reader, Node node) {
  if (node.is_plain() && node.text() == "true") return UniqueSetting{.young = Millis{0}};
  if (node.is_plain() && node.text() == "false") return UniqueSetting{};
  const auto text = read_text(reader, node, words);
  if (!text) return std::nullopt;
  if (const auto duration = parse_duration(*text)) return UniqueSetting{.young = *duration};
  reader.wrong_type(node, words);
  return std::nullopt;
}

}  // namespace belfry::config
