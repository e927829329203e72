// Ctrl K: type a few letters of a dag or a page, or the number of a run, and press Enter.
import { useEffect, useState } from "preact/hooks";
import { get } from "../api/client.ts";
import { best } from "../model/find.ts";
import { go } from "../lib/router.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { Icon, type IconName } from "../ui/icons.tsx";
import { overlay } from "./overlay.ts";
import { PLACES } from "./places.ts";

interface Target { name: string; kind: string; href: string; icon: IconName }

const pages: Target[] = PLACES.map((place) => ({ name: place.name, kind: "page", href: place.href, icon: place.icon }));
const close = (): void => { overlay.value = ""; };
const MOST = 12;

function targetsFor(typed: string, dags: readonly string[]): Target[] {
  const number = /^#?(\d{1,15})$/.exec(typed.trim())?.[1];
  const ofDags = dags.map((dag) => ({ name: dag, kind: "dag", href: `/dags/${encodeURIComponent(dag)}`, icon: "dags" as const }));
  const runs = number ? [{ name: `Run ${number}`, kind: "run", href: `/runs/${number}`, icon: "runs" as const }] : [];
  return [...runs, ...best(typed, [...pages, ...ofDags], (target) => target.name, MOST)];
}

export function Palette() {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const [dags, setDags] = useState<string[]>([]);
  useEffect(() => {
    // Without the list the pages are still found.
    get("/api/v1/dags", {}).then((list) => setDags(list.dags.filter((dag) => dag.state !== "gone").map((dag) => dag.dag)), () => {});
  }, []);
  const found = targetsFor(typed, dags);
  const chosen = Math.min(at, found.length - 1);
  const open = (target: Target | undefined): void => {
    if (!target) return;
    close();
    go(target.href);
  };
  const onKey = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) setAt((chosen + by + found.length) % Math.max(1, found.length));
    else if (event.key === "Enter") open(found[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Go to" onClose={close}>
      <div class="palette">
        <input type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={`palette-${chosen}`} aria-label="Go to a dag, run or page"
          autoFocus placeholder="A dag, a page, or the number of a run" value={typed} onInput={(event) => { setTyped(event.currentTarget.value); setAt(0); }} onKeyDown={onKey} />
        <ul id="palette-list" role="listbox" aria-label="Found">
          {found.map((target, i) => (
            <li key={target.href} id={`palette-${i}`} role="option" aria-selected={i === chosen} onClick={() => open(target)} onPointerMove={() => setAt(i)}>
              <Icon name={target.icon} /><span class="name">{target.name}</span><span class="faint">{target.kind}</span>
            </li>
          ))}
        </ul>
        {found.length === 0 && <p class="faint none">Nothing has these letters.</p>}
      </div>
    </Dialog>
  );
}
