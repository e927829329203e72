// A runbook's Markdown as blocks of plain text: headings, lists, tables, code, paragraphs, and links that lead
// to web pages. Everything else stays the text that it is. Pure; the result is drawn as text nodes.

export type Piece = { kind: "text" | "code" | "strong"; text: string } | { kind: "link"; text: string; href: string };
export type Block =
  | { kind: "heading"; level: number; pieces: Piece[] }
  | { kind: "paragraph"; pieces: Piece[] }
  | { kind: "list"; ordered: boolean; items: Piece[][] }
  | { kind: "table"; head: Piece[][]; rows: Piece[][][] } // head: empty when it says nothing
  | { kind: "code"; text: string };

// Only what a browser opens as a page; "javascript:" and its like stay text.
export const isWebAddress = (text: string): boolean => /^https?:\/\/[^\s]+$/i.test(text);

// Between two marks: the inner text and where it ends, or null when the second mark is missing.
function between(text: string, from: number, mark: string): { inner: string; end: number } | null {
  const end = text.indexOf(mark, from + mark.length);
  if (end < 0 || end === from + mark.length) return null;
  return { inner: text.slice(from + mark.length, end), end: end + mark.length };
}

function linkAt(text: string, from: number): { piece: Piece; end: number } | null {
  const middle = text.indexOf("](", from);
  const end = middle < 0 ? -1 : text.indexOf(")", middle);
  if (end < 0 || text.slice(from + 1, middle).includes("[")) return null;
  const href = text.slice(middle + 2, end);
  return isWebAddress(href) ? { piece: { kind: "link", text: text.slice(from + 1, middle), href }, end: end + 1 } : null;
}

function bareLinkAt(text: string, from: number): { piece: Piece; end: number } | null {
  let end = from;
  while (end < text.length && !/[\s<>"]/.test(text[end] ?? "")) end++;
  while (end > from && /[.,;:!?)]/.test(text[end - 1] ?? "")) end--;
  const href = text.slice(from, end);
  return isWebAddress(href) ? { piece: { kind: "link", text: href, href }, end } : null;
}

function markedAt(text: string, at: number): { piece: Piece; end: number } | null {
  if (text[at] === "`") {
    const found = between(text, at, "`");
    return found && { piece: { kind: "code", text: found.inner }, end: found.end };
  }
  if (text.startsWith("**", at)) {
    const found = between(text, at, "**");
    return found && { piece: { kind: "strong", text: found.inner }, end: found.end };
  }
  if (text[at] === "[") return linkAt(text, at);
  return /^https?:\/\//i.test(text.slice(at, at + 8)) ? bareLinkAt(text, at) : null;
}

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let plain = "";
  const flush = (): void => { if (plain) pieces.push({ kind: "text", text: plain }); plain = ""; };
  for (let at = 0; at < text.length;) {
    const found = markedAt(text, at);
    if (found) {
      flush();
      pieces.push(found.piece);
      at = found.end;
    } else {
      plain += text[at] ?? "";
      at++;
    }
  }
  flush();
  return pieces;
}

const ITEM = /^\s{0,3}(?:([-*+])|(\d{1,9})[.)])\s+(.*)$/;
const FENCE = /^\s{0,3}(```|~~~)/;

const RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

function cellsOf(line: string): Piece[][] {
  // A bar behind a backslash is one of the text. Old phones know no lookbehind.
  const text = line.trim().replaceAll("\\|", "\0").replace(/^\|/, "").replace(/\|$/, "");
  return text.split("|").map((cell) => piecesOf(cell.trim().replaceAll("\0", "|")));
}

// The table that begins at a line, and the line behind it; null = none begins there.
function tableAt(lines: readonly string[], at: number): { block: Block; end: number } | null {
  const isRow = (line: string | undefined): boolean => line !== undefined && line.trimStart().startsWith("|");
  if (!isRow(lines[at]) || !RULE.test((lines[at + 1] ?? "").slice(0, 500))) return null;
  const head = cellsOf(lines[at] ?? "");
  const rows: Piece[][][] = [];
  let end = at + 2;
  for (; isRow(lines[end]); end++) rows.push(cellsOf(lines[end] ?? ""));
  return { block: { kind: "table", head: head.some((cell) => cell.length > 0) ? head : [], rows }, end };
}

export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  let list: { ordered: boolean; items: string[] } | null = null;
  const flush = (): void => {
    if (paragraph.length > 0) blocks.push({ kind: "paragraph", pieces: piecesOf(paragraph.join(" ")) });
    if (list) blocks.push({ kind: "list", ordered: list.ordered, items: list.items.map(piecesOf) });
    paragraph = [];
    list = null;
  };
  const lines = markdown.replaceAll("\r\n", "\n").split("\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    const fence = FENCE.exec(line)?.[1];
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line.slice(0, 500));
    const item = ITEM.exec(line);
    const table = tableAt(lines, i);
    if (table) {
      flush();
      blocks.push(table.block);
      i = table.end - 1;
    } else if (fence) {
      flush();
      const code: string[] = [];
      for (i++; i < lines.length && !(lines[i] ?? "").trimStart().startsWith(fence); i++) code.push(lines[i] ?? "");
      blocks.push({ kind: "code", text: code.join("\n") });
    } else if (heading) {
      flush();
      blocks.push({ kind: "heading", level: heading[1]?.length ?? 1, pieces: piecesOf(heading[2] ?? "") });
    } else if (item) {
      const ordered = item[2] !== undefined;
      if (!list || list.ordered !== ordered) { flush(); list = { ordered, items: [] }; }
      list.items.push(item[3] ?? "");
    } else if (line.trim() === "") flush();
    else if (list) list.items[list.items.length - 1] += ` ${line.trim()}`;
    else if (/^ {4}/.test(line) && paragraph.length === 0) {
      const last = blocks.at(-1);
      if (last?.kind === "code") last.text += `\n${line.slice(4)}`;
      else blocks.push({ kind: "code", text: line.slice(4) });
    } else paragraph.push(line.trim());
  }
  flush();
  return blocks;
}
