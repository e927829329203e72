// What the palette and the filters find. Pure.

// How well `text` answers `typed`: 0 = not at all. The beginning of the text beats the beginning of a
// word in it, that beats the inside of a word, and letters in order anywhere come last.
export function score(typed: string, text: string): number {
  const wanted = typed.trim().toLowerCase();
  const given = text.toLowerCase();
  if (!wanted) return 1;
  const at = given.indexOf(wanted);
  const shortness = 1 / (1 + given.length);
  if (at === 0) return 4 + shortness;
  if (at > 0) return (/[\s_\-./]/.test(given[at - 1] ?? "") ? 3 : 2) + shortness;
  let from = 0;
  for (const letter of wanted) {
    from = given.indexOf(letter, from) + 1;
    if (from === 0) return 0;
  }
  return 1 + shortness;
}

export function best<T>(typed: string, all: readonly T[], textOf: (one: T) => string, most: number): T[] {
  return all.map((one, at) => ({ one, at, points: score(typed, textOf(one)) }))
    .filter((row) => row.points > 0)
    .sort((a, b) => b.points - a.points || a.at - b.at)
    .slice(0, most)
    .map((row) => row.one);
}
