// One field of a form of parameters: the widget of its type, what it is for, and what is wrong with it.
import { useId } from "preact/hooks";
import { fieldKind, textOf, type ParamLike } from "../model/params.ts";

function Input({ param, text, wrong, about, set }: { param: ParamLike; text: string; wrong: boolean; about: string; set: (text: string) => void }) {
  const kind = fieldKind(param);
  const common = { name: param.name, "aria-invalid": wrong, "aria-describedby": about };
  if (kind === "choice" || kind === "yesno") {
    const choices = kind === "yesno" ? ["true", "false"] : param.enum.map((value) => textOf(param, value));
    return (
      <select {...common} value={text} onChange={(event) => set(event.currentTarget.value)}>
        {!choices.includes(text) && <option value="">choose …</option>}
        {choices.map((choice) => <option key={choice} value={choice}>{kind === "yesno" ? (choice === "true" ? "yes" : "no") : choice}</option>)}
      </select>
    );
  }
  if (kind === "list" || kind === "json") return <textarea {...common} spellcheck={false} value={text} onInput={(event) => set(event.currentTarget.value)} />;
  if (kind === "secret") return <input {...common} type="password" autoComplete="off" value={text} onInput={(event) => set(event.currentTarget.value)} />;
  return <input {...common} type="text" inputMode={kind === "number" ? "decimal" : "text"} spellcheck={false} autoComplete="off" value={text} onInput={(event) => set(event.currentTarget.value)} />;
}

export function ParamField({ param, text, wrong, set }: { param: ParamLike; text: string; wrong: string | undefined; set: (text: string) => void }) {
  const about = useId();
  return (
    <label class="field">
      <span><code>{param.name}</code>{param.required && " (needed)"} <span class="faint">{param.type}</span></span>
      <Input param={param} text={text} wrong={wrong !== undefined} about={about} set={set} />
      <small id={about} class={wrong ? "wrong" : undefined}>{wrong ?? param.description ?? ""}</small>
    </label>
  );
}
