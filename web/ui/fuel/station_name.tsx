/**
 * What a site is called, and changing it.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import { change } from "../base/http.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { TextField } from "../parts/field.tsx";
import { Form, useAction } from "../parts/form.tsx";
import { text } from "./texts.ts";

/** A button that changes what a site is called. */
export function StationName(
  { site, name }: { readonly site: string; readonly name: string },
): VNode {
  const open = useSignal(false);
  return (
    <>
      <Button icon="settings" onClick={() => open.value = true}>
        {text("nameStation")}
      </Button>
      {open.value
        ? (
          <NameDialog
            site={site}
            name={name}
            onClose={() => open.value = false}
          />
        )
        : null}
    </>
  );
}

function NameDialog(
  { site, name, onClose }: {
    readonly site: string;
    readonly name: string;
    readonly onClose: () => void;
  },
): VNode {
  const value = useSignal(name);
  const action = useAction();
  return (
    <Dialog title={text("nameStation")} onClose={onClose}>
      <Form
        submit={text("save")}
        action={action}
        disabled={value.value.trim() === ""}
        onCancel={onClose}
        onSubmit={async () => {
          const done = await action.run(
            () =>
              change("PUT", `/v1/stations/${site}`, {
                name: value.value.trim(),
              }),
            text("saved"),
          );
          if (done !== undefined) onClose();
        }}
      >
        <TextField
          label={text("name")}
          value={value.value}
          maxLength={200}
          focused
          onInput={(typed) => value.value = typed}
        />
      </Form>
    </Dialog>
  );
}
