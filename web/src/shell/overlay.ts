// Which of the things above the page is open.
import { signal } from "@preact/signals";

export const overlay = signal<"" | "palette" | "keys">("");
