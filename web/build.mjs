// Bundles src/main.tsx into the one file that the page carries.  `--check` compares instead of writing: what is committed has to be
// what the sources give.
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const target = new URL("../stackan/report/html/app.js", import.meta.url);
const LIMIT = 120 * 1024, LIMIT_PACKED = 40 * 1024;

const { outputFiles } = await build({
  absWorkingDir: new URL(".", import.meta.url).pathname,
  entryPoints: ["src/main.tsx"],
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  target: ["chrome90", "firefox90", "safari15"],
  charset: "ascii", // a page's bytes are looked through for what a terminal obeys
  legalComments: "none",
  jsx: "automatic",
  jsxImportSource: "preact",
});
// The libraries' strings have control characters in them, which HTML forbids; there they may be escapes as well.
const escaped = outputFiles[0].text.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
const program = Buffer.from(`/* stackan; with preact, dagre, graphlib and fflate (MIT): licenses.txt */${escaped}`);
const packed = gzipSync(program, { level: 9 }).length;
console.log(`app.js: ${program.length} bytes, ${packed} packed`);
if (program.length > LIMIT || packed > LIMIT_PACKED) {
  console.error(`app.js is too large: at most ${LIMIT} bytes, ${LIMIT_PACKED} packed`);
  process.exit(1);
}
if (/<\/script|<!--/i.test(program.toString("latin1"))) {
  console.error("app.js has markup in it that would end its element");
  process.exit(1);
}
if (!process.argv.includes("--check")) {
  writeFileSync(target, program);
} else if (!program.equals(readFileSync(target))) {
  console.error("stackan/report/html/app.js is not what web/src gives: run `npm run build` in web/, and commit it");
  process.exit(1);
}
