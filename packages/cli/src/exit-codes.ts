/** How every command ends; scripts rely on these. */
export const exitCodes = {
  ok: 0,
  /** The run did not succeed, the check found errors, or the server refused the request. */
  failed: 1,
  /** The command line itself is wrong: nothing was asked of a server. */
  usage: 2,
  /** No server answers at the address, or none is known. */
  unreachable: 3,
  /** Ctrl-C, as shells number it. */
  interrupted: 130,
} as const;

export type ExitCode = number;
