/**
 * What `--help` says, for the program and its commands.
 *
 * @module
 */

/** What help there is. */
export type HelpTopic =
  | "panal"
  | "run"
  | "mesh"
  | "mesh init"
  | "mesh invite"
  | "mesh members"
  | "mesh revoke"
  | "mesh readmit"
  | "mesh reassign"
  | "mesh issuer"
  | "mesh authority"
  | "mesh accept"
  | "audit"
  | "audit verify"
  | "audit export";

const PANAL = `Panal: a mesh of equal nodes that sell, also while offline.

  deno task run ROLE [options]    run one node in the foreground
  deno task mesh COMMAND          make a mesh, invite to it, list and revoke its members
  deno task replay FILE           drive a file of real sales through running nodes
  deno task import                move in from the older branch software, or from a fleet-card company
  deno task export                write the state files of a fleet-card company
  deno task card                  pay with a fleet card at a station's pumps
  deno task company-admin         administer a company's account and fleet cards
  deno task charging-console      operate charging points: see what they do, stop and resume them
  deno task charging-point        be a charging point: a monitor and an engine
  deno task driver                be a driver: ask for charging points by Kafka
  deno task demo                  run a whole chain on this machine, to look at
  deno task backup                back a node up, also while it runs
  deno task move                  move a node to another machine, with its rights
  deno task restore               restore a backup into a new data folder
  deno task drill                 rehearse the day on which a disk dies
  deno task doctor                explain a data folder in plain words, and what helps
  deno task rebuild               make a node's views again from its documents
  deno task sink-check            compare a sink with the node that feeds it
  deno task audit                 verify what a data folder or a bundle holds, make a bundle
  deno task sim                   simulate whole meshes under faults

Each explains itself with --help. With Node alone, write "npx --yes deno@2.9.6 task" for "deno task".

To begin, start one branch and open the address that it prints:
  deno task run branch --site CUS

It makes a mesh of its own. To let a second branch in, invite it, and start it with the token that is printed:
  deno task mesh invite --data ./data/branch-CUS --role branch --site LIM
  deno task run branch --site LIM --http 127.0.0.1:8090 --surface inventory-branch=off --join TOKEN
`;

