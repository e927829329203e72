// What an ended attempt left in its workspace, as a TaskResult. Safe to repeat: it changes nothing
// but the object store, to which it only adds.
#pragma once

#include <string>

#include "worker/attempt_note.h"
#include "worker/masker.h"
#include "worker/objects.h"
#include "worker/task_files.h"

namespace tidemill {

struct Collected {
  TaskResult result;
  Notes notes;          // for the task's log
  std::string message;  // artifacts that could not be stored, in one sentence; empty = none
};

// outputs, metrics, checks and summary: small files. Secrets in them become "***". Where a task had
// secrets that nobody knows any more, nothing is taken.
Collected collect_texts(const std::string& workspace, const AttemptNote& note,
                        const MaskSet& masks);

// Declared artifacts: may hash and sync a lot. One that is not there, or is refused, is left out,
// which the core reports as a broken contract in the words of `message`.
void collect_artifacts(const std::string& workspace, const AttemptNote& note, Objects& objects,
                       Collected& collected);

// What the task promised and did not leave becomes a line for its log; true when there is nothing
// of that. The core judges again, with the values that the DAG expects.
bool note_broken_promises(const AttemptNote& note, Collected& collected);

// A task's own small file: at most `max_bytes` of it, never through a link, never a FIFO.
std::string read_task_file(const std::string& path, std::size_t max_bytes, Notes& notes);

}  // namespace tidemill
