// Threads × snapshots: a row for each thread, of which only those in sight are there.
import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { cellOf, Legend } from "./legend";
import type { Case } from "./model";
import { open } from "./route";
import { search, sort, type Filter, type Key } from "./search";
import { say, t, term } from "./words";

const MANY = 12; // snapshots, from which on their cells are narrow
const ROW = 26, HEAD = 32, AROUND = 8;
const NOTHING: Filter = { text: "", progress: "", pool: "", process: "" };

export function Matrix({ model }: { model: Case }) {
  const [filter, setFilter] = useState(NOTHING);
  const [order, setOrder] = useState<{ key: Key | ""; down: boolean }>({ key: "", down: false });
  const rows = useMemo(() => sort(model, search(model, filter), order.key, order.down), [model, filter, order]);
  return (
    <>
      <Tools model={model} filter={filter} change={(change) => setFilter({ ...filter, ...change })} />
      <p class="note" role="status">
        {t("found", { count: rows.length, all: model.size })}
        {rows.length ? "" : ` – ${t("noMatch")}`}
      </p>
      <Grid model={model} rows={rows} text={filter.text} order={order} sortBy={(key) => setOrder(next(order, key))} />
      <Legend />
    </>
  );
}

function next(order: { key: Key | ""; down: boolean }, key: Key): { key: Key | ""; down: boolean } {
  if (order.key !== key) return { key, down: false };
  return order.down ? { key: "", down: false } : { key, down: true };
}

function Tools({ model, filter, change }: { model: Case; filter: Filter; change: (change: Partial<Filter>) => void }) {
  const { texts, processes } = model.data;
  const distinct = (column: "progress" | "pool") =>
    [...new Set(processes.flatMap((process) => process[column]))].map((number) => texts[number]!).filter(Boolean);
  const [progress, pools] = useMemo(() => [distinct("progress"), distinct("pool")], [model]);
  return (
    <div class="tools" role="search">
      <input
        type="search"
        value={filter.text}
        placeholder={t("search")}
        aria-label={t("search")}
        onInput={(event) => change({ text: event.currentTarget.value })}
      />
      <Choice name="progress" all={progress} value={filter.progress} change={(progress) => change({ progress })} word={term} />
      {pools.length > 1 && <Choice name="pool" all={pools} value={filter.pool} change={(pool) => change({ pool })} />}
      {processes.length > 1 && (
        <Choice name="process" all={processes.map((each) => each.id)} value={filter.process} change={(process) => change({ process })} />
      )}
    </div>
  );
}

interface ChoiceOf {
  name: string;
  all: string[];
  value: string;
  change: (value: string) => void;
  word?: (value: string) => string;
}

function Choice({ name, all, value, change, word = (each) => each }: ChoiceOf) {
  return (
    <select aria-label={t(name)} value={value} onChange={(event) => change(event.currentTarget.value)}>
      <option value="">
        {t(name)}: {t("all")}
      </option>
      {all.map((each) => (
        <option value={each}>{word(each)}</option>
      ))}
    </select>
  );
}

interface GridOf {
  model: Case;
  rows: Int32Array;
  text: string;
  order: { key: Key | ""; down: boolean };
  sortBy: (key: Key) => void;
}

