// The page's address names what is open, `#lwp-4250`, so that a link or a reload opens it again.

type Listener = (anchor: string) => void;
const listeners: Listener[] = [];

export function current(): string {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

/** Whether an anchor names a thread, which need not be there: a link may be of another case. */
export function isThread(anchor: string): boolean {
  return /^(lwp|thread)-\d+(\.\d+)?$/.test(anchor);
}

export function onRoute(listener: Listener): void {
  listeners.push(listener);
}

/** Open a thread without moving the page to where its stack stands in the text. */
export function open(anchor: string): void {
  try {
    history.pushState(null, "", `#${anchor}`);
  } catch {
    location.hash = anchor; // a sandbox may forbid the other way
  }
  tell();
}

function tell(): void {
  for (const listener of listeners) listener(current());
}

export function start(known: (anchor: string) => boolean): void {
  addEventListener("hashchange", tell);
  addEventListener("popstate", tell);
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest?.("a[href^='#']");
    const anchor = link?.getAttribute("href")?.slice(1) ?? "";
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || !known(anchor)) return;
    event.preventDefault();
    open(anchor);
  });
  tell();
}
