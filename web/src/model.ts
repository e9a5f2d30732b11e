// The case as stackan/report/html/rows.py and waits.py write it, and its threads in one row over all processes.

export type Place = [frames: number[], wait: number, start: number, verb: string, stance: number, why: number];
export type Box = [kind: string, title: string, detail: string, mark: string, count: number];
export type Arrow = [from: number, to: number, words: string, sure: boolean];

export interface Snapshot {
  name: string;
  source: string;
  time: string; // "" where nothing tells it
}

interface Columns {
  id: string;
  head: string;
  snapshots: Snapshot[];
  places: number[][]; // by snapshot and thread; -1 where the thread is not there
  lines: number[][];
  number: number[]; // by which it is sorted, and its anchor is made
  name: number[];
  mark: number[]; // what a row of threads calls it, with its number left out: `#\x01`
  label: number[]; // what a sentence calls it, with that and its name left out: `LWP \x01 \x02`
  pool: number[];
  progress: number[];
  note: number[];
  box: number[];
  findings: number[];
}

export interface Packed {
  lang: string;
  words: Record<string, string | [string, string]>;
  terms: Record<string, string>;
  findings: [number: number, title: string][];
  waits: { boxes: Box[]; arrows: Arrow[]; left: number; limit: number; byPool: boolean; arrowsLeft: number; arrowLimit: number };
  processes: Columns[];
  places: Place[];
  names: string[];
  texts: string[];
}

/** One thread: its process, and its row there. */
export interface Thread {
  at: number; // in the whole case
  process: Columns;
  row: number;
}

type Column = "name" | "pool" | "progress" | "note" | "findings";

export class Case {
  readonly size: number;
  readonly snapshots: number; // of the process that has the most
  private readonly starts: number[] = [];
  private ordinals: Map<number, number[]> | null = null;

  constructor(readonly data: Packed) {
    let size = 0;
    for (const process of data.processes) {
      this.starts.push(size);
      size += process.number.length;
    }
    this.size = size;
    this.snapshots = Math.max(0, ...data.processes.map((process) => process.snapshots.length));
  }

  thread(at: number): Thread {
    let index = this.starts.length - 1;
    while (index > 0 && this.starts[index]! > at) index--;
    return { at, process: this.data.processes[index]!, row: at - this.starts[index]! };
  }

  /** Every thread in order, without an object for each. */
  each(visit: (at: number, process: Columns, row: number) => void): void {
    this.data.processes.forEach((process, index) => {
      const start = this.starts[index]!;
      for (let row = 0; row < process.number.length; row++) visit(start + row, process, row);
    });
  }

  text({ process, row }: Thread, column: Column): string {
    return this.data.texts[process[column][row]!] ?? "";
  }

  /** What a row of threads calls it: `17541`, `0x13da`, `#2` */
  mark({ number, mark }: Columns, row: number): string {
    return fill(this.data.texts[mark[row]!]!, [String(number[row])]);
  }

  /** What a sentence calls it: `LWP 17541 transfer`, `goroutine 17` */
  label(process: Columns, row: number): string {
    return fill(this.data.texts[process.label[row]!]!, [this.mark(process, row), this.data.texts[process.name[row]!]!]);
  }

  place({ process, row }: Thread, snapshot: number): Place | null {
    const number = process.places[snapshot]?.[row] ?? -1;
    return number < 0 ? null : this.data.places[number]!;
  }

  /** The place in the newest snapshot that has the thread. */
  newest(process: Columns, row: number): Place | null {
    for (let snapshot = process.places.length - 1; snapshot >= 0; snapshot--) {
      const number = process.places[snapshot]![row]!;
      if (number >= 0) return this.data.places[number]!;
    }
    return null;
  }

  frames(place: Place): string[] {
    return place[0].map((number) => this.data.names[number]!);
  }

  stance(place: Place | null): string {
    return place ? this.data.texts[place[4]]! : "";
  }

  /** `lwp-4250`; of several threads with one number `lwp-4250.2` and so on, as stackan/report/html/report.py counts them. */
  anchor(at: number): string {
    const { process, row } = this.thread(at);
    const number = process.number[row]!;
    const name = number < 0 ? `thread-${-number}` : `lwp-${number}`;
    const ordinal = this.withNumber(number).indexOf(at);
    return ordinal > 0 ? `${name}.${ordinal + 1}` : name;
  }

  /** The thread with this anchor, or -1. */
  find(anchor: string): number {
    const found = /^(lwp|thread)-(\d+)(?:\.(\d+))?$/.exec(anchor);
    if (!found) return -1;
    const number = found[1] === "lwp" ? Number(found[2]) : -Number(found[2]);
    return this.withNumber(number)[Number(found[3] ?? 1) - 1] ?? -1;
  }

  private withNumber(number: number): number[] {
    if (!this.ordinals) {
      const found = (this.ordinals = new Map<number, number[]>());
      this.each((at, process, row) => {
        const known = found.get(process.number[row]!);
        if (known) known.push(at);
        else found.set(process.number[row]!, [at]);
      });
    }
    return this.ordinals.get(number) ?? [];
  }
}

/** A text that most threads have in common, with what each has of its own: stackan/report/html/rows.py left that out. */
function fill(pattern: string, parts: string[]): string {
  return pattern.replace(/[\x01\x02]/g, (sign) => parts[sign.charCodeAt(0) - 1] ?? sign);
}
