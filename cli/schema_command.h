// `tidemill schema`: the JSON Schema for editors, the reference page, or one key in words.
#pragma once

#include <string>

namespace tidemill {

struct SchemaOptions {
  std::string format = "json";  // json or markdown
  bool alerts = false;          // of the file of alerts, as JSON
  std::string key;              // dotted, "tasks.retry.limit"; empty = everything
};

int run_schema(const SchemaOptions& options);

}  // namespace tidemill
