// The time as views show it: a tick each second while the tab is looked at, none when it is not.
// Corrected by the server's clock, so that ages are right on a phone whose clock is not.
import { effect, signal } from "@preact/signals";
import { visible } from "./live.ts";

let offset = 0; // ms, server minus ours
export const now = signal(Date.now());

export function setServerTime(text: string): void {
  const server = Date.parse(text);
  // Within the time a request takes, our own clock is as good.
  if (!Number.isNaN(server) && Math.abs(server - Date.now()) > 2000) offset = server - Date.now();
  now.value = Date.now() + offset;
}

export function startClock(): void {
  effect(() => {
    if (!visible.value) return;
    const tick = (): void => { now.value = Date.now() + offset; };
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  });
}
