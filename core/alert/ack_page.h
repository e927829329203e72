// The page behind the link of a message: what broke, since when, who has it, and one large button.
// It works on any phone: no script, no picture, nothing that is loaded from elsewhere, at most
// 15 KB however long the texts are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/alert/alert.h"

namespace tidemill {

struct AckPage {
  std::string title;    // what the page says first, a sentence
  std::string detail;   // why there is no button, or what happens next; may be empty
  bool alert = false;   // the rest is filled
  bool button = false;  // there is something to take
  std::string seen;     // what the button sends along
  std::string what;     // is wrong
  std::string scope;    // "train of daily"
  AlertSeverity severity = AlertSeverity::error;
  WallTime since;
  std::uint64_t count = 1;
  std::vector<std::string> others;  // that the button takes, too: what is wrong with each
};

inline constexpr std::size_t kAckPageBytes = 15'000;

std::string ack_page_html(const AckPage& page);
// What stands between <style> and </style>, for the policy that allows it.
std::string_view ack_page_style();

// `&`, `<`, `>` and quotes as entities.
std::string html_escaped(std::string_view text);

}  // namespace tidemill
