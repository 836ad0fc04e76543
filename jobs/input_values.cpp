#include <algorithm>

#include <base/placeholders.h>
#include <base/try.h>
#include <jobs/input_values.h>
#include <jobs/secrets.h>

namespace belfry {

InputValues::~InputValues() {
  for (auto& [name, value] : secrets_) wipe(value);
}

const std::string& InputValues::param(const ParamDefinition& definition) const {
  static const std::string nothing;
  if (const std::string* told = params_.find(definition.name)) return *told;
  return definition.fallback ? *definition.fallback : nothing;
}

Result<std::string> InputValues::param_called(std::string_view name) const {
  const auto definition = std::ranges::find(inputs_.params, name, &ParamDefinition::name);
  if (definition != inputs_.params.end()) return param(*definition);
  return std::unexpected(Error::failed("the job has no parameter '" + std::string(name) + "'"));
}

Result<std::string> InputValues::secret_called(std::string_view name) {
  if (const auto known = secrets_.find(name); known != secrets_.end()) return known->second;
  const auto source = std::ranges::find(inputs_.secrets, name, &SecretSource::name);
  if (source == inputs_.secrets.end()) {
    return std::unexpected(Error::failed("there is no secret '" + std::string(name) + "'"));
  }
  return secrets_.emplace(name, TRY(read_secret(*source))).first->second;
}

Result<InputValues::Filled> InputValues::fill_in(std::string_view text) {
  Filled filled;
  filled.text = TRY(belfry::fill_in(text, [&](const Placeholder& placeholder) -> Result<std::string> {
    if (placeholder.kind == Placeholder::Kind::param) return param_called(placeholder.name);
    filled.has_secret = true;
    return secret_called(placeholder.name);
  }));
  return filled;
}

std::vector<std::string_view> InputValues::secrets() const {
  std::vector<std::string_view> values;
  for (const auto& [name, value] : secrets_) values.emplace_back(value);
  return values;
}

}  // namespace belfry
