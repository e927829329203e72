// The frame of a view: where one is, its name, what can be done with it, and its tabs.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
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

// A bar of tabs that are links. On a narrow screen it scrolls to the one that is shown.
export function TabBar({ label, children, current }: { label: string; children: ComponentChildren; current: string }) {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    const shown = bar.current?.querySelector<HTMLElement>("[aria-current]");
    if (bar.current && shown) bar.current.scrollLeft = shown.offsetLeft - (bar.current.clientWidth - shown.offsetWidth) / 2;
  }, [current]);
  return <nav class="tabs" ref={bar} aria-label={label}>{children}</nav>;
}

// Tabs are links: `?tab=`, the first one without.
export function Tabs({ tabs, current }: { tabs: readonly { id: string; name: string; count?: number }[]; current: string }) {
  return (
    <TabBar label="Parts of this page" current={current}>
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
    </TabBar>
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
