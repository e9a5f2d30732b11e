// The words of the page's language; Python's catalog has made them (stackan/report/html/words.py).
type Forms = string | [one: string, many: string];
export type Values = Record<string, string | number>;

let words: Record<string, Forms> = {};
let terms: Record<string, string> = {};
let numbers = new Intl.NumberFormat("en");

export function speak(lang: string, said: Record<string, Forms>, codes: Record<string, string>): void {
  words = said;
  terms = codes;
  numbers = new Intl.NumberFormat(lang.replace("_", "-"));
}

/** `t("found", { count: 3, all: 12 })`: a count picks the form, and numbers are set as the language sets them. */
export function t(name: string, values: Values = {}): string {
  const forms = words[name] ?? name;
  const form = typeof forms === "string" ? forms : forms[values.count === 1 ? 0 : 1];
  // Odd parts are the names of values.
  const parts = form.split(/\{(\w+)\}/).map((part, at) => (at % 2 && part in values ? say(values[part]!) : part));
  return parts.filter(Boolean).reduce((said, part) => said + (needsBlank(said, part) ? " " : "") + part, "");
}

const IDEOGRAPH = /[\u3400-\u9fff]/, CLOSE = /[\s\u2014-\u2026\u3000-\u303f\uff00-\uffef]/;

/** A blank parts Chinese from other letters, as in Python's catalog. */
function needsBlank(before: string, after: string): boolean {
  const left = before.slice(-1), right = after.charAt(0);
  return left !== "" && !CLOSE.test(left) && !CLOSE.test(right) && IDEOGRAPH.test(left) !== IDEOGRAPH.test(right);
}

/** The word for one of the document's codes. */
export function term(code: string): string {
  return terms[code] ?? code;
}

export function say(value: string | number): string {
  return typeof value === "number" ? numbers.format(value) : value;
}
