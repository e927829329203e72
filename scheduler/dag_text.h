// The text of a DAG file checked with what this machine knows: its time zones, its clock, and the
// files beside the DAG file.
#pragma once

#include <string>
#include <string_view>

#include "core/dag_parser.h"

namespace tidemill {

// `stem` names the dag when the text does not; `folder` (absolute) holds the files it may name.
ParsedDag check_dag_text(std::string_view text, const std::string& stem, const std::string& folder);

// A version that was stored when it was good. It is checked again, so a newer Tidemill that refuses
// it says so (`corrupt`) instead of guessing.
Result<DagPtr> parse_stored_dag(const std::string& name, const std::string& source,
                                const std::string& folder);

}  // namespace tidemill
