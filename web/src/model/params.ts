// The form of parameters: which field a parameter gets, and what a typed text means. Pure. The server
// checks again; here people are told before they send.

export interface ParamLike {
  name: string; type: string; items: string | null; required: boolean; default: unknown; enum: readonly unknown[];
  minimum: number | null; maximum: number | null; min_length: number | null; max_length: number | null; pattern: string | null; description: string | null;
}

export type FieldKind = "choice" | "yesno" | "number" | "list" | "json" | "secret" | "text";

export function fieldKind(param: ParamLike): FieldKind {
  if (param.enum.length > 0) return "choice";
  switch (param.type) {
    case "boolean": return "yesno";
    case "integer": case "number": return "number";
    case "array": case "list": return "list";
    case "object": case "json": return "json";
    case "secret": return "secret";
    default: return "text";
  }
}

// How a value stands in its field. Lists: one item a line.
export function textOf(param: ParamLike, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (fieldKind(param) === "list" && Array.isArray(value)) return value.map((item) => (typeof item === "string" ? item : JSON.stringify(item))).join("\n");
  return typeof value === "string" ? value : JSON.stringify(value);
}

export type Parsed = { ok: true; value: unknown } | { ok: true; absent: true } | { ok: false; why: string };
const bad = (why: string): Parsed => ({ ok: false, why });

function parseNumber(text: string, param: ParamLike, integer: boolean): Parsed {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return bad("This is no number.");
  if (integer && !Number.isSafeInteger(value)) return bad("This is no whole number.");
  if (param.minimum !== null && value < param.minimum) return bad(`At least ${param.minimum}.`);
  if (param.maximum !== null && value > param.maximum) return bad(`At most ${param.maximum}.`);
  return { ok: true, value };
}

function parseText(text: string, param: ParamLike): Parsed {
  const length = [...text].length;
  if (param.min_length !== null && length < param.min_length) return bad(`At least ${param.min_length} characters.`);
  if (param.max_length !== null && length > param.max_length) return bad(`At most ${param.max_length} characters.`);
  return { ok: true, value: text };
}

function parseItem(text: string, type: string | null): unknown {
  if (type === "integer" || type === "number") return Number.isFinite(Number(text)) ? Number(text) : text;
  return type === "boolean" ? text === "true" : text;
}

// What a field's text means. Empty means "not given": the default of the dag holds.
export function parseParam(param: ParamLike, text: string): Parsed {
  if (text === "") return param.required ? bad("This is needed.") : { ok: true, absent: true };
  switch (fieldKind(param)) {
    case "choice": {
      const found = param.enum.find((value) => textOf(param, value) === text);
      return found === undefined ? bad("This is none of the choices.") : { ok: true, value: found };
    }
    case "yesno": return { ok: true, value: text === "true" };
    case "number": return parseNumber(text, param, param.type === "integer");
    case "list": return { ok: true, value: text.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => parseItem(line, param.items)) };
    case "json":
      try { return { ok: true, value: JSON.parse(text) as unknown }; } catch { return bad("This is no JSON."); }
    default: return parseText(text, param);
  }
}

export interface Filled { values: Record<string, unknown>; wrong: Record<string, string> }

// Only what differs from nothing is sent, so that a default that changes later still holds.
export function readForm(params: readonly ParamLike[], texts: Readonly<Record<string, string>>): Filled {
  const filled: Filled = { values: {}, wrong: {} };
  for (const param of params) {
    const text = texts[param.name] ?? "";
    if (text === textOf(param, param.default) && !param.required) continue;
    const parsed = parseParam(param, text);
    if (!parsed.ok) filled.wrong[param.name] = parsed.why;
    else if ("value" in parsed) filled.values[param.name] = parsed.value;
  }
  return filled;
}
