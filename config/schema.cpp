#include <algorithm>
#include <vector>

#include <base/text.h>
#include <base/words.h>
#include <config/file_entry.h>
#include <config/schema.h>

namespace belfry::config {

namespace {

// ---- JSON -----------------------------------------------------------------------------------------------------

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string member(std::string_view key, std::string_view value) { return json_text(key) + ":" + std::string(value); }

std::string object(const std::vector<std::string>& members) { return "{" + joined(members, ",") + "}"; }
std::string array(const std::vector<std::string>& items) { return "[" + joined(items, ",") + "]"; }

std::string text_array(std::span<const std::string_view> texts) {
  std::vector<std::string> items;
  for (const std::string_view text : texts) items.push_back(json_text(text));
  return array(items);
}

// ---- The schema -----------------------------------------------------------------------------------------------

std::string schema_of(const Rules& rules, MapOf map_of);
std::string schema_of(std::span<const Shape> shapes, Range range);

std::vector<std::string> range_members(Range range) {
  std::vector<std::string> members;
  if (range.min != Range{}.min) members.push_back(member("minimum", std::to_string(range.min)));
  if (range.max != Range{}.max) members.push_back(member("maximum", std::to_string(range.max)));
  return members;
}

std::string numeric(std::string_view type, Range range) {
  auto members = range_members(range);
  members.insert(members.begin(), member("type", json_text(type)));
  return object(members);
}

std::string schema_of(const Shape& shape, Range range) {
  switch (shape.kind) {
    case Shape::Kind::text:
      return R"({"type":["string","number","boolean"]})";
    case Shape::Kind::pattern:
      return object({member("type", json_text("string")), member("pattern", json_text(shape.pattern))});
    case Shape::Kind::word:
      return object({member("enum", text_array(shape.words))});
    case Shape::Kind::boolean:
      return R"({"type":"boolean"})";
    case Shape::Kind::integer:
      return numeric("integer", range);
    case Shape::Kind::number:
      return numeric("number", range);
    case Shape::Kind::list:
      return object({member("type", json_text("array")), member("items", schema_of(shape.of, range))});
    case Shape::Kind::map_of:
      return object({member("type", json_text("object")), member("additionalProperties", schema_of(shape.of, range))});
    case Shape::Kind::fields:
      return schema_of(*shape.rules, MapOf::one_thing);
    case Shape::Kind::defaults:
      return schema_of(*shape.rules, MapOf::defaults);
  }
  return "{}";
}

std::vector<std::string> alternatives(std::span<const Shape> shapes, Range range) {
  std::vector<std::string> out;
  for (const Shape& shape : shapes) out.push_back(schema_of(shape, range));
  return out;
}

std::string one_or_any(const std::vector<std::string>& schemas) {
  return schemas.size() == 1 ? schemas.front() : object({member("anyOf", array(schemas))});
}

std::string schema_of(std::span<const Shape> shapes, Range range) { return one_or_any(alternatives(shapes, range)); }

// Of a value as one would write it in the file.
std::string json_value(std::string_view written) {
  const bool is_number = parse_unsigned(written) && (written == "0" || !written.starts_with('0'));
  if (is_number || written == "true" || written == "false") return std::string(written);
  if (!written.starts_with('[')) return json_text(written);
  std::vector<std::string> items;
  for (const std::string_view item : split(written.substr(1, written.size() - 2), ',')) {
    items.push_back(json_value(trim(item)));
  }
  return array(items);
}

std::string schema_of(const Field& field) {
  auto schemas = alternatives(field.shapes, field.range);
  if (field.none == None::known) schemas.push_back(R"({"const":"none"})");
  std::string schema = one_or_any(schemas);
  std::string told = member("description", json_text(field.summary)) + ",";
  if (!field.usual.empty()) told += member("default", json_value(field.usual)) + ",";
  schema.insert(1, told);
  return schema;
}

std::string requiring(std::span<const std::string_view> keys) { return object({member("required", text_array(keys))}); }

// What of several keys is said together: exactly one of them, or not both.
std::string schema_of(const Choice& choice) {
  if (choice.missing.empty()) return object({member("not", requiring(choice.keys))});
  std::vector<std::string> ways;
  for (const std::string_view& key : choice.keys) ways.push_back(requiring({&key, 1}));
  return object({member("oneOf", array(ways))});
}

std::string schema_of(const Rules& rules, MapOf map_of) {
  std::vector<std::string> properties;
  std::vector<std::string> dependencies;
  for (const Field& field : rules.fields) {
    if (map_of == MapOf::defaults && field.inherit == Inherit::no) continue;
    properties.push_back(member(field.key, schema_of(field)));
    if (!field.needs.empty()) dependencies.push_back(member(field.key, text_array({&field.needs, 1})));
  }
  std::vector<std::string> members{member("type", json_text("object")), member("properties", object(properties)),
                                   member("patternProperties", R"({"^x-":{}})"),
                                   member("additionalProperties", "false")};
  if (map_of == MapOf::defaults) return object(members);  // from a part nothing is missing
  if (!dependencies.empty()) members.push_back(member("dependencies", object(dependencies)));
  std::vector<std::string> choices;
  for (const Choice& choice : rules.choices) choices.push_back(schema_of(choice));
  if (map_of == MapOf::one_thing && !choices.empty()) members.push_back(member("allOf", array(choices)));
  return object(members);
}

// ---- For people -----------------------------------------------------------------------------------------------

void collect(const Rules& rules, const std::string& above, std::vector<KeyText>& keys);

void collect(std::span<const Shape> shapes, const std::string& above, std::vector<KeyText>& keys) {
  for (const Shape& shape : shapes) {
    if (shape.kind == Shape::Kind::fields) collect(*shape.rules, above, keys);
    if (shape.kind == Shape::Kind::map_of) collect(shape.of, above, keys);
  }
}

bool is_called(const KeyText& known, std::string_view key) {
  return known.path == key || known.path.ends_with("." + std::string(key));
}

std::string takes(const Field& field) {
  std::string text(field.words);
  const bool is_number = std::ranges::any_of(field.shapes, [](const Shape& shape) {
    return shape.kind == Shape::Kind::integer || shape.kind == Shape::Kind::number;
  });
  const bool has_min = field.range.min != Range{}.min;
  const bool has_max = field.range.max != Range{}.max;
  if (is_number && has_min) text += " from " + std::to_string(field.range.min);
  if (is_number && has_max) text += " to " + std::to_string(field.range.max);
  return text + (field.none == None::known ? ", or none" : "");
}

void collect(const Rules& rules, const std::string& above, std::vector<KeyText>& keys) {
  for (const Field& field : rules.fields) {
    const std::string path = above + std::string(field.key);
    keys.push_back({.path = path,
                    .summary = std::string(field.summary),
                    .takes = takes(field),
                    .needs = std::string(field.needs),
                    .usual = std::string(field.usual),
                    .is_inherited = field.inherit == Inherit::yes && above == "jobs."});
    collect(field.shapes, path + ".", keys);
  }
}

bool is_within(const KeyText& inner, const KeyText& outer) {
  return inner.path.starts_with(outer.path + ".") && inner.path.find('.', outer.path.size() + 1) == std::string::npos;
}

std::string last_word(const std::string& path) { return path.substr(path.rfind('.') + 1); }

std::string told(const KeyText& key, std::span<const KeyText> keys) {
  std::string text = key.path + "\n  " + key.summary + "\n  Takes " + key.takes + ".\n";
  if (!key.usual.empty()) text += "  By default " + key.usual + ".\n";
  if (!key.needs.empty()) text += "  Goes with '" + key.needs + "'.\n";
  if (key.is_inherited) text += "  May stand in 'defaults'.\n";
  std::string within;
  for (const KeyText& other : keys) {
    if (is_within(other, key)) within += (within.empty() ? "" : ", ") + last_word(other.path);
  }
  return within.empty() ? text : text + "  Keys within: " + within + "\n";
}

}  // namespace

std::string json_schema() {
  std::string schema = schema_of(file_table.rules, MapOf::part);
  schema.insert(1, R"("$schema":"http://json-schema.org/draft-07/schema#","title":"schedules.yaml of Belfry",)");
  return schema + "\n";
}

std::vector<KeyText> all_keys() {
  std::vector<KeyText> keys;
  collect(file_table.rules, "", keys);
  return keys;
}

Result<std::string> describe_key(std::string_view key) {
  const std::vector<KeyText> keys = all_keys();
  std::string text;
  std::vector<std::string> words;
  for (const KeyText& known : keys) {
    words.push_back(last_word(known.path));
    if (is_called(known, key)) text += (text.empty() ? "" : "\n") + told(known, keys);
  }
  if (!text.empty()) return text;
  const auto near = nearest(key, std::vector<std::string_view>(words.begin(), words.end()));
  return std::unexpected(
      Error::not_found("there is no key " + quote(key) + (near ? "; did you mean " + quote(*near) + "?" : "")));
}

}  // namespace belfry::config
