/** The object without its undefined members: a program is plain JSON. */
export function without<Members extends object>(members: Members): Members {
  const kept = { ...members };
  for (const key of Object.keys(kept) as (keyof Members)[]) if (kept[key] === undefined) delete kept[key];
  return kept;
}
