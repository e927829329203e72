// Rows of one kind. Arrows walk through them (j and k through all lists of a page), Enter opens. On a narrow screen a row
// becomes a block: columns marked `main` come first, the others as a line of facts.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { go } from "../lib/router.ts";

export interface Column<T> {
  id: string;
  name: ComponentChildren; // of the head; may be empty for glyphs
  cell: (row: T) => ComponentChildren;
  main?: boolean;
  align?: "end";
  wide?: boolean; // takes the room that is left, and is cut with an ellipsis
  hide?: "narrow"; // not shown on a phone
}

function step(table: HTMLTableElement | null, by: number): void {
  const rows = [...(table?.tBodies[0]?.rows ?? [])];
  const at = rows.findIndex((row) => row === document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}

export function Table<T>({ rows, columns, keyOf, hrefOf, label, faintOf }: {
  rows: readonly T[]; columns: readonly Column<T>[]; keyOf: (row: T) => string | number; hrefOf?: (row: T) => string;
  label: string; faintOf?: (row: T) => boolean }) {
  const table = useRef<HTMLTableElement>(null);
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLTableRowElement)) return;
    const by = { ArrowDown: 1, ArrowUp: -1, Home: -1e9, End: 1e9 }[event.key];
    if (by !== undefined) step(table.current, by);
    else if (event.key === "Enter" && event.target.dataset["href"]) go(event.target.dataset["href"]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  // The whole row is a link for the mouse; the keyboard and screen readers have the one inside.
  const onClick = (event: MouseEvent): void => {
    if (!(event.target instanceof Element) || event.target.closest("a,button,input,select,label") || getSelection()?.type === "Range") return;
    const href = event.target.closest("tr")?.dataset["href"];
    if (href) go(href);
  };
  const cls = (column: Column<T>): string => [column.main && "main", column.align, column.wide && "wide", column.hide && "hide-narrow"].filter(Boolean).join(" ");
  return (
    <table class="table" ref={table} aria-label={label} onKeyDown={onKey} onClick={onClick}>
      <thead><tr>{columns.map((column) => <th key={column.id} scope="col" class={cls(column)}>{column.name}</th>)}</tr></thead>
      <tbody>
        {rows.map((row, i) => (
          <tr key={keyOf(row)} tabIndex={i === 0 ? 0 : -1} data-href={hrefOf?.(row)} class={faintOf?.(row) ? "faint-row" : undefined}>
            {columns.map((column) => <td key={column.id} class={cls(column)}>{column.cell(row)}</td>)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
