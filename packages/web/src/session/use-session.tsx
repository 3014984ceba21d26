import { roleSuffices, type Client, type TenantRole } from "@mainspring/api";
import { createContext, useContext } from "react";
import type { SessionStore } from "./session.ts";

/** Who one is signed in as. */
export interface Identity {
  readonly keyId: string;
  readonly keyName: string;
  /** Tasks that are assigned to one of them are this key's too. */
  readonly groups: readonly string[];
  readonly role: TenantRole;
  readonly tenant: string;
}

export interface SignedIn {
  readonly client: Client;
  readonly identity: Identity;
  /** Of this tab, for whoever uses more than one. */
  readonly session: Pick<SessionStore, "others" | "switchTo">;
  readonly signOut: () => void;
}

export const SignedInContext = createContext<SignedIn | undefined>(undefined);

/** The client and identity of the signed-in part of the application. */
export function useSignedIn(): SignedIn {
  const signedIn = useContext(SignedInContext);
  if (signedIn === undefined) throw new Error("used outside the signed-in part of the application");
  return signedIn;
}

/** Whether this key may do what asks for `needed`; the server decides all the same. */
export function useMay(needed: TenantRole): boolean {
  return roleSuffices(useSignedIn().identity.role, needed);
}
