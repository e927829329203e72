#include "worker/attempt_note.h"

#include "protocol/fields.h"

namespace tidemill {

template <>
struct Fields<AttemptNote> {
  using T = AttemptNote;
  static constexpr auto list = std::tuple{&T::run,        &T::task_index,  &T::workspace,
                                          &T::checkpoint, &T::outputs,     &T::metrics,
                                          &T::artifacts,  &T::has_secrets, &T::expect};
};

std::string encode_note(const AttemptNote& note) {
  std::string text;
  WireWriter(text).write(note);
  return text;
}

std::optional<AttemptNote> decode_note(const std::string& text) {
  AttemptNote note;
  WireReader reader(text);
  reader.read(note);
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return note;
}

}  // namespace tidemill
