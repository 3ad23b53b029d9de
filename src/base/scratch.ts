/** What editors leave beside a file while it is edited: `x~`, `#x#`, `.#x`, `.x.swp` and vim's trial file. */
const scratchName = /~$|^\.?#|^\..*\.sw[a-z]$|^4913$/;

/** Whether a path has a part that is none of its author's. */
export const isScratch = (path: string): boolean => path.split('/').some((name) => scratchName.test(name));
