#include <base/log.h>
#include <base/try.h>
#include <daemon/configuration.h>

namespace belfry {

Result<config::LoadedConfig> Configuration::read() const {
  auto loaded = config::load_config(path_, *zones_);
  if (!loaded) return std::unexpected(Error::bad_input(config::render(loaded.error())));
  for (const config::Problem& warning : loaded->warnings) log::warning(config::one_line(warning));
  return *std::move(loaded);
}

Result<Configuration> Configuration::load(std::string path, ZoneCache& zones) {
  Configuration configuration(std::move(path), zones);
  config::LoadedConfig loaded = TRY(configuration.read());
  configuration.jobs_ = std::move(loaded.set);
  configuration.daemon_ = loaded.daemon;
  return configuration;
}

std::shared_ptr<const JobSet> Configuration::reload() {
  auto loaded = read();
  if (!loaded) {
    trouble_ = loaded.error().what;
    return nullptr;
  }
  trouble_.clear();
  if (loaded->set->revision == jobs_->revision) return nullptr;
  if (loaded->daemon != daemon_) log::warning("'daemon' has changed: it takes effect when the daemon is started again");
  jobs_ = std::move(loaded->set);
  return jobs_;
}

}  // namespace belfry
