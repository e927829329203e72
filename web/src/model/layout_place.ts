// Where what lies in a column comes to stand: as near to its neighbours as the room beside it allows. Pure.
import type { Layered } from "./layout_order.ts";

const ROUNDS = 1, MORE_ROUNDS = 24, FEW = 2000; // nodes that are worth more rounds
const NEAR = 4, STEP = 12; // px

// The places nearest to the wished ones (least squares, by weight) that keep the order and the distances: those
// who push one another stand together, at the mean of their wishes (pool adjacent violators, Ayer et al. 1955).
// `offset`: how far each stands from the first when all stand close.
export function settle(wishes: readonly number[], weights: readonly number[], offset: readonly number[]): number[] {
  const groups: { from: number; sum: number; weight: number }[] = [];
  wishes.forEach((wish, i) => {
    const weight = weights[i] ?? 1;
    let group = { from: i, sum: (wish - (offset[i] ?? 0)) * weight, weight };
    for (let last = groups.at(-1); last && last.sum / last.weight > group.sum / group.weight; last = groups.at(-1)) {
      groups.pop();
      group = { from: last.from, sum: last.sum + group.sum, weight: last.weight + group.weight };
    }
    groups.push(group);
  });
  return groups.flatMap((group, g) =>
    offset.slice(group.from, groups[g + 1]?.from ?? wishes.length).map((off) => group.sum / group.weight + off));
}

// The middles of all nodes across the columns, from 0 on. `size` is what each takes, `gap` what lies between two.
export function place({ columns, before, after }: Layered, size: readonly number[], gap: number, isBend: (node: number) => boolean): number[] {
  const at: number[] = [];
  const offsets = columns.map((column) => {
    let end = 0;
    return column.map((node) => {
      const middle = end + (size[node] ?? 0) / 2;
      end += (size[node] ?? 0) + gap;
      return middle;
    });
  });
  columns.forEach((column, i) => {
    const own = offsets[i] ?? [];
    const half = (own.at(-1) ?? 0) / 2;
    column.forEach((node, j) => { at[node] = (own[j] ?? 0) - half; });
  });
  // A long edge that is straight is easier to follow than two short ones.
  const pull = (a: number, b: number): number => (isBend(a) ? (isBend(b) ? 8 : 2) : isBend(b) ? 2 : 1);
  const sweep = (near: readonly (readonly (readonly number[])[])[], back: boolean): void => {
    for (let step = 0; step < columns.length; step++) {
      const i = back ? columns.length - 1 - step : step;
      const column = columns[i] ?? [];
      const wishes: number[] = [], weights: number[] = [];
      for (const node of column) {
        const own = at[node] ?? 0;
        let sum = 0, weight = 0;
        for (const side of near) for (const other of side[node] ?? []) {
          const there = at[other] ?? 0;
          const strength = isBend(node) || isBend(other) ? pull(node, other) / (1 + Math.abs(there - own) / NEAR) : 1;
          sum += there * strength;
          weight += strength;
        }
        wishes.push(weight > 0 ? sum / weight : own);
        weights.push(weight > 0 ? weight : 0.1);
      }
      settle(wishes, weights, offsets[i] ?? []).forEach((y, j) => { const node = column[j]; if (node !== undefined) at[node] = y; });
    }
  };
  const rounds = size.length > FEW ? ROUNDS : MORE_ROUNDS;
  for (let round = 0; round < rounds; round++) { sweep([before], false); sweep([after], true); }
  for (let round = 0; round < rounds; round++) { sweep([before, after], false); sweep([before, after], true); }
  // A step of a few pixels only looks like a mistake: whoever has room stands exactly where its neighbour does.
  columns.forEach((column, i) => column.forEach((node, j) => {
    const room = (other: number): number => Math.abs((offsets[i]?.[other] ?? 0) - (offsets[i]?.[j] ?? 0));
    const above = j > 0 ? (at[column[j - 1] ?? 0] ?? 0) + room(j - 1) : -Infinity;
    const below = j + 1 < column.length ? (at[column[j + 1] ?? 0] ?? 0) - room(j + 1) : Infinity;
    const fitting = (before[node] ?? []).filter((other) => {
      if ((before[node]?.length ?? 0) > 1 || (after[other]?.length ?? 0) > 1) return false;
      const there = at[other] ?? 0;
      return Math.abs(there - (at[node] ?? 0)) <= STEP && there >= above && there <= below;
    }).sort((a, b) => pull(node, b) - pull(node, a))[0];
    if (fitting !== undefined) at[node] = at[fitting] ?? 0;
  }));
  const top = at.reduce((least, middle, node) => Math.min(least, middle - (size[node] ?? 0) / 2), Infinity);
  return at.map((middle) => middle - top);
}
