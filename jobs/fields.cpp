#include <base/text.h>
#include <base/verify.h>
#include <jobs/fields.h>
#include <jobs/run_directory.h>

namespace belfry {

FieldWriter::FieldWriter(std::string_view kind) { add(kind, std::to_string(run_directory::version)); }

FieldWriter& FieldWriter::add(std::string_view key, std::string_view value) {
  VERIFY(value.find('\0') == std::string_view::npos);
  content_.append(key).append("=").append(value).push_back('\0');
  return *this;
}

std::string FieldWriter::whole() && {
  add("end", "");
  return std::move(content_);
}

std::optional<FieldReader> FieldReader::parse(std::string content, std::string_view kind) {
  // A field that is being appended at this moment does not count yet.
  content.resize(content.rfind('\0') + 1);
  FieldReader reader(std::move(content));
  const bool is_known = reader.content_.starts_with(std::string(kind) + "=") &&
                        reader.number(kind) == static_cast<std::int64_t>(run_directory::version);
  if (!is_known || !reader.has("end")) return std::nullopt;
  return reader;
}

std::string_view FieldReader::text(std::string_view key) const { return find(key).value_or(""); }

std::int64_t FieldReader::number(std::string_view key) const {
  return static_cast<std::int64_t>(parse_unsigned(text(key)).value_or(0));
}

std::optional<std::string_view> FieldReader::find(std::string_view key) const {
  for (const std::string_view field : split(content_, '\0')) {
    if (field.starts_with(key) && field.size() > key.size() && field[key.size()] == '=') {
      return field.substr(key.size() + 1);
    }
  }
  return std::nullopt;
}

}  // namespace belfry
