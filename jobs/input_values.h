// What stands for `${param:x}` and `${secret:x}` in one attempt (base/placeholders.h). A secret is read when it is
// first needed, and wiped from memory with this object.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <belfry/error.h>
#include <belfry/job.h>
#include <belfry/run.h>

namespace belfry {

class InputValues {
 public:
  // REQUIRES: both outlive this.
  InputValues(const JobInputs& inputs, const Params& params) : inputs_(inputs), params_(params) {}
  InputValues(const InputValues&) = delete;
  InputValues& operator=(const InputValues&) = delete;
  ~InputValues();

  struct Filled {
    std::string text;
    bool has_secret = false;  // it must reach the action alone: no file, no log, no argument vector
  };

  // The error says which parameter is not defined, or why a secret cannot be read.
  Result<Filled> fill_in(std::string_view text);

  // The value of a parameter: what the run was told, or the fallback; the empty text if there is neither.
  const std::string& param(const ParamDefinition& definition) const;

  // Those that were filled in so far: what is not to be seen in output.
  std::vector<std::string_view> secrets() const;

 private:
  Result<std::string> param_called(std::string_view name) const;
  Result<std::string> secret_called(std::string_view name);

  const JobInputs& inputs_;
  const Params& params_;
  std::map<std::string, std::string, std::less<>> secrets_;  // by name
};

}  // namespace belfry
