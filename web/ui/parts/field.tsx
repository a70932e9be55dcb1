/**
 * Fields of forms: a label that is seen, a hint, and an error beside the input that has it.
 *
 * @module
 */
import type { ComponentChildren, VNode } from "preact";
import { useId } from "preact/hooks";

/** What every field has. */
interface Labelled {
  readonly label: string;
  readonly hint?: string | undefined;
  /** What is wrong with the value; empty or undefined if nothing is. */
  readonly error?: string | undefined;
  readonly disabled?: boolean;
  /** The label is read out, not shown. */
  readonly quiet?: boolean;
}

function Labelling(
  { id, label, hint, error, quiet, children }: Labelled & {
    readonly id: string;
    readonly children: ComponentChildren;
  },
): VNode {
  return (
    <div class="field">
      <label for={id} class={quiet === true ? "unseen" : ""}>{label}</label>
      {children}
      {hint === undefined ? null : <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {error === undefined || error === ""
        ? null
        : <p class="error" id={`${id}-error`}>{error}</p>}
    </div>
  );
}

function described(id: string, { hint, error }: Labelled): string | undefined {
  const ids = [
    ...(hint === undefined ? [] : [`${id}-hint`]),
    ...(error === undefined || error === "" ? [] : [`${id}-error`]),
  ];
  return ids.length === 0 ? undefined : ids.join(" ");
}

/** A field for text. */
export interface TextFieldProps extends Labelled {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?:
    | "text"
    | "password"
    | "search"
    | "date"
    | "time"
    | "month"
    | "datetime-local";
  /** `decimal` and `numeric` bring the right keys up on a phone. */
  readonly mode?: "text" | "decimal" | "numeric" | "search";
  readonly placeholder?: string;
  readonly complete?: string;
  readonly required?: boolean;
  readonly maxLength?: number;
  /** Has the focus as soon as it is shown. */
  readonly focused?: boolean;
  /** Suggestions. */
  readonly options?: readonly string[];
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

/**
 * A field for a line of text, an amount or a number: values stay text until they are sent.
 *
 * @param props The field.
 * @returns Label, input, hint and error.
 */
export function TextField(props: TextFieldProps): VNode {
  const id = useId();
  const bad = props.error !== undefined && props.error !== "";
  return (
    <Labelling {...props} id={id}>
      <input
        id={id}
        type={props.type ?? "text"}
        inputMode={props.mode}
        value={props.value}
        placeholder={props.placeholder}
        autocomplete={props.complete ?? "off"}
        required={props.required}
        maxLength={props.maxLength}
        disabled={props.disabled}
        // A dialog gives the focus to what has this; else to its first button.
        autofocus={props.focused}
        list={props.options === undefined ? undefined : `${id}-list`}
        aria-invalid={bad}
        aria-describedby={described(id, props)}
        ref={(input) => {
          if (props.focused !== true || input === null) return;
          if (input.dataset["focused"] === undefined) input.focus();
          input.dataset["focused"] = "";
        }}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        onKeyDown={props.onKeyDown}
      />
      {props.options === undefined ? null : (
        <datalist id={`${id}-list`}>
          {props.options.map((option) => (
            <option
              key={option}
              value={option}
            />
          ))}
        </datalist>
      )}
    </Labelling>
  );
}

/** A field with fixed choices. */
export interface SelectFieldProps extends Labelled {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly choices: readonly {
    readonly value: string;
    readonly label: string;
  }[];
}

/**
 * A field with fixed choices.
 *
 * @param props The field.
 * @returns Label, select, hint and error.
 */
export function SelectField(props: SelectFieldProps): VNode {
  const id = useId();
  return (
    <Labelling {...props} id={id}>
      <select
        id={id}
        value={props.value}
        disabled={props.disabled}
        aria-describedby={described(id, props)}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      >
        {props.choices.map(({ value, label }) => (
          <option key={value} value={value}>{label}</option>
        ))}
      </select>
    </Labelling>
  );
}

/**
 * A box to tick.
 *
 * @param props The field.
 * @returns Input and label.
 */
export function CheckField(
  props: Labelled & {
    readonly value: boolean;
    readonly onInput: (value: boolean) => void;
  },
): VNode {
  const id = useId();
  return (
    <div class="field check">
      <input
        id={id}
        type="checkbox"
        checked={props.value}
        disabled={props.disabled}
        aria-describedby={described(id, props)}
        onInput={(event) => props.onInput(event.currentTarget.checked)}
      />
      <label for={id}>{props.label}</label>
      {props.hint === undefined
        ? null
        : <p class="hint" id={`${id}-hint`}>{props.hint}</p>}
    </div>
  );
}
