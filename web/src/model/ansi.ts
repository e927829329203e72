// Colours of terminals as pieces of text with the names of classes. Everything else that a terminal
// would do is left out. Pure.
import Anser from "anser";

export interface Piece { text: string; cls: string }

const STYLES: Record<string, string> = { bold: "a-bold", dim: "a-dim", italic: "a-italic", underline: "a-under", strikethrough: "a-strike" };
const COLOURS = /^ansi-(bright-)?(black|red|green|yellow|blue|magenta|cyan|white)$/;
const colour = (name: string | null, what: string): string => {
  const found = COLOURS.exec(name ?? "");
  return found ? `${what}-${found[2] ?? ""}` : "";
};

export function pieces(text: string): Piece[] {
  if (!text.includes("\u001b")) return [{ text, cls: "" }];
  return Anser.ansiToJson(text, { use_classes: true, remove_empty: true, json: true }).map((part) => ({
    text: part.content,
    cls: [colour(part.fg, "a-fg"), colour(part.bg, "a-bg"), ...part.decorations.map((style) => STYLES[style] ?? "")].filter(Boolean).join(" "),
  }));
}
