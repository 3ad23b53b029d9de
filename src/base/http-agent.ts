import type { Dispatcher } from 'undici';

const connectionsPerHost = 4;

const agents = new Map<string, Promise<Dispatcher>>();

/**
 * What opens connections, at most four to a host, each within `connect` milliseconds; more requests wait. Proxies come
 * from HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, also in lower case. Agents are kept, so that connections are.
 */
export function agentFor(connect: number): Promise<Dispatcher> {
  const proxies = { httpProxy: proxyFor('http:') ?? '', httpsProxy: proxyFor('https:') ?? '' };
  const key = JSON.stringify([connect, proxies]);
  const make = async (): Promise<Dispatcher> => {
    const { EnvHttpProxyAgent } = await import('./undici.ts');
    const connecting = { connect: { timeout: connect }, connectTimeout: connect, connections: connectionsPerHost };
    return new EnvHttpProxyAgent({ ...connecting, keepAliveTimeout: 1000, ...proxies });
  };
  const agent = agents.get(key) ?? make();
  agents.set(key, agent);
  return agent;
}

/** The proxy that the environment names for addresses of this protocol; without "http://" a word means that, too. */
export function proxyFor(protocol: string): string | undefined {
  const names = protocol === 'https:' ? ['https_proxy', 'all_proxy'] : ['http_proxy', 'all_proxy'];
  const word = names.flatMap((name) => [process.env[name], process.env[name.toUpperCase()]]).find(Boolean);
  return word === undefined || word.includes('://') ? word : `http://${word}`;
}
