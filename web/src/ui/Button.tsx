// Buttons. One kind is `primary` on a page at most; `danger` is for what cannot be undone.
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons.tsx";

interface Look {
  icon?: IconName;
  kind?: "plain" | "primary" | "danger" | "quiet";
  title?: string; // also its name when there is no text
  children?: ComponentChildren;
}

const classes = (kind: string, iconOnly: boolean): string => `button ${kind}${iconOnly ? " icon-only" : ""}`;

export function Button({ icon, kind = "plain", title, children, ...rest }: Look & {
  onClick?: () => void; disabled?: boolean; type?: "button" | "submit"; pressed?: boolean; expanded?: boolean }) {
  const { pressed, expanded, type = "button", ...others } = rest;
  return (
    <button class={classes(kind, !children)} type={type} title={title} aria-label={children ? undefined : title}
      aria-pressed={pressed} aria-expanded={expanded} {...others}>
      {icon && <Icon name={icon} />}{children && <span>{children}</span>}
    </button>
  );
}

export function LinkButton({ icon, kind = "plain", title, children, href, download }: Look & { href: string; download?: boolean }) {
  return (
    <a class={classes(kind, !children)} href={href} title={title} aria-label={children ? undefined : title} download={download}>
      {icon && <Icon name={icon} />}{children && <span>{children}</span>}
    </a>
  );
}
