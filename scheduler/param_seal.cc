#include "scheduler/param_seal.h"

namespace tidemill {

Result<std::string> open_params(ParamSeal& seal, const Dag& dag, const std::string& stored) {
  Json params = TRY(parse_json(stored));
  if (!params.is_object()) return corrupt("the parameters are not an object");
  return Json(TRY(seal.open(dag, std::move(params.object())))).dump();
}

}  // namespace tidemill
