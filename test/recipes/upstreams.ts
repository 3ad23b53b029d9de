import { base } from './upstreams/base.ts';
import { gnu } from './upstreams/gnu.ts';
import { libraries } from './upstreams/libraries.ts';
import { network } from './upstreams/network.ts';
import type { Recorded } from './upstreams/recorded.ts';
import { toolchain } from './upstreams/toolchain.ts';

/** By package; every recipe with an upstream has an entry, or the guard fails. */
export const upstreams: Readonly<Record<string, Recorded>> = {
  ...base,
  ...gnu,
  ...libraries,
  ...network,
  ...toolchain,
};
