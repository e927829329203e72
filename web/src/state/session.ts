// Who is signed in, and what they may do. The server decides each time; this only spares people
// buttons that would be refused.
import { effect, signal } from "@preact/signals";
import { change, forgetAnswers, get, problemFrom, whenSignedOut, type Problem } from "../api/client.ts";
import type { Session } from "../api/schema.ts";
import { liveState, retryLive } from "./live.ts";

export type Role = "viewer" | "operator" | "editor" | "admin";
const RANKS = ["none", "viewer", "operator", "editor", "admin"];

export const session = signal<Session | null>(null);
// unknown: not asked yet. expired: was signed in and is no more; the view stays behind the sign-in.
export const signedIn = signal<"unknown" | "yes" | "no" | "expired">("unknown");
export const sessionProblem = signal<Problem | null>(null);

export function may(role: Role, dag?: string): boolean {
  const who = session.value;
  if (!who) return false;
  const granted = dag === undefined ? undefined : who.grants[dag];
  const own = Math.max(RANKS.indexOf(who.role), typeof granted === "string" ? RANKS.indexOf(granted) : 0);
  return own >= RANKS.indexOf(role);
}

export async function loadSession(): Promise<void> {
  try {
    session.value = await get("/api/v1/session", {});
    sessionProblem.value = null;
    signedIn.value = "yes";
  } catch (error) {
    const problem = problemFrom(error);
    if (problem.status === 401) signedIn.value = signedIn.value === "yes" ? "expired" : "no";
    else sessionProblem.value = problem;
  }
}

export async function signIn(user: string, password: string): Promise<void> {
  await change("POST", "/api/v1/session", {}, { user, password });
  await afterSignIn();
}

export async function signInByLink(token: string): Promise<void> {
  await change("POST", "/api/v1/session/link", {}, { token });
  await afterSignIn();
}

async function afterSignIn(): Promise<void> {
  forgetAnswers();
  await loadSession();
  retryLive(); // a stream that was refused stays closed by itself
}

export async function signOut(): Promise<void> {
  await change("DELETE", "/api/v1/session", {}, null);
  forgetAnswers();
  session.value = null;
  signedIn.value = "no";
}

whenSignedOut(() => { if (signedIn.value === "yes") signedIn.value = "expired"; });

// A stream of events that is refused may be the first to hear that the session is over.
effect(() => { if (liveState.value === "refused" && signedIn.peek() === "yes") void loadSession(); });
