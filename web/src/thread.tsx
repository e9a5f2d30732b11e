// One thread: its stack in each snapshot, what was concluded about it and why, and its lines in the source text.
import { useEffect, useRef, useState } from "preact/hooks";
import { cellOf } from "./legend";
import type { Case, Place, Thread } from "./model";
import { say, t, term } from "./words";

const LISTED = 12; // of those whom it waits for, and of those who wait for it
const ENDS = 200; // frames at either end of a stack, between which the others are asked for
const SPARED = 20; // frames for which nobody should have to ask
const STEP = 2000; // frames at once

export interface Quotes {
  explained: Record<string, string[]>;
  quoted: Record<string, [snapshot: number, line: number, text: string, hidden: number][]>;
}

interface PanelOf {
  model: Case;
  at: number;
  quotes: () => Promise<Quotes>;
  close: () => void;
}

/** What stands in the place of a thread that the address names and this case does not have. */
export function Missing({ anchor, close }: { anchor: string; close: () => void }) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus({ preventScroll: true }), [anchor]);
  return (
    <div class="panel" role="dialog" aria-labelledby="panel-title" onKeyDown={(event) => event.key === "Escape" && close()}>
      <header>
        <h2 id="panel-title" ref={head} tabIndex={-1}>{t("noThread", { name: anchor })}</h2>
        <button type="button" onClick={close}>{t("close")}</button>
      </header>
    </div>
  );
}

export function Panel({ model, at, quotes, close }: PanelOf) {
  const thread = model.thread(at);
  const [known, setKnown] = useState<Quotes | null>(null);
  const [told, setTold] = useState("");
  const head = useRef<HTMLHeadingElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    quotes().then(setKnown, () => setKnown({ explained: {}, quoted: {} }));
  }, []);
  useEffect(() => {
    head.current?.focus({ preventScroll: true });
    panel.current?.scrollTo({ top: 0, behavior: "instant" });
    setTold("");
  }, [at]);

  async function copy(): Promise<void> {
    const text = asText(model, thread, known);
    try {
      await navigator.clipboard.writeText(text);
      setTold(t("copied"));
    } catch {
      setTold(copyByHand(text, panel.current!) ? t("copied") : t("notCopied"));
    }
  }

  const findings = model.text(thread, "findings").split(" ").filter(Boolean).map(Number);
  return (
    <div
      class="panel"
      role="dialog"
      aria-labelledby="panel-title"
      ref={panel}
      tabIndex={-1} // so that the keys are the panel's after a click on its text, too
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      <header>
        <h2 id="panel-title" ref={head} tabIndex={-1}>{model.label(thread.process, thread.row)}</h2>
        <button type="button" onClick={copy}>{t("copy")}</button>
        <button type="button" onClick={close}>{t("close")}</button>
        <span role="status">{told}</span>
      </header>
      <p><b>{term(model.text(thread, "progress"))}</b> – {model.text(thread, "note")}</p>
      <p class="note">
        {thread.process.head}
        {model.text(thread, "pool") ? ` – ${t("pool")} ${model.text(thread, "pool")}` : ""}
      </p>
      {findings.length > 0 && (
        <>
          <h3>{t("findings")}</h3>
          <ul>
            {model.data.findings.filter(([number]) => findings.includes(number)).map(([number, title]) => (
              <li><a href={`#finding-${number}`}>{number}. {title}</a></li>
            ))}
          </ul>
        </>
      )}
      <Waited model={model} thread={thread} />
      <h3>{t("stack")}</h3>
      <Stacks model={model} thread={thread} />
      <h3>{t("explained")}</h3>
      {known && (known.explained[at] ? (
        <pre tabIndex={0}>{known.explained[at]!.join("\n")}</pre>
      ) : (
        <p class="note">{t("noExplanation", { number: model.mark(thread.process, thread.row) })}</p>
      ))}
      <h3>{t("source")}</h3>
      {known && <Source thread={thread} quoted={known.quoted[at] ?? []} />}
    </div>
  );
}

/** The way along what it waits for, as the graph has it. */
function Waited({ model, thread }: { model: Case; thread: Thread }) {
  const { boxes, arrows } = model.data.waits;
  const own = thread.process.box[thread.row]!;
  if (own < 0) return null;
  const leads = arrows.filter(([from]) => from === own);
  const holds = arrows.filter(([, to]) => to === own);
  if (!leads.length && !holds.length) return null;
  return (
    <ul>
      {leads.slice(0, LISTED).map(([, to, words]) => <li>{words} → {boxes[to]![1]}</li>)}
      <More hidden={leads.length - LISTED} />
      {holds.slice(0, LISTED).map(([from, , words]) => <li>{boxes[from]![1]} → {words} → {model.label(thread.process, thread.row)}</li>)}
      <More hidden={holds.length - LISTED} />
    </ul>
  );
}

export function More({ hidden }: { hidden: number }) {
  return hidden > 0 ? <li>{t("more", { count: hidden })}</li> : null;
}

