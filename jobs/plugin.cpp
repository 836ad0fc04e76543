#include <dlfcn.h>

#include <map>

#include <belfry/plugin.h>

#include <base/text.h>
#include <base/try.h>
#include <jobs/plugin.h>

// What the C side calls a run.
struct belfry_run {
  belfry::CallContext& context;
  std::map<std::string, std::string> texts = {};  // that were handed out
  std::optional<std::string> checkpoint = {};
  std::string failure = {};
};

namespace belfry {
namespace {

// ---- What a plug-in may ask of us ---------------------------------------------------------------------------------

std::optional<std::string> fact_of(const Run& run, std::string_view name) {
  if (name == "job") return run.job.text();
  if (name == "run_id") return run.id.text();
  if (name == "attempt") return std::to_string(run.attempt);
  if (name == "trigger") return std::string(text(run.trigger));
  if (name == "scheduled_time") return format_utc(run.nominal.value_or(run.due));
  if (name == "requested_by") return run.requested_by;
  return std::nullopt;
}

// Keeps the text for as long as the call.
const char* hand_out(const belfry_run* run, std::string key, std::optional<std::string> value) {
  if (!value) return nullptr;
  auto& texts = const_cast<belfry_run*>(run)->texts;
  return texts.insert_or_assign(std::move(key), *std::move(value)).first->second.c_str();
}

std::string_view text_or_empty(const char* text) { return text != nullptr ? text : ""; }

std::string_view bytes_of(const void* bytes, std::size_t length) {
  return bytes != nullptr ? std::string_view(static_cast<const char*>(bytes), length) : "";
}

const belfry_host& host() {
  static const belfry_host functions{
      .size = sizeof(belfry_host),
      .argument =
          [](const belfry_run* run, const char* name) {
            return hand_out(run, "with." + std::string(text_or_empty(name)),
                            argument::text(run->context.with(), text_or_empty(name)));
          },
      .fact = [](const belfry_run* run,
                 const char* name) { return hand_out(run, name, fact_of(run->context.run(), text_or_empty(name))); },
      .stop_requested = [](const belfry_run* run) { return run->context.stop().stop_requested() ? 1 : 0; },
      .log = [](belfry_run* run, const char* line) { run->context.log(text_or_empty(line)); },
      .log_error = [](belfry_run* run, const char* line) { run->context.log_error(text_or_empty(line)); },
      .progress = [](belfry_run* run, double fraction,
                     const char* message) { run->context.progress(fraction, text_or_empty(message)); },
      .set_result = [](belfry_run* run, const void* bytes,
                       size_t length) { return run->context.set_result(bytes_of(bytes, length)) ? 0 : 1; },
      .checkpoint = [](belfry_run* run, size_t* length) -> const void* {
        run->checkpoint = run->context.checkpoint();
        if (!run->checkpoint) return nullptr;
        *length = run->checkpoint->size();
        return run->checkpoint->data();
      },
      .keep_checkpoint = [](belfry_run* run, const void* bytes,
                            size_t length) { return run->context.keep_checkpoint(bytes_of(bytes, length)) ? 0 : 1; },
      .fail = [](belfry_run* run, const char* why) { run->failure = text_or_empty(why); }};
  return functions;
}

// ---- What a plug-in has to offer ----------------------------------------------------------------------------------

// An array whose items may be larger than those that this version knows: each says its own size.
template <class Item>
const Item& item_at(const Item* items, std::size_t index) {
  return *reinterpret_cast<const Item*>(reinterpret_cast<const char*>(items) + index * items->size);
}

Result<Parameter::Type> type_of(belfry_type type) {
  switch (type) {
    case BELFRY_TEXT:
      return Parameter::Type::text;
    case BELFRY_INTEGER:
      return Parameter::Type::integer;
    case BELFRY_BOOLEAN:
      return Parameter::Type::boolean;
    case BELFRY_DURATION:
      return Parameter::Type::duration;
    case BELFRY_SIZE:
      return Parameter::Type::size;
  }
  return std::unexpected(Error::failed("a parameter has a type that this belfry does not know"));
}

Result<Parameter> parameter_of(const belfry_parameter& offered) {
  if (offered.size < sizeof(belfry_parameter) || offered.name == nullptr) {
    return std::unexpected(Error::failed("a parameter has no name, or its size is not set"));
  }
  Parameter parameter{.name = offered.name};
  parameter.type = TRY(type_of(offered.type));
  parameter.summary = text_or_empty(offered.summary);
  parameter.needed = offered.required != 0 ? Parameter::Needed::yes : Parameter::Needed::no;
  return parameter;
}

std::vector<Complaint> ask_plugin(const belfry_callable& offered, const Arguments& arguments) {
  std::vector<Complaint> complaints;
  for (const Member& argument : arguments) {
    const auto* value = std::get_if<std::string>(&argument.value.held);
    const char* why = value != nullptr ? offered.check(argument.name.c_str(), value->c_str()) : nullptr;
    if (why != nullptr) complaints.push_back({.parameter = argument.name, .what = why});
  }
  return complaints;
}

Result<void> call_plugin(const belfry_callable& offered, CallContext& context) {
  belfry_run run{.context = context};
  const int code = offered.call(&host(), &run);
  if (code == 0) return {};
  context.fail_with({.exit_code = code > 0 && code < 256 ? code : 1});
  return std::unexpected(Error::failed(run.failure.empty() ? "it failed with " + std::to_string(code) : run.failure));
}

Result<Callable> callable_of(const belfry_callable& offered) {
  if (offered.size < sizeof(belfry_callable) || offered.name == nullptr || offered.call == nullptr) {
    return std::unexpected(Error::failed("a callable has no name or no function, or its size is not set"));
  }
  Callable callable{.name = offered.name, .summary = std::string(text_or_empty(offered.summary))};
  for (std::size_t i = 0; i < offered.parameter_count; ++i) {
    callable.parameters.push_back(TRY(parameter_of(item_at(offered.parameters, i))));
  }
  if (offered.check != nullptr) {
    callable.check = [&offered](const Arguments& arguments) { return ask_plugin(offered, arguments); };
  }
  callable.call = [&offered](CallContext& context) { return call_plugin(offered, context); };
  return callable;
}

}  // namespace

Result<std::vector<Callable>> open_plugin(const std::string& path) {
  const auto about = [&](std::string why) { return std::unexpected(Error::bad_input(path + ": " + std::move(why))); };
  void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    // It begins with the path.
    std::string why(text_or_empty(::dlerror()));
    if (why.starts_with(path + ": ")) why.erase(0, path.size() + 2);
    return about(why);
  }
  using Entry = const belfry_plugin* (*)();
  const auto entry = reinterpret_cast<Entry>(::dlsym(handle, "belfry_plugin_1"));
  if (entry == nullptr) {
    ::dlclose(handle);
    return about("it has no function belfry_plugin_1: it is no plug-in, or one for another version of belfry");
  }
  const belfry_plugin* const plugin = entry();
  if (plugin == nullptr || plugin->size < sizeof(belfry_plugin)) return about("it says that it will not work here");
  std::vector<Callable> callables;
  for (std::size_t i = 0; i < plugin->callable_count; ++i) {
    auto callable = callable_of(item_at(plugin->callables, i));
    if (!callable) return about(callable.error().what);
    callables.push_back(*std::move(callable));
  }
  return callables;
}

}  // namespace belfry
