// Parameters: what a run may be told by whoever asks for it (S38). A job defines which there are; a run carries their
// values, as texts in one normal form each, and keeps them in its record. They reach the action as arguments, as
// environment variables or as the arguments of a callable, and never as the text of a script.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belfry {

enum class ParamType {
  string,   // any text without NUL
  integer,  // 64 bits, signed
  number,   // with a fraction
  boolean,  // true, false
  date,     // 2026-11-19
  choice,   // one of `options`
};

struct ParamDefinition {
  std::string name;
  ParamType type = ParamType::string;
  bool is_required = false;
  std::optional<std::string> fallback;  // the value where none is given; none: the empty text
  std::vector<std::string> options;     // of a choice: at least one
  std::optional<std::string> min;       // of integers, numbers and dates; in the form of a value
  std::optional<std::string> max;
  std::string pattern;  // of strings: an extended regular expression for all of the value; empty: any
  // It may begin with a dash: false where it is handed on as an argument that would be taken for an option (F56).
  bool may_begin_with_dash = true;
  std::string description;
  bool operator==(const ParamDefinition&) const = default;
};

struct Param {
  std::string name;
  std::string value;
  bool operator==(const Param&) const = default;
};

// The values of a run, in the order of their definitions, each name once. Copies share them; most runs have none.
class Params {
 public:
  // Names and values of one run together.
  static constexpr std::size_t bytes_max = 65'536;

  Params() = default;
  explicit Params(std::vector<Param> list)
      : list_(list.empty() ? nullptr : std::make_shared<const std::vector<Param>>(std::move(list))) {}

  Params(std::initializer_list<Param> list) : Params(std::vector<Param>(list)) {}

  const std::vector<Param>& list() const { return list_ ? *list_ : nothing(); }
  bool empty() const { return list_ == nullptr; }

  const std::string* find(std::string_view name) const {
    const auto param = std::find_if(list().begin(), list().end(), [&](const Param& p) { return p.name == name; });
    return param == list().end() ? nullptr : &param->value;
  }

  friend bool operator==(const Params& a, const Params& b) { return a.list_ == b.list_ || a.list() == b.list(); }

 private:
  static const std::vector<Param>& nothing() {
    static const std::vector<Param> none;
    return none;
  }

  std::shared_ptr<const std::vector<Param>> list_;
};

// Where a secret is kept. Only its name is ever part of a job; its value is read when an attempt starts, and goes
// nowhere but to that (S38).
struct SecretSource {
  enum class From {
    file,        // an absolute path
    credential,  // a name in the directory that the service manager hands to the daemon ($CREDENTIALS_DIRECTORY)
  };
  std::string name;
  From from = From::file;
  std::string where;
  bool operator==(const SecretSource&) const = default;
};

// What a job's `${param:x}` and `${secret:x}` stand for.
struct JobInputs {
  std::vector<ParamDefinition> params;
  Params usual;                       // what a run has that nobody told anything: the fallbacks
  std::vector<SecretSource> secrets;  // those that the job names, each once
  bool operator==(const JobInputs&) const = default;
};

// The inputs of a job that has none; one object for all.
inline const std::shared_ptr<const JobInputs>& no_inputs() {
  static const auto inputs = std::make_shared<const JobInputs>();
  return inputs;
}

}  // namespace belfry
