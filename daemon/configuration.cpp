#include <base/log.h>
#include <base/try.h>
#include <config/load.h>
#include <daemon/configuration.h>

namespace belfry {

Result<std::shared_ptr<const JobSet>> Configuration::read() const {
  auto loaded = config::load_config(path_, *zones_);
  if (!loaded) return std::unexpected(Error::bad_input(config::render(loaded.error())));
  for (const config::Problem& warning : loaded->warnings) log::warning(config::one_line(warning));
  return loaded->set;
}

Result<Configuration> Configuration::load(std::string path, ZoneCache& zones) {
  Configuration configuration(std::move(path), zones);
  configuration.jobs_ = TRY(configuration.read());
  return configuration;
}

std::shared_ptr<const JobSet> Configuration::reload() {
  auto read_again = read();
  if (!read_again) {
    trouble_ = read_again.error().what;
    return nullptr;
  }
  trouble_.clear();
  if ((*read_again)->revision == jobs_->revision) return nullptr;
  jobs_ = *std::move(read_again);
  return jobs_;
}

}  // namespace belfry
