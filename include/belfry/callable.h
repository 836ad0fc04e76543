// Callables: code that runs inside the daemon, or inside the program that embeds the library, where a subprocess would
// be too much. A job names one with `call:` and gives it parameters with `with:`. To the scheduler its runs are as all
// others: slots, overlap, retries, limits, output and history are the same.
//
//   callables.add({.name = "greet",
//                  .summary = "Says hello.",
//                  .parameters = {{.name = "whom", .summary = "Who is greeted.", .needed = Parameter::Needed::yes}},
//                  .call = [](CallContext& run) -> Result<void> {
//                    run.log("hello, " + argument::text(run.with(), "whom").value());
//                    return {};
//                  }});
//
// What a callable owes: it returns soon after stop() asks for it. One that does not is marked as stuck when its grace
// is over, and its thread set apart; the process that runs it cannot be rid of it. Code that is not trusted to keep
// this belongs into a subprocess: so does everything that may crash, for it takes the daemon along.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <belfry/error.h>
#include <belfry/run.h>
#include <belfry/time.h>
#include <belfry/value.h>

namespace belfry {

// What a callable wants to be told. The configuration is checked against it when it is loaded, and once more when
// placeholders have got their values.
struct Parameter {
  enum class Type {
    text,
    integer,
    boolean,   // true or false
    duration,  // 90s
    size,      // 512M, in bytes
    texts,     // a text, or a list of texts
    text_map,  // names to texts
    any,       // whatever it is
  };
  enum class Needed { no, yes };

  std::string name;
  Type type = Type::text;
  std::string summary = {};  // one sentence, for people
  Needed needed = Needed::no;
  std::vector<std::string> options = {};                        // text: one of these; empty: any
  std::int64_t min = std::numeric_limits<std::int64_t>::min();  // of integers, of durations in ms, of sizes in bytes
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

// What is wrong with the parameters of a call.
struct Complaint {
  std::string parameter;  // empty: the call as a whole
  std::string what;       // "hour 25 is above 23"
  std::string hint = {};
};

// What a call that failed ends with, where 1 is not what it means: `retry:` tells codes apart.
struct CallFailure {
  int exit_code = 1;
};

// A call, as its callable sees it. THREADS: of the thread that runs the callable, but for stop().
class CallContext {
 public:
  virtual ~CallContext() = default;

  virtual const Run& run() const = 0;
  virtual const Arguments& with() const = 0;  // checked against the parameters; placeholders are replaced

  // Asks it to return: somebody cancelled the run, its time is over, or the daemon stops.
  virtual std::stop_token stop() const = 0;

  // A line of the run's output, on stdout or stderr: what `belfry logs` shows. Never fails: what cannot be kept is
  // counted as dropped, as it is for a subprocess.
  virtual void log(std::string_view line) = 0;
  virtual void log_error(std::string_view line) = 0;
  virtual void write(std::string_view bytes) = 0;  // to stdout, as it is

  // How far it is, from 0 to 1. Cheap: what comes too fast is passed over, the last one never.
  virtual void progress(double fraction, std::string_view message) = 0;

  // What the run is to be known by: at most result_bytes_max, the last one counts.
  virtual Result<void> set_result(std::string_view bytes) = 0;

  // What an earlier attempt of the run left for this one, and what this one leaves for the next.
  virtual std::optional<std::string> checkpoint() const = 0;
  virtual Result<void> keep_checkpoint(std::string_view bytes) = 0;

  // The exit code that a failure gets.
  virtual void fail_with(CallFailure failure) = 0;
};

struct Callable {
  std::string name;  // letters, digits, '.', '_' and '-'
  std::string summary = {};
  std::vector<Parameter> parameters = {};

  // What the parameters' types cannot say. Arguments with placeholders are not shown to it before they are replaced.
  // May be empty.
  std::function<std::vector<Complaint>(const Arguments&)> check = {};

  // An error is a failed run with this message; so is an exception.
  std::function<Result<void>(CallContext&)> call = {};

  std::string plugin = {};  // the file that brought it along; empty: none did
};

// Port: the callables that a configuration may name. THREADS: any; a file is read beside the loop.
class Callables {
 public:
  virtual ~Callables() = default;

  // Null: there is none of this name. Valid as long as the registry.
  virtual const Callable* find(std::string_view name) const = 0;
  virtual std::vector<const Callable*> all() const = 0;  // by name

  // Makes what a shared object offers known; asked again it does nothing.
  virtual Result<void> load_plugin(const std::string& path) = 0;
};

// What is wrong with the arguments, by what the callable says of its parameters and by its own check. Texts with a
// placeholder, `${param:x}` or `${secret:x}`, are anything until they are replaced.
std::vector<Complaint> check_arguments(const Callable& callable, const Arguments& arguments);

// Arguments as their parameters' types. None: it is not given, or, unless the arguments were checked, it is not that.
namespace argument {
std::optional<std::string> text(const Arguments& arguments, std::string_view name);
std::optional<std::int64_t> integer(const Arguments& arguments, std::string_view name);
std::optional<bool> boolean(const Arguments& arguments, std::string_view name);
std::optional<Millis> duration(const Arguments& arguments, std::string_view name);
std::optional<std::int64_t> size(const Arguments& arguments, std::string_view name);
std::vector<std::string> texts(const Arguments& arguments, std::string_view name);  // not given: none
std::vector<std::pair<std::string, std::string>> text_map(const Arguments& arguments, std::string_view name);
}  // namespace argument

}  // namespace belfry
