// Fields of forms that are not parameters of a dag.
import { useId } from "preact/hooks";
import type { Choice } from "./SearchField.tsx";

export function TextField({ label, value, set, type = "text", hint, needed = false, auto = "off" }: {
  label: string; value: string; set: (value: string) => void; type?: "text" | "password" | "datetime-local"; hint?: string; needed?: boolean; auto?: string }) {
  const id = useId();
  const about = `${id}-about`;
  const common = { id, value, required: needed, autoComplete: auto, autoCapitalize: "none", spellcheck: false, "aria-describedby": hint ? about : undefined,
    onInput: (event: { currentTarget: HTMLInputElement }): void => set(event.currentTarget.value) } as const;
  return (
    <div class="field"><label for={id}>{label}</label>
      {type === "password" ? <input type="password" {...common} /> : type === "text" ? <input type="text" {...common} /> : <input type="datetime-local" {...common} />}
      {hint && <small id={about}>{hint}</small>}
    </div>
  );
}

export function ChoiceField({ label, value, set, choices, hint }: { label: string; value: string; set: (value: string) => void; choices: readonly Choice[]; hint?: string }) {
  const id = useId();
  return (
    <div class="field"><label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => set(event.currentTarget.value)}>{choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.name}</option>)}</select>
      {hint && <small>{hint}</small>}
    </div>
  );
}
