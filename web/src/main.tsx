// Adds to the page what needs a program: the page says everything without it.
import { render, type ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Calls } from "./calls";
import { Waits } from "./graph";
import { Matrix } from "./matrix";
import { Case, type Packed } from "./model";
import { current, isThread, onRoute, start } from "./route";
import { Missing, Panel, type Quotes } from "./thread";
import { unpack } from "./unpack";
import { speak } from "./words";

const VIEWS: Record<string, ComponentType<{ model: Case }>> = { waits: Waits, matrix: Matrix, calls: Calls };

async function run(): Promise<void> {
  const data = await unpack<Packed>("case");
  speak(data.lang, data.words, data.terms);
  const model = new Case(data);
  for (const [name, View] of Object.entries(VIEWS)) show(name, View, model);
  let unpacked: Promise<Quotes> | null = null;
  const quotes = () => (unpacked ??= unpack<Quotes>("quotes"));
  const place = document.createElement("div");
  document.body.append(place);
  render(<Opened model={model} quotes={quotes} />, place);
  for (const link of document.querySelectorAll<HTMLElement>("a[data-thread]")) link.setAttribute("href", `#${link.dataset.thread}`);
  start((anchor) => model.find(anchor) >= 0);
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => (each.open = true)));
  document.documentElement.dataset.ready = "yes";
}

/** A view is made when it comes into sight: a layout takes time that the verdict should not wait for. */
function show(name: string, View: ComponentType<{ model: Case }>, model: Case): void {
  const section = document.getElementById(name);
  const place = section?.querySelector(".view");
  if (!section || !place) return;
  section.hidden = false;
  document.querySelector<HTMLElement>(`nav [data-view=${name}]`)!.hidden = false;
  (place as HTMLElement).style.minHeight = "20rem";
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some((each) => each.isIntersecting)) return;
    watch.disconnect();
    render(<View model={model} />, place);
  }, { rootMargin: "300px" });
  watch.observe(section);
}

/** The thread that the address names, if it names one. */
function Opened({ model, quotes }: { model: Case; quotes: () => Promise<Quotes> }) {
  const [anchor, setAnchor] = useState(current);
  const at = model.find(anchor);
  const before = useRef<Element | null>(null);
  useEffect(() => {
    onRoute((next) => {
      if (isThread(next) && !document.querySelector(".panel")) before.current = document.activeElement;
      setAnchor(next);
    });
  }, []);
  if (!isThread(anchor)) return null;
  const close = () => {
    try {
      history.pushState(null, "", location.pathname + location.search);
    } catch {
      location.hash = "";
    }
    setAnchor("");
    (before.current as HTMLElement | null)?.focus?.({ preventScroll: true });
  };
  return at < 0 ? <Missing anchor={anchor} close={close} /> : <Panel model={model} at={at} quotes={quotes} close={close} />;
}

run().catch((error: unknown) => {
  console.error(error);
  document.getElementById("broken")!.hidden = false;
});
