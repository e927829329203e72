// What an ended attempt left in its workspace, as a TaskResult. Safe to repeat: it changes nothing
// but the object store, to which it only adds.
#pragma once

#include <string>

#include "worker/attempt_note.h"
#include "worker/objects.h"
#include "worker/task_files.h"

namespace tidemill {

struct Collected {
  TaskResult result;
  Notes notes;          // for the task's log
  std::string message;  // artifacts that could not be stored, in one sentence; empty = none
};

// outputs, metrics, checks and summary: small files.
Collected collect_texts(const std::string& workspace, const AttemptNote& note);

// Declared artifacts: may hash and sync a lot. An artifact that is not there is left out, which the
// core reports as a broken contract.
void collect_artifacts(const std::string& workspace, const AttemptNote& note, Objects& objects,
                       Collected& collected);

// A task's own small file: at most `max_bytes` of it, never through a link, never a FIFO.
std::string read_task_file(const std::string& path, std::size_t max_bytes, Notes& notes);

}  // namespace tidemill
