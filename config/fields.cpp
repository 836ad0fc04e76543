#include <algorithm>
#include <vector>

#include <base/text.h>
#include <config/fields.h>

namespace belfry::config {

namespace {

// What is known of the keys of one map, by row of the table.
class Given {
 public:
  explicit Given(const Rules& rules) : rules_(rules), rows_(rules.fields.size()) {}

  struct Row {
    std::optional<Node> key;  // as it stands in the file
    bool meant = false;       // an unknown key was meant to be this one
  };

  Row& operator[](const Field& field) { return rows_[static_cast<std::size_t>(&field - rules_.fields.data())]; }

  // REQUIRES: a key of the table.
  Row& operator[](std::string_view key) { return (*this)[*rules_.find(key)]; }

 private:
  const Rules& rules_;
  std::vector<Row> rows_;
};

// What an unknown key is taken for.
struct Guess {
  std::string_view means;  // a key of the table, or empty
  std::string hint;
};

std::string list_of_keys(const Rules& rules) {
  std::string all;
  for (const Field& field : rules.fields) all += (all.empty() ? "" : ", ") + std::string(field.key);
  return all;
}

Guess guess(const Entry& entry, const Rules& rules) {
  const std::string_view key = entry.key.text();
  for (const Translation& translation : rules.translations) {
    if (translation.key != key) continue;
    if (!translation.hint.empty()) return {translation.means, std::string(translation.hint)};
    return {translation.means, "here it is called " + quote(translation.means)};
  }
  if (entry.value.kind() == Kind::null && !entry.key.has_colon()) {
    return {"", "within { } a comma begins a new key: put a text that has commas in quotes"};
  }
  std::vector<std::string_view> keys;
  for (const Field& field : rules.fields) keys.push_back(field.key);
  if (const auto near = nearest(key, keys)) return {*near, "did you mean " + quote(*near) + "?"};
  if (entry.value.kind() == Kind::map && !rules.stray_map.empty()) return {"", std::string(rules.stray_map)};
  return {"", "the keys here are: " + list_of_keys(rules)};
}

void report_exclusion(Reader& reader, Node first, Node second) {
  if (second.at() < first.at()) std::swap(first, second);  // a merged key stands elsewhere in the file
  reader.error(second,
               quote(first.text()) + " and " + quote(second.text()) + " exclude each other in " + reader.subject(),
               "keep one of them; " + quote(first.text()) + " is " + reader.place_of(first, second));
}

void check_choice(Reader& reader, const Choice& choice, Given& given) {
  std::optional<Node> first;
  bool is_meant = false;
  for (const std::string_view key : choice.keys) {
    const Given::Row& row = given[key];
    is_meant = is_meant || row.meant;
    if (!row.key) continue;
    if (first) return report_exclusion(reader, *first, *row.key);
    first = row.key;
  }
  if (first || is_meant || choice.missing.empty()) return;
  reader.error(reader.subject_at(), reader.subject() + " " + std::string(choice.missing), std::string(choice.hint));
}

void check_needs(Reader& reader, const Field& field, Given& given) {
  if (field.needs.empty()) return;
  const auto& key = given[field].key;
  const Given::Row& needed = given[field.needs];
  if (!key || needed.key || needed.meant) return;
  reader.error(*key,
               quote(field.key) + " goes with " + quote(field.needs) + ", which " + reader.subject() + " does not have",
               "remove it, or use " + quote(field.needs));
}

void report_unknown(Reader& reader, const Entry& entry, const Rules& rules, Given& given) {
  Guess meaning = guess(entry, rules);
  if (const Field* field = rules.find(meaning.means)) given[*field].meant = true;
  reader.error(entry.key, "unknown key " + quote(entry.key.text()) + " in " + reader.subject(),
               std::move(meaning.hint));
}

void report_misplaced(Reader& reader, Node key, MapOf map_of) {
  const bool is_default = map_of == MapOf::defaults;
  reader.error(key,
               quote(key.text()) + (is_default ? " belongs to one job and cannot be a default"
                                               : " belongs to the file that includes this one"),
               is_default ? "write it in the job" : "write it there");
}

}  // namespace

bool is_none(Node value) { return value.is_plain() && value.text() == "none"; }

void read_fields(Reader& reader, Node map, const Rules& rules, void* owner, MapOf map_of) {
  Given given(rules);
  for (const Entry& entry : map.entries()) {
    const std::string_view key = entry.key.text();
    if (key.starts_with("x-")) continue;
    const Field* field = rules.find(key);
    if (field == nullptr) {
      report_unknown(reader, entry, rules, given);
      continue;
    }
    if (given[*field].key) continue;  // twice, which has been reported
    given[*field].key = entry.key;
    reader.set_key(key);
    const bool is_inherited = map_of == MapOf::defaults || map_of == MapOf::included_file;
    if (is_inherited && field->inherit == Inherit::no) {
      report_misplaced(reader, entry.key, map_of);
      continue;
    }
    if (!is_broken(entry.value)) field->read(reader, entry.value, owner, *field);
  }
  if (map_of != MapOf::one_thing) return;
  for (const Field& field : rules.fields) check_needs(reader, field, given);
  for (const Choice& choice : rules.choices) check_choice(reader, choice, given);
}

}  // namespace belfry::config
