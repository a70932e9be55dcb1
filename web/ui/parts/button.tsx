/**
 * Buttons, and links that look like them.
 *
 * @module
 */
import type { ComponentChildren, VNode } from "preact";
import { Icon, type IconName } from "./icon.tsx";

/** What a button looks like and does. */
export interface ButtonProps {
  readonly children?: ComponentChildren;
  /** `primary` once a view, `danger` for what cannot be undone. */
  readonly kind?: "primary" | "plain" | "danger" | "quiet";
  readonly icon?: IconName;
  /** Says what it does where only an icon is shown. */
  readonly label?: string;
  readonly disabled?: boolean;
  /** True while its action is under way: it then takes no second press. */
  readonly busy?: boolean;
  /** Submits the form around it. */
  readonly submit?: boolean;
  /** Key that does the same, as the page's shortcuts list it. */
  readonly shortcut?: string;
  readonly pressed?: boolean;
  readonly large?: boolean;
  readonly onClick?: () => void;
}

/**
 * A button.
 *
 * @param props What it looks like and does.
 * @returns A `button` of at least 44 by 44 pixels under a finger.
 */
export function Button(props: ButtonProps): VNode {
  const { kind = "plain", icon, label, busy = false, disabled = false } = props;
  const large = props.large === true ? " large" : "";
  return (
    <button
      type={props.submit === true ? "submit" : "button"}
      class={`button ${kind}${large}`}
      aria-label={label}
      title={label}
      aria-busy={busy}
      aria-pressed={props.pressed}
      aria-keyshortcuts={props.shortcut}
      disabled={disabled || busy}
      onClick={props.onClick}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      {props.children}
      {props.shortcut === undefined
        ? null
        : <kbd aria-hidden="true">{props.shortcut}</kbd>}
    </button>
  );
}
