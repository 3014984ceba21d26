import type { ReactElement } from "react";

/** A mainspring: the coil that drives the watch. */
export function Mark({ size }: { size: number }): ReactElement {
  return (
    <svg
      className="mark"
      width={size}
      height={size}
      viewBox="0 0 32 32"
      fill="none"
      aria-hidden="true"
      focusable="false"
    >
      <path
        d="M16 16a2.5 2.5 0 0 1 2.6 2.4c0 2.4-2.1 4-4.4 4-3.4 0-6-2.800-6-6.300 0-4.700 3.700-8.400 8.300-8.400 5.700 0 9.700 4.500 9.700 9.800 0 3.400-1.300 6.400-3.600 8.700"
        stroke="currentColor"
        strokeWidth="2.8"
        strokeLinecap="round"
      />
      <circle cx="16" cy="16" r="2.6" fill="currentColor" />
    </svg>
  );
}
