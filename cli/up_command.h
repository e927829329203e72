// `tidemill up`: scheduler, one local worker, HTTP server and the folder of DAG files, in one; and
// `tidemill scheduler`, the same without the worker. Runs until it is told to stop:
//
//   TERM, Ctrl-C   stop: tasks go on and are taken up at the next start, or are waited for
//                  (stop.mode: drain); once more: at once
//   HUP            read the configuration, the certificate and the DAG files again
#pragma once

#include "cli/settings.h"

namespace tidemill {

struct UpCommand {
  SettingSources sources;
  bool with_worker = true;
};
int run_up(const UpCommand& options);

}  // namespace tidemill
