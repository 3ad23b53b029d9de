import { recipe } from '#mk';

/** What a package names to be compiled for the target: the board's TOOLCHAINPKG says what that is. */
export default recipe(({ toolchain }) => ({
  depends: [toolchain.text('TOOLCHAINPKG', 'toolchain-musl')],
}));
