// What a thread does in one snapshot: a color, and a letter for those who do not tell colors apart.
import { t, term } from "./words";

const LOOKS: Record<string, string> = {
  blocked: "B", waiting: "W", running: "R", idle: "I", spinning: "X", sleeping: "Z", unknowable: "?",
};

export function cellOf(verb: string): [look: string, letter: string] {
  return verb ? [`k-${verb in LOOKS ? verb : "unknowable"}`, LOOKS[verb] ?? "?"] : ["k-none", "·"];
}

export function Legend() {
  return (
    <ul class="legend" aria-label={t("legend")}>
      {[...Object.keys(LOOKS), ""].map((verb) => {
        const [look, letter] = cellOf(verb);
        return (
          <li>
            <span class={`cell ${look}`} aria-hidden="true">
              {letter}
            </span>
            {verb ? term(verb) : t("vanished")}
          </li>
        );
      })}
    </ul>
  );
}
