// The merged call tree: drawn as an icicle, and beside it a tree that says the same to those who do not see it.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { merge, type Call } from "./merge";
import type { Case } from "./model";
import { t } from "./words";

const ROW = 19, NARROWEST = 1.5, DEEPEST = 80, LISTED = 60;

export function Calls({ model }: { model: Case }) {
  const { processes } = model.data;
  const [process, setProcess] = useState(() => gravest(model));
  const [snapshot, setSnapshot] = useState(Math.max((processes[process]?.snapshots.length ?? 1) - 1, 0));
  const [other, setOther] = useState(-1);
  const [stuckOnly, setStuckOnly] = useState(false);
  const snapshots = processes[process]?.snapshots ?? [];
  const { root, cut } = useMemo(() => merge(model, process, snapshot, other, stuckOnly), [model, process, snapshot, other, stuckOnly]);
  const [chosen, setChosen] = useState<Call>(root);
  const [zoomed, setZoomed] = useState<Call>(root);
  useEffect(() => {
    setChosen(root);
    setZoomed(root);
  }, [root]);
  const choose = (call: Call, into: boolean) => {
    setChosen(call);
    if (into) setZoomed(call);
  };
  return (
    <>
      <div class="tools">
        {processes.length > 1 && (
          <select aria-label={t("process")} value={process} onChange={(event) => {
            const to = Number(event.currentTarget.value);
            setProcess(to);
            setSnapshot(Math.max(processes[to]!.snapshots.length - 1, 0));
            setOther(-1);
          }}>
            {processes.map((each, at) => <option value={at}>{each.id}</option>)}
          </select>
        )}
        <label>
          {t("ofSnapshot")}{" "}
          <select value={snapshot} onChange={(event) => setSnapshot(Number(event.currentTarget.value))}>
            {snapshots.map(({ time }, at) => <option value={at}>{time ? `${at + 1} – ${time}` : at + 1}</option>)}
          </select>
        </label>
        {snapshots.length > 1 && (
          <label>
            {t("comparedWith")}{" "}
            <select value={other} onChange={(event) => setOther(Number(event.currentTarget.value))}>
              <option value={-1}>{t("nothing")}</option>
              {snapshots.map(({ time }, at) => <option value={at}>{time ? `${at + 1} – ${time}` : at + 1}</option>)}
            </select>
          </label>
        )}
        <button type="button" aria-pressed={stuckOnly} onClick={() => setStuckOnly(!stuckOnly)}>{t("stuckOnly")}</button>
      </div>
      <p class="note">{t("callsHelp")} {cut ? t("cutStacks", { count: cut }) : ""}</p>
      <div class="split">
        <Icicle root={zoomed} chosen={chosen} compared={other >= 0} choose={choose} />
        <Tree root={root} chosen={chosen} compared={other >= 0} choose={choose} />
      </div>
    </>
  );
}

interface ViewOf {
  root: Call;
  chosen: Call;
  compared: boolean;
  choose: (call: Call, into: boolean) => void;
}

const sizeOf = (call: Call, compared: boolean) => (compared ? Math.max(call.total, call.before) : call.total);

function wordsOf(call: Call, compared: boolean): string {
  const threads = t("threads", { count: call.total });
  return compared ? t("difference", { threads, before: call.before }) : t("share", { threads, stuck: call.stuck });
}

interface Bar {
  call: Call;
  x: number;
  y: number;
  width: number;
}

/** The bars that are wide enough to see, and how many are not. */
function bars(root: Call, width: number, compared: boolean): { shown: Bar[]; hidden: number; depth: number } {
  const shown: Bar[] = [];
  let hidden = 0, depth = 0;
  const todo: Bar[] = [{ call: root, x: 0, y: 0, width }];
  while (todo.length) {
    const bar = todo.pop()!;
    shown.push(bar);
    depth = Math.max(depth, bar.y + 1);
    if (bar.y + 1 >= DEEPEST) {
      hidden += bar.call.inside.length;
      continue;
    }
    let x = bar.x;
    const all = Math.max(sizeOf(bar.call, compared), bar.call.inside.reduce((sum, call) => sum + sizeOf(call, compared), 0), 1);
    for (const call of bar.call.inside) {
      const part = (bar.width * sizeOf(call, compared)) / all;
      if (part >= NARROWEST) todo.push({ call, x, y: bar.y + 1, width: part });
      else hidden++;
      x += part;
    }
  }
  return { shown, hidden, depth };
}

