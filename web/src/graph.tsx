// Who waits for whom: boxes laid out from those who wait to what they wait for; drag, zoom, and open what stands in a box.
import { Graph, layout } from "@dagrejs/dagre";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Box, Case } from "./model";
import { open } from "./route";
import { More } from "./thread";
import { t, term } from "./words";

const COLUMN = 6.9, WIDEST = 42, LINE = 16, LISTED = 60;
const LARGEST = 6; // groups, of which both ways are tried
const MANY = 80; // boxes, from which on the causes alone are shown first

const ROOM = { width: 1100, height: 560 }; // of the frame, until it is known

interface Laid {
  boxes: { at: number; x: number; y: number; width: number; height: number; lines: string[] }[];
  arrows: { way: string; tip: string; words: string; x: number; y: number; sure: boolean; left: number; top: number }[];
  width: number;
  height: number;
}

export function Waits({ model }: { model: Case }) {
  const { boxes, left, limit, byPool, arrowsLeft, arrowLimit } = model.data.waits;
  const causes = useMemo(() => causesOf(model), [model]);
  const [only, setOnly] = useState(boxes.length > MANY && causes.size > 0);
  const [chosen, setChosen] = useState(-1);
  const laid = useMemo(() => best(model, only ? causes : null), [model, only]);
  if (!boxes.length) return <p>{t("noWaits")}</p>;
  return (
    <>
      <p class="note">
        {t(byPool ? "foldedByPool" : "foldedByStack")} {left ? t("leftOut", { limit, count: left }) : ""}{" "}
        {arrowsLeft ? t("arrowsLeftOut", { limit: arrowLimit, count: arrowsLeft }) : ""} {t("graphHelp")}
      </p>
      <Drawing model={model} laid={laid} chosen={chosen} choose={setChosen}>
        {causes.size > 0 && causes.size < boxes.length && (
          <button type="button" aria-pressed={only} onClick={() => setOnly(!only)}>
            {t("causesOnly")}
          </button>
        )}
      </Drawing>
      {chosen >= 0 && <Members model={model} box={chosen} />}
    </>
  );
}

/** The boxes that critical findings are about or that others wait for, with what lies between them. */
function causesOf(model: Case): Set<number> {
  const { boxes, arrows } = model.data.waits;
  const marked = new Set(boxes.flatMap((box, at) => (box[3] ? [at] : [])));
  const found = new Set(marked);
  for (const [from, to] of arrows) {
    if (marked.has(from) && boxes[to]![0] !== "thread") found.add(to);
    if (marked.has(to) && boxes[from]![0] !== "thread") found.add(from);
  }
  return found;
}

function linesOf([, title, detail, mark]: Box): string[] {
  return [title, ...detail.split("\n").filter(Boolean), ...(mark ? [mark === "root" ? t("root") : term(mark)] : [])].map(cut);
}

function cut(text: string): string {
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text;
}

function wide(text: string): number {
  let columns = 0;
  for (const char of text) columns += char > "\u2e7f" ? 2 : 1;
  return columns * COLUMN;
}

/** Each group of boxes that hang together, from left to right or from top to bottom, whichever can be read better; side by side. */
function best(model: Case, only: Set<number> | null): Laid {
  const groups = groupsOf(model, only).map((group, at) => {
    const down = lay(model, group, "TB");
    if (group.size > MANY || at >= LARGEST) return down; // there is time for one of them only
    const across = lay(model, group, "LR");
    return fitting(across, ROOM.width, ROOM.height) > fitting(down, ROOM.width, ROOM.height) ? across : down;
  });
  return pack(groups);
}

function groupsOf(model: Case, only: Set<number> | null): Set<number>[] {
  const { boxes, arrows } = model.data.waits;
  const shown = (at: number) => !only || only.has(at);
  const near = new Map<number, number[]>();
  for (const [from, to] of arrows) {
    if (!shown(from) || !shown(to)) continue;
    near.set(from, [...(near.get(from) ?? []), to]);
    near.set(to, [...(near.get(to) ?? []), from]);
  }
  const seen = new Set<number>(), groups: Set<number>[] = [];
  boxes.forEach((_, first) => {
    if (!shown(first) || seen.has(first)) return;
    const group = new Set<number>(), todo = [first];
    while (todo.length) {
      const at = todo.pop()!;
      if (group.has(at)) continue;
      group.add(at);
      seen.add(at);
      todo.push(...(near.get(at) ?? []));
    }
    groups.push(group);
  });
  return groups.sort((one, other) => other.size - one.size);
}

