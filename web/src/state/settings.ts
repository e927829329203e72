// What a person chose for this browser. A browser that keeps nothing forgets it with the tab.
import { effect, signal, type Signal } from "@preact/signals";

function kept<T extends string>(name: string, choices: readonly T[], fallback: T): Signal<T> {
  let stored: string | null = null;
  try { stored = localStorage.getItem(`tidemill.${name}`); } catch { /* storage is off */ }
  const value = signal(choices.find((choice) => choice === stored) ?? fallback);
  effect(() => {
    try { localStorage.setItem(`tidemill.${name}`, value.value); } catch { /* storage is off */ }
  });
  return value;
}

export const theme = kept("theme", ["system", "light", "dark"], "system");
export const zone = kept("zone", ["local", "utc"], "local");

export function startTheme(): void {
  effect(() => {
    if (theme.value === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme.value;
  });
}