function Grid({ model, rows, text, order, sortBy }: GridOf) {
  const [top, setTop] = useState(0);
  const [chosen, setChosen] = useState(0);
  const grid = useRef<HTMLDivElement>(null);
  const height = grid.current?.clientHeight ?? 600;
  const first = Math.max(Math.floor(top / ROW) - AROUND, 0);
  const last = Math.min(first + Math.ceil(height / ROW) + 2 * AROUND, rows.length);
  useEffect(() => {
    setChosen(0);
    grid.current?.scrollTo({ top: 0, behavior: "instant" });
  }, [rows]);
  const narrow = model.snapshots > MANY;
  const template = `6rem 9rem 11rem 7rem ${Math.max((narrow ? 14 : 24) * model.snapshots + 8, 88)}px minmax(16rem, 1fr)`;

  function choose(at: number): void {
    const to = Math.min(Math.max(at, 0), rows.length - 1);
    setChosen(to);
    const view = grid.current;
    if (!view) return;
    if (to * ROW < view.scrollTop) view.scrollTo({ top: to * ROW, behavior: "instant" });
    else if ((to + 1) * ROW + HEAD > view.scrollTop + view.clientHeight)
      view.scrollTo({ top: (to + 1) * ROW + HEAD - view.clientHeight, behavior: "instant" });
  }

  function onKey(event: KeyboardEvent): void {
    if (event.target !== grid.current) return;
    const page = Math.floor(height / ROW) - 1;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -rows.length, End: rows.length };
    if (event.key === "Enter" && rows.length) open(model.anchor(rows[chosen]!));
    else if (event.key in steps) choose(chosen + steps[event.key]!);
    else return;
    event.preventDefault();
  }

  // A row that stays in sight is the same object, so that it is not looked at again; one that leaves lends its place to one that comes.
  const made = useMemo(() => new Map<string, VNode>(), [rows, text]);
  const slots = Math.ceil(height / ROW) + 2 * AROUND + 1;
  const shown = Array.from(rows.subarray(first, last), (at, offset) => {
    const index = first + offset, isChosen = index === chosen, name = `${index} ${isChosen}`;
    let row = made.get(name);
    if (!row) {
      if (made.size > 500) made.clear();
      row = (
        <Row key={index % slots} model={model} at={at} index={index} text={text} chosen={isChosen} choose={choose} template={template} />
      );
      made.set(name, row);
    }
    return row;
  });
  const heads: [Key | null, string][] = [
    ["number", t("thread")], ["name", t("name")], ["pool", t("pool")], ["progress", t("progress")], [null, t("ofSnapshot")], ["place", t("place")],
  ];
  return (
    <div
      class={narrow ? "grid narrow" : "grid"}
      role="grid"
      ref={grid}
      tabIndex={0}
      aria-label={t("matrix")}
      aria-rowcount={rows.length + 1}
      aria-activedescendant={rows.length && chosen >= first && chosen < last ? `row-${chosen}` : undefined}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKey}
    >
      <div class="head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
        {heads.map(([key, words]) => (
          <div role="columnheader" aria-sort={key && order.key === key ? (order.down ? "descending" : "ascending") : undefined}>
            {key ? (
              <button type="button" onClick={() => sortBy(key)}>
                {words} {order.key === key ? (order.down ? "▼" : "▲") : ""}
              </button>
            ) : (
              words
            )}
          </div>
        ))}
      </div>
      <div role="rowgroup" style={{ height: `${rows.length * ROW}px`, position: "relative" }}>
        {shown}
      </div>
    </div>
  );
}

interface RowOf {
  model: Case;
  at: number;
  index: number;
  text: string;
  chosen: boolean;
  choose: (index: number) => void;
  template: string;
}

function Row({ model, at, index, text, chosen, choose, template }: RowOf) {
  const thread = model.thread(at);
  const { process, row } = thread;
  const show = () => {
    choose(index);
    open(model.anchor(at));
  };
  return (
    <div
      class="row"
      role="row"
      id={`row-${index}`}
      aria-rowindex={index + 2}
      aria-selected={chosen}
      style={{ top: `${index * ROW}px`, gridTemplateColumns: template }}
      onClick={show}
    >
      <div role="gridcell">{model.mark(process, row)}</div>
      <div role="gridcell">{model.text(thread, "name")}</div>
      <div role="gridcell">{model.text(thread, "pool")}</div>
      <div role="gridcell">{term(model.text(thread, "progress"))}</div>
      <div role="gridcell" class="cells">
        {process.places.map((column, snapshot) => {
          const verb = column[row]! < 0 ? "" : model.data.places[column[row]!]![3];
          const [look, letter] = cellOf(verb);
          const same = snapshot > 0 && column[row]! >= 0 && column[row] === process.places[snapshot - 1]![row];
          const words = `${t("snapshot", { number: snapshot + 1 })}: ${verb ? term(verb) : t("vanished")}`;
          return (
            <span class={`cell ${look}${same ? " same" : ""}`} title={words} role="img" aria-label={words}>
              {letter}
            </span>
          );
        })}
      </div>
      <div role="gridcell">{where(model, at, text)}</div>
    </div>
  );
}

/** Where a thread stands; in a search the frame that was found. */
function where(model: Case, at: number, text: string) {
  const { process, row } = model.thread(at);
  const place = model.newest(process, row);
  const wanted = text.trim().toLowerCase();
  if (wanted) {
    for (let snapshot = process.places.length - 1; snapshot >= 0; snapshot--) {
      const seen = model.place({ at, process, row }, snapshot);
      const frame = seen && model.frames(seen).find((name) => name.toLowerCase().includes(wanted));
      if (frame) {
        const start = frame.toLowerCase().indexOf(wanted);
        return (
          <>
            {frame.slice(0, start)}
            <mark>{frame.slice(start, start + wanted.length)}</mark>
            {frame.slice(start + wanted.length)}
          </>
        );
      }
    }
  }
  return say(model.stance(place));
}
