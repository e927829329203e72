// A field that filters a list; `/` goes there. What is typed stands in the address.
import { parameter, setQuery } from "../lib/router.ts";
import { Icon } from "./icons.tsx";

export function SearchField({ name = "q", label }: { name?: string; label: string }) {
  return (
    <div class="search-field">
      <Icon name="search" />
      <input type="search" aria-label={label} placeholder={label} value={parameter(name)} spellcheck={false} autoCapitalize="none"
        onInput={(event) => setQuery({ [name]: event.currentTarget.value, after: null })}
        onKeyDown={(event) => { if (event.key === "Escape") event.currentTarget.blur(); }} />
    </div>
  );
}

export interface Choice { value: string; name: string }

// A choice that stands in the address; the first one is what is meant without.
export function Choose({ name, label, choices }: { name: string; label: string; choices: readonly Choice[] }) {
  return (
    <select aria-label={label} value={parameter(name)} onChange={(event) => setQuery({ [name]: event.currentTarget.value, after: null }, "push")}>
      {choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.name}</option>)}
    </select>
  );
}
