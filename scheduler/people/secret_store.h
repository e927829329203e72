// Secrets by name: encrypted in the database with a key that is in a file of its own, so that a
// copy of the database (a backup, a bug report) gives nothing away. Values leave through get()
// alone, which is for the scheduler at the moment of sending a task. Any thread.
//
//   <data>/secrets.key      32 random bytes, mode 0600, made with the first secret; without it the
//                           secrets are lost, so it is backed up apart from the database
//   <data>/secrets.key.new  while the key is being replaced
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "scheduler/people/change.h"
#include "scheduler/people/readers.h"

namespace tidemill {

inline constexpr std::size_t kMaxSecretValueBytes = 64u << 10;

struct SecretInfo {
  std::string name;
  WallTime updated_at;
  std::string updated_by;
};

class SecretStore {
 public:
  // Refuses a key file that others can read or that belongs to somebody else. Ends a replacement of
  // the key that a crash interrupted. `readers` must outlive the store.
  static Result<std::unique_ptr<SecretStore>> open(std::string data_dir, Readers& readers);
  ~SecretStore();

  // `not_found` when there is none of this name; `corrupt` when it is not what was stored under
  // this name.
  Result<std::string> get(const std::string& name);
  Result<std::vector<SecretInfo>> list();  // by name; never values

  // Makes the key file when there is none. Changes outlive the store safely; the value is encrypted
  // when the change is stored, and wiped.
  Result<Change> set(const std::string& name, std::string value, const std::string& by,
                     WallTime now);
  Change remove(const std::string& name);

  // Encrypts everything again with a new key. After the change was committed call finish; until
  // then both keys are at hand.
  Result<Change> begin_new_key();
  Status finish_new_key();

 private:
  struct State;
  explicit SecretStore(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace tidemill
