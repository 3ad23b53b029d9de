/** How bad it is when a check finds something: an error keeps nothing of the package, a warning is told. */
export type Level = 'error' | 'warning';

/**
 * Raised when a check of deploy trees begins to find something that it did not find: what was kept before has not stood
 * it. A part of every key. The checks of whole images are a part of the recipes that make images.
 */
export const checksVersion = 2;

/** Every check of what packages install, and of images made from them. */
export const outputChecks = {
  'wrong-machine': 'error',
  'program-loader': 'error',
  'library-path': 'error',
  'stray-library-path': 'warning',
  'text-relocation': 'error',
  'executable-stack': 'error',
  'build-path': 'warning',
  'host-name': 'error',
  'dangling-link': 'warning',
  'escaping-link': 'error',
  'undeclared-setuid': 'error',
  litter: 'warning',
  'missing-library': 'error',
  'missing-interpreter': 'warning',
  'shared-path': 'warning',
  'default-password': 'warning',
} as const satisfies Readonly<Record<string, Level>>;

/** Of these a package's own tree tells nothing: they look at whole images. */
export const imageChecks = [
  'missing-library',
  'missing-interpreter',
  'dangling-link',
  'shared-path',
  'default-password',
] as const satisfies readonly (keyof typeof outputChecks)[];

export type CheckName = keyof typeof outputChecks;

/** The checks that a package need not stand, each with the reason. */
export type Accepted = Readonly<Partial<Record<CheckName, string>>>;

/** What a check has found at one path. */
export interface Finding {
  readonly check: CheckName;
  /** Relative to the root of the tree or image. */
  readonly path: string;
  /** What is wrong there, as the rest of a sentence that begins with the path. */
  readonly message: string;
}

/** What to do when a check finds something. */
export const remedies: Readonly<Record<CheckName, string>> = {
  'wrong-machine': 'have it compiled by the compiler of the target, or remove it in deploy',
  'program-loader': 'link it with the compiler of the target and without options that name a loader',
  'library-path': 'configure without rpath, or remove it in deploy',
  'stray-library-path': 'configure without rpath, or install its libraries in /lib or below it',
  'text-relocation': 'compile its objects with -fPIC, its assembler sources too',
  'executable-stack': "add `.section .note.GNU-stack` to its assembler sources, or link with '-Wl,-z,noexecstack'",
  'build-path': 'keep the path out of what it prints or installs, or leave the file out in deploy',
  'host-name': 'keep the name of the build machine out: pass a fixed one to its configure',
  'dangling-link': 'remove the link in deploy, or name the package that has the file in `runDepends`',
  'escaping-link': 'make the link relative, or absolute as seen from the root of the target',
  'undeclared-setuid': 'declare the mode in `permissions`, or clear the bit in deploy',
  litter: 'remove it in deploy',
  'missing-library': 'add the package that has it to `depends`, or to `runDepends`',
  'missing-interpreter': 'add the package that has it to `runDepends`, or leave the script out in deploy',
  'shared-path': 'leave it out of one of them, in its deploy hook',
  'default-password': 'set another password on every device, or none that works',
};
