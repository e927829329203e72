// Short messages about what was just done, with a way back where there is one.
import { effect, signal } from "@preact/signals";
import { problemFrom } from "../api/client.ts";
import { steps } from "../lib/router.ts";

export interface Toast {
  id: number;
  kind: "done" | "failed";
  text: string;
  detail?: string;
  undo?: () => void;
}

export const toasts = signal<readonly Toast[]>([]);
let count = 0;
// Failures stay until they are closed, a way back until the next page.
const SHOWN_MS = 7000;

export function say(toast: Omit<Toast, "id">): void {
  const id = ++count;
  toasts.value = [...toasts.value.slice(-3), { ...toast, id }];
  if (toast.kind === "done" && !toast.undo) setTimeout(() => dismiss(id), SHOWN_MS);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

effect(() => {
  if (steps.value > 0) toasts.value = toasts.peek().filter((toast) => !toast.undo);
});

interface Deed {
  show?: () => void; // at once, as if it had worked
  takeBack?: () => void; // when it did not
  send: () => Promise<unknown>;
  done: string; // "Alert 12 acknowledged"
  failed: string; // "Alert 12 was not acknowledged"
  undo?: () => void;
}

// An action that is shown at once and rolled back, with the reason, when the server says no.
export async function attempt(deed: Deed): Promise<boolean> {
  deed.show?.();
  try {
    await deed.send();
    say({ kind: "done", text: deed.done, ...(deed.undo ? { undo: deed.undo } : {}) });
    return true;
  } catch (error) {
    deed.takeBack?.();
    say({ kind: "failed", text: deed.failed, detail: problemFrom(error).message });
    return false;
  }
}