function Icicle({ root, chosen, compared, choose }: ViewOf) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(640);
  useEffect(() => {
    const watch = new ResizeObserver(() => setWidth(Math.max((frame.current?.clientWidth ?? 640) - 2, 200)));
    watch.observe(frame.current!);
    return () => watch.disconnect();
  }, []);
  const laid = useMemo(() => bars(root, width, compared), [root, width, compared]);
  const [dark, setDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const change = () => setDark(scheme.matches);
    scheme.addEventListener("change", change);
    return () => scheme.removeEventListener("change", change);
  }, []);
  useEffect(() => draw(canvas.current!, laid.shown, width, laid.depth, chosen, compared, dark), [laid, chosen, compared, dark]);
  const at = (event: MouseEvent): Bar | undefined => {
    const box = canvas.current!.getBoundingClientRect();
    const x = event.clientX - box.left, y = Math.floor((event.clientY - box.top) / ROW);
    return laid.shown.find((bar) => bar.y === y && bar.x <= x && x < bar.x + bar.width);
  };
  return (
    <div>
      <div class="icicle" ref={frame} tabIndex={0} role="region" aria-label={t("calls")}>
        <canvas
          ref={canvas}
          aria-hidden="true"
          onClick={(event) => {
            const bar = at(event);
            if (bar) choose(bar.call === root && root.parent ? root.parent : bar.call, true);
          }}
          onMouseMove={(event) => {
            const bar = at(event);
            event.currentTarget.title = bar ? `${bar.call.name || t("outermost")} – ${wordsOf(bar.call, compared)}` : "";
          }}
        />
      </div>
      {laid.hidden > 0 && <p class="note">{t("notDrawn", { count: laid.hidden })}</p>}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, shown: Bar[], width: number, depth: number, chosen: Call, compared: boolean, dark: boolean): void {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  canvas.width = width * ratio;
  canvas.height = depth * ROW * ratio;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${depth * ROW}px`;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.scale(ratio, ratio);
  pen.font = "11px ui-monospace, Consolas, monospace";
  pen.textBaseline = "middle";
  for (const bar of shown) {
    pen.fillStyle = fill(bar.call, compared, dark);
    pen.fillRect(bar.x, bar.y * ROW, Math.max(bar.width - 0.5, 0.5), ROW - 1);
    if (bar.call === chosen) {
      pen.strokeStyle = dark ? "#ffffff" : "#000000";
      pen.lineWidth = 2;
      pen.strokeRect(bar.x + 1, bar.y * ROW + 1, Math.max(bar.width - 2.5, 1), ROW - 3);
    }
    if (bar.width > 34) {
      pen.fillStyle = dark ? "#f2f4f7" : "#14181d";
      const room = Math.floor((bar.width - 6) / 6.7);
      const name = bar.call.name || t("outermost");
      pen.fillText(name.length > room ? `${name.slice(0, Math.max(room - 1, 1))}…` : name, bar.x + 3, bar.y * ROW + ROW / 2);
    }
  }
}

/** Gray to orange with the share that is stuck; in a difference blue where there were more before, orange where there are more now. */
function fill(call: Call, compared: boolean, dark: boolean): string {
  if (!compared) return mix(dark ? [58, 66, 78] : [222, 226, 231], dark ? [170, 74, 20] : [242, 140, 80], call.stuck / Math.max(call.total, 1));
  const change = (call.total - call.before) / Math.max(call.total, call.before, 1);
  const rest: Color = dark ? [58, 66, 78] : [235, 237, 240];
  return change < 0 ? mix(rest, dark ? [28, 96, 160] : [112, 176, 232], -change) : mix(rest, dark ? [170, 74, 20] : [242, 140, 80], change);
}

type Color = [red: number, green: number, blue: number];

function mix(from: Color, to: Color, share: number): string {
  return `rgb(${from.map((value, at) => Math.round(value + (to[at]! - value) * share)).join(" ")})`;
}

/** By the keyboard as https://www.w3.org/WAI/ARIA/apg/patterns/treeview/ has it. */
function Tree({ root, chosen, compared, choose }: ViewOf) {
  const [opened, setOpened] = useState<Opened>(() => new Map());
  const tree = useRef<HTMLDivElement>(null);
  const held = useRef(false); // whether the keyboard is here, so that the focus goes along
  useEffect(() => setOpened(new Map([root, ...trunk(root)].map((call) => [call, LISTED]))), [root]);
  useEffect(() => {
    setOpened((opened) => {
      const way = new Map(opened);
      for (let call = chosen, above = call.parent; above; call = above, above = call.parent) {
        way.set(above, Math.max(way.get(above) ?? LISTED, above.inside.indexOf(call) + 1)); // the drawing has calls that are not listed
      }
      return way;
    });
  }, [chosen]);
  useEffect(() => {
    if (held.current) tree.current?.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
  }, [chosen, opened]);

  function onKey(event: KeyboardEvent): void {
    const all = visible(root, opened);
    const at = all.indexOf(chosen);
    const turn = (open: boolean) => {
      const changed = new Map(opened);
      if (open) changed.set(chosen, LISTED);
      else changed.delete(chosen);
      setOpened(changed);
    };
    held.current = true;
    const isOpen = opened.has(chosen) && chosen.inside.length > 0;
    if (event.key === "ArrowDown") choose(all[Math.min(at + 1, all.length - 1)]!, false);
    else if (event.key === "ArrowUp") choose(all[Math.max(at - 1, 0)]!, false);
    else if (chosen.rest && ["Enter", " ", "ArrowRight"].includes(event.key)) list(chosen);
    else if (event.key === "Home") choose(all[0]!, false);
    else if (event.key === "End") choose(all[all.length - 1]!, false);
    else if (event.key === "ArrowRight") isOpen ? choose(chosen.inside[0]!, false) : turn(true);
    else if (event.key === "ArrowLeft") isOpen ? turn(false) : chosen.parent && choose(chosen.parent, false);
    else if (event.key === "Enter" || event.key === " ") choose(chosen, true);
    else if (event.key === "Escape") choose(root, true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** In the place of the row that stands for them. */
  function list({ parent, rest }: Call): void {
    const known = parent!.inside.length - rest;
    setOpened(new Map(opened).set(parent!, known + LISTED));
    choose(parent!.inside[known]!, false);
  }

  return (
    <div class="tree" role="tree" ref={tree} aria-label={t("calls")} onKeyDown={onKey} onFocusOut={() => (held.current = false)}>
      <Item call={root} opened={opened} chosen={chosen} compared={compared} choose={(call) => {
        if (call.rest) return list(call);
        const changed = new Map(opened);
        if (call === chosen && changed.has(call)) changed.delete(call);
        else if (!changed.has(call)) changed.set(call, LISTED);
        setOpened(changed);
        choose(call, false);
      }} level={1} />
    </div>
  );
}

/** The way that most threads have gone, up to where they part. */
function trunk(call: Call): Call[] {
  const way: Call[] = [];
  while (call.inside[0] && call.inside[0].total > 0.7 * call.total && way.length < 12) {
    call = call.inside[0];
    way.push(call);
  }
  return way;
}

/** The process with the most stuck threads. */
function gravest(model: Case): number {
  const stuck = model.data.processes.map((process) => process.progress.filter((number) => model.data.texts[number] === "stuck").length);
  return Math.max(stuck.indexOf(Math.max(...stuck)), 0);
}

type Opened = Map<Call, number>; // how many of the calls inside are listed

const rests = new WeakMap<Call, Call>();

/** The calls inside of one that is open, and a row for those that are not listed yet. */
function listed(call: Call, opened: Opened): Call[] {
  const most = opened.get(call) ?? 0, rest = call.inside.length - most;
  if (rest <= 0 || !most) return call.inside.slice(0, most);
  let row = rests.get(call);
  if (row?.rest !== rest) rests.set(call, (row = { ...call, name: "", parent: call, inside: [], depth: call.depth + 1, rest }));
  return [...call.inside.slice(0, most), row!];
}

function visible(root: Call, opened: Opened): Call[] {
  const found: Call[] = [];
  const todo = [root];
  while (todo.length) {
    const call = todo.pop()!;
    found.push(call);
    todo.push(...listed(call, opened).reverse());
  }
  return found;
}

interface ItemOf {
  call: Call;
  opened: Opened;
  chosen: Call;
  compared: boolean;
  choose: (call: Call) => void;
  level: number;
}

function Item({ call, opened, chosen, compared, choose, level }: ItemOf) {
  // A way without branches is one level of indentation: a stack may have hundreds of frames.
  const isOpen = opened.has(call) && call.inside.length > 0;
  return (
    <div
      role="treeitem"
      aria-level={level}
      aria-expanded={call.inside.length ? isOpen : undefined}
      aria-selected={call === chosen}
      tabIndex={call === chosen ? 0 : -1}
      onClick={(event) => {
        event.stopPropagation();
        choose(call);
      }}
    >
      <span>
        {call.inside.length ? (isOpen ? "▾ " : "▸ ") : "· "}
        {call.rest ? t("more", { count: call.rest }) : <>{call.name || t("outermost")} <span class="share">{wordsOf(call, compared)}</span></>}
      </span>
      {isOpen && (
        <div role="group" class={call.inside.length === 1 ? "straight" : ""}>
          {listed(call, opened).map((each) => (
            <Item call={each} opened={opened} chosen={chosen} compared={compared} choose={choose} level={level + 1} />
          ))}
        </div>
      )}
    </div>
  );
}
