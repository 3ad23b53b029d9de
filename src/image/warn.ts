/** Tells the user, beside the log, of something that is no error: the engine listens to this process's warnings. */
export const warn = (message: string): void => process.emitWarning(message, 'MkWarning');