/** Equal stacks of snapshots in a row are shown once. */
function Stacks({ model, thread }: { model: Case; thread: Thread }) {
  const { process, row } = thread;
  const runs: { from: number; to: number; place: Place | null }[] = [];
  process.places.forEach((_, snapshot) => {
    const place = model.place(thread, snapshot), last = runs[runs.length - 1];
    if (last && last.place === place) last.to = snapshot;
    else runs.push({ from: snapshot, to: snapshot, place });
  });
  return (
    <>
      {runs.map(({ from, to, place }) => {
        const [look, letter] = cellOf(place?.[3] ?? "");
        const times = [...new Set([process.snapshots[from]!.time, process.snapshots[to]!.time])].filter(Boolean);
        const numbers = from === to ? String(from + 1) : `${from + 1}–${to + 1}`;
        return (
          <>
            <p>
              <span class={`cell ${look}`} style={{ display: "inline-block" }} aria-hidden="true">{letter}</span>{" "}
              <b>{t("snapshot", { number: numbers })}</b>{" "}
              {times.length > 0 && <span class="time">{times.join(" – ")} </span>}
              {place ? `${model.stance(place)} – ${model.data.texts[place[5]]}` : t("vanished")}{" "}
              <span class="place">{process.snapshots[to]!.name}{process.lines[to]![row] ? `:${process.lines[to]![row]}` : ""}</span>
            </p>
            {place && <Frames model={model} place={place} />}
          </>
        );
      })}
    </>
  );
}

/** Innermost first, with the wait's own frames and those of the thread's start folded; of a deep stack the middle only when asked for. */
function Frames({ model, place }: { model: Case; place: Place }) {
  const [all, setAll] = useState(false);
  const [begin, setBegin] = useState(ENDS);
  const names = model.frames(place);
  const wait = all ? 0 : Math.max(place[1] - 1, 0), start = all ? names.length : Math.max(place[2], wait);
  const shown = start - wait, first = shown > begin + ENDS + SPARED ? begin : shown;
  const line = (name: string, at: number) => (
    <li class={at < place[1] || at >= place[2] ? "frame wait" : "frame"}>
      <span class="at">#{at}</span> {name}
    </li>
  );
  return (
    <ol class="frames">
      {wait > 0 && <li><button type="button" onClick={() => setAll(true)}>{t("foldedWait", { count: t("frames", { count: wait }) })}</button></li>}
      {names.slice(wait, wait + first).map((name, at) => line(name, wait + at))}
      {first < shown && (
        <>
          <li><button type="button" onClick={() => setBegin(begin + STEP)}>{t("foldedMiddle", { count: t("frames", { count: shown - first - ENDS }) })}</button></li>
          {names.slice(start - ENDS, start).map((name, at) => line(name, start - ENDS + at))}
        </>
      )}
      {start < names.length && (
        <li><button type="button" onClick={() => setAll(true)}>{t("foldedStart", { count: t("frames", { count: names.length - start }) })}</button></li>
      )}
    </ol>
  );
}

function Source({ thread, quoted }: { thread: Thread; quoted: Quotes["quoted"][string] }) {
  const { process, row } = thread;
  if (!quoted.length) {
    const last = process.lines.length - 1;
    return <p class="note">{t("noSource", { source: process.snapshots[last]?.source ?? "", line: String(process.lines[last]?.[row] ?? 0) })}</p>;
  }
  return (
    <>
      {quoted.map(([snapshot, first, text, hidden]) => (
        <>
          <h4>{t("snapshot", { number: snapshot + 1 })} – {process.snapshots[snapshot]!.source}</h4>
          <pre tabIndex={0}>{text.split("\n").map((line, at) => <><span class="at">{String(first + at).padStart(6)}  </span>{line}{"\n"}</>)}{hidden ? t("more", { count: hidden }) : ""}</pre>
        </>
      ))}
    </>
  );
}

/** The thread for a ticket: all that the panel says. */
function asText(model: Case, thread: Thread, known: Quotes | null): string {
  const lines = [model.label(thread.process, thread.row), thread.process.head, `${term(model.text(thread, "progress"))} – ${model.text(thread, "note")}`];
  const explained = known?.explained[thread.at];
  if (explained) lines.push("", ...explained);
  else {
    const place = model.newest(thread.process, thread.row);
    if (place) lines.push("", ...model.frames(place).map((name, at) => `#${at}  ${name}`));
  }
  for (const [snapshot, first, text, hidden] of known?.quoted[thread.at] ?? []) {
    lines.push("", `${thread.process.snapshots[snapshot]!.source}:${say(String(first))}`, ...text.split("\n"), ...(hidden ? [t("more", { count: hidden })] : []));
  }
  return lines.join("\n") + "\n";
}

/** Where the browser gives no clipboard to a page from a file. */
function copyByHand(text: string, inside: HTMLElement): boolean {
  const before = document.activeElement as HTMLElement | null;
  const area = document.createElement("textarea");
  area.value = text;
  inside.append(area);
  area.select();
  const copied = document.execCommand("copy");
  if (copied) {
    area.remove();
    before?.focus({ preventScroll: true });
  }
  return copied;
}
