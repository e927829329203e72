// The address is the state of a view: path and query, changed by links and by setQuery, so that back,
// reload and a copied link lead to the same picture.
import { computed, signal } from "@preact/signals";

export const path = signal(location.pathname);
export const query = signal(new URLSearchParams(location.search));
// Counts the steps to another path by a link: views scroll to the top on it. Going back does not
// count, for there the browser knows how far down one was.
export const steps = signal(0);

function read(): void {
  path.value = location.pathname;
  query.value = new URLSearchParams(location.search);
}

export function go(to: string, how: "push" | "replace" = "push"): void {
  if (to === location.pathname + location.search + location.hash) return;
  if (how === "push") history.pushState(null, "", to);
  else history.replaceState(null, "", to);
  if (path.value !== location.pathname) steps.value += 1;
  read();
}

// Sets parameters of the query; an empty value takes one away. The server refuses a name without a
// value, so none is ever written.
export function setQuery(changes: Record<string, string | null>, how: "push" | "replace" = "replace"): void {
  const next = new URLSearchParams(query.value);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  go(path.value + (text ? `?${text}` : ""), how);
}

export const parameter = (name: string): string => query.value.get(name) ?? "";

// "/runs/:run/tasks/:task" and "/runs/12/tasks/a" give {run: "12", task: "a"}; null = no match.
export function match(pattern: string, at: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = at.replace(/(.)\/$/, "$1").split("/");
  if (wanted.length !== given.length) return null;
  const found: Record<string, string> = {};
  for (const [i, piece] of wanted.entries()) {
    const value = given[i] ?? "";
    if (piece.startsWith(":")) {
      try { found[piece.slice(1)] = decodeURIComponent(value); } catch { return null; }
    } else if (piece !== value) return null;
  }
  return found;
}

function isOurs(link: HTMLAnchorElement): boolean {
  return link.origin === location.origin && !link.target && !link.hasAttribute("download") && !link.pathname.startsWith("/api/");
}

// Plain clicks on our own links stay in the page; with a modifier the browser does as it always does.
export function startRouter(): void {
  addEventListener("popstate", read);
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!(link instanceof HTMLAnchorElement) || !link.href || !isOurs(link)) return;
    event.preventDefault();
    go(link.pathname + link.search + link.hash);
  });
}

export const section = computed(() => path.value.split("/")[1] ?? "");