const RUN = `Run one node in the foreground, until Ctrl-C.

  deno task run ROLE [options]

ROLE is one of these, or several joined by +:
  branch      a shop: till page, inventory, sales             needs --site
  station     a fuel station                                  needs --site
  pump        a fuel pump                                     needs --site and --pump
  charging    a site of charging points                       needs --site
  region      a regional office                               needs --region
  company     a company whose cards are charged               needs --company
  office      a head office: every site; nothing waits for it

Who it is
  --site CODE             the site, 2 to 12 letters and digits, e.g. CUS
  --region ID             the region, e.g. 0
  --company ID[,ID…]      the companies, e.g. 42,43, or all
  --pump N                the pump, from 1 on
  --pump-name TEXT        role pump: the name under which it lists itself at its first start (Surtidor N)
  --flow-ml-per-second N  role pump: what flows while it dispenses (500)
  --timezone ZONE         of the site (America/Lima)
  --currency CODE         of the site (PEN)

Where it keeps everything
  --data DIR              the data folder (./data/<role>-<site, company or region>[-<pump>]); one node at a time

Other nodes
  --join TOKEN            the invitation to a mesh, needed once for a new data folder; without it, a new data folder
                          makes a mesh of its own
  --listen MULTIADDR      where to listen, repeatable (/ip4/0.0.0.0/tcp/0)
  --peer MULTIADDR        whom to dial, repeatable; nodes of the mesh on the local network find each other
  --no-mdns               do not look for nodes on the local network

People and programs
  --http HOST:PORT        native API and pages (127.0.0.1:8080; port 0 picks one)
  --tls-cert FILE, --tls-key FILE
                          serve them by HTTPS, with these PEM files
  --surface NAME=HOST:PORT
                          where a compatibility surface listens, repeatable; NAME=off switches it off, NAME=on takes
                          its default, HOST:A-B is a range of ports:
                            inventory-branch    role branch    127.0.0.1:8001
                            inventory-central   role office    127.0.0.1:8000
                            branch-sync         role branch    127.0.0.1:3002; role office: 127.0.0.1:3000
                            forecourt-station   role station   127.0.0.1:8001
                            forecourt-bridge    role station   127.0.0.1:4001, events for the station's page
                            forecourt-pumps     role station   127.0.0.1:6000, TCP
                            forecourt-udp       role station   127.0.0.1:6001, UDP
                            forecourt-prices    role station   127.0.0.1:5000 and 5001, TCP
                            forecourt-pump      role pump      127.0.0.1, port 8001 + N
                            forecourt-company   role office    off; 127.0.0.1:8000
                            charging            role charging  127.0.0.1:8000, TCP: charging points
                            charging-kafka      role charging  off; 127.0.0.1:9092, the Kafka broker that the node dials
                            charging-registry   role charging  off; 127.0.0.1:6000, HTTPS: credentials of points
                            charging-api        role charging  off; 127.0.0.1:5000, the page of original centrals
                            charging-ocpp       role charging  off; 127.0.0.1:9000, WebSocket: OCPP 1.6J, /ocpp/ID
                            fleet-card          role station   off; TCP, the ports of --fleet-station
                            fleet-udp           role station   off; UDP, the same ports: elections of pumps
                            fleet-quic          role station   off; UDP, those plus 100: expenses of pumps
                            fleet-region        role region    off; 127.0.0.1:30001-30016, a port a province, TCP
                            fleet-company       role company   off; 127.0.0.1:60000, TCP
  --charging-connections N
                          most connections at a port of the surface charging (8192)
  --charging-gone S       a transaction whose charger (OCPP) is away for S seconds, 0 to 604800, is closed with the energy
                          told last (86400; 0: it never is)
  --charging-open         charging-registry and charging-api ask nobody who he is, and may then listen beyond loopback
  --charging-reservation S  a reservation that is not used ends after S seconds, 0 to 86400 (0: it never does)
  --charging-stale S      a supply of which nothing is heard for S seconds, 10 to 86400, is closed (60)
  --ocpp-points WHO       chargers that may connect at charging-ocpp without a password: any, known (to the site), or
                          password (none); without it, any of this machine and none of others
  --ocpp-heartbeat S      how often they send a sign of life, 5 to 86400 seconds (300)
  --allow-origin ORIGIN   pages of this origin may use branch-sync and the forecourt's surfaces in a browser, repeatable;
                          those of the original programs and of this machine may anyway
  --notify URL            role branch: tell an original central of every sale, e.g. http://127.0.0.1:8000
  --branch-id TEXT        role branch: the id that it gives there (site and five digits)
  --dial NAME=URL         an original program to serve as a client, repeatable; inventory-central=URL is --notify URL:
                            branch-sync         role branch    http://HOST:3000: an original central; each sale is sent
                                                               until it is acknowledged, by the schedule or on demand
                            branch-sync         role office    http://HOST:3001: an original branch; what it never sends
                                                               is read after each day or on demand
                            forecourt-pumps     role pump      tcp://HOST:6000?udp=6001&rest=8001: the station that it
                                                               serves; udp for fast reports, rest to ask it what it has
                            fleet-company       role region    127.0.0.1:60000: an original company keeps the accounts of
                                                               what stations ask for at fleet-region
                            fleet-region        role station   127.0.0.1: original regional offices, at 30001 and on,
                                                               decide what cards ask for at fleet-card

Pumps that dial a station
  --no-auto-register-pumps
                          refuse pumps that are not listed; without it, a pump that registers is listed
  --immediate-prices      send new prices at once, also to a pump that is dispensing; without it, they wait
  --paused-hold-seconds N new prices wait so long for a paused pump that is silent; 0 waits for ever (600)
  --pump-idle-seconds N   a pump that is silent for so long is disconnected, 65 or more (90)
  --check-udp-address     take datagrams of a pump only from the address of its TCP connection

Fleet cards at a station
  --fleet-province P      province of the fleet-card programs, 0 to 15
  --fleet-station S       the station's number there, 0 to 99; --surface fleet-card=on then serves cards
  --fleet-pumps N         pumps, 1 to 10 (1); cards find them at 127.0.0.1, ports 10000 + 1000 P + 10 S and on
  --fleet-price N         price of a liter in whole units (1606)

Fleet cards at a company
  --fleet-offices A-B     original regional offices on this machine that --surface fleet-company=on dials: their ports in
                          the order of their provinces (30001-30016), or off

Branches of the older branch software: an object "branch-sync" in the settings file
  senders                 who may send, [{"site":"ABA","address":"192.168.1.30"}]; address may be a network, "site":"*"
                          stands for every branch, "key" is asked for as x-sucursal-key. Without a list, this machine and
                          private networks may
  branches                {"ABA":{"name":"Abancay","city":"Abancay","fechaVentaZ":"pared","pull":"http://HOST:3001"}}:
                          fechaVentaZ is utc where its times are; pull reads there what it never sent
  schedule                when an original central is told, {"at":"23:00","everyMinutes":null}
  targets                 {"codes":{"ABA":"ABA"},"users":{"417":2},"user":1,"gzip":false}: our sites and users by the
                          codes and numbers that the central knows
  central, maxBodyBytes   whether it takes other branches' messages (role office), and their longest (16777216)

Whoever watches it: GET /metrics at --http, for programs on this machine without sign-in
  --metrics-token-file FILE
                          lets programs elsewhere read them too, with the token in this file as "Authorization: Bearer"
  --no-metrics            measure nothing
  --otlp URL              send a trace of each request to this collector, e.g. http://127.0.0.1:4318

Other engines that it feeds
  --sink URL              another engine that gets every fact and the views, repeatable; nothing waits for it:
                            postgres://USER@HOST:PORT/DATABASE   PostgreSQL and what speaks its protocol
                            kafka://HOST:PORT[,HOST:PORT]/PREFIX a topic for each kind of fact
                          a password stands in PANAL_SINK_PASSWORD, or where ?password-env=NAME or
                          ?password-file=FILE says; more behind ?: sslmode=disable|prefer|require|verify-full, copy=off

Logs, which go to standard error
  --log-format text|json  (text)
  --log-level LEVEL       debug, info, warn or error (info)

Settings elsewhere
  --config FILE           JSON whose keys are the options without dashes: {"role":"branch","site":"CUS","no-mdns":true,
                          "surface":{"inventory-branch":"127.0.0.1:8011"}}
  PANAL_SITE and so on    environment variables named as the options; lists are separated by commas. An option wins
                          over a variable, which wins over the file. CENTRAL_API_URL and BRANCH_ID are read too,
                          and at a pump ID_SURTIDOR, NOMBRE_SURTIDOR, ESTACION_HOST, ESTACION_TCP_PORT (or
                          ESTACION_PORT) and ESTACION_UDP_PORT

When everything listens, one line of JSON goes to standard output. Exit code: 0 after Ctrl-C or SIGTERM, 2 for a bad
option, a taken port, or a data folder that is in use or damaged.

Examples
  deno task run branch --site CUS
  deno task run office --http 127.0.0.1:8090 --join TOKEN
  deno task run branch+office --site LIM --data /var/lib/panal --listen /ip4/0.0.0.0/tcp/4001
`;

