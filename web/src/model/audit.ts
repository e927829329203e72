// Entries of the audit log in words. Pure.

// "alert.acknowledge" → "alert acknowledge": what stands before the point is what it was done to.
export const actionWords = (action: string): string => action.replaceAll(".", " ").replaceAll("_", " ");

export const isRefusal = (outcome: string): boolean => !/^(done|ok|success)/.test(outcome);

export interface Detail { name: string; text: string }

// An entry's detail as names and texts, one level deep; deeper values stay JSON.
export function detailLines(detail: unknown): Detail[] {
  if (detail === null || detail === undefined || detail === "") return [];
  if (typeof detail !== "object" || Array.isArray(detail)) return [{ name: "", text: textOfValue(detail) }];
  return Object.entries(detail).map(([name, value]) => ({ name: name.replaceAll("_", " "), text: textOfValue(value) }));
}

const textOfValue = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value) ?? "");
