// Which threads match: by any frame of any snapshot, by name, number, pool or process, or by what they wait for or hold.
import type { Case } from "./model";

export interface Filter {
  text: string;
  progress: string; // "" is all
  pool: string;
  process: string;
}

export function search(model: Case, filter: Filter): Int32Array {
  const { texts, names, places } = model.data;
  const text = filter.text.trim().toLowerCase();
  const numeric = /\d/.test(text); // a label has other numbers of the thread than its mark; its words would match all threads
  const inText = (each: string) => each.toLowerCase().includes(text);
  // Each distinct text is looked at once, however many threads have it.
  const name = names.map(inText);
  const place = places.map((each) => each[0].some((frame) => name[frame]));
  const word = texts.map(inText);
  const locked = text ? beside(model, inText) : new Set<number>();
  const found = new Int32Array(model.size);
  let count = 0;
  model.each((at, process, row) => {
    if (filter.process && process.id !== filter.process) return;
    if (filter.progress && texts[process.progress[row]!] !== filter.progress) return;
    if (filter.pool && texts[process.pool[row]!] !== filter.pool) return;
    if (
      !text ||
      inText(model.mark(process, row)) ||
      (numeric && inText(model.label(process, row))) ||
      word[process.name[row]!] ||
      word[process.pool[row]!] ||
      process.places.some((column) => column[row]! >= 0 && place[column[row]!]) ||
      locked.has(process.box[row]!) ||
      inText(process.id)
    )
      found[count++] = at;
  });
  return found.subarray(0, count);
}

/** The boxes of the graph that wait for or hold what has a name that matches: a lock's address, of `(mutex=0x7f12...)`. */
function beside(model: Case, inText: (each: string) => boolean): Set<number> {
  const { boxes, arrows } = model.data.waits;
  const found = new Set<number>();
  for (const [from, to] of arrows)
    for (const [thing, other] of [[from, to], [to, from]] as const) if (boxes[thing]![0] === "resource" && inText(boxes[thing]![1])) found.add(other);
  return found;
}

export type Key = "number" | "name" | "pool" | "progress" | "place";

const GRAVEST = ["stuck", "spinning", "unknown", "vanished", "appeared", "progressing"];

/** Sorted by a column, up or down, else the gravest first; threads that are equal there stay in their order. */
export function sort(model: Case, rows: Int32Array, key: Key | "", down: boolean): Int32Array {
  const { texts } = model.data;
  const ranks = texts.map((text) => (GRAVEST.includes(text) ? GRAVEST.indexOf(text) : GRAVEST.length));
  const values: (string | number)[] = new Array(model.size);
  model.each((at, process, row) => {
    if (!key) values[at] = ranks[process.progress[row]!]!;
    else if (key === "number") values[at] = process.number[row]!;
    else if (key === "place") values[at] = model.stance(model.newest(process, row));
    else values[at] = texts[process[key][row]!] ?? "";
  });
  const sign = down ? -1 : 1;
  return rows.slice().sort((one, other) => {
    const a = values[one]!, b = values[other]!;
    return a < b ? -sign : a > b ? sign : one - other;
  });
}