const MESH = `Make a mesh, invite to it, list and revoke its members.

  deno task mesh init --data DIR [--role ROLE] [--site CODE]
                          make a mesh whose root key lies in DIR
  deno task mesh invite --data DIR --role ROLE [--site CODE[,CODE…]] [--region ID] [--company ID[,ID…]] [--days N]
                          print an invitation
  deno task mesh members --data DIR [--json]
                          list the members that the node of DIR knows
  deno task mesh revoke --data DIR --peer PEER
                          end a member's membership
  deno task mesh readmit --data DIR --peer PEER
                          let what a revoked member had written count after all
  deno task mesh reassign --data DIR --peer PEER --to PEER
                          give the rights of a member that is lost to another
  deno task mesh issuer --data DIR --company ID --peer PEER
                          say who makes a company's accounts and limits
  deno task mesh authority --data DIR --peer PEER
                          make a member an authority, with the root key
  deno task mesh accept --data DIR --text TEXT
                          be that authority

Each explains itself with --help. A node started on a new folder without an invitation makes a mesh by itself, so init
is needed only to make one before the first start. invite, members, revoke, readmit, reassign and issuer also work
while a node runs on DIR.

Exit code: 0, or 2 with one line on standard error.
`;

const MESH_INIT = `Make a mesh whose root key lies in a data folder.

  deno task mesh init --data DIR [--role ROLE] [--site CODE]

  --data DIR              the data folder; it is made if it is not there
  --role ROLE             what the node of this folder will be, e.g. office or branch+office (office)
  --site CODE             its site

Copy DIR/root.key to a safe place. The node itself does not need it: it invites with a key that the root key signed.
Prints the mesh's name and the node's peer id.

Example
  deno task mesh init --data ./data/office
`;

