#include <nlohmann/json.hpp>

#include <cli/body_text.h>

namespace belfry::cli {

struct BodyText::Object {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
};

BodyText::BodyText() : object_(std::make_unique<Object>()) {}
BodyText::BodyText(BodyText&&) noexcept = default;
BodyText::~BodyText() = default;

BodyText& BodyText::text(const char* key, std::string_view value) {
  if (!value.empty()) object_->json[key] = value;
  return *this;
}

BodyText& BodyText::texts(const char* key, const std::vector<std::string>& values) {
  if (!values.empty()) object_->json[key] = values;
  return *this;
}

BodyText& BodyText::params(const char* key, const std::vector<Param>& values) {
  for (const Param& param : values) object_->json[key][param.name] = param.value;
  return *this;
}

BodyText& BodyText::flag(const char* key, bool value) {
  if (value) object_->json[key] = true;
  return *this;
}

BodyText& BodyText::number(const char* key, std::int64_t value) {
  object_->json[key] = value;
  return *this;
}

std::string BodyText::take() const {
  return object_->json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace belfry::cli
