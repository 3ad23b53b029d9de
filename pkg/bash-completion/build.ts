import { recipe } from '#mk';

const shared = 'share/bash-completion';

export default recipe({
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

  async deploy({ sourceDir, deployDir, install, remove, run, write }) {
    for (const name of ['bash_completion', 'completions', 'helpers'])
      await install(`${sourceDir}/${name}`, `${shared}/`);
    // The list of commands that share a script is in a makefile that needs no configuring.
    const link = `${sourceDir}/setup-symlinks.sh ${deployDir}/${shared}/completions`;
    await run`make -C ${sourceDir}/completions -f Makefile.am symlinks ss=${link}`;
    await remove(`${shared}/*/Makefile.*`);
    const start = `/${shared}/bash_completion`;
    await write(`${deployDir}/etc/profile.d/bash_completion.sh`, `[ -z "$BASH_VERSION" ] || . ${start}\n`);
  },
});
