import type { FileToCopy, RealHost } from "../../../harness/model/facts.ts";

/** chasquid's configuration: a folder for each host, as each has a process of its own. */

export const folders = "/etc/chasquid/hosts";
export const data = "/var/lib/chasquid";

/** Its output becomes header fields of the message, and is logged. */
const canaryHook = `#!/bin/sh
exec sed -n '1,/^$/s/^x-danelab-canary: */X-Danelab-Canary-Seen: /Ip'
`;

/** The first is shown to clients that ask for no name that another has. */
function certificateFiles(folder: string, { certificate, sni }: RealHost): readonly FileToCopy[] {
  const all = [certificate, ...Object.values(sni)].flatMap(({ key, chain, further = [] }) => [
    { key, chain },
    ...further,
  ]);
  return all.flatMap(({ key, chain }, index) => {
    const path = `${folder}/certs/${String(index).padStart(2, "0")}`;
    return [
      { path: `${path}/fullchain.pem`, content: chain },
      { path: `${path}/privkey.pem`, content: key, mode: 0o600 },
    ];
  });
}

function hostFiles(host: RealHost): readonly FileToCopy[] {
  const { name, recipient, port } = host;
  const folder = `${folders}/${port}`;
  return [
    {
      path: `${folder}/chasquid.conf`,
      content: `hostname: "${name}"
smtp_address: "127.0.0.1:${port}"
data_dir: "${data}/${port}"
mail_log_path: "<stderr>"
`,
    },
    { path: `${folder}/hooks/post-data`, content: canaryHook, mode: 0o755 },
    // All mail is accepted, and goes nowhere.
    ...[name, recipient].map((local) => ({
      path: `${folder}/domains/${local}/aliases`,
      content: "*: | true\n",
    })),
    ...certificateFiles(folder, host),
  ];
}

export function configurationFiles(hosts: readonly RealHost[]): readonly FileToCopy[] {
  return hosts.flatMap(hostFiles);
}
