// Values of parameters as a person reads and types them. Pure.
import type { Json, JsonObject } from "../api/schema.ts";

export const paramText = (value: Json | undefined): string =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);

// What was typed, as the kind of value that stood there before: a text stays a text, everything else
// is JSON. What is no JSON is sent as it is, and the server says what is wrong with it.
export function paramValue(text: string, before: Json | undefined): Json {
  if (typeof before === "string") return text;
  if (text.trim() === "") return null;
  try {
    // The parser's answer is JSON by its nature.
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

// Only what is other than before.
export function changedParams(before: JsonObject, texts: Record<string, string>): JsonObject {
  const changed: JsonObject = {};
  for (const [name, text] of Object.entries(texts)) {
    const old = before[name];
    if (text !== paramText(old)) changed[name] = paramValue(text, old);
  }
  return changed;
}
