/**
 * Drawers of before, here and at the site's other tills.
 *
 * @module
 */
import type { VNode } from "preact";
import { formatAmount, formatDate } from "../base/format.ts";
import { query, setQuery } from "../base/location.ts";
import { useResource } from "../base/resource.ts";
import { Dialog } from "../parts/dialog.tsx";
import { List } from "../parts/list.tsx";
import { Badge } from "../parts/page.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { When } from "../parts/when.tsx";
import type { CashSession } from "../wire_types.ts";
import { Difference, DrawerDetails } from "./drawer_details.tsx";
import { sellerName, text } from "./sale_texts.ts";

/** Drawers, newest first. */
export function DrawerHistory(): VNode {
  const shown = query.value.get("session") ?? "";
  const cash = ({ differences }: CashSession) =>
    differences?.find(({ method }) => method === "cash")?.amount;
  return (
    <>
      <List<CashSession>
        label={text("tabHistory")}
        path="/v1/cash-sessions"
        views={["cash_sessions"]}
        rowKey={({ id }) => id}
        onOpen={({ id }) => setQuery({ session: id })}
        exportAs={text("drawersFile")}
        empty={<Empty title={text("noDrawers")} icon="till" />}
        columns={[
          {
            key: "opened",
            title: text("openedAt"),
            cell: ({ openedAt }) => <When at={openedAt} />,
            csv: ({ openedAt }) => openedAt,
            width: "minmax(10rem, 1fr)",
          },
          {
            key: "till",
            title: text("till"),
            cell: ({ till }) => till,
            csv: ({ till }) => till,
          },
          {
            key: "date",
            title: text("date"),
            cell: ({ date }) => formatDate(date),
            csv: ({ date }) => date,
            phone: false,
          },
          {
            key: "by",
            title: text("openedBy"),
            cell: ({ openedBy }) => sellerName(openedBy),
            csv: ({ openedBy }) => sellerName(openedBy),
            phone: false,
          },
          {
            key: "float",
            title: text("float"),
            cell: ({ float }) => formatAmount(float),
            csv: ({ float }) => float.amount,
            align: "end",
            phone: false,
          },
          {
            key: "state",
            title: text("state"),
            cell: (session) =>
              session.closedAt === null
                ? <Badge kind="info">{text("isOpen")}</Badge>
                : <Difference amount={cash(session)} />,
            csv: (session) =>
              session.closedAt === null ? "open" : cash(session)?.amount ?? "",
            width: "minmax(9rem, 1fr)",
          },
        ]}
      />
      {shown === "" ? null : <SessionDialog key={shown} id={shown} />}
    </>
  );
}

function SessionDialog({ id }: { readonly id: string }): VNode {
  const session = useResource<CashSession>(
    `/v1/cash-sessions/${encodeURIComponent(id)}`,
    { views: ["cash_sessions"] },
  );
  return (
    <Dialog
      side
      title={text("drawerOf", { till: session.value?.till ?? "" })}
      onClose={() => setQuery({ session: undefined })}
    >
      <Loaded resource={session}>
        {(value) => <DrawerDetails session={value} />}
      </Loaded>
    </Dialog>
  );
}
