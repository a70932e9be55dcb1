/**
 * One fact: what it says, the commit that holds it, what the node has just checked of it, and who has it.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Document, FactProof } from "../wire_types.ts";
import { formatInstant, formatNumber } from "../base/format.ts";
import type { WirePage } from "../base/http.ts";
import { useResource } from "../base/resource.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Badge, Facts } from "../parts/page.tsx";
import { Freshness, Loaded } from "../parts/states.tsx";
import { formatBytes } from "./bytes.ts";
import { StatusBadge } from "./status_badge.tsx";
import { peerName, shortId } from "./peer_words.ts";
import { text, wordText } from "./texts.ts";

/** The most characters of a document that are shown; the rest is for other tools. */
const DOCUMENT_LENGTH_MAX = 20_000;

/**
 * A fact with its proof.
 *
 * @param props Its id; is told when it is closed.
 * @returns A dialog at the side.
 */
export function FactDialog(
  { id, onClose }: { readonly id: string; readonly onClose: () => void },
): VNode {
  const proofs = useResource<WirePage<FactProof>>(
    `/v1/facts/${encodeURIComponent(id)}/proof`,
  );
  const first = proofs.value?.items[0];
  const title = first === undefined
    ? text("fact")
    : wordText("fact", first.fact.type);
  return (
    <Dialog title={title} onClose={onClose} side>
      <Loaded resource={proofs}>
        {({ items }) => (
          <>
            <Freshness asOf={proofs.asOf} peers={false} />
            <p class="muted">{text("copies", { count: items.length })}</p>
            {items.map((proof) => (
              <Copy key={`${proof.fact.log} ${proof.fact.seq}`} proof={proof} />
            ))}
            <div class="actions">
              <Button icon="refresh" onClick={proofs.reload}>
                {text("checkAgain")}
              </Button>
            </div>
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

function Copy({ proof }: { readonly proof: FactProof }): VNode {
  const { fact, writer, writerSite } = proof;
  return (
    <article class="mesh-copy">
      <StatusBadge status={fact.status} />
      {fact.reason === null ? null : <p class="mono">{fact.reason}</p>}
      <h3>{text("whatItSays")}</h3>
      <pre
        class="mesh-json"
        tabIndex={0}
      >{JSON.stringify(fact.fact, null, 2)}</pre>
      <h3>{text("checkedNow")}</h3>
      <Checks proof={proof} />
      <h3>{text("commit")}</h3>
      <Facts
        rows={[
          [text("identity"), <Mono key="id">{fact.id}</Mono>],
          [text("writtenAt"), formatInstant(fact.writtenAt)],
          [
            text("writer"),
            (
              <Mono key="writer">
                {writerSite === null ? writer : `${writerSite} · ${writer}`}
              </Mono>
            ),
          ],
          [text("space"), fact.space],
          [text("log"), <Mono key="log">{fact.log}</Mono>],
          [text("seq"), formatNumber(fact.seq)],
          [
            text("hash"),
            <Mono key="hash">{proof.hash ?? text("notKept")}</Mono>,
          ],
          [text("previous"), <Mono key="prev">{proof.previous ?? "–"}</Mono>],
          [text("signedSeq"), proof.signedSeq ?? "–"],
          [text("size"), formatBytes(proof.bytes)],
        ]}
      />
      <h3>{text("holders")}</h3>
      <Holders proof={proof} />
      <h3>{text("documents")}</h3>
      {proof.documents.length === 0
        ? <p class="muted">{text("notKept")}</p>
        : proof.documents.map((name) => (
          <DocumentLine
            key={name}
            name={name}
          />
        ))}
    </article>
  );
}

function Mono({ children }: { readonly children: string }): VNode {
  return <span class="mono">{children}</span>;
}

const CHECKS = ["chain", "link", "signature", "certificate"] as const;

function Checks({ proof }: { readonly proof: FactProof }): VNode {
  const kinds = { holds: "good", broken: "bad", unknown: "warn" } as const;
  return (
    <Facts
      rows={CHECKS.map((check) => [
        text(`check_${check}`),
        <Badge key={check} kind={kinds[proof[check]]}>
          {text(`check_${proof[check]}`)}
        </Badge>,
      ])}
    />
  );
}

function Holders({ proof }: { readonly proof: FactProof }): VNode {
  const { holders } = proof;
  if (holders.length === 0) return <p class="muted">{text("noHolders")}</p>;
  return (
    <Facts
      rows={holders.map((holder) => [
        `${peerName(holder)} ${shortId(holder.peer)}`,
        <Badge key={holder.peer} kind={holder.holds ? "good" : "warn"}>
          {text(holder.holds ? "hasIt" : "hasItNot")}
          {holder.linked ? "" : ` · ${text("notLinked")}`}
        </Badge>,
      ])}
    />
  );
}

function DocumentLine({ name }: { readonly name: string }): VNode {
  const open = useSignal(false);
  return (
    <div>
      <p class="mono">{name}</p>
      {may("admin")
        ? (
          <Button
            pressed={open.value}
            onClick={() => open.value = !open.value}
          >
            {text(open.value ? "hideDocument" : "showDocument")}
          </Button>
        )
        : <p class="hint">{text("documentAdmin")}</p>}
      {open.value ? <DocumentContent name={name} /> : null}
    </div>
  );
}

function DocumentContent({ name }: { readonly name: string }): VNode {
  const path = name.split("/").map(encodeURIComponent).join("/");
  const document = useResource<Document>(`/v1/documents/${path}`);
  return (
    <Loaded resource={document}>
      {({ content }) => {
        const json = JSON.stringify(content, null, 2) ?? "";
        return (
          <>
            <pre
              class="mesh-json"
              tabIndex={0}
            >{json.slice(0, DOCUMENT_LENGTH_MAX)}</pre>
            {json.length > DOCUMENT_LENGTH_MAX
              ? <p class="hint">{text("documentCut")}</p>
              : null}
          </>
        );
      }}
    </Loaded>
  );
}
