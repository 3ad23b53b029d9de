export { compareVersions, greatestVersion } from '../base/version.ts';
export {
  autotools,
  configure,
  type Flags,
  make as runMake,
  makeInstall,
} from './autotools.ts';
export { cmake } from './cmake.ts';
export type * from './config.ts';
export type * from './context.ts';
export {
  type KconfigValue,
  type KconfigValues,
  kconfig,
  m,
} from './kconfig.ts';
export { make } from './make.ts';
export { meson } from './meson.ts';
export type * from './recipe.ts';
export { recipe } from './recipe.ts';
