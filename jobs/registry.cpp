#include <base/try.h>
#include <base/verify.h>
#include <jobs/plugin.h>
#include <jobs/registry.h>

namespace belfry {

Result<void> Registry::check_name(const std::string& name) const {
  if (!JobName::parse(name)) {
    return std::unexpected(Error::bad_input("'" + name + "' cannot be the name of a callable: use letters, digits, " +
                                            "'.', '_' and '-', and begin with a letter or a digit"));
  }
  if (!callables_.contains(name)) return {};
  return std::unexpected(Error::bad_input("there is a callable '" + name + "' already"));
}

Result<void> Registry::add(Callable callable) {
  const std::lock_guard lock(mutex_);
  return insert(std::move(callable));
}

Result<void> Registry::insert(Callable callable) {
  VERIFY(callable.call != nullptr);
  TRY(check_name(callable.name));
  std::string name = callable.name;
  callables_.emplace(std::move(name), std::move(callable));
  return {};
}

const Callable* Registry::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = callables_.find(name);
  return found == callables_.end() ? nullptr : &found->second;
}

std::vector<const Callable*> Registry::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<const Callable*> all;
  for (const auto& [name, callable] : callables_) all.push_back(&callable);
  return all;
}

// What is loaded stays loaded: a call of it may be on.
Result<void> Registry::load_plugin(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (plugins_.contains(path)) return {};
  std::vector<Callable> loaded = TRY(open_plugin(path));
  for (const Callable& callable : loaded) {
    if (const auto allowed = check_name(callable.name); !allowed) {
      return std::unexpected(Error::bad_input(path + ": " + allowed.error().what));
    }
  }
  for (Callable& callable : loaded) {
    callable.plugin = path;
    TRY(insert(std::move(callable)));
  }
  plugins_.insert(path);
  return {};
}

}  // namespace belfry
