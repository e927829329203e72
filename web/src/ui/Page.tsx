// The frame of a view: where one is, its name, what can be done with it, and its tabs.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { path, query } from "../lib/router.ts";

export interface Crumb { name: string; href: string }

export function Page({ title, crumbs = [], glyph, actions, sub, children, wide = false }: {
  title: string; crumbs?: Crumb[]; glyph?: ComponentChildren; actions?: ComponentChildren; sub?: ComponentChildren;
  children: ComponentChildren; wide?: boolean }) {
  useEffect(() => { document.title = title === "Now" ? "Tidemill" : `${title} · Tidemill`; }, [title]);
  return (
    <div class={wide ? "page wide" : "page"}>
      <header class="page-head">
        {crumbs.length > 0 && <nav class="crumbs" aria-label="Where you are">{crumbs.map((crumb) => <a key={crumb.href} href={crumb.href}>{crumb.name}</a>)}</nav>}
        <div class="title-row">
          <h1>{glyph}<span class="text">{title}</span></h1>
          {actions && <div class="row actions">{actions}</div>}
        </div>
        {sub && <div class="sub">{sub}</div>}
      </header>
      {children}
    </div>
  );
}

// Tabs are links: `?tab=`, the first one without.
export function Tabs({ tabs, current }: { tabs: readonly { id: string; name: string; count?: number }[]; current: string }) {
  return (
    <nav class="tabs" aria-label="Parts of this page">
      {tabs.map((tab, i) => {
        const next = new URLSearchParams(query.value);
        if (i === 0) next.delete("tab"); else next.set("tab", tab.id);
        const text = next.toString();
        return (
          <a key={tab.id} href={path.value + (text ? `?${text}` : "")} aria-current={tab.id === current ? "page" : undefined}>
            {tab.name}{tab.count !== undefined && tab.count > 0 && <span class="count">{tab.count}</span>}
          </a>
        );
      })}
    </nav>
  );
}

export function Section({ title, aside, children }: { title: string; aside?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="section">
      <header><h2>{title}</h2>{aside && <div class="aside">{aside}</div>}</header>
      {children}
    </section>
  );
}
