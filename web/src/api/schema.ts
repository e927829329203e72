// The types of the API, made by openapi_types.mjs from openapi.json at each build.
export type * from "../../generated/schema.ts";
