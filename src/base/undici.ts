/** undici by itself: a module that is imported only when something is fetched, because loading it takes long. */
export { EnvHttpProxyAgent, request } from 'undici';