const MESH_INVITE = `Print an invitation to a mesh.

  deno task mesh invite --data DIR --role ROLE [options]

  --data DIR              the data folder of the node that made the mesh; it may be running
  --role ROLE             what the new node will be: branch, station, pump, charging, region, company or office, or
                          several joined by +
  --site CODE[,CODE…]     its site (branch, station, pump, charging), or the sites of a region
  --region ID             its region (role region)
  --company ID[,ID…]      its companies (role company), or all
  --days N                until when it can be used, 1 to 365 days from now (7)

The token alone goes to standard output. It lets one node in, once: hand it over as you would a key. The new node needs
to reach the inviting one when it first starts, and it gets a certificate for a year.

Examples
  deno task mesh invite --data ./data/office --role branch --site CUS
  deno task mesh invite --data ./data/office --role region --region 0 --site E03,E04
`;

const MESH_MEMBERS =
  `List the members of a mesh, as the node of a data folder knows them.

  deno task mesh members --data DIR [--json]

  --data DIR              the data folder; its node may be running
  --json                  one line of JSON: a list of {"peer","site","roles","certificateEnds","self","revoked"}
`;

const MESH_REVOKE = `Revoke a member of a mesh.

  deno task mesh revoke --data DIR --peer PEER

  --data DIR              the data folder of the node that let the member in; it may be running. With the mesh's
                          root.key in it, any member can be revoked, also one that lets others in
  --peer PEER             the member's peer id, as mesh members lists it

The member's logs end where this node has them now: what it wrote later, and logs that are not known here, count
nowhere. Its links end, and nobody admits it again. The statement is written by the node of DIR within a second or as
soon as it runs.
`;

const MESH_REASSIGN =
  `Give the rights of a member that is lost to another, so that what it held can be sold again.

  deno task mesh reassign --data DIR --peer PEER --to PEER

  --data DIR              the data folder of the node that let the lost member in; it may be running. With the mesh's
                          root.key in it, those of any member can be reassigned
  --peer PEER             the lost member's peer id, as mesh members lists it
  --to PEER               the member that gets its rights; it must sell where the lost one did. The same peer id gives
                          what the old logs of a restored member held to its newest: start it and let it link first

The lost member's logs that hold rights end where this node has them now, so let a node that heard of it last do this. If
the member was alive, what it sold later counts nowhere and is listed (set_aside, beyond_cut), and it goes on in a new
log without rights: nothing is there twice.
`;

const MESH_ISSUER =
  `Say which member makes a company's accounts, cards and limits.

  deno task mesh issuer --data DIR --company ID --peer PEER

  --data DIR              the data folder of the node that let the member in; it may be running
  --company ID            the company's id, 1 to 10 digits
  --peer PEER             the member's peer id, as mesh members lists it; it must have written there before

From then on nobody else makes rights of that company. Without such a statement every office and every node of the
company may.
`;

const MESH_AUTHORITY = `Make a member an authority: it may let others in.

  deno task mesh authority --data DIR --peer PEER

  --data DIR              a data folder with the mesh's root.key; stop its node first
  --peer PEER             the member's peer id, as mesh members lists it

Prints a text for mesh accept on the member's own folder. It is no secret: only that member can use it. So authorities
are made, and replaced, while root.key lies in a safe place; put it back into a folder for as long as this takes.
`;

