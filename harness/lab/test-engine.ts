import { getContainerRuntimeClient } from "testcontainers";

/** What the real engine has that carries a label, looked at past the harness's own interface to it. */
export interface Found {
  readonly containers: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly privileged: boolean;
    /** Added to the engine's own, and taken from them. */
    readonly capabilities: { readonly added: readonly string[]; readonly dropped: readonly string[] };
  }[];
  readonly networks: readonly { readonly name: string; readonly internal: boolean }[];
}

/** `label`: "danelab.run=0a1b2c" */
export async function engineHas(label: string): Promise<Found> {
  const docker = (await getContainerRuntimeClient()).container.dockerode;
  const filters = { label: [label] };
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]);
  return {
    containers: await Promise.all(
      containers.map(async ({ Id, Names, Labels }) => {
        const { HostConfig } = await docker.getContainer(Id).inspect();
        const { Privileged: privileged = false, CapAdd, CapDrop } = HostConfig;
        const capabilities = { added: CapAdd ?? [], dropped: CapDrop ?? [] };
        return { name: Names[0] ?? Id, labels: Labels, privileged, capabilities };
      }),
    ),
    networks: await Promise.all(
      networks.map(async ({ Id }) => {
        const { Name, Internal } = await docker.getNetwork(Id).inspect();
        return { name: Name, internal: Internal };
      }),
    ),
  };
}

export const nothing: Found = { containers: [], networks: [] };
