// Text of people and programs as it can be shown: nothing in it moves the cursor, hides other text, or
// turns the direction of reading without being seen. Pure.

// CSI sequences (colours, cursor), OSC sequences (titles, links) up to their end, and other escapes.
const ESCAPES = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b\n]*(?:\u0007|\u001b\\)?|\u001b[PX^_][^\u001b\n]*(?:\u001b\\)?|\u001b./g;
// Direction marks, overrides and isolates, zero-width characters, and the byte order mark.
const HIDDEN = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u061c\u00ad]/g;
// Other controls than tab and line feed.
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

const code = (letter: string): string => (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");

export function plainText(text: string): string {
  return text.replace(ESCAPES, "").replaceAll("\r\n", "\n")
    .replace(HIDDEN, (letter) => `[U+${code(letter)}]`)
    .replace(CONTROLS, (letter) => (letter === "\r" ? "\\r" : `[U+${code(letter)}]`));
}
