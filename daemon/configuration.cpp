#include <base/file.h>
#include <base/log.h>
#include <base/try.h>
#include <config/accepted.h>
#include <daemon/configuration.h>

namespace belfry {

namespace {

void write_to_log(const std::vector<config::Problem>& warnings) {
  for (const config::Problem& warning : warnings) log::warning(config::one_line(warning));
}

}  // namespace

config::Loaded Configuration::read() const {
  return config::load_config(options_.path, *zones_,
                             {.language = options_.language,
                              .crontab_format = options_.crontab_format,
                              .salt_in_force = salt_,
                              .only_as = options_.only_as,
                              .distrust = options_.distrust,
                              .empty = options_.empty,
                              .lint_at = {}});
}

Result<config::LoadedConfig> Configuration::read_copy() const {
  const std::string packed = TRY(read_file(copy_path_, {.size_max = std::size_t{1} << 30U}));
  return config::unpack(packed, options_.path, *zones_);
}

// Without the copy everything works but a start with a broken file.
void Configuration::keep_copy(const config::LoadedConfig& loaded) const {
  const auto kept = replace_file(copy_path_, config::pack(loaded));
  if (!kept) log::warning("no copy of the configuration is kept: " + kept.error().what);
}

void Configuration::take(config::LoadedConfig loaded) {
  watched_ = {options_.path};
  for (const std::string& pattern : loaded.patterns) watched_.push_back(config::included_path(options_.path, pattern));
  for (const config::FileText& file : loaded.files) watched_.push_back(file.name);
  jobs_ = std::move(loaded.set);
}

Result<void> Configuration::begin(config::Loaded first, std::string copy_path) {
  copy_path_ = std::move(copy_path);
  if (first) {
    write_to_log(first->warnings);
    keep_copy(*first);
  } else {
    trouble_ = config::render(first.error());
    auto copy = read_copy();
    if (!copy) return std::unexpected(Error::bad_input(trouble_));
    first = *std::move(copy);
  }
  daemon_ = first->daemon;
  salt_ = first->salt;
  take(*std::move(first));
  return {};
}

std::shared_ptr<const JobSet> Configuration::reload() {
  auto loaded = read();
  if (!loaded) {
    trouble_ = config::render(loaded.error());
    return nullptr;
  }
  trouble_.clear();
  if (loaded->set->revision == jobs_->revision) return nullptr;
  write_to_log(loaded->warnings);
  keep_copy(*loaded);
  needs_restart_ = loaded->daemon != daemon_;
  if (needs_restart_) log::warning("'daemon' has changed: it takes effect when the daemon is started again");
  take(*std::move(loaded));
  return jobs_;
}

// The file may have been edited since, and refused; the copy has what was accepted.
std::shared_ptr<const JobSet> Configuration::renew() {
  std::shared_ptr<const JobSet> renewed;
  if (auto loaded = read(); loaded && loaded->set->revision == jobs_->revision) renewed = std::move(loaded->set);
  if (!renewed) {
    auto copy = read_copy();
    if (copy && copy->set->revision == jobs_->revision) renewed = std::move(copy->set);
  }
  if (renewed) jobs_ = renewed;
  return renewed;
}

}  // namespace belfry
