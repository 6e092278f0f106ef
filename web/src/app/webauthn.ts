// Passkeys (WebAuthn level 3 §5.1): the server speaks JSON with base64url, the browser bytes.

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer | null): string | undefined {
  if (!buffer) return undefined;
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

interface Described {
  id: string;
  type: "public-key";
  transports?: AuthenticatorTransport[];
}

const described = (list: Described[] | undefined) => list?.map((d) => ({ ...d, id: bytes(d.id) }));

export type RequestJSON = Omit<PublicKeyCredentialRequestOptions, "challenge" | "allowCredentials"> & { challenge: string; allowCredentials?: Described[] };
export type CreationJSON = Omit<PublicKeyCredentialCreationOptions, "challenge" | "user" | "excludeCredentials"> & {
  challenge: string;
  user: { id: string; name: string; displayName: string };
  excludeCredentials?: Described[];
};

export const hasPasskeys = () => typeof PublicKeyCredential === "function" && !!navigator.credentials;

/** Asks the authenticator to prove itself; the answer as the server reads it. */
export async function prove(options: RequestJSON, signal?: AbortSignal): Promise<unknown> {
  const credential = (await navigator.credentials.get({ signal, publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials) } })) as PublicKeyCredential;
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    ...envelope(credential),
    response: { authenticatorData: text(response.authenticatorData), clientDataJSON: text(response.clientDataJSON), signature: text(response.signature), userHandle: text(response.userHandle) },
  };
}

/** Makes a new passkey. */
export async function create(options: CreationJSON): Promise<unknown> {
  const credential = (await navigator.credentials.create({
    publicKey: { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: described(options.excludeCredentials) },
  })) as PublicKeyCredential;
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    ...envelope(credential),
    response: { attestationObject: text(response.attestationObject), clientDataJSON: text(response.clientDataJSON), transports: response.getTransports?.() ?? [] },
  };
}

const envelope = (credential: PublicKeyCredential) => ({
  id: credential.id,
  rawId: text(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: credential.getClientExtensionResults(),
});

/** Did the reader turn the browser's question down, or let it time out? That is no fault. */
export const turnedDown = (err: unknown): boolean => err instanceof DOMException && (err.name === "NotAllowedError" || err.name === "AbortError");