/** Drawings in rows, so that all of them are about as wide as the frame is. */
function pack(groups: Laid[]): Laid {
  const area = groups.reduce((sum, each) => sum + each.width * each.height, 0);
  const widest = Math.max(Math.sqrt((area * ROOM.width) / ROOM.height) * 1.1, ...groups.map((each) => each.width));
  const all: Laid = { boxes: [], arrows: [], width: 0, height: 0 };
  let x = 0, y = 0, row = 0;
  for (const group of groups) {
    if (x > 0 && x + group.width > widest) {
      x = 0;
      y += row;
      row = 0;
    }
    all.boxes.push(...group.boxes.map((box) => ({ ...box, x: box.x + x, y: box.y + y })));
    all.arrows.push(...group.arrows.map((arrow) => ({ ...arrow, left: arrow.left + x, top: arrow.top + y })));
    x += group.width;
    row = Math.max(row, group.height);
    all.width = Math.max(all.width, x);
    all.height = Math.max(all.height, y + row);
  }
  return all;
}

function fitting(laid: Laid, width: number, height: number): number {
  return Math.min(width / laid.width, height / laid.height, 1.1);
}

function lay(model: Case, group: Set<number>, direction: "TB" | "LR"): Laid {
  const { boxes, arrows } = model.data.waits;
  const graph = new Graph({ multigraph: false });
  graph.setGraph({ rankdir: direction, nodesep: 16, ranksep: direction === "LR" ? 60 : 36, marginx: 16, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  const lines = new Map([...group].map((at) => [at, linesOf(boxes[at]!)]));
  for (const [at, own] of lines) {
    graph.setNode(String(at), { width: Math.max(...own.map(wide), 60) + 20, height: own.length * LINE + 12 });
  }
  const kept = arrows.filter(([from, to]) => from !== to && group.has(from) && group.has(to));
  for (const [from, to, words] of kept) {
    graph.setEdge(String(from), String(to), { width: wide(words), height: LINE, labelpos: "c" });
  }
  layout(graph);
  const size = graph.graph() as { width?: number; height?: number };
  return {
    width: size.width ?? 100,
    height: size.height ?? 100,
    boxes: graph.nodes().map((name: string) => {
      const node = graph.node(name) as { x: number; y: number; width: number; height: number };
      return { at: Number(name), x: node.x, y: node.y, width: node.width, height: node.height, lines: lines.get(Number(name))! };
    }),
    arrows: kept.map(([from, to, words, sure]) => {
      const edge = graph.edge(String(from), String(to)) as { points: { x: number; y: number }[]; x: number; y: number };
      const end = edge.points[edge.points.length - 1]!, before = edge.points[edge.points.length - 2] ?? end;
      const way = `M${edge.points.map((p) => `${round(p.x)} ${round(p.y)}`).join("L")}`;
      return { words, sure, x: edge.x, y: edge.y, tip: tip(before, end), way, left: 0, top: 0 };
    }),
  };
}

const round = (value: number) => Math.round(value * 10) / 10;

function tip(before: { x: number; y: number }, end: { x: number; y: number }): string {
  const angle = Math.atan2(end.y - before.y, end.x - before.x);
  const point = (turn: number) => `${round(end.x - 9 * Math.cos(angle + turn))} ${round(end.y - 9 * Math.sin(angle + turn))}`;
  return `M${round(end.x)} ${round(end.y)}L${point(0.45)}L${point(-0.45)}Z`;
}

const FITTED = { x: 0, y: 0, zoom: 0 }; // a zoom of 0 fits the drawing into its frame

interface DrawingOf {
  model: Case;
  laid: Laid;
  chosen: number;
  choose: (box: number) => void;
  children: preact.ComponentChildren;
}

function Drawing({ model, laid, chosen, choose, children }: DrawingOf) {
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState(FITTED);
  const [room, setRoom] = useState(ROOM);
  const drag = useRef<{ x: number; y: number; fromX: number; fromY: number } | null>(null);
  const dragged = useRef(false); // so that letting go over a box opens nothing
  useEffect(() => {
    setRoom({ width: frame.current!.clientWidth, height: frame.current!.clientHeight });
    setView(FITTED);
  }, [laid]);
  const fit = fitting(laid, room.width, room.height);
  const { x: left, y: top, zoom } = view.zoom
    ? view
    : { x: (room.width - laid.width * fit) / 2, y: (room.height - laid.height * fit) / 2, zoom: fit };

  function scale(factor: number, x = room.width / 2, y = room.height / 2): void {
    const to = Math.min(Math.max(zoom * factor, 0.03), 4);
    setView({ zoom: to, x: x - ((x - left) * to) / zoom, y: y - ((y - top) * to) / zoom });
  }

  function pick(at: number): void {
    if (dragged.current) return;
    choose(at);
    if (model.data.waits.boxes[at]![0] === "thread" && model.data.waits.boxes[at]![4] === 1) {
      const [only] = membersOf(model, at, 1);
      if (only !== undefined) open(model.anchor(only));
    }
  }

  return (
    <>
      <div class="tools">
        <button type="button" onClick={() => scale(1.3)}>{t("zoomIn")}</button>
        <button type="button" onClick={() => scale(1 / 1.3)}>{t("zoomOut")}</button>
        <button type="button" onClick={() => setView(FITTED)}>{t("fit")}</button>
        {children}
      </div>
      <div
        class="graph"
        ref={frame}
        onWheel={(event) => {
          if (!event.ctrlKey && !event.metaKey && document.activeElement !== frame.current && !frame.current?.contains(document.activeElement)) return;
          event.preventDefault();
          const box = event.currentTarget.getBoundingClientRect();
          scale(event.deltaY < 0 ? 1.15 : 1 / 1.15, event.clientX - box.left, event.clientY - box.top);
        }}
        onPointerDown={(event) => {
          drag.current = { x: event.clientX - left, y: event.clientY - top, fromX: event.clientX, fromY: event.clientY };
          dragged.current = false;
        }}
        onPointerMove={(event) => {
          if (!drag.current || !event.buttons) return;
          if (Math.hypot(event.clientX - drag.current.fromX, event.clientY - drag.current.fromY) < 4 && !dragged.current) return;
          dragged.current = true;
          setView({ zoom, x: event.clientX - drag.current.x, y: event.clientY - drag.current.y });
        }}
        onPointerUp={() => (drag.current = null)}
        onKeyDown={(event) => {
          const step: Record<string, [number, number]> = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
          const by = step[event.key];
          if (event.key === "+" || event.key === "=") scale(1.3);
          else if (event.key === "-") scale(1 / 1.3);
          else if (by) setView({ zoom, x: left + by[0], y: top + by[1] });
          else return;
          event.preventDefault();
        }}
      >
        <svg role="group" aria-label={t("waits")} tabindex={0}>
          <g transform={`translate(${round(left)} ${round(top)}) scale(${Math.round(zoom * 1000) / 1000})`}>
            {laid.arrows.map((arrow) => (
              <g aria-hidden="true" transform={`translate(${round(arrow.left)} ${round(arrow.top)})`}>
                <path d={arrow.way} class={arrow.sure ? "" : "unsure"} />
                <path d={arrow.tip} class="tip" />
                <text class="label" x={round(arrow.x)} y={round(arrow.y - 3)} text-anchor="middle">
                  {arrow.words}
                </text>
              </g>
            ))}
            {laid.boxes.map((box) => {
              const [kind, , , mark] = model.data.waits.boxes[box.at]!;
              return (
                <g
                  class={`node ${kind} ${mark}`}
                  role="button"
                  tabindex={0}
                  aria-description={describe(model, box.at)}
                  aria-pressed={box.at === chosen}
                  transform={`translate(${round(box.x - box.width / 2)} ${round(box.y - box.height / 2)})`}
                  onClick={() => pick(box.at)}
                  onKeyDown={(event) => {
                    if (event.key !== "Enter" && event.key !== " ") return;
                    event.preventDefault();
                    dragged.current = false;
                    pick(box.at);
                  }}
                >
                  <rect width={round(box.width)} height={round(box.height)} rx={kind === "thread" ? 3 : 14} />
                  {box.lines.map((line, at) => (
                    <text x={round(box.width / 2)} y={19 + at * LINE} text-anchor="middle" class={at ? "detail" : ""}>
                      {line}
                    </text>
                  ))}
                </g>
              );
            })}
          </g>
        </svg>
      </div>
    </>
  );
}

/** What a box waits for, in words. */
function describe(model: Case, box: number): string {
  const { boxes, arrows } = model.data.waits;
  return arrows.filter(([from]) => from === box).map(([, to, words]) => `${words} ${linesOf(boxes[to]!)[0]}`).join("; ");
}

function membersOf(model: Case, box: number, most: number): number[] {
  const found: number[] = [];
  model.each((at, process, row) => {
    if (process.box[row] === box && found.length < most) found.push(at);
  });
  return found;
}

function Members({ model, box }: { model: Case; box: number }) {
  const { boxes, arrows } = model.data.waits;
  const members = membersOf(model, box, LISTED);
  const all = boxes[box]![0] === "thread" ? boxes[box]![4] : 0;
  const around = arrows.filter(([from, to]) => from === box || to === box);
  return (
    <div role="status">
      <h3>{linesOf(boxes[box]!).join(" – ")}</h3>
      {members.length > 0 && (
        <p>
          {t("members")}:{" "}
          {members.map((at) => {
            const { process, row } = model.thread(at);
            return <><a href={`#${model.anchor(at)}`}>{model.label(process, row)}</a>{" "}</>;
          })}
          {all > members.length ? t("moreThreads", { count: all - members.length }) : ""}
        </p>
      )}
      <ul>
        {around.slice(0, LISTED).map(([from, to, words]) => (
          <li>
            {linesOf(boxes[from]!)[0]} → {words} → {linesOf(boxes[to]!)[0]}
          </li>
        ))}
        <More hidden={around.length - LISTED} />
      </ul>
    </div>
  );
}
