// The one table of everything a DAG file may say. It drives the checks of keys, types, words and
// bounds (core/fields_check.h), the JSON Schema for editors and the reference page (core/schema.h),
// so that these cannot drift apart. Constant data; what needs knowledge of other fields is checked
// in core/parse/.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace tidemill {

enum class FieldKind : std::uint8_t {
  text,    // quoted, or plain and not readable as a number, a boolean or null
  scalar,  // text, or a plain number or boolean whose written form cannot be misread
  integer,
  number,
  boolean,
  duration,  // 30s
  size,      // 2GiB
  word,      // one of Field::words
  object,    // a map with the keys of Field::object
  any,       // depends on a neighbouring field; checked by its reader
};

// In which shapes values of that kind come; any combination.
enum FieldShape : unsigned {
  kOne = 1,
  kList = 2,
  kMap = 4,        // name → value, the names are the author's
  kShortText = 8,  // kind object: a text instead of the map, such as a cron expression
};

struct ObjectSpec;

struct Field {
  std::string_view key;
  FieldKind kind = FieldKind::text;
  unsigned shape = kOne;
  const ObjectSpec* object = nullptr;            // kind object
  std::span<const std::string_view> words = {};  // kind word; with kShortText: the texts accepted
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  std::string_view pattern = {};   // for the schema only; the reader has the exact check
  std::string_view fallback = {};  // what holds when the key is absent, as JSON; empty = nothing
  std::string_view description = {};
  std::string_view example = {};  // as JSON
  bool required = false;
  std::string_view same_as = {};  // another spelling of this key of the same object
  std::span<const std::string_view> words_not_yet = {};  // known words, but refused
  std::string_view not_yet = {};  // set: known, but refused; says what it will be
};

struct ObjectSpec {
  std::string_view name;  // of the schema's definition
  std::string_view title;
  std::string_view description;
  std::span<const Field> fields;

  const Field* find(std::string_view key) const;
};

extern const ObjectSpec kDagObject;
extern const ObjectSpec kScheduleObject;
extern const ObjectSpec kCalendarObject;
extern const ObjectSpec kDstObject;
extern const ObjectSpec kCatchupObject;
extern const ObjectSpec kParamObject;
extern const ObjectSpec kDefaultsObject;
extern const ObjectSpec kTaskObject;
extern const ObjectSpec kRetryObject;
extern const ObjectSpec kRetryRuleObject;
extern const ObjectSpec kResourcesObject;
extern const ObjectSpec kHooksObject;
extern const ObjectSpec kHookObject;
extern const ObjectSpec kAlertsObject;
extern const ObjectSpec kDeadlineObject;
extern const ObjectSpec kTriggerObject;
extern const ObjectSpec kWebhookObject;
extern const ObjectSpec kWaitObject;
extern const ObjectSpec kApprovalObject;
extern const ObjectSpec kPublishObject;

// All of them, outermost first.
std::span<const ObjectSpec* const> all_objects();

}  // namespace tidemill
