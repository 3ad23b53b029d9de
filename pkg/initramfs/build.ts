import { recipe } from '#mk';
import { characterDevice, directory, linkedContents, rootfsEntries, sourceFile, writeCpio } from '#mk/image';

/** The first root file system, in memory: what is needed to find the real one. */
export default recipe({
  license: 'MIT',
  contains: ['busybox'],
  strip: false,

  async deploy({ contents, deployDir, recipeDir, run }) {
    const entries = rootfsEntries(linkedContents(contents), {
      add: [
        sourceFile('init', `${recipeDir}/init`, 0o755),
        ...['mnt/boot', 'mnt/overlay', 'mnt/system', 'proc', 'sys', 'tmp'].map((path) => directory(path)),
        // The kernel opens it before anything is mounted.
        characterDevice('dev/console', 5, 1),
      ],
    });
    await run`mkdir -p ${deployDir}/boot`;
    await writeCpio(entries, `${deployDir}/boot/initramfs.cpio.gz`);
  },
});
