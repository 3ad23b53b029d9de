import type { HookConfig, Variables } from '../recipe/config.ts';
import { ask } from './channel.ts';

/** The configuration as hooks see it: every access goes to the engine, which records it. */
export function hookConfig(onRead: (name: 'BOARD' | 'PRODUCT', value: string) => void): HookConfig {
  const tracked = (name: 'BOARD' | 'PRODUCT', request: 'board' | 'product'): string => {
    const value = String(ask({ ask: request }));
    onRead(name, value);
    return value;
  };
  const optional = (value: ReturnType<typeof ask>) => (value === null ? undefined : String(value));
  return {
    get board() {
      return tracked('BOARD', 'board');
    },
    get product() {
      return tracked('PRODUCT', 'product');
    },
    toolchain: hookVariables('TOOLCHAIN'),
    variables: hookVariables,
    list: (file) => ask({ ask: 'list', file }) as readonly string[],
    has: (file) => ask({ ask: 'has', file }) === true,
    text: (file) => optional(ask({ ask: 'text', file })),
    copies: (file) => ask({ ask: 'copies', file }) as readonly string[],
    merge: (file) => String(ask({ ask: 'merge', file }) ?? ''),
    override: (file) => optional(ask({ ask: 'override', file })),
  };
}

function hookVariables(file: string): Variables {
  return {
    text: (name, fallback) =>
      String(ask({ ask: 'variable', file, name, as: 'text', ...(fallback !== undefined && { fallback }) })),
    flag: (name) => ask({ ask: 'variable', file, name, as: 'flag' }) === true,
    list: (name) => ask({ ask: 'variable', file, name, as: 'list' }) as readonly string[],
  };
}
