// How the values of secret parameters are kept where they cannot be read: in rows they are sealed,
// and only what a run holds in memory, from which the environment of its attempts is made, is
// open. Any thread.
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "core/dag.h"

namespace tidemill {

class ParamSeal {
 public:
  virtual ~ParamSeal() = default;

  // With sealed values in the place of secret ones. The same value of the same parameter is sealed
  // to the same text, so that two runs can be compared without opening them.
  virtual Result<Json::Object> seal(const Dag& dag, Json::Object params) = 0;
  // As they were given. What is not sealed, as in rows of earlier versions, stays as it is.
  virtual Result<Json::Object> open(const Dag& dag, Json::Object params) = 0;
};

// The same for the text that a row holds.
Result<std::string> open_params(ParamSeal& seal, const Dag& dag, const std::string& stored);

}  // namespace tidemill
