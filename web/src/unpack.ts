// The data at the page's tail: base64 of gzip of JSON.
import { gunzipSync } from "fflate";

/** The value that the element of this name holds; the browser unpacks it where it can. */
export async function unpack<Value>(name: string): Promise<Value> {
  const element = document.getElementById(`data-${name}`);
  if (!element) throw new Error(`no data-${name}`);
  const packed = decode(element.textContent ?? "");
  element.textContent = ""; // it is never needed twice
  return JSON.parse(await gunzip(packed)) as Value;
}

async function gunzip(packed: Uint8Array<ArrayBuffer>): Promise<string> {
  if (typeof DecompressionStream === "undefined") return new TextDecoder().decode(gunzipSync(packed));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64.trim());
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
