// Colours of terminals as pieces of text with the names of classes. Everything else that a terminal
// would do is left out, and what hides or turns text is shown by its number. Pure.
import Anser from "anser";
import { plainText } from "./plain.ts";

export interface Piece { text: string; cls: string }

const STYLES: Record<string, string> = { bold: "a-bold", dim: "a-dim", italic: "a-italic", underline: "a-under", strikethrough: "a-strike" };
const COLOURS = /^ansi-(bright-)?(black|red|green|yellow|blue|magenta|cyan|white)$/;
const colour = (name: string | null, what: string): string => {
  const found = COLOURS.exec(name ?? "");
  return found ? `${what}-${found[2] ?? ""}` : "";
};

// Titles, links and strings to the terminal: all that begins with an escape and is no "CSI".
const OTHERS = /\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[PX^_][^\u001b]*(?:\u001b\\)?|\u001b[^[]/g;

export function pieces(text: string): Piece[] {
  const line = text.replace(/\r+$/, "").replace(OTHERS, "");
  if (!line.includes("\u001b")) return [{ text: plainText(line), cls: "" }];
  return Anser.ansiToJson(line, { use_classes: true, remove_empty: true, json: true }).map((part) => ({
    text: plainText(part.content),
    cls: [colour(part.fg, "a-fg"), colour(part.bg, "a-bg"), ...part.decorations.map((style) => STYLES[style] ?? "")].filter(Boolean).join(" "),
  }));
}
