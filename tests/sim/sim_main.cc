// `simulate SEED [COUNT] [--verbose]`: the same as `tidemill sim`, without the rest of the product.
#include <cstdlib>
#include <string_view>

#include "cli/sim_command.h"

int main(int argc, char** argv) {
  tidemill::SimCommand options;
  int numbers = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--verbose")
      options.verbose = true;
    else
      (numbers++ == 0 ? options.seed : options.count) = std::strtoull(argv[i], nullptr, 10);
  }
  return tidemill::run_sim(options);
}
