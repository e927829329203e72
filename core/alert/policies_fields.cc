#include "core/alert/policies_fields.h"

#include <array>

#include "core/alert/alert.h"

namespace tidemill {
namespace {

constexpr std::string_view kWeekdayWords[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

constexpr Field kPersonFields[] = {
    {.key = "channels",
     .shape = kOne | kList,
     .description = "The channels that reach this person; all of them are used.",
     .example = "[\"phone\", \"mail\"]",
     .required = true},
};

constexpr Field kLayerFields[] = {
    {.key = "start",
     .description =
         "When the first turn begins, as a local date and time. Turns are handed over at "
         "this time of day all year.",
     .example = "\"2026-01-05 09:00\"",
     .required = true},
    {.key = "every",
     .kind = FieldKind::duration,
     .fallback = "\"7d\"",
     .description = "How long a turn is, in whole days: 1d to 366d.",
     .example = "\"7d\""},
    {.key = "turns",
     .kind = FieldKind::any,
     .description = "Who takes turns, in order: people, or lists of people who are on call "
                    "together.",
     .example = "[\"ann\", [\"bob\", \"cid\"]]",
     .required = true},
    {.key = "days",
     .kind = FieldKind::word,
     .shape = kOne | kList,
     .words = kWeekdayWords,
     .description = "The local days on which the layer counts; without it, every day.",
     .example = "[\"sat\", \"sun\"]"},
    {.key = "level",
     .kind = FieldKind::integer,
     .minimum = 0,
     .maximum = 100,
     .fallback = "0",
     .description = "Of the layers that count at a moment, the highest decides.",
     .example = "1"},
};

constexpr Field kRotationFields[] = {
    {.key = "zone",
     .fallback = "\"UTC\"",
     .description = "The time zone of `start` and `days`, an IANA name.",
     .example = "\"Europe/Berlin\""},
    {.key = "layers",
     .kind = FieldKind::object,
     .shape = kList,
     .object = &kLayerObject,
     .description = "Who takes turns when.",
     .example = "[{\"start\": \"2026-01-05 09:00\", \"turns\": [\"ann\", \"bob\"]}]",
     .required = true},
};

constexpr Field kConditionFields[] = {
    {.key = "severity",
     .kind = FieldKind::word,
     .words = kSeverityWords,
     .fallback = "\"info\"",
     .description = "Only when the alert is at least so urgent.",
     .example = "\"error\""},
    {.key = "between",
     .description = "Only between these local times of the policy's zone, which may lie over "
                    "midnight.",
     .example = "\"09:00-18:00\""},
};

constexpr Field kStepFields[] = {
    {.key = "notify",
     .shape = kOne | kList,
     .description = "Who is told: user.NAME, rotation.NAME or channel.NAME. Without it, the step "
                    "is a pause.",
     .example = "[\"rotation.primary\", \"channel.chat\"]"},
    {.key = "wait",
     .kind = FieldKind::duration,
     .fallback = "\"0s\"",
     .description = "How long after it the next step follows, up to 24h.",
     .example = "\"5m\""},
    {.key = "if",
     .kind = FieldKind::object,
     .object = &kConditionObject,
     .description = "When the step counts. Otherwise it is passed over, with its wait.",
     .example = "{\"severity\": \"error\", \"between\": \"09:00-18:00\"}"},
};

constexpr Field kPolicyFields[] = {
    {.key = "steps",
     .kind = FieldKind::object,
     .shape = kList,
     .object = &kStepObject,
     .description = "Who is told when, one after the other, until somebody takes the alert. The "
                    "last one must tell somebody in any case.",
     .example = "[{\"notify\": \"rotation.primary\", \"wait\": \"5m\"}, {\"notify\": "
                "\"channel.chat\"}]",
     .required = true},
    {.key = "zone",
     .fallback = "\"UTC\"",
     .description = "The time zone of `between`, an IANA name.",
     .example = "\"Europe/Berlin\""},
    {.key = "repeat",
     .kind = FieldKind::integer,
     .minimum = 0,
     .maximum = 5,
     .fallback = "0",
     .description = "How often the steps are gone through once more.",
     .example = "2"},
    {.key = "acknowledged_for",
     .kind = FieldKind::duration,
     .fallback = "\"0s\"",
     .description = "How long an acknowledgement lasts before the alert fires again; 0s = until "
                    "it ends. At most 30d.",
     .example = "\"4h\""},
    {.key = "reopen_window",
     .kind = FieldKind::duration,
     .fallback = "\"24h\"",
     .description = "An alert that is raised again within this time after its end is the same one, "
                    "reopened. At most 30d.",
     .example = "\"24h\""},
    {.key = "digest_every",
     .kind = FieldKind::duration,
     .fallback = "\"4h\"",
     .description = "How often those who were told hear how many times it was raised since; 0s = "
                    "never. At most 30d.",
     .example = "\"4h\""},
    {.key = "group_wait",
     .kind = FieldKind::duration,
     .fallback = "\"30s\"",
     .description = "The first alert of a DAG is told at once; others of it that follow within "
                    "this time are told together at its end, by one message. 0s = each alone. "
                    "At most 1h.",
     .example = "\"30s\""},
};

constexpr Field kTopFields[] = {
    {.key = "channels",
     .kind = FieldKind::object,
     .shape = kMap,
     .object = &kChannelObject,
     .description = "Where messages can go: name → channel.",
     .example = "{\"chat\": {\"slack\": {\"url\": {\"secret\": \"slack_hook\"}}}}",
     .required = true},
    {.key = "people",
     .kind = FieldKind::object,
     .shape = kMap,
     .object = &kPersonObject,
     .description = "Users of Tidemill and how they are reached: user name → channels.",
     .example = "{\"ann\": {\"channels\": [\"phone\", \"mail\"]}}"},
    {.key = "rotations",
     .kind = FieldKind::object,
     .shape = kMap,
     .object = &kRotationObject,
     .description = "Who is on call when: name → rotation.",
     .example = "{\"primary\": {\"zone\": \"Europe/Berlin\", \"layers\": [{\"start\": \"2026-01-05 "
                "09:00\", \"turns\": [\"ann\", \"bob\"]}]}}"},
    {.key = "policies",
     .kind = FieldKind::object,
     .shape = kMap,
     .object = &kPolicyObject,
     .description = "Who is told when: name → policy. A DAG names one in its `alerts`.",
     .example = "{\"ml_oncall\": {\"steps\": [{\"notify\": \"channel.chat\"}]}}",
     .required = true},
    {.key = "default",
     .description = "The policy of alerts whose DAG names none, and of those about Tidemill "
                    "itself. Without it, these are only shown.",
     .example = "\"ml_oncall\""},
    {.key = "check_in",
     .description = "An address that is asked every minute while all is well, so that a service "
                    "outside notices when Tidemill is gone.",
     .example = "\"https://example.org/ping/abc\""},
    {.key = "canary",
     .kind = FieldKind::duration,
     .fallback = "\"0s\"",
     .description = "How often each channel is tried; 0s = never.",
     .example = "\"1h\""},
};

}  // namespace

const ObjectSpec kPersonObject = {"person", "people.USER", "How one person is reached.",
                                  kPersonFields};
const ObjectSpec kLayerObject = {"layer", "rotations.NAME.layers", "People who take turns.",
                                 kLayerFields};
const ObjectSpec kRotationObject = {"rotation", "rotations.NAME", "Who is on call when.",
                                    kRotationFields};
const ObjectSpec kConditionObject = {"condition", "policies.NAME.steps.if", "When a step counts.",
                                     kConditionFields};
const ObjectSpec kStepObject = {"step", "policies.NAME.steps", "One step of an escalation.",
                                kStepFields};
const ObjectSpec kPolicyObject = {"policy", "policies.NAME", "Who is told when.", kPolicyFields};
const ObjectSpec kPoliciesObject = {"alerts_file", "The file of alerts",
                                    "Channels, people, rotations and policies.", kTopFields};

std::span<const ObjectSpec* const> policies_objects() {
  static constexpr std::array<const ObjectSpec*, 15> kObjects = {
      &kPoliciesObject,    &kChannelObject,      &kSecretObject,   &kSlackObject,
      &kPagerDutyObject,   &kAlertmanagerObject, &kNtfyObject,     &kSmtpObject,
      &kHookChannelObject, &kPersonObject,       &kRotationObject, &kLayerObject,
      &kPolicyObject,      &kStepObject,         &kConditionObject};
  return kObjects;
}

}  // namespace tidemill
