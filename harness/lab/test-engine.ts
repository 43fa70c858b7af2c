import { getContainerRuntimeClient } from "testcontainers";

/** What the real engine has that carries a label, looked at past the harness's own interface to it. */
export interface Found {
  readonly containers: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly capabilities: readonly string[];
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
        return { name: Names[0] ?? Id, labels: Labels, capabilities: HostConfig.CapAdd ?? [] };
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
