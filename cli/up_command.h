// `tidemill up`: scheduler, one local worker, HTTP server and the folder of DAG files, in one.
#pragma once

#include <string>

namespace tidemill {

struct UpCommand {
  std::string data_dir;
  std::string dags = "dags";
  std::string listen = "127.0.0.1:8420";
  int slots = 0;  // 0 = one per processor
  bool quiet = false;
};
int run_up(const UpCommand& options);

}  // namespace tidemill