const MESH_ACCEPT =
  `Make the node of a data folder the authority that a text says it is.

  deno task mesh accept --data DIR --text TEXT

  --data DIR              the data folder of the member that mesh authority named; stop its node first
  --text TEXT             what mesh authority printed

The node keeps its rights, invites others, and renews the certificates of members that it is linked with.
`;

const MESH_READMIT = `Let what a revoked member had written count after all.

  deno task mesh readmit --data DIR --peer PEER

  --data DIR              the data folder of the node that revoked it; it may be running
  --peer PEER             the member's peer id

All that this node has of the member's logs counts again. The member itself stays out: invite it anew, with a new data
folder.
`;

const AUDIT = `Verify a node's history, or hand it to somebody who can.

  deno task audit verify --data DIR [--views]
  deno task audit verify --bundle FILE [--root KEY]
                          verify every commit of a data folder, or of a bundle, offline
  deno task audit export --data DIR --site CODE [--from DATE] [--to DATE] --out FILE
                          make a bundle that anybody can verify without a node

Each explains itself with --help. Stop the node of DIR first.
`;

const AUDIT_VERIFY =
  `Verify every commit of a data folder, or of a bundle, offline.

  deno task audit verify --data DIR [--views]
  deno task audit verify --bundle FILE [--root KEY]

  --data DIR              the data folder; stop its node first
  --views                 also make the views again and compare them; they are left as they are
  --bundle FILE           a bundle that audit export made
  --root KEY              the mesh's root key that the bundle must be of, 64 digits as verify prints it

Checks certificates, hashes, the chain of each log, its signed heads, and that every stored document is what the log's
commits made it. Where old bodies are gone, the checkpoints are followed back by their hashes. Progress goes to standard
error. A wrong log is named with its first wrong commit:

  wrong: log 3f…c1, commit 17: its hash is not the one that vouches for it

Exit code: 0 if everything verifies, 1 if something is wrong, 2 with one line on standard error if there is nothing to
verify.
`;

const AUDIT_EXPORT =
  `Make a bundle of a site's history that anybody can verify without a node.

  deno task audit export --data DIR --site CODE [--from DATE] [--to DATE] --out FILE

  --data DIR              the data folder of a node that reads the site; stop its node first
  --site CODE             the site
  --from DATE, --to DATE  first and last day, YYYY-MM-DD, by the commits' own time in UTC (everything)
  --out FILE              the file to make; one that is there is left alone

The bundle holds the commits of those days with what proves them: certificates, signed heads, the checkpoints before.
The node signs that this is all it has of the site. Whoever verifies it compares the root key with that of the mesh.

Example
  deno task audit export --data ./data/office --site CUS --from 2026-11-01 --to 2026-11-30 --out cus-november.bundle
  deno task audit verify --bundle cus-november.bundle
`;

const TEXTS: Readonly<Record<HelpTopic, string>> = {
  "panal": PANAL,
  "run": RUN,
  "mesh": MESH,
  "mesh init": MESH_INIT,
  "mesh invite": MESH_INVITE,
  "mesh members": MESH_MEMBERS,
  "mesh revoke": MESH_REVOKE,
  "mesh readmit": MESH_READMIT,
  "mesh reassign": MESH_REASSIGN,
  "mesh issuer": MESH_ISSUER,
  "mesh authority": MESH_AUTHORITY,
  "mesh accept": MESH_ACCEPT,
  "audit": AUDIT,
  "audit verify": AUDIT_VERIFY,
  "audit export": AUDIT_EXPORT,
};

/**
 * The help text of a command.
 *
 * @param topic The command; `panal` for the program.
 * @returns Lines of text, with a line break at the end.
 *
 * @example Usage
 * ```ts
 * import { match } from "node:assert/strict";
 *
 * match(helpText("run"), /--site CODE/);
 * ```
 */
export function helpText(topic: HelpTopic): string {
  return TEXTS[topic];
}
