import type { HookConfig, Variables } from '../recipe/config.ts';
import type { AnswerValue, ConfigRequest } from './action.ts';

/** Puts one request to the engine and waits for the answer; a refusal is thrown. */
export type Ask = (request: ConfigRequest) => AnswerValue;

/** The configuration as hooks see it: every access goes through `ask` to the engine, which records it. */
export function hookConfig(ask: Ask, onRead: (name: 'BOARD' | 'PRODUCT', value: string) => void): HookConfig {
  const tracked = (name: 'BOARD' | 'PRODUCT', request: 'board' | 'product'): string => {
    const value = String(ask({ ask: request }));
    onRead(name, value);
    return value;
  };
  const optional = (value: AnswerValue) => (value === null ? undefined : String(value));
  return {
    get board() {
      return tracked('BOARD', 'board');
    },
    get product() {
      return tracked('PRODUCT', 'product');
    },
    toolchain: hookVariables('TOOLCHAIN', ask),
    variables: (file) => hookVariables(file, ask),
    list: (file) => ask({ ask: 'list', file }) as readonly string[],
    has: (file) => ask({ ask: 'has', file }) === true,
    text: (file) => optional(ask({ ask: 'text', file })),
    copies: (file) => ask({ ask: 'copies', file }) as readonly string[],
    merge: (file) => String(ask({ ask: 'merge', file }) ?? ''),
    override: (file) => optional(ask({ ask: 'override', file })),
    refuse: (file, name, problem, hint) => refuse(ask, { a: 'word', file, name, problem, hint }),
  };
}

function refuse(ask: Ask, refusal: Omit<Extract<ConfigRequest, { ask: 'refuse' }>, 'ask'>): never {
  ask({ ask: 'refuse', ...refusal });
  // The answer to that is the Failure, with its place.
  throw new Error(refusal.problem);
}

function hookVariables(file: string, ask: Ask): Variables {
  return {
    text: (name, fallback) =>
      String(ask({ ask: 'variable', file, name, as: 'text', ...(fallback !== undefined && { fallback }) })),
    flag: (name) => ask({ ask: 'variable', file, name, as: 'flag' }) === true,
    list: (name) => ask({ ask: 'variable', file, name, as: 'list' }) as readonly string[],
    refuse(name, problem, hint) {
      return refuse(ask, { a: 'variable', file, name, problem, hint });
    },
  };
}
