// Calls of the API, typed by the OpenAPI file. Nothing else in the UI reads JSON from the network.
// A refusal is a Problem with the server's own words; so is a network that is not there.
import type { Operations } from "./schema.ts";

type Key = keyof Operations;
type Of<Method extends string> = { [K in Key]: K extends `${Method} ${infer Path}` ? Path : never }[Key];
type Names<Path> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
export type Captures<Path> = { [Name in Names<Path>]: string | number };
type At<Method extends string, Path extends string> = `${Method} ${Path}` extends infer K extends Key ? Operations[K] : never;

export type GetPath = Of<"GET">;
export type Query<Path extends GetPath> = At<"GET", Path>["query"];
export type Answer<Path extends GetPath> = At<"GET", Path>["answer"];
export type ChangeMethod = "POST" | "PUT" | "PATCH" | "DELETE";

export class Problem extends Error {
  constructor(readonly status: number, readonly title: string, readonly detail: string) {
    super(detail || title);
  }
  get isGone(): boolean { return this.status === 404; }
  get isForbidden(): boolean { return this.status === 403; }
  get isOffline(): boolean { return this.status === 0; }
}

// Called when the server no longer knows who we are.
let onSignedOut = (): void => {};
export const whenSignedOut = (call: () => void): void => { onSignedOut = call; };

const text = (value: unknown): string => (typeof value === "string" ? value : "");

async function problemOf(response: Response): Promise<Problem> {
  let body: unknown = null;
  try { body = await response.json(); } catch { /* not from our server, or cut off */ }
  const part = (name: string): string =>
    typeof body === "object" && body !== null ? text(Object.entries(body).find(([key]) => key === name)?.[1]) : "";
  return new Problem(response.status, part("title") || `HTTP ${response.status}`, part("detail"));
}

export function addressOf(path: string, captures: Record<string, string | number>, query: Record<string, unknown> = {}): string {
  const at = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(captures[name])));
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") parameters.set(name, String(value));
  }
  const tail = parameters.toString();
  return tail ? `${at}?${tail}` : at;
}

// Bodies by address with their tags: what has not changed is not sent again, and stays the same object.
const known = new Map<string, { tag: string; body: unknown }>();
const KEPT = 60;

function keep(address: string, tag: string, body: unknown): void {
  known.delete(address);
  known.set(address, { tag, body });
  for (const oldest of known.keys()) {
    if (known.size <= KEPT) break;
    known.delete(oldest);
  }
}

export const forgetAnswers = (): void => known.clear();
export const lastAnswer = (address: string): unknown => known.get(address)?.body;

const noAnswer = (): Problem => new Problem(0, "No answer", "The scheduler cannot be reached. It may be restarting, or your network is cut.");

async function ask(address: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { credentials: "same-origin", cache: "no-store", ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw noAnswer();
  }
  if (response.ok || response.status === 304) return response;
  if (response.status === 401 && !address.startsWith("/api/v1/session")) onSignedOut();
  throw await problemOf(response);
}

export async function getAddress(address: string, signal?: AbortSignal): Promise<unknown> {
  const before = known.get(address);
  const response = await ask(address, {
    headers: before ? { "If-None-Match": before.tag } : {},
    ...(signal ? { signal } : {}),
  });
  if (response.status === 304 && before) return before.body;
  const body: unknown = await response.json();
  const tag = response.headers.get("ETag");
  if (tag) keep(address, tag, body);
  return body;
}

export async function get<Path extends GetPath>(path: Path, captures: Captures<Path>, query: Query<Path> = {}, signal?: AbortSignal): Promise<Answer<Path>> {
  // The one place where the network's word is taken for the file's: a test holds the file to the server.
  return (await getAddress(addressOf(path, captures, query), signal)) as Answer<Path>;
}

// What is no JSON: a calendar.
export async function getText(path: GetPath, captures: Record<string, string | number>, signal?: AbortSignal): Promise<string> {
  return (await ask(addressOf(path, captures), signal ? { signal } : {})).text();
}

// A change. It carries a key of its own, so that a repetition after a broken connection is one deed.
export async function change<Method extends ChangeMethod, Path extends Of<Method>>(
  method: Method, path: Path, captures: Captures<Path>, body: At<Method, Path>["body"]): Promise<At<Method, Path>["answer"]> {
  const response = await ask(addressOf(path, captures), {
    method,
    headers: { ...(body === null ? {} : { "Content-Type": "application/json" }), "Idempotency-Key": keyOfDeed() },
    ...(body === null ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as At<Method, Path>["answer"]; // as above
}

function keyOfDeed(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function problemFrom(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof DOMException && error.name === "TimeoutError") return noAnswer();
  return new Problem(-1, "A mistake in this page", error instanceof Error ? error.message : String(error));
}
