import { autotools } from '#mk';

export default autotools({
  version: '2.11',
  url: (v) => `https://github.com/scop/bash-completion/releases/download/${v}/bash-completion-${v}.tar.xz`,
  sha256: '73a8894bad94dee83ab468fa09f628daffd567e8bef1a24277f1e9a0daf911ac',
  alternatives: [
    {
      file: 'bash-completion_2.11.orig.tar.gz',
      sha256: '16adefabf43ec8ffb473704f5724d775c2f47e9f750d7d608f0251ec21fe8813',
    },
  ],
  license: 'GPL-2.0-or-later',
  update: { from: 'github', repo: 'scop/bash-completion', of: 'releases' },
  runDepends: ['bash'],
  programs: ['autoreconf', 'automake'],

  async prepare({ applyPatches, run }) {
    await applyPatches();
    await run`autoreconf --force --install`;
  },
});
