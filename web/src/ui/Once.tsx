// Something that is shown this once: a token, a link to sign in.
import { useState } from "preact/hooks";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";

export function Once({ title, text, about, onClose }: { title: string; text: string; about: string; onClose: () => void }) {
  const [copied, setCopied] = useState("");
  const copy = (): void => {
    // Without a secure context there is no clipboard; the text can be marked by hand.
    const done = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    done.then(() => setCopied("Copied"), () => setCopied("Mark it and copy it by hand"));
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p class="soft">{about}</p>
      <p class="once"><code tabIndex={0}>{text}</code></p>
      <div class="row end">
        <span class="faint" role="status">{copied}</span>
        <Button icon="copy" kind="primary" onClick={copy}>Copy</Button>
        <Button onClick={onClose}>Done</Button>
      </div>
    </Dialog>
  );
}
