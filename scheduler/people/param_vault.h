// Seals secret parameters with a key in a file of its own, so that a copy of the database gives
// none of them away. Any thread.
//
//   <data>/params.key   32 random bytes, mode 0600, made with the first secret parameter; without
//   it
//                       runs that have one can be neither resumed nor run again
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "scheduler/param_seal.h"
#include "scheduler/people/secret_box.h"

namespace tidemill {

class ParamVault : public ParamSeal {
 public:
  explicit ParamVault(const std::string& data_dir) : key_file_(data_dir + "/params.key") {}

  Result<Json::Object> seal(const Dag& dag, Json::Object params) override;
  Result<Json::Object> open(const Dag& dag, Json::Object params) override;

 private:
  enum class Missing { make, refuse };
  Result<SecretKey> key(Missing missing);

  const std::string key_file_;
  std::mutex mutex_;  // guards what follows
  std::optional<SecretKey> key_;
};

}  // namespace tidemill
