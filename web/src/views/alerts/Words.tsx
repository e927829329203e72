// Asks how long, and for a comment: to acknowledge, to snooze, to resolve.
import { useState } from "preact/hooks";
import { useKeys } from "../../lib/keys.ts";
import type { Alert } from "../../api/schema.ts";
import { SNOOZE_SPANS, TAKE_SPANS, untilText, type Span } from "../../model/alerts.ts";
import { plural } from "../../model/words.ts";
import { acknowledge, resolve, snooze } from "../../state/alert_deeds.ts";
import { now } from "../../state/clock.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Time } from "../../ui/Time.tsx";

export type Deed = "acknowledge" | "snooze" | "resolve";
export type Asked = Deed | "silence"; // what a page can ask about; a silence has a form of its own
const TITLES: Record<Deed, string> = { acknowledge: "Acknowledge", snooze: "Snooze", resolve: "Resolve" };
const SAYS: Record<Deed, string> = {
  acknowledge: "Every message that is not sent yet is stopped, and those who were told are told who cares for it.",
  snooze: "Nobody is told about it until then; it comes back by itself unless it ends before.",
  resolve: "Say this when it is over although no later run will show it. The same failure within a day opens it again.",
};

function Spans({ spans, chosen, onChoose }: { spans: readonly Span[]; chosen: number; onChoose: (ms: number) => void }) {
  return (
    <div class="spans" role="group" aria-label="How long">
      {spans.map((span, i) => <Button key={span.name} pressed={chosen === span.ms} onClick={() => onChoose(span.ms)}><kbd>{i + 1}</kbd> {span.name}</Button>)}
    </div>
  );
}

export function Words({ deed, alerts, onClose }: { deed: Deed; alerts: readonly Alert[]; onClose: () => void }) {
  const spans = deed === "acknowledge" ? TAKE_SPANS : deed === "snooze" ? SNOOZE_SPANS : [];
  const [ms, setMs] = useState(spans[deed === "snooze" ? 1 : 0]?.ms ?? 0);
  const [comment, setComment] = useState("");
  const until = ms > 0 ? untilText(now.value, ms) : "";
  const send = (): void => {
    onClose();
    const said = comment.trim();
    if (deed === "snooze") void snooze(alerts, until, said);
    else if (deed === "resolve") void resolve(alerts, said);
    else void acknowledge(alerts, { comment: said, until });
  };
  useKeys(TITLES[deed], spans.map((span, i) => ({ keys: String(i + 1), does: span.name, run: () => setMs(span.ms) })));
  const whom = alerts.length === 1 ? `alert ${alerts[0]?.alert ?? ""}` : plural(alerts.length, "alert");
  return (
    <Dialog title={`${TITLES[deed]} ${whom}`} onClose={onClose} narrow>
      <form onSubmit={(event) => { event.preventDefault(); send(); }}>
        <p class="consequences soft">{SAYS[deed]}</p>
        {spans.length > 0 && <Spans spans={spans} chosen={ms} onChoose={setMs} />}
        {until && <p class="soft until">Until <Time at={until} /></p>}
        <label class="field"><span>Comment</span><input value={comment} maxLength={250} placeholder="what you know, for the others" onInput={(event) => setComment(event.currentTarget.value)} /></label>
        <div class="row end">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary">{TITLES[deed]}</Button>
        </div>
      </form>
    </Dialog>
  );
}
