// Keys of the keyboard: one table at a time for each part of the page that is shown, the newest
// first. Nothing is taken from fields where people type, and nothing with Ctrl or ⌘ except what asks
// for it by "mod+".
import { useLayoutEffect, useRef } from "preact/hooks";
import { signal } from "@preact/signals";

export interface Key {
  keys: string; // "a", "?", "shift+C", "mod+k", "g d", "Escape", "ArrowLeft"
  does: string; // for the sheet: "acknowledge"
  run: (event: KeyboardEvent) => void;
  inFields?: boolean;
}

interface Table { title: string; keys: Key[]; modal: boolean }
export const tables = signal<readonly Table[]>([]);

const PREFIX_MS = 1200; // how long "g" waits for its second letter
let prefix = "";
let prefixAt = 0;

export function nameOf(event: KeyboardEvent): string {
  const mod = event.ctrlKey || event.metaKey ? "mod+" : "";
  const shift = event.shiftKey && event.key.length > 1 ? "shift+" : event.shiftKey && /^[A-Z]$/.test(event.key) ? "shift+" : "";
  return mod + shift + event.key;
}

function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !/^(checkbox|radio|button)$/.test(target.getAttribute("type") ?? "");
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const name = nameOf(event);
  const typing = isField(event.target);
  const long = prefix && event.timeStamp - prefixAt < PREFIX_MS ? `${prefix} ${name}` : "";
  for (const table of [...tables.value].reverse()) {
    for (const key of table.keys) {
      if ((key.keys !== name && key.keys !== long) || (typing && !key.inFields)) continue;
      prefix = "";
      event.preventDefault();
      key.run(event);
      return;
    }
    if (table.modal) break;
  }
  prefix = !typing && tables.value.some((table) => table.keys.some((key) => key.keys.startsWith(`${name} `))) ? name : "";
  prefixAt = event.timeStamp;
}

export function startKeys(): void {
  document.addEventListener("keydown", onKey);
}

// The keys of a part of the page, for as long as it is shown: who can see it can use them, so they are taken before it
// is painted. Those of a dialog (`modal`) hide all others.
export function useKeys(title: string, keys: Key[], when = true, modal = false): void {
  const held = useRef<Table>({ title, keys, modal });
  held.current.keys = keys;
  useLayoutEffect(() => {
    if (!when) return;
    const table = held.current;
    tables.value = [...tables.value, table];
    return () => { tables.value = tables.value.filter((one) => one !== table); };
  }, [when]);
}
