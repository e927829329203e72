// What opens above any page, and the keys that work on all of them.
import { go } from "../lib/router.ts";
import { tables, useKeys, type Key } from "../lib/keys.ts";
import { zone } from "../state/settings.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Palette } from "./Palette.tsx";
import { PLACES } from "./places.ts";
import { overlay } from "./overlay.ts";

const KEY_WORDS: Record<string, string> = { mod: "Ctrl", shift: "Shift", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", " ": "Space" };

function Caps({ keys }: { keys: string }) {
  return <span class="caps">{keys.split(/ (?=.)/).map((part) => part.split("+").map((one) => <kbd key={one}>{KEY_WORDS[one] ?? one}</kbd>))}</span>;
}

function Sheet() {
  const shown = tables.value.filter((table) => !table.modal && table.keys.length > 0);
  return (
    <Dialog title="Keys" onClose={() => { overlay.value = ""; }}>
      <div class="key-sheet">
        {shown.map((table) => (
          <section key={table.title}>
            <h3>{table.title}</h3>
            <dl>{table.keys.map((key) => <div key={key.keys}><dt><Caps keys={key.keys} /></dt><dd>{key.does}</dd></div>)}</dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

// Through the rows of all lists of the page.
function stepRow(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main .table tbody tr")];
  const at = rows.findIndex((row) => row === document.activeElement);
  rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}

function copyLink(): void {
  void navigator.clipboard?.writeText(location.href);
}

export function Overlays() {
  const keys: Key[] = [
    { keys: "mod+k", does: "go to a dag, run or page", inFields: true, run: () => { overlay.value = "palette"; } },
    { keys: "?", does: "this sheet", run: () => { overlay.value = "keys"; } },
    { keys: "/", does: "filter", run: () => { document.querySelector<HTMLElement>("main input[type=search]")?.focus(); } },
    { keys: "j", does: "next row of a list; Enter opens it", run: () => stepRow(1) },
    { keys: "k", does: "row before", run: () => stepRow(-1) },
    { keys: ".", does: "copy the link to this view", run: copyLink },
    { keys: "z", does: "times: local or UTC", run: () => { zone.value = zone.value === "utc" ? "local" : "utc"; } },
    ...PLACES.map((place) => ({ keys: `g ${place.letter}`, does: `go to ${place.name}`, run: () => go(place.href) })),
  ];
  useKeys("Everywhere", keys);
  if (overlay.value === "palette") return <Palette />;
  if (overlay.value === "keys") return <Sheet />;
  return null;
}
