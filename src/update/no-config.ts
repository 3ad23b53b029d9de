import type { Config, Variables } from '../recipe/config.ts';

const refuse = (problem: string): never => {
  throw new Error(problem);
};

const noVariables: Variables = {
  text: (_name, fallback = '') => fallback,
  flag: () => false,
  list: () => [],
  refuse: (_name, problem) => refuse(problem),
};

/** Recipes are asked for their upstream without any board: what they would read is absent. */
export const noConfig: Config = {
  board: '',
  product: '',
  toolchain: noVariables,
  variables: () => noVariables,
  list: () => [],
  has: () => false,
  text: () => undefined,
  merge: () => '',
  copies: () => [],
  refuse: (_file, _word, problem) => refuse(problem),
};
