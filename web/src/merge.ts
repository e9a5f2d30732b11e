// All stacks of a snapshot merged from their outermost frames on.
import type { Case } from "./model";

export interface Call {
  name: string;
  total: number; // threads that are in it
  stuck: number;
  before: number; // threads that are in it in the other snapshot
  parent: Call | null;
  inside: Call[]; // most threads first
  depth: number;
  rest: number; // of a row that stands for calls which are not listed yet; 0 of a call
}

export interface Merged {
  root: Call;
  cut: number; // stacks of which it has the outermost frames only
}

const DEEPEST = 400; // frames: a recursion may have 100,000
const LARGEST = 200_000; // calls

/** `stuckOnly` counts stuck threads alone; `other` is a snapshot to compare with, or -1. */
export function merge(model: Case, process: number, snapshot: number, other: number, stuckOnly: boolean): Merged {
  const root: Call = { name: "", total: 0, stuck: 0, before: 0, parent: null, inside: [], depth: 0, rest: 0 };
  const known = new Map<Call, Map<number, Call>>();
  let calls = 0, cut = 0;
  const columns = model.data.processes[process];
  if (!columns) return { root, cut };
  const isStuck = columns.progress.map((number) => model.data.texts[number] === "stuck");
  // Equal stacks are added once, with their number.
  const counts = new Map<number, [total: number, stuck: number, before: number]>();
  const count = (column: number[] | undefined, slot: 0 | 2) =>
    column?.forEach((place, row) => {
      if (place < 0 || (stuckOnly && !isStuck[row])) return;
      const entry = counts.get(place) ?? [0, 0, 0];
      entry[slot]++;
      if (slot === 0 && isStuck[row]) entry[1]++;
      counts.set(place, entry);
    });
  count(columns.places[snapshot], 0);
  if (other >= 0) count(columns.places[other], 2);

  for (const [place, [total, stuck, before]] of counts) {
    const frames = model.data.places[place]![0];
    let call = root;
    add(call, total, stuck, before);
    let at = frames.length - 1;
    for (const last = Math.max(frames.length - DEEPEST, 0); at >= last; at--) {
      let inside = known.get(call);
      if (!inside) known.set(call, (inside = new Map()));
      let next = inside.get(frames[at]!);
      if (!next) {
        if (calls >= LARGEST) break;
        calls++;
        next = { name: model.data.names[frames[at]!]!, total: 0, stuck: 0, before: 0, parent: call, inside: [], depth: call.depth + 1, rest: 0 };
        inside.set(frames[at]!, next);
        call.inside.push(next);
      }
      add(next, total, stuck, before);
      call = next;
    }
    if (at >= 0) cut++;
  }
  for (const call of known.keys()) call.inside.sort((one, two) => Math.max(two.total, two.before) - Math.max(one.total, one.before));
  return { root, cut };
}

function add(call: Call, total: number, stuck: number, before: number): void {
  call.total += total;
  call.stuck += stuck;
  call.before += before;
}
