// The pages made from the tables of fields (core/fields.h, core/alert/policies_fields.h): the JSON
// Schemas that editors read while a file is written, and the reference for people. Kept in docs/
// and compared by a test.
#pragma once

#include <string>

namespace tidemill {

// docs/dag.schema.json: draft 2020-12, every field described. It knows structure only; what depends
// on other places of the file is checked by `tidemill validate`.
std::string dag_schema_json();

// docs/alerts.schema.json: the same for the file of alerts.
std::string alerts_schema_json();

// docs/dag-reference.md.
std::string dag_reference_markdown();

}  // namespace tidemill
