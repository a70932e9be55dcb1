/**
 * Members of the mesh: how long their certificates hold, inviting new ones and revoking those that must not write any
 * more.
 *
 * @module
 */
import type { VNode } from "preact";
import { useSignal } from "@preact/signals";
import type { Mesh, Peer } from "../wire_types.ts";
import { formatInstant } from "../base/format.ts";
import { change } from "../base/http.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { confirmed } from "../parts/dialog.tsx";
import { useAction } from "../parts/form.tsx";
import { Badge, Facts } from "../parts/page.tsx";
import { Panel, ProblemPanel } from "../parts/states.tsx";
import { Table } from "../parts/table.tsx";
import { InvitationDialog } from "./invitation_dialog.tsx";
import {
  CERTIFICATE_WARN_MS,
  certificateWords,
  peerName,
  roleNames,
  shortId,
} from "./peer_words.ts";
import { text } from "./texts.ts";

/** Members, with what an administrator may do about them. */
export function Members(
  { peers, mesh, onChanged }: {
    readonly peers: readonly Peer[];
    readonly mesh: Mesh;
    readonly onChanged: () => void;
  },
): VNode {
  const inviting = useSignal(false);
  const allowed = may("admin") && mesh.mayInvite;
  const now = Date.now();
  const ending = peers.filter(({ certificateEnds }) =>
    certificateEnds !== null &&
    Date.parse(certificateEnds) - now < CERTIFICATE_WARN_MS
  );
  return (
    <>
      {ending.map((peer) => (
        <Panel key={peer.peer} kind="warn">
          {text("certificateSoon", {
            name: peerName(peer),
            at: formatInstant(peer.certificateEnds),
          })}
        </Panel>
      ))}
      <div class="filters">
        <Button
          kind="primary"
          icon="plus"
          disabled={!allowed}
          onClick={() => inviting.value = true}
        >
          {text("invite")}
        </Button>
        {allowed ? null : (
          <p class="muted">
            {text(mesh.mayInvite ? "inviteAdmin" : "inviteElsewhere")}
          </p>
        )}
      </div>
      <MemberTable
        peers={peers}
        revoked={mesh.revoked}
        allowed={allowed}
        onChanged={onChanged}
      />
      <Facts
        rows={[[
          text("meshName"),
          <span key="name" class="mono">{mesh.name}</span>,
        ]]}
      />
      {inviting.value
        ? <InvitationDialog onClose={() => inviting.value = false} />
        : null}
    </>
  );
}

function MemberTable(
  { peers, revoked, allowed, onChanged }: {
    readonly peers: readonly Peer[];
    readonly revoked: readonly string[];
    readonly allowed: boolean;
    readonly onChanged: () => void;
  },
): VNode {
  const action = useAction();
  async function revoke(peer: Peer): Promise<void> {
    const name = peerName(peer);
    const meant = await confirmed(text("revokeAsk", { name }), {
      detail: text("revokeHelp"),
      action: text("revoke"),
      danger: true,
    });
    if (!meant) return;
    const path = `/v1/peers/${encodeURIComponent(peer.peer)}/revocation`;
    const done = await action.run(
      () => change("POST", path, {}),
      text("revokedDone", { name }),
    );
    if (done !== undefined) onChanged();
  }
  return (
    <>
      {action.problem === undefined
        ? null
        : <ProblemPanel problem={action.problem} />}
      <Table<Peer>
        label={text("tab_members")}
        rows={peers}
        rowKey={({ peer }) => peer}
        columns={[{
          key: "name",
          title: text("name"),
          cell: (peer) => <strong>{peerName(peer)}</strong>,
        }, {
          key: "roles",
          title: text("roles"),
          cell: ({ roles }) => roleNames(roles),
          phone: false,
        }, {
          key: "peer",
          title: text("identity"),
          cell: ({ peer }) => (
            <span class="mono" title={peer}>{shortId(peer)}</span>
          ),
          phone: false,
        }, {
          key: "ends",
          title: text("certificate"),
          cell: (peer) => (
            <CertificateBadge
              peer={peer}
              revoked={revoked.includes(peer.peer)}
            />
          ),
          width: "minmax(9rem, 1fr)",
        }, {
          key: "until",
          title: text("until"),
          cell: ({ certificateEnds }) => formatInstant(certificateEnds),
          width: "minmax(9rem, 1fr)",
          phone: false,
        }, {
          key: "revoke",
          title: text("action"),
          cell: (peer) =>
            peer.self || !allowed || revoked.includes(peer.peer) ? "" : (
              <Button
                kind="danger"
                busy={action.busy}
                label={text("revokeOne", { name: peerName(peer) })}
                onClick={() => void revoke(peer)}
              >
                {text("revoke")}
              </Button>
            ),
          width: "minmax(7rem, auto)",
        }]}
      />
    </>
  );
}

function CertificateBadge(
  { peer, revoked }: { readonly peer: Peer; readonly revoked: boolean },
): VNode {
  if (revoked) return <Badge kind="bad">{text("revoked")}</Badge>;
  const words = certificateWords(peer.certificateEnds, Date.now());
  return <Badge kind={words.kind}>{words.text}</Badge>;
}
