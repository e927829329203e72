// The steps of parsing one file, in their order. Each leaves its part of context.dag usable even
// after findings, so that the later steps can look for further mistakes.
#pragma once

#include "core/parse/context.h"

namespace tidemill {

void read_dag(ParseContext& context);  // the plain keys at the top of the file
void read_params(ParseContext& context);
void read_schedules(ParseContext& context);
void read_start_triggers(ParseContext& context);  // `triggers:` of the DAG
void read_tasks(ParseContext& context);           // tasks, then hooks; references stay open
void resolve_needs(ParseContext& context);        // upstream and downstream; reports cycles
void check_triggers(ParseContext& context);       // tasks that can never run, rules without effect
void check_pools(ParseContext& context);
void resolve_references(ParseContext& context);  // inputs, expressions and templates

}  // namespace tidemill
