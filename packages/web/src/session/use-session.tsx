import { roleSuffices, type Client, type TenantRole } from "@mainspring/api";
import { createContext, useContext } from "react";

/** Who one is signed in as. */
export interface Identity {
  readonly keyId: string;
  readonly keyName: string;
  readonly role: TenantRole;
  readonly tenant: string;
}

export interface SignedIn {
  readonly client: Client;
  readonly identity: Identity;
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
